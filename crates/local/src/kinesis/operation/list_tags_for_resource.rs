//! `ListTagsForResource`: `ListTagsForStream` by ARN, on one page.

use serde::{Deserialize, Serialize};

use super::Call;
use crate::kinesis::constraint::{Constraints, STREAM_ARN};
use crate::kinesis::error::ApiError;
use crate::kinesis::shape;
use crate::kinesis::shape::Tag;
use crate::kinesis::streams::Streams;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Request {
    #[serde(rename = "ResourceARN")]
    resource_arn: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Output {
    tags: Vec<Tag>,
}

impl Call for Request {
    type Output = Output;

    fn check(&self, constraints: &mut Constraints) {
        constraints
            .member("resourceARN", self.resource_arn.as_deref())
            .required()
            .pattern(STREAM_ARN);
    }

    fn run(self, streams: &Streams) -> Result<Output, ApiError> {
        let stream = streams.addressed(None, self.resource_arn.as_deref())?;
        let tags = shape::tag_list(&stream.read().description.tags);
        Ok(Output { tags })
    }
}
