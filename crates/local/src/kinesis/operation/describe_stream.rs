//! `DescribeStream`.

use serde::{Deserialize, Serialize};

use super::Call;
use crate::kinesis::constraint::Constraints;
use crate::kinesis::description::{Status, shard_index};
use crate::kinesis::error::ApiError;
use crate::kinesis::limits::{DEFAULT_PAGE, PAGE};
use crate::kinesis::shape;
use crate::kinesis::shape::{EnhancedMetrics, Shard, StreamModeDetails};
use crate::kinesis::streams::Streams;
use crate::kinesis::wire::Timestamp;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Request {
    stream_name: Option<String>,
    #[serde(rename = "StreamARN")]
    stream_arn: Option<String>,
    limit: Option<i64>,
    exclusive_start_shard_id: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Output {
    stream_description: StreamDescription,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct StreamDescription {
    stream_name: String,
    #[serde(rename = "StreamARN")]
    stream_arn: String,
    stream_status: Status,
    stream_mode_details: StreamModeDetails,
    shards: Vec<Shard>,
    has_more_shards: bool,
    retention_period_hours: u32,
    stream_creation_timestamp: Timestamp,
    enhanced_monitoring: [EnhancedMetrics; 1],
    encryption_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_id: Option<String>,
}

impl Call for Request {
    type Output = Output;

    fn check(&self, constraints: &mut Constraints) {
        constraints.member("limit", self.limit).range(&PAGE);
        constraints.shard_id(
            "exclusiveStartShardId",
            self.exclusive_start_shard_id.as_deref(),
        );
        constraints.stream(self.stream_name.as_deref(), self.stream_arn.as_deref());
    }

    fn run(self, streams: &Streams) -> Result<Output, ApiError> {
        let stream = streams.addressed(self.stream_name.as_deref(), self.stream_arn.as_deref())?;
        let state = stream.read();
        let description = &state.description;
        let after = self
            .exclusive_start_shard_id
            .as_deref()
            .and_then(shard_index);
        // A stream shows its shards once it is there.
        let is_created = description.status != Status::Creating;
        let mut shards = description
            .shards
            .iter()
            .filter(|shard| is_created && after.is_none_or(|after| shard.index > after));
        let limit = usize::try_from(self.limit.unwrap_or(DEFAULT_PAGE)).unwrap_or(usize::MAX);
        let page = shards.by_ref().take(limit).map(Shard::from).collect();
        Ok(Output {
            stream_description: StreamDescription {
                stream_name: description.name.clone(),
                stream_arn: streams.arn(&description.name),
                stream_status: description.status,
                stream_mode_details: description.mode.into(),
                shards: page,
                has_more_shards: shards.next().is_some(),
                retention_period_hours: description.retention_hours,
                stream_creation_timestamp: Timestamp(description.created_ms),
                enhanced_monitoring: EnhancedMetrics::NONE,
                encryption_type: shape::encryption_type(description),
                key_id: description.kms_key.clone(),
            },
        })
    }
}
