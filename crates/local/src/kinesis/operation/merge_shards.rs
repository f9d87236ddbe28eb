//! `MergeShards`.

use serde::Deserialize;

use super::Call;
use super::split_shard::{check_can_reshard, open_shard};
use crate::account::ACCOUNT_ID;
use crate::kinesis::constraint::Constraints;
use crate::kinesis::description::Status;
use crate::kinesis::error::ApiError;
use crate::kinesis::reshard;
use crate::kinesis::streams::Streams;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Request {
    stream_name: Option<String>,
    #[serde(rename = "StreamARN")]
    stream_arn: Option<String>,
    shard_to_merge: Option<String>,
    adjacent_shard_to_merge: Option<String>,
}

impl Call for Request {
    type Output = ();

    fn check(&self, constraints: &mut Constraints) {
        constraints
            .shard_id("shardToMerge", self.shard_to_merge.as_deref())
            .required();
        constraints
            .shard_id(
                "adjacentShardToMerge",
                self.adjacent_shard_to_merge.as_deref(),
            )
            .required();
        constraints.stream(self.stream_name.as_deref(), self.stream_arn.as_deref());
    }

    fn run(self, streams: &Streams) -> Result<(), ApiError> {
        let stream = streams.addressed(self.stream_name.as_deref(), self.stream_arn.as_deref())?;
        let (now_ms, lasts_ms) = (streams.now_ms(), streams.state_change_ms());
        stream.update(now_ms, |description| {
            check_can_reshard(description)?;
            let lower = open_shard(description, self.shard_to_merge.as_deref().unwrap_or_default())?;
            let upper =
                open_shard(description, self.adjacent_shard_to_merge.as_deref().unwrap_or_default())?;
            let (left, right) = (&description.shards[lower], &description.shards[upper]);
            if !left.range.touches(right.range) {
                return Err(ApiError::invalid_argument(format!(
                    "Shards {} and {} in stream {} under account {ACCOUNT_ID} are not an adjacent pair of \
                     shards eligible for merging",
                    left.id(),
                    right.id(),
                    description.name,
                )));
            }
            reshard::merge(&mut description.shards, lower, upper, now_ms);
            description.enter(Status::Updating, lasts_ms, now_ms);
            Ok(())
        })?;
        streams.announce();
        Ok(())
    }
}
