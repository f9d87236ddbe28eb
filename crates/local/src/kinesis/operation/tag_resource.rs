//! `TagResource`: `AddTagsToStream` by ARN.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Call;
use crate::kinesis::constraint::{Constraints, STREAM_ARN};
use crate::kinesis::error::ApiError;
use crate::kinesis::limits::TAGS_PER_STREAM;
use crate::kinesis::shape;
use crate::kinesis::stream::Stream;
use crate::kinesis::streams::Streams;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Request {
    #[serde(rename = "ResourceARN")]
    resource_arn: Option<String>,
    tags: Option<BTreeMap<String, String>>,
}

impl Call for Request {
    type Output = ();

    fn check(&self, constraints: &mut Constraints) {
        constraints.tags(self.tags.as_ref().map(BTreeMap::iter));
        constraints
            .member("resourceARN", self.resource_arn.as_deref())
            .required()
            .pattern(STREAM_ARN);
    }

    fn run(self, streams: &Streams) -> Result<(), ApiError> {
        let stream = streams.addressed(None, self.resource_arn.as_deref())?;
        add(streams, &stream, self.tags.unwrap_or_default())
    }
}

/// Sets tags; those of the same key are replaced.
pub(super) fn add(
    streams: &Streams,
    stream: &Stream,
    tags: BTreeMap<String, String>,
) -> Result<(), ApiError> {
    shape::check_tag_characters(tags.iter().flat_map(|(key, value)| [key, value]))?;
    stream.update(streams.now_ms(), |description| {
        description.tags.extend(tags);
        if description.tags.len() > TAGS_PER_STREAM {
            return Err(ApiError::invalid_argument(format!(
                "Failed to add tags to stream {} because a given stream cannot have more than \
                 {TAGS_PER_STREAM} tags associated with it.",
                description.name
            )));
        }
        Ok(())
    })
}
