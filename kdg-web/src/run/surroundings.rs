//! Where and when a run takes place.

use std::num::NonZeroUsize;

use crate::aws::kinesis::Shards;

/// What a run is told of the world. Times are milliseconds since the Unix epoch.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// The clock at the start.
    pub now_ms: i64,
    /// Minutes by which local time is ahead of UTC when the records begin.
    pub offset_minutes: i32,
    /// The seed if nobody chose one.
    pub any_seed: u64,
    /// What is known of the stream.
    pub shards: Shards,
    /// The most requests at a time.
    pub max_requests: NonZeroUsize,
    /// Where, for the summary.
    pub region: String,
}
