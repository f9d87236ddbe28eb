//! A fault that strikes a share of what passes it.
//!
//! Faults are how a claim about reliability is tested, and how a user tests their own.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// One kind of fault. Clones share the rate, so that it can be changed while the stack runs.
#[derive(Debug, Clone)]
pub struct Fault(Arc<State>);

#[derive(Debug)]
struct State {
    /// The rate's bits, 0.0 to 1.0.
    rate: AtomicU64,
    /// What `SplitMix64` counts up; every draw is a function of it.
    seed: AtomicU64,
}

/// The increment of `SplitMix64`, the odd number nearest to 2^64 over the golden ratio.
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

impl Fault {
    /// A fault that strikes `rate` of the time, in an order that `seed` determines.
    pub fn new(rate: f64, seed: u64) -> Self {
        let fault = Self(Arc::new(State {
            rate: AtomicU64::new(0),
            seed: AtomicU64::new(seed),
        }));
        fault.set(rate);
        fault
    }

    /// A fault that never strikes.
    pub fn never() -> Self {
        Self::new(0.0, 0)
    }

    /// Changes the rate from now on; what lies outside 0.0 to 1.0 counts as the nearer end.
    pub fn set(&self, rate: f64) {
        let rate = if rate.is_nan() {
            0.0
        } else {
            rate.clamp(0.0, 1.0)
        };
        self.0.rate.store(rate.to_bits(), Ordering::Relaxed);
    }

    /// Tells whether it strikes this time.
    pub fn strikes(&self) -> bool {
        let rate = f64::from_bits(self.0.rate.load(Ordering::Relaxed));
        rate > 0.0 && self.draw() < rate
    }

    /// A number that is uniform in [0, 1).
    fn draw(&self) -> f64 {
        let mut mixed = self
            .0
            .seed
            .fetch_add(GOLDEN, Ordering::Relaxed)
            .wrapping_add(GOLDEN);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^= mixed >> 31;
        // The upper 32 bits are an exact f64.
        f64::from(u32::try_from(mixed >> 32).unwrap_or(u32::MAX)) / (f64::from(u32::MAX) + 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strikes_in(fault: &Fault, draws: usize) -> usize {
        (0..draws).filter(|_| fault.strikes()).count()
    }

    #[test]
    fn it_strikes_about_as_often_as_its_rate_says() {
        let struck = strikes_in(&Fault::new(0.1, 7), 100_000);
        assert!((9_500..10_500).contains(&struck), "struck {struck} times");
    }

    #[test]
    fn never_and_always_are_exact() {
        assert_eq!(strikes_in(&Fault::never(), 1_000), 0);
        assert_eq!(strikes_in(&Fault::new(1.0, 1), 1_000), 1_000);
    }

    #[test]
    fn one_seed_gives_one_order() {
        let order = |seed| {
            let fault = Fault::new(0.5, seed);
            (0..64).map(|_| fault.strikes()).collect::<Vec<_>>()
        };
        assert_eq!(order(3), order(3));
        assert_ne!(order(3), order(4));
    }

    #[test]
    fn a_clone_shares_the_rate() {
        let fault = Fault::never();
        fault.clone().set(1.0);
        assert!(fault.strikes());
    }
}
