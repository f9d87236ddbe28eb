//! What a mapping has done, for whoever waits or watches.

use std::collections::BTreeMap;
use std::fmt;

/// Counts since the mapping started.
///
/// At every instant `read` is `settled` plus what the shards have `waiting`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// Records taken from the stream.
    pub read: u64,
    /// Records handed to the function, each time they were.
    pub delivered: u64,
    /// Those of them that this mapping had handed over before.
    pub redelivered: u64,
    /// Records that need no more work: accepted, discarded or dropped.
    pub settled: u64,
    /// Records given up that lie at the on-failure destination.
    pub discarded: u64,
    /// Records given up without an on-failure destination.
    pub dropped: u64,
    /// Invocations in which the function ran.
    pub invocations: u64,
    /// Invocations that failed as a whole.
    pub function_errors: u64,
    /// Answers that named records to be delivered again.
    pub partial_failures: u64,
    /// Attempts in which the function did not run.
    pub not_invoked: u64,
    /// How the last invocation ended, as `LastProcessingResult` has it.
    pub last_result: LastResult,
    /// Every shard that has been looked at since the mapping started.
    pub shards: BTreeMap<String, ShardProgress>,
}

/// How far one shard is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ShardProgress {
    /// The sequence number up to which everything is settled.
    pub checkpoint: Option<String>,
    /// Whether the shard is closed and everything in it is settled.
    pub finished: bool,
    /// Records read and not settled.
    pub waiting: usize,
    /// How far what was read is behind the newest record.
    pub millis_behind_latest: u64,
}

/// How the last invocation ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LastResult {
    /// There was none.
    #[default]
    NoRecordsProcessed,
    /// The function answered.
    Ok,
    /// The function failed or did not run.
    FunctionCallFailed,
}

impl fmt::Display for LastResult {
    /// The words of AWS's API.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::NoRecordsProcessed => "No records processed",
            Self::Ok => "OK",
            Self::FunctionCallFailed => "PROBLEM: Function call failed",
        })
    }
}

/// A number of records as a counter takes it.
pub(super) fn count(records: usize) -> u64 {
    u64::try_from(records).unwrap_or(u64::MAX)
}
