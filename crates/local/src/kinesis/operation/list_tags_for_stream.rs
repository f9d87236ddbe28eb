//! `ListTagsForStream`.

use serde::{Deserialize, Serialize};

use super::Call;
use crate::kinesis::constraint::Constraints;
use crate::kinesis::error::ApiError;
use crate::kinesis::limits::TAGS_PER_STREAM;
use crate::kinesis::shape;
use crate::kinesis::shape::Tag;
use crate::kinesis::streams::Streams;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Request {
    stream_name: Option<String>,
    #[serde(rename = "StreamARN")]
    stream_arn: Option<String>,
    exclusive_start_tag_key: Option<String>,
    limit: Option<i64>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Output {
    tags: Vec<Tag>,
    has_more_tags: bool,
}

impl Call for Request {
    type Output = Output;

    fn check(&self, constraints: &mut Constraints) {
        constraints.member("limit", self.limit).range(&(1..=50));
        constraints
            .member(
                "exclusiveStartTagKey",
                self.exclusive_start_tag_key.as_deref(),
            )
            .length(&(1..=128));
        constraints.stream(self.stream_name.as_deref(), self.stream_arn.as_deref());
    }

    fn run(self, streams: &Streams) -> Result<Output, ApiError> {
        let stream = streams.addressed(self.stream_name.as_deref(), self.stream_arn.as_deref())?;
        let mut tags = stream.read().description.tags.clone();
        if let Some(after) = self.exclusive_start_tag_key {
            tags.retain(|key, _| *key > after);
        }
        let mut tags = shape::tag_list(&tags);
        let limit = self.limit.and_then(|limit| usize::try_from(limit).ok());
        let limit = limit.unwrap_or(TAGS_PER_STREAM);
        let has_more_tags = tags.len() > limit;
        tags.truncate(limit);
        Ok(Output {
            tags,
            has_more_tags,
        })
    }
}
