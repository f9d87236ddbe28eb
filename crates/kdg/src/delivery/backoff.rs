//! After which pauses, and for how long, a record is sent again.

use std::time::Duration;

/// The rule for records that were not accepted: pauses that double, of which a
/// random part is waited ("full jitter").
/// Source: AWS Architecture Blog, "Exponential Backoff And Jitter".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retry {
    /// The longest pause after the first attempt.
    pub base: Duration,
    /// The longest pause after any attempt.
    pub cap: Duration,
    /// How long after its first attempt a record may still be sent; for ever when
    /// `None`. Nothing else ends its attempts: how often a stream that is away
    /// can be asked says nothing about when it will be back.
    pub max_age: Option<Duration>,
}

impl Default for Retry {
    /// 100 ms doubling up to 5 s, for five minutes.
    fn default() -> Self {
        Self {
            base: Duration::from_millis(100),
            cap: Duration::from_secs(5),
            max_age: Some(Duration::from_mins(5)),
        }
    }
}

impl Retry {
    /// The longest pause after so many attempts.
    pub(super) fn backoff(&self, attempts: u32) -> Duration {
        let doublings = attempts.saturating_sub(1).min(31);
        self.base.saturating_mul(1 << doublings).min(self.cap)
    }
}
