//! What came of a request, as the caller reports it.

use std::sync::Arc;

/// What a stream answers about one record of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It is stored.
    Acknowledged {
        /// The shard that keeps it.
        shard_id: String,
        /// Its place in the shard.
        sequence_number: String,
    },
    /// `ProvisionedThroughputExceededException`: its shard has no capacity left.
    Throttled,
    /// `InternalFailure`.
    InternalFailure,
}

/// Why a request got no answer about its records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestFailure {
    /// It may succeed later: a connection that broke, a server error.
    Retryable(Arc<str>),
    /// It never will: no such stream, no permission. Its records are given up;
    /// whether the others are worth a try, or a cancellation, is for the
    /// caller to say.
    Fatal(Arc<str>),
}
