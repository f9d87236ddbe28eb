//! A rate with a burst at the beginning of each period.

use std::time::Duration;

use super::{RateError, checked, checked_or_zero, real, seconds, whole};

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Burst {
    base: f64,
    peak: f64,
    /// How long a burst takes, in seconds.
    lasts: f64,
    /// From the beginning of one burst to that of the next, in seconds.
    period: f64,
}

impl Burst {
    pub(super) fn new(
        base: f64,
        peak: f64,
        burst: Duration,
        period: Duration,
    ) -> Result<Self, RateError> {
        let (base, peak) = (checked_or_zero(base)?, checked(peak)?);
        if burst.is_zero() || burst > period {
            return Err(RateError::Duration {
                what: "a burst",
                duration: burst,
                remedy: "a time above 0 that is no longer than its period",
            });
        }
        Ok(Self {
            base,
            peak,
            lasts: burst.as_secs_f64(),
            period: period.as_secs_f64(),
        })
    }

    pub(super) fn due_at(self, number: u64) -> Duration {
        let number = real(number);
        let periods = (number / self.in_period()).floor();
        let rest = number - periods * self.in_period();
        let within = if rest < self.in_burst() {
            rest / self.peak
        } else if self.base > 0.0 {
            self.lasts + (rest - self.in_burst()) / self.base
        } else {
            // Rounding made a full period of it: the next burst begins with this record.
            self.period
        };
        seconds(periods * self.period + within)
    }

    pub(super) fn due_before(self, time: Duration) -> u64 {
        let time = time.as_secs_f64();
        let periods = (time / self.period).floor();
        let rest = time - periods * self.period;
        let bursting = rest.min(self.lasts);
        whole(periods * self.in_period() + bursting * self.peak + (rest - bursting) * self.base)
    }

    fn in_burst(self) -> f64 {
        self.peak * self.lasts
    }

    fn in_period(self) -> f64 {
        self.in_burst() + self.base * (self.period - self.lasts)
    }
}
