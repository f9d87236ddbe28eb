//! The outcomes of records, one by one and counted.

use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;

use crate::record::RecordError;

/// How the records of a delivery stand.
/// `generated = acknowledged + given_up + in_flight`, at every instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Account {
    /// Records that were pushed.
    pub generated: u64,
    /// Records that the stream has stored.
    pub acknowledged: u64,
    /// Records that will not be sent again.
    pub given_up: u64,
    /// Records without an outcome: queued, sent, or waiting to be resent.
    pub in_flight: u64,
    /// How often a record was sent again.
    pub retried: u64,
    /// How often a record was refused because its shard had no capacity.
    pub throttled: u64,
    /// Data and partition keys of the acknowledged records.
    pub bytes: u64,
}

/// The outcome of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The stream has stored it.
    Acknowledged {
        /// As in [`crate::Record::tag`].
        tag: u64,
        /// The shard that keeps it.
        shard_id: String,
        /// Its place in the shard.
        sequence_number: String,
    },
    /// It will not be sent again.
    GivenUp {
        /// As in [`crate::Record::tag`].
        tag: u64,
        /// Why.
        reason: GivenUp,
    },
}

/// Why a record is not sent again.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum GivenUp {
    /// The next attempt would come later than the settings allow.
    #[error("given up after {attempts} attempts in {} s: {last}", age.as_secs_f64().round())]
    Age {
        /// How often it was sent.
        attempts: u32,
        /// How long ago it was sent first.
        age: Duration,
        /// What became of the last attempt.
        last: Failure,
    },
    /// Its request was refused for good.
    #[error("refused: {reason}")]
    Refused {
        /// In the words of whoever reported it.
        reason: Arc<str>,
    },
    /// No stream would accept it; it was never sent.
    #[error("not sent: {0}")]
    Invalid(RecordError),
    /// The delivery was cancelled.
    #[error("cancelled{}", last.as_ref().map_or(String::new(), |last| format!(": {last}")))]
    Cancelled {
        /// What became of the last attempt, if there was one. After a request
        /// that failed as a whole the record may have been stored all the same.
        last: Option<Failure>,
    },
}

/// What became of an attempt that may be repeated.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Failure {
    /// The shard had no capacity left.
    #[error("the shard of this record is throttled, send less or add shards")]
    Throttled,
    /// The stream failed to store the record.
    #[error("the stream reported an internal failure")]
    Internal,
    /// The whole request failed.
    #[error("the request failed: {0}")]
    Request(Arc<str>),
}

impl Account {
    /// Whether every record is accounted for. It always is; the counters are
    /// kept independently, so that a test can tell.
    pub fn is_balanced(&self) -> bool {
        self.generated == self.acknowledged + self.given_up + self.in_flight
    }
}
