//! Times that requests took → their quantiles, in little memory.

use std::time::Duration;

use crate::message::Latency;

/// Buckets for each doubling: a quantile is off by 4 % at most.
const PER_DOUBLING: f64 = 8.0;

/// The upper end of the first bucket, in milliseconds.
const FIRST_MS: f64 = 0.25;

/// Up to more than an hour.
const BUCKETS: usize = 200;

/// How many requests took how long.
#[derive(Debug, Clone)]
pub(super) struct Latencies {
    counts: Vec<u64>,
    total: u64,
}

impl Default for Latencies {
    fn default() -> Self {
        Self {
            counts: vec![0; BUCKETS],
            total: 0,
        }
    }
}

impl Latencies {
    pub(super) fn add(&mut self, took: Duration) {
        let doublings = (took.as_secs_f64() * 1e3 / FIRST_MS).max(1.0).log2();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "not negative, and cut at the last bucket"
        )]
        let bucket = ((doublings * PER_DOUBLING).round() as usize).min(BUCKETS - 1);
        if let Some(count) = self.counts.get_mut(bucket) {
            *count += 1;
            self.total += 1;
        }
    }

    pub(super) fn quantiles(&self) -> Option<Latency> {
        Some(Latency {
            p50: self.quantile(50)?,
            p99: self.quantile(99)?,
        })
    }

    /// The time that so many of a hundred requests did not exceed, in milliseconds.
    fn quantile(&self, percent: u64) -> Option<f64> {
        let wanted = (self.total * percent).div_ceil(100);
        let mut seen = 0;
        let bucket = self.counts.iter().position(|count| {
            seen += count;
            *count > 0 && seen >= wanted
        })?;
        let doublings = f64::from(u32::try_from(bucket).ok()?) / PER_DOUBLING;
        Some(FIRST_MS * doublings.exp2())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_right_within_the_width_of_a_bucket() {
        let mut latencies = Latencies::default();
        assert_eq!(latencies.quantiles(), None);
        for ms in 1..=1000 {
            latencies.add(Duration::from_millis(ms));
        }
        let Latency { p50, p99 } = latencies.quantiles().unwrap();
        assert!((475.0..525.0).contains(&p50), "{p50}");
        assert!((940.0..1040.0).contains(&p99), "{p99}");
    }

    #[test]
    fn one_request_is_both_quantiles() {
        let mut latencies = Latencies::default();
        latencies.add(Duration::from_millis(8));
        assert_eq!(latencies.quantiles(), Some(Latency { p50: 8.0, p99: 8.0 }));
    }
}
