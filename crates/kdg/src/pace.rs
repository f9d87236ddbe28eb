//! The time that has passed → how many records are due.

use std::time::Duration;

use thiserror::Error;

/// After a pause (a suspended machine, a stream that throttles) at most the
/// records of this time are made up for; the rest is dropped from the plan.
pub const LONGEST_CATCH_UP: Duration = Duration::from_secs(1);

/// The fastest rate that can be kept, in records per second.
pub const MAX_RATE: f64 = 1e9;
/// The slowest rate that can be kept: a record in eleven days.
pub const MIN_RATE: f64 = 1e-6;

const MICRO: u128 = 1_000_000;
const NANOS_PER_SECOND: u128 = 1_000_000_000;

/// Says when to make how many records.
///
/// Times are durations since an origin of the caller's choice. The first record
/// is due when the pace is first asked. The plan is counted from there and not
/// from one record to the next, so that delays do not add up.
#[derive(Debug, Clone)]
pub struct Pace {
    plan: Plan,
    /// When the plan began, moved forward by catch-up that was dropped.
    origin: Option<Duration>,
    taken: u64,
}

/// A rate that cannot be kept.
#[derive(Debug, Clone, PartialEq, Error)]
#[error("a rate of {rate} records per second cannot be kept, choose {MIN_RATE} to {MAX_RATE}")]
pub struct RateError {
    /// As asked for.
    pub rate: f64,
}

/// How many records are due after which time: a curve that never falls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Plan {
    Unlimited,
    /// Records per million seconds; whole, so that no rounding adds up.
    Constant(u128),
}

impl Pace {
    /// As many records as there is room for, at any time.
    pub fn unlimited() -> Self {
        Self::new(Plan::Unlimited)
    }

    /// The same number of records every second, evenly spread.
    ///
    /// # Errors
    ///
    /// [`RateError`] unless the rate lies between [`MIN_RATE`] and [`MAX_RATE`].
    pub fn constant(records_per_second: f64) -> Result<Self, RateError> {
        if !(MIN_RATE..=MAX_RATE).contains(&records_per_second) {
            return Err(RateError {
                rate: records_per_second,
            });
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 1 and 10^15"
        )]
        let per_million = (records_per_second * 1e6).round() as u128;
        Ok(Self::new(Plan::Constant(per_million)))
    }

    fn new(plan: Plan) -> Self {
        Self {
            plan,
            origin: None,
            taken: 0,
        }
    }

    /// Takes the records that are due at `now`, but at most `room`. What is left
    /// stays due, within [`LONGEST_CATCH_UP`].
    pub fn take(&mut self, now: Duration, room: u64) -> u64 {
        self.drop_stale(now);
        let due = self
            .plan
            .due_by(self.elapsed(now))
            .saturating_sub(self.taken);
        let taken = due.min(room);
        self.taken = self.taken.saturating_add(taken);
        taken
    }

    /// When the next record is due; not after `now` if it is due already.
    pub fn next_due(&self, now: Duration) -> Duration {
        let origin = self.origin.unwrap_or(now);
        origin.saturating_add(self.plan.due_at(self.taken))
    }

    fn elapsed(&mut self, now: Duration) -> Duration {
        now.saturating_sub(*self.origin.get_or_insert(now))
    }

    /// Moves the plan forward until what is overdue is at most
    /// [`LONGEST_CATCH_UP`] old.
    fn drop_stale(&mut self, now: Duration) {
        let overdue = now.saturating_sub(self.next_due(now));
        if let Some(origin) = &mut self.origin {
            *origin = origin.saturating_add(overdue.saturating_sub(LONGEST_CATCH_UP));
        }
    }
}

impl Plan {
    /// How many records are due when `elapsed` has passed.
    fn due_by(self, elapsed: Duration) -> u64 {
        match self {
            Self::Unlimited => u64::MAX,
            Self::Constant(per_million) => {
                let due =
                    elapsed.as_nanos().saturating_mul(per_million) / (MICRO * NANOS_PER_SECOND);
                u64::try_from(due).unwrap_or(u64::MAX).saturating_add(1)
            }
        }
    }

    /// When the record after the first `taken` is due: the first instant at
    /// which [`Self::due_by`] exceeds `taken`.
    fn due_at(self, taken: u64) -> Duration {
        match self {
            Self::Unlimited => Duration::ZERO,
            Self::Constant(per_million) => {
                let nanos = (u128::from(taken) * MICRO * NANOS_PER_SECOND).div_ceil(per_million);
                let seconds = u64::try_from(nanos / NANOS_PER_SECOND).unwrap_or(u64::MAX);
                let nanos = (nanos % NANOS_PER_SECOND) as u32;
                Duration::new(seconds, nanos)
            }
        }
    }
}
