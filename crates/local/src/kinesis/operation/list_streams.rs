//! `ListStreams`.

use serde::{Deserialize, Serialize};

use super::Call;
use crate::kinesis::constraint::{Constraints, NAME};
use crate::kinesis::description::Status;
use crate::kinesis::error::ApiError;
use crate::kinesis::limits::{DEFAULT_PAGE, PAGE};
use crate::kinesis::shape::StreamModeDetails;
use crate::kinesis::streams::Streams;
use crate::kinesis::wire::Timestamp;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Request {
    limit: Option<i64>,
    exclusive_start_stream_name: Option<String>,
    next_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Output {
    stream_names: Vec<String>,
    has_more_streams: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
    stream_summaries: Vec<StreamSummary>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(clippy::struct_field_names, reason = "the names of the API model")]
struct StreamSummary {
    stream_name: String,
    #[serde(rename = "StreamARN")]
    stream_arn: String,
    stream_status: Status,
    stream_mode_details: StreamModeDetails,
    stream_creation_timestamp: Timestamp,
}

impl Call for Request {
    type Output = Output;

    fn check(&self, constraints: &mut Constraints) {
        constraints.member("limit", self.limit).range(&PAGE);
        constraints
            .member(
                "exclusiveStartStreamName",
                self.exclusive_start_stream_name.as_deref(),
            )
            .pattern(NAME)
            .length(&(1..=128));
        constraints
            .member("nextToken", self.next_token.as_deref())
            .length(&(1..=1_048_576));
    }

    fn run(self, streams: &Streams) -> Result<Output, ApiError> {
        // The token is the name that the page before ended with.
        let after = self.next_token.or(self.exclusive_start_stream_name);
        let limit = usize::try_from(self.limit.unwrap_or(DEFAULT_PAGE)).unwrap_or(usize::MAX);
        let mut following = streams
            .all()?
            .into_iter()
            .filter(|stream| after.as_ref().is_none_or(|after| stream.name > *after));
        let page: Vec<_> = following.by_ref().take(limit).collect();
        let has_more_streams = following.next().is_some();
        let stream_names: Vec<_> = page.iter().map(|stream| stream.name.clone()).collect();
        Ok(Output {
            next_token: stream_names.last().filter(|_| has_more_streams).cloned(),
            has_more_streams,
            stream_names,
            stream_summaries: page
                .iter()
                .map(|stream| {
                    let description = &stream.read().description;
                    StreamSummary {
                        stream_name: description.name.clone(),
                        stream_arn: streams.arn(&description.name),
                        stream_status: description.status,
                        stream_mode_details: description.mode.into(),
                        stream_creation_timestamp: Timestamp(description.created_ms),
                    }
                })
                .collect(),
        })
    }
}
