//! `DescribeStreamSummary`.

use serde::{Deserialize, Serialize};

use super::Call;
use crate::kinesis::constraint::Constraints;
use crate::kinesis::description::Status;
use crate::kinesis::error::ApiError;
use crate::kinesis::shape;
use crate::kinesis::shape::{EnhancedMetrics, StreamModeDetails};
use crate::kinesis::streams::Streams;
use crate::kinesis::wire::Timestamp;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Request {
    stream_name: Option<String>,
    #[serde(rename = "StreamARN")]
    stream_arn: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Output {
    stream_description_summary: StreamDescriptionSummary,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct StreamDescriptionSummary {
    stream_name: String,
    #[serde(rename = "StreamARN")]
    stream_arn: String,
    stream_status: Status,
    stream_mode_details: StreamModeDetails,
    retention_period_hours: u32,
    stream_creation_timestamp: Timestamp,
    enhanced_monitoring: [EnhancedMetrics; 1],
    encryption_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_id: Option<String>,
    open_shard_count: usize,
    consumer_count: u32,
    #[serde(rename = "MaxRecordSizeInKiB")]
    max_record_size_in_kib: u32,
}

impl Call for Request {
    type Output = Output;

    fn check(&self, constraints: &mut Constraints) {
        constraints.stream(self.stream_name.as_deref(), self.stream_arn.as_deref());
    }

    fn run(self, streams: &Streams) -> Result<Output, ApiError> {
        let stream = streams.addressed(self.stream_name.as_deref(), self.stream_arn.as_deref())?;
        let state = stream.read();
        let description = &state.description;
        let is_created = description.status != Status::Creating;
        Ok(Output {
            stream_description_summary: StreamDescriptionSummary {
                stream_name: description.name.clone(),
                stream_arn: streams.arn(&description.name),
                stream_status: description.status,
                stream_mode_details: description.mode.into(),
                retention_period_hours: description.retention_hours,
                stream_creation_timestamp: Timestamp(description.created_ms),
                enhanced_monitoring: EnhancedMetrics::NONE,
                encryption_type: shape::encryption_type(description),
                key_id: description.kms_key.clone(),
                open_shard_count: if is_created {
                    description.open_shards().count()
                } else {
                    0
                },
                consumer_count: 0,
                max_record_size_in_kib: description.max_record_kib,
            },
        })
    }
}
