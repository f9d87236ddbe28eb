//! `DescribeLimits`.

use serde::{Deserialize, Serialize};

use super::Call;
use crate::kinesis::constraint::Constraints;
use crate::kinesis::description::StreamMode;
use crate::kinesis::error::ApiError;
use crate::kinesis::limits::{ON_DEMAND_STREAM_QUOTA, SHARD_QUOTA};
use crate::kinesis::streams::Streams;

#[derive(Debug, Deserialize)]
pub(super) struct Request {}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Output {
    shard_limit: usize,
    open_shard_count: usize,
    on_demand_stream_count: usize,
    on_demand_stream_count_limit: u32,
}

impl Call for Request {
    type Output = Output;

    fn check(&self, _: &mut Constraints) {}

    fn run(self, streams: &Streams) -> Result<Output, ApiError> {
        let all = streams.all()?;
        let is_on_demand = |mode| mode == StreamMode::OnDemand;
        Ok(Output {
            shard_limit: SHARD_QUOTA,
            open_shard_count: streams.open_shards()?,
            on_demand_stream_count: all
                .iter()
                .filter(|stream| is_on_demand(stream.read().description.mode))
                .count(),
            on_demand_stream_count_limit: ON_DEMAND_STREAM_QUOTA,
        })
    }
}
