//! What the caller decides on.

use std::num::NonZeroUsize;
use std::time::Duration;

use super::backoff::Retry;

/// How records are delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliverySettings {
    /// The most requests at a time.
    pub max_requests: NonZeroUsize,
    /// How long a record may wait for others to fill its batch.
    pub linger: Duration,
    /// What happens to records that were not accepted.
    pub retry: Retry,
}

impl Default for DeliverySettings {
    /// Eight requests at a time, batches that fill for 100 ms, [`Retry::default`].
    fn default() -> Self {
        Self {
            max_requests: NonZeroUsize::new(8).unwrap_or(NonZeroUsize::MIN),
            linger: Duration::from_millis(100),
            retry: Retry::default(),
        }
    }
}
