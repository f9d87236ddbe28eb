//! A rate that changes evenly, and then stays.

use std::time::Duration;

use super::{RateError, checked_or_zero, real, seconds, whole};

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Ramp {
    from: f64,
    to: f64,
    /// How long the rate changes, in seconds.
    over: f64,
}

impl Ramp {
    pub(super) fn new(from: f64, to: f64, over: Duration) -> Result<Self, RateError> {
        let (from, to) = (checked_or_zero(from)?, checked_or_zero(to)?);
        if from == 0.0 && to == 0.0 {
            return Err(RateError::Rate { rate: to });
        }
        if over.is_zero() {
            return Err(RateError::Duration {
                what: "a ramp",
                duration: over,
                remedy: "a time above 0",
            });
        }
        Ok(Self {
            from,
            to,
            over: over.as_secs_f64(),
        })
    }

    pub(super) fn due_at(self, number: u64) -> Option<Duration> {
        let number = real(number);
        let on_ramp = self.on_ramp();
        if number < on_ramp {
            // The smaller root of growth/2 t² + from t = number, in the form that loses no digits.
            let root = (self.from * self.from + 2.0 * self.growth() * number).max(0.0);
            return Some(seconds(
                2.0 * number / (self.from + root.sqrt()).max(f64::MIN_POSITIVE),
            ));
        }
        (self.to > 0.0).then(|| seconds(self.over + (number - on_ramp) / self.to))
    }

    pub(super) fn due_before(self, time: Duration) -> u64 {
        let time = time.as_secs_f64();
        let ramped = time.min(self.over);
        let on_ramp = (self.from + self.growth() / 2.0 * ramped) * ramped;
        whole(on_ramp + self.to * (time - ramped))
    }

    /// By how much the rate changes in a second.
    fn growth(self) -> f64 {
        (self.to - self.from) / self.over
    }

    /// The records of the time in which the rate changes.
    fn on_ramp(self) -> f64 {
        f64::midpoint(self.from, self.to) * self.over
    }
}
