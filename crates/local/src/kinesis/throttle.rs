//! Throttling on demand: the fault that every producer meets on AWS and few have tested.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Answers a fraction of writes with `ProvisionedThroughputExceededException`, whatever the shard has room for.
///
/// Counted per entry of `PutRecords` and per call of `PutRecord`. Clones share their state, so a test keeps
/// one and changes it while the stack runs. Equal seeds refuse the same writes.
#[derive(Debug, Clone)]
pub struct Throttle(Arc<State>);

#[derive(Debug)]
struct State {
    /// A draw below this is refused: the fraction scaled to 2^32.
    threshold: AtomicU64,
    /// The state of a `SplitMix64` generator.
    generator: AtomicU64,
}

impl Throttle {
    /// Refuses nothing until told otherwise.
    pub fn off() -> Self {
        Self::new(0.0, 0)
    }

    /// Refuses `fraction` (0 to 1) of the writes, chosen by `seed`.
    pub fn new(fraction: f64, seed: u64) -> Self {
        Self(Arc::new(State {
            threshold: AtomicU64::new(threshold(fraction)),
            generator: AtomicU64::new(seed),
        }))
    }

    /// Refuses `fraction` (0 to 1) of the writes from now on.
    pub fn set_fraction(&self, fraction: f64) {
        self.0
            .threshold
            .store(threshold(fraction), Ordering::Relaxed);
    }

    /// Decides about one write.
    pub(crate) fn strikes(&self) -> bool {
        let threshold = self.0.threshold.load(Ordering::Relaxed);
        threshold > 0 && self.draw() >> 32 < threshold
    }

    fn draw(&self) -> u64 {
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        let state = self.0.generator.fetch_add(STEP, Ordering::Relaxed);
        let mut mixed = state.wrapping_add(STEP);
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the fraction is clamped to 0..=1 first"
)]
fn threshold(fraction: f64) -> u64 {
    (fraction.clamp(0.0, 1.0) * 2_f64.powi(32)) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_seeds_refuse_the_same_writes() {
        let draws = |throttle: Throttle| -> Vec<bool> {
            std::iter::repeat_with(|| throttle.strikes())
                .take(1_000)
                .collect()
        };
        let first = draws(Throttle::new(0.3, 7));
        assert_eq!(first, draws(Throttle::new(0.3, 7)));
        assert_ne!(first, draws(Throttle::new(0.3, 8)));
        let refused = first.iter().filter(|refused| **refused).count();
        assert!((250..350).contains(&refused), "{refused} of 1000");
    }

    #[test]
    fn a_clone_is_moved_with_the_original() {
        let throttle = Throttle::off();
        let clone = throttle.clone();
        assert!(!clone.strikes());
        throttle.set_fraction(1.0);
        assert!(clone.strikes());
    }
}
