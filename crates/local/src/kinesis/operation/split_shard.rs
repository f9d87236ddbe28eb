//! `SplitShard`.

use serde::Deserialize;

use super::Call;
use crate::account::ACCOUNT_ID;
use crate::kinesis::constraint::{Constraints, HASH_KEY};
use crate::kinesis::description::{Status, StreamDescription, StreamMode, shard_index};
use crate::kinesis::error::ApiError;
use crate::kinesis::reshard;
use crate::kinesis::streams::Streams;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Request {
    stream_name: Option<String>,
    #[serde(rename = "StreamARN")]
    stream_arn: Option<String>,
    shard_to_split: Option<String>,
    new_starting_hash_key: Option<String>,
}

impl Call for Request {
    type Output = ();

    fn check(&self, constraints: &mut Constraints) {
        constraints
            .member("newStartingHashKey", self.new_starting_hash_key.as_deref())
            .required()
            .pattern(HASH_KEY);
        constraints.stream(self.stream_name.as_deref(), self.stream_arn.as_deref());
        constraints
            .shard_id("shardToSplit", self.shard_to_split.as_deref())
            .required();
    }

    fn run(self, streams: &Streams) -> Result<(), ApiError> {
        let stream = streams.addressed(self.stream_name.as_deref(), self.stream_arn.as_deref())?;
        let open_shards = streams.open_shards()?;
        let (now_ms, lasts_ms) = (streams.now_ms(), streams.state_change_ms());
        stream.update(now_ms, |description| {
            check_can_reshard(description)?;
            let shard_id = self.shard_to_split.as_deref().unwrap_or_default();
            let position = open_shard(description, shard_id)?;
            streams.check_shard_quota(open_shards, 1)?;
            let range = description.shards[position].range;
            let requested = self.new_starting_hash_key.as_deref().unwrap_or_default();
            let at = requested
                .parse()
                .ok()
                .filter(|at| range.start.saturating_add(1) < *at && *at < range.end)
                .ok_or_else(|| {
                    ApiError::invalid_argument(format!(
                        "NewStartingHashKey {requested} used in SplitShard() on shard {} in stream {} under \
                         account {ACCOUNT_ID} is not both greater than one plus the shard's StartingHashKey \
                         {} and less than the shard's EndingHashKey {}.",
                        description.shards[position].id(),
                        description.name,
                        range.start,
                        range.end,
                    ))
                })?;
            reshard::split(&mut description.shards, position, at, now_ms);
            description.enter(Status::Updating, lasts_ms, now_ms);
            Ok(())
        })?;
        streams.announce();
        Ok(())
    }
}

/// Refuses to reshard a stream that AWS reshards by itself, or one that is not ACTIVE.
pub(super) fn check_can_reshard(description: &StreamDescription) -> Result<(), ApiError> {
    if description.mode == StreamMode::OnDemand {
        return Err(ApiError::on_demand_stream(&description.name));
    }
    check_is_active(description)
}

/// Refuses to change a stream that is changing.
pub(super) fn check_is_active(description: &StreamDescription) -> Result<(), ApiError> {
    if description.status != Status::Active {
        return Err(ApiError::stream_not_active(
            &description.name,
            description.status,
        ));
    }
    Ok(())
}

/// The position of a shard that can be resharded.
pub(super) fn open_shard(
    description: &StreamDescription,
    shard_id: &str,
) -> Result<usize, ApiError> {
    let position = shard_index(shard_id).and_then(|index| {
        description
            .shards
            .binary_search_by_key(&index, |shard| shard.index)
            .ok()
    });
    let position =
        position.ok_or_else(|| ApiError::shard_not_found(shard_id, &description.name))?;
    if description.shards[position].closed_ms.is_some() {
        return Err(ApiError::invalid_argument(format!(
            "Shard {} in stream {} under account {ACCOUNT_ID} is closed.",
            description.shards[position].id(),
            description.name,
        )));
    }
    Ok(position)
}
