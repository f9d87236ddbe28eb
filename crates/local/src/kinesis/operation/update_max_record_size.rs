//! `UpdateMaxRecordSize`.

use serde::Deserialize;

use super::Call;
use super::split_shard::check_is_active;
use crate::kinesis::constraint::Constraints;
use crate::kinesis::description::Status;
use crate::kinesis::error::ApiError;
use crate::kinesis::limits::{DEFAULT_MAX_RECORD_KIB, MAX_RECORD_KIB};
use crate::kinesis::streams::Streams;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Request {
    #[serde(rename = "StreamARN")]
    stream_arn: Option<String>,
    #[serde(rename = "MaxRecordSizeInKiB")]
    max_record_size_in_kib: Option<i64>,
}

impl Call for Request {
    type Output = ();

    fn check(&self, constraints: &mut Constraints) {
        constraints
            .member("maxRecordSizeInKiB", self.max_record_size_in_kib)
            .required()
            .range(&MAX_RECORD_KIB);
        constraints.stream(None, self.stream_arn.as_deref());
    }

    fn run(self, streams: &Streams) -> Result<(), ApiError> {
        let stream = streams.addressed(None, self.stream_arn.as_deref())?;
        let (now_ms, lasts_ms) = (streams.now_ms(), streams.state_change_ms());
        let requested = self.max_record_size_in_kib;
        stream.update(now_ms, |description| {
            check_is_active(description)?;
            description.max_record_kib = requested
                .and_then(|kib| u32::try_from(kib).ok())
                .unwrap_or(DEFAULT_MAX_RECORD_KIB);
            description.enter(Status::Updating, lasts_ms, now_ms);
            Ok(())
        })
    }
}
