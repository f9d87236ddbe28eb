//! `RemoveTagsFromStream`.

use serde::Deserialize;

use super::Call;
use crate::kinesis::constraint::Constraints;
use crate::kinesis::error::ApiError;
use crate::kinesis::shape;
use crate::kinesis::stream::Stream;
use crate::kinesis::streams::Streams;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Request {
    stream_name: Option<String>,
    #[serde(rename = "StreamARN")]
    stream_arn: Option<String>,
    tag_keys: Option<Vec<String>>,
}

impl Call for Request {
    type Output = ();

    fn check(&self, constraints: &mut Constraints) {
        constraints.tag_keys(self.tag_keys.as_deref());
        constraints.stream(self.stream_name.as_deref(), self.stream_arn.as_deref());
    }

    fn run(self, streams: &Streams) -> Result<(), ApiError> {
        let stream = streams.addressed(self.stream_name.as_deref(), self.stream_arn.as_deref())?;
        remove(streams, &stream, &self.tag_keys.unwrap_or_default())
    }
}

/// Removes tags; a key that no tag has is passed over.
pub(super) fn remove(streams: &Streams, stream: &Stream, keys: &[String]) -> Result<(), ApiError> {
    shape::check_tag_characters(keys.iter())?;
    stream.update(streams.now_ms(), |description| {
        description.tags.retain(|key, _| !keys.contains(key));
        Ok(())
    })
}
