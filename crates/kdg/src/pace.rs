//! The time that has passed → how many records are due.

mod burst;
mod constant;
mod grid;
mod ramp;
mod timetable;

use std::time::Duration;

use thiserror::Error;

use burst::Burst;
use constant::Constant;
use ramp::Ramp;
use timetable::Timetable;

pub use grid::{Cell, Grid, GridError};

/// After a pause (a suspended machine, a stream that throttles) at most the
/// records of this time are made up for; the rest is dropped from the plan.
pub const LONGEST_CATCH_UP: Duration = Duration::from_secs(1);

/// The fastest rate that can be kept, in records per second.
pub const MAX_RATE: f64 = 1e9;
/// The slowest rate that can be kept: a record in eleven days.
pub const MIN_RATE: f64 = 1e-6;

/// Says when to make how many records.
///
/// Times are durations since an origin of the caller's choice. The first record
/// is due when the pace is first asked. The plan is counted from there and not
/// from one record to the next, so that delays do not add up.
#[derive(Debug, Clone)]
pub struct Pace {
    plan: Plan,
    speed: Speed,
    origin: Option<Duration>,
    taken: u64,
}

/// A rate that cannot be kept.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum RateError {
    /// It is too slow, too fast, or no number.
    #[error("a rate of {rate} records per second cannot be kept, choose {MIN_RATE} to {MAX_RATE}")]
    Rate {
        /// As asked for.
        rate: f64,
    },
    /// A ramp or a burst that takes no time, or a burst longer than its period.
    #[error("{what} cannot take {} seconds, choose {remedy}", duration.as_secs_f64())]
    Duration {
        /// What it was meant to be the duration of.
        what: &'static str,
        /// As asked for.
        duration: Duration,
        /// What is possible.
        remedy: &'static str,
    },
    /// A simulation that would stand still or run backwards.
    #[error("a speed of {speed} is not possible, choose one above 0")]
    Speed {
        /// As asked for.
        speed: f64,
    },
}

/// How plan time passes while the caller's time does.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Speed {
    /// As it does.
    Real,
    /// So many times as fast; what is late is made up for, however late.
    Times(f64),
    /// Every record is due at once.
    Unbounded,
}

/// When the nth record is due.
#[derive(Debug, Clone)]
enum Plan {
    Unlimited,
    Constant(Constant),
    Ramp(Ramp),
    Burst(Burst),
    Grid(Box<Timetable>),
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
        Ok(Self::new(Plan::Constant(Constant::new(
            records_per_second,
        )?)))
    }

    /// A rate that changes evenly within a time, and then stays.
    ///
    /// # Errors
    ///
    /// [`RateError`] when both rates are 0, one is out of bounds, or `over` is 0.
    pub fn ramp(from: f64, to: f64, over: Duration) -> Result<Self, RateError> {
        Ok(Self::new(Plan::Ramp(Ramp::new(from, to, over)?)))
    }

    /// A rate of `base`, which may be 0, and at the beginning of each period
    /// one of `peak` for a while.
    ///
    /// # Errors
    ///
    /// [`RateError`] when a rate is out of bounds, or the burst takes no time or
    /// longer than its period.
    pub fn burst(
        base: f64,
        peak: f64,
        burst: Duration,
        period: Duration,
    ) -> Result<Self, RateError> {
        Ok(Self::new(Plan::Burst(Burst::new(
            base, peak, burst, period,
        )?)))
    }

    /// The KDG's week of hours, beginning at a local time in milliseconds since
    /// the Unix epoch. The records of each second are drawn from the seed.
    pub fn grid(grid: Grid, local_start_ms: i64, seed: u64) -> Self {
        Self::new(Plan::Grid(Box::new(Timetable::new(
            grid,
            local_start_ms,
            seed,
        ))))
    }

    /// The same pace in a simulation that passes so many times as fast; as fast
    /// as there is room when `None`. Nothing is dropped from its plan.
    ///
    /// # Errors
    ///
    /// [`RateError::Speed`] unless the speed is above 0.
    pub fn simulated(mut self, speed: Option<f64>) -> Result<Self, RateError> {
        self.speed = match speed {
            None => Speed::Unbounded,
            Some(speed) if speed > 0.0 && speed.is_finite() => Speed::Times(speed),
            Some(speed) => return Err(RateError::Speed { speed }),
        };
        Ok(self)
    }

    fn new(plan: Plan) -> Self {
        Self {
            plan,
            speed: Speed::Real,
            origin: None,
            taken: 0,
        }
    }

    /// Takes the records that are due at `now`, but at most `room`. What is left
    /// stays due, within [`LONGEST_CATCH_UP`].
    pub fn take(&mut self, now: Duration, room: u64) -> u64 {
        let at_once = match self.plan {
            Plan::Unlimited => Some(room),
            Plan::Constant(constant) if self.speed != Speed::Unbounded => {
                let plan_time = self.plan_time(now);
                self.skip_stale(plan_time);
                let by_now = plan_time.saturating_add(Duration::from_nanos(1));
                Some(
                    constant
                        .due_before(by_now)
                        .saturating_sub(self.taken)
                        .min(room),
                )
            }
            _ => None,
        };
        if let Some(taken) = at_once {
            self.taken = self.taken.saturating_add(taken);
            return taken;
        }
        let mut taken = 0;
        while taken < room && self.take_one(now).is_some() {
            taken += 1;
        }
        taken
    }

    /// Takes the next record if it is due at `now`, and tells its time in the
    /// plan, which began at 0.
    pub fn take_one(&mut self, now: Duration) -> Option<Duration> {
        let plan_time = self.plan_time(now);
        self.skip_stale(plan_time);
        let due = self.plan.due_at(self.taken)?;
        if due > plan_time {
            return None;
        }
        self.taken = self.taken.saturating_add(1);
        Some(due)
    }

    /// When the next record is due, in the caller's time; not after `now` if it
    /// is due already, and `None` if there never is one.
    pub fn next_due(&mut self, now: Duration) -> Option<Duration> {
        let origin = *self.origin.get_or_insert(now);
        let due = self.plan.due_at(self.taken)?;
        let passes = match self.speed {
            Speed::Real => due,
            // A rounding down would leave the record that was waited for not yet due.
            Speed::Times(speed) => {
                seconds(due.as_secs_f64() / speed).saturating_add(Duration::from_nanos(1))
            }
            Speed::Unbounded => Duration::ZERO,
        };
        Some(origin.saturating_add(passes))
    }

    fn plan_time(&mut self, now: Duration) -> Duration {
        let passed = now.saturating_sub(*self.origin.get_or_insert(now));
        match self.speed {
            Speed::Real => passed,
            Speed::Times(speed) => seconds(passed.as_secs_f64() * speed),
            Speed::Unbounded => Duration::MAX,
        }
    }

    /// Drops from the plan what was due more than [`LONGEST_CATCH_UP`] ago, unless it is simulated.
    fn skip_stale(&mut self, plan_time: Duration) {
        if self.speed == Speed::Real
            && let Some(since) = plan_time.checked_sub(LONGEST_CATCH_UP)
            && self.plan.due_at(self.taken).is_some_and(|due| due < since)
        {
            self.taken = self.taken.max(self.plan.due_before(since));
        }
    }
}

impl Plan {
    /// The time of the record with this number, counted from 0; `None` when
    /// there is none. Numbers must not fall from one call to the next.
    fn due_at(&mut self, number: u64) -> Option<Duration> {
        match self {
            Self::Unlimited => Some(Duration::ZERO),
            Self::Constant(constant) => Some(constant.due_at(number)),
            Self::Ramp(ramp) => ramp.due_at(number),
            Self::Burst(burst) => Some(burst.due_at(number)),
            Self::Grid(timetable) => timetable.due_at(number),
        }
    }

    /// How many records are due before a time.
    fn due_before(&mut self, time: Duration) -> u64 {
        match self {
            Self::Unlimited => 0,
            Self::Constant(constant) => constant.due_before(time),
            Self::Ramp(ramp) => ramp.due_before(time),
            Self::Burst(burst) => burst.due_before(time),
            Self::Grid(timetable) => timetable.due_before(time),
        }
    }
}

/// A rate within the bounds.
fn checked(rate: f64) -> Result<f64, RateError> {
    if (MIN_RATE..=MAX_RATE).contains(&rate) {
        Ok(rate)
    } else {
        Err(RateError::Rate { rate })
    }
}

/// A rate within the bounds, or 0.
fn checked_or_zero(rate: f64) -> Result<f64, RateError> {
    if rate == 0.0 { Ok(rate) } else { checked(rate) }
}

/// Seconds as a duration; what no duration holds becomes the longest.
fn seconds(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(Duration::MAX)
}

/// A count that is worked out with fractions, as the whole number not below it.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "saturates at both ends"
)]
fn whole(count: f64) -> u64 {
    count.ceil() as u64
}

/// A record's number for working with fractions.
#[expect(
    clippy::cast_precision_loss,
    reason = "beyond 2^53 records the time is rounded to the next one that can be told"
)]
fn real(number: u64) -> f64 {
    number as f64
}
