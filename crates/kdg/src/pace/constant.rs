//! The same rate at all times.

use std::time::Duration;

use super::{RateError, checked};

const MICRO: u128 = 1_000_000;
const NANOS_PER_SECOND: u128 = 1_000_000_000;

/// Records per million seconds; whole, so that no rounding adds up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Constant(u128);

impl Constant {
    pub(super) fn new(records_per_second: f64) -> Result<Self, RateError> {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 1 and 10^15"
        )]
        let per_million = (checked(records_per_second)? * 1e6).round() as u128;
        Ok(Self(per_million))
    }

    pub(super) fn due_at(self, number: u64) -> Duration {
        let nanos = (u128::from(number) * MICRO * NANOS_PER_SECOND).div_ceil(self.0);
        let seconds = u64::try_from(nanos / NANOS_PER_SECOND).unwrap_or(u64::MAX);
        let nanos = (nanos % NANOS_PER_SECOND) as u32;
        Duration::new(seconds, nanos)
    }

    pub(super) fn due_before(self, time: Duration) -> u64 {
        let due = time
            .as_nanos()
            .saturating_mul(self.0)
            .div_ceil(MICRO * NANOS_PER_SECOND);
        u64::try_from(due).unwrap_or(u64::MAX)
    }
}
