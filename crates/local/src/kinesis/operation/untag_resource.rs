//! `UntagResource`: `RemoveTagsFromStream` by ARN.

use serde::Deserialize;

use super::{Call, remove_tags_from_stream};
use crate::kinesis::constraint::{Constraints, STREAM_ARN};
use crate::kinesis::error::ApiError;
use crate::kinesis::streams::Streams;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Request {
    #[serde(rename = "ResourceARN")]
    resource_arn: Option<String>,
    tag_keys: Option<Vec<String>>,
}

impl Call for Request {
    type Output = ();

    fn check(&self, constraints: &mut Constraints) {
        constraints.tag_keys(self.tag_keys.as_deref());
        constraints
            .member("resourceARN", self.resource_arn.as_deref())
            .required()
            .pattern(STREAM_ARN);
    }

    fn run(self, streams: &Streams) -> Result<(), ApiError> {
        let stream = streams.addressed(None, self.resource_arn.as_deref())?;
        remove_tags_from_stream::remove(streams, &stream, &self.tag_keys.unwrap_or_default())
    }
}
