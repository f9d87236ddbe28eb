//! `UpdateShardCount`.

use serde::{Deserialize, Serialize};

use super::Call;
use super::split_shard::check_can_reshard;
use crate::account::ACCOUNT_ID;
use crate::kinesis::constraint::Constraints;
use crate::kinesis::description::Status;
use crate::kinesis::error::{ApiError, ErrorKind};
use crate::kinesis::limits::RESCALES_PER_DAY;
use crate::kinesis::reshard;
use crate::kinesis::streams::Streams;

const MS_PER_DAY: u64 = 86_400_000;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Request {
    stream_name: Option<String>,
    #[serde(rename = "StreamARN")]
    stream_arn: Option<String>,
    target_shard_count: Option<i64>,
    scaling_type: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Output {
    stream_name: String,
    #[serde(rename = "StreamARN")]
    stream_arn: String,
    current_shard_count: usize,
    target_shard_count: usize,
}

impl Call for Request {
    type Output = Output;

    fn check(&self, constraints: &mut Constraints) {
        constraints
            .member("targetShardCount", self.target_shard_count)
            .required()
            .range(&(1..=i64::from(i32::MAX)));
        constraints
            .member("scalingType", self.scaling_type.as_deref())
            .required()
            .one_of(&["UNIFORM_SCALING"]);
        constraints.stream(self.stream_name.as_deref(), self.stream_arn.as_deref());
    }

    fn run(self, streams: &Streams) -> Result<Output, ApiError> {
        let stream = streams.addressed(self.stream_name.as_deref(), self.stream_arn.as_deref())?;
        let open_shards = streams.open_shards()?;
        let (now_ms, lasts_ms) = (streams.now_ms(), streams.state_change_ms());
        let target = self.target_shard_count.unwrap_or_default();
        let target = u32::try_from(target).unwrap_or(u32::MAX);
        let target_shard_count = usize::try_from(target).unwrap_or(usize::MAX);
        let current_shard_count = stream.update(now_ms, |description| {
            check_can_reshard(description)?;
            let current = description.open_shards().count();
            check_step(current, target_shard_count)?;
            let additional = target_shard_count.saturating_sub(current);
            streams.check_shard_quota(open_shards, additional)?;
            let day_ago_ms = now_ms.saturating_sub(MS_PER_DAY);
            description.rescaled_ms.retain(|rescaled_ms| *rescaled_ms > day_ago_ms);
            if description.rescaled_ms.len() >= RESCALES_PER_DAY {
                return Err(ApiError::new(
                    ErrorKind::LimitExceeded,
                    format!(
                        "Stream {} under account {ACCOUNT_ID} has been scaled {RESCALES_PER_DAY} times \
                         within 24 hours.",
                        description.name
                    ),
                ));
            }
            description.rescaled_ms.push(now_ms);
            reshard::rescale(&mut description.shards, target, now_ms);
            description.enter(Status::Updating, lasts_ms, now_ms);
            Ok(current)
        })?;
        streams.announce();
        Ok(Output {
            stream_name: stream.name.clone(),
            stream_arn: streams.arn(&stream.name),
            current_shard_count,
            target_shard_count,
        })
    }
}

/// Refuses more than double and less than half (API reference, `API_UpdateShardCount`).
fn check_step(current: usize, target: usize) -> Result<(), ApiError> {
    let refused = if target > current * 2 {
        "scale up over double"
    } else if target * 2 < current {
        "scale down below half"
    } else {
        return Ok(());
    };
    Err(ApiError::invalid_argument(format!(
        "UpdateShardCount cannot {refused} your current open shard count. \
         Current open shard count: {current} Target shard count: {target}"
    )))
}
