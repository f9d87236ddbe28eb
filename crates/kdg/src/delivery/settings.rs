//! What the caller decides on.

use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use super::backoff::Retry;

/// How records are delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliverySettings {
    /// The most requests at a time.
    pub max_requests: NonZeroUsize,
    /// How long a record may wait for others to fill its batch.
    pub linger: Duration,
    /// How many shards the stream has open, if that is known: the rate then starts
    /// near what they take. Without it nothing is held back until some is refused.
    pub shards: Option<NonZeroU32>,
    /// What happens to records that were not accepted.
    pub retry: Retry,
}

impl Default for DeliverySettings {
    /// Eight requests at a time, batches that fill for 100 ms, shards that are not known, [`Retry::default`].
    fn default() -> Self {
        Self {
            max_requests: NonZeroUsize::new(8).unwrap_or(NonZeroUsize::MIN),
            linger: Duration::from_millis(100),
            shards: None,
            retry: Retry::default(),
        }
    }
}
