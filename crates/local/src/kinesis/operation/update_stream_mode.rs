//! `UpdateStreamMode`.

use serde::Deserialize;

use super::Call;
use super::split_shard::check_is_active;
use crate::kinesis::constraint::Constraints;
use crate::kinesis::description::{Status, StreamMode};
use crate::kinesis::error::ApiError;
use crate::kinesis::shape::RequestedStreamMode;
use crate::kinesis::streams::Streams;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Request {
    #[serde(rename = "StreamARN")]
    stream_arn: Option<String>,
    stream_mode_details: Option<RequestedStreamMode>,
}

impl Call for Request {
    type Output = ();

    fn check(&self, constraints: &mut Constraints) {
        let requested = self.stream_mode_details.as_ref();
        constraints
            .member(
                "streamModeDetails.streamMode",
                requested.and_then(|details| details.stream_mode.as_deref()),
            )
            .required()
            .one_of(&RequestedStreamMode::VALUES);
        constraints
            .member("streamARN", self.stream_arn.as_deref())
            .required();
        constraints.stream(None, self.stream_arn.as_deref());
    }

    fn run(self, streams: &Streams) -> Result<(), ApiError> {
        let stream = streams.addressed(None, self.stream_arn.as_deref())?;
        let (now_ms, lasts_ms) = (streams.now_ms(), streams.state_change_ms());
        let requested = self.stream_mode_details.as_ref();
        stream.update(now_ms, |description| {
            check_is_active(description)?;
            description.mode = requested.map_or(StreamMode::Provisioned, RequestedStreamMode::mode);
            description.enter(Status::Updating, lasts_ms, now_ms);
            Ok(())
        })
    }
}
