//! Attempts that failed in a row → how long to wait before the next.

use std::time::Duration;

use super::Context;
use super::control::Stopped;

/// The first wait.
const BASE: Duration = Duration::from_millis(100);

/// The longest wait; AWS does not say how long it waits.
const CAP: Duration = Duration::from_secs(10);

/// How long to wait where attempts cost nothing and no one is held up by them.
pub(super) const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Waits that double from one attempt to the next, each shortened by up to half by chance so that
/// lanes that failed together do not come back together.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    attempts: u32,
}

impl Backoff {
    /// Begins anew after a success.
    pub(super) fn reset(&mut self) {
        self.attempts = 0;
    }

    /// Waits before the next attempt.
    pub(super) async fn wait(&mut self, context: &Context) -> Result<(), Stopped> {
        let wait = self.next(context.chance());
        context
            .control
            .unless_stopped(tokio::time::sleep(wait))
            .await
    }

    fn next(&mut self, chance: f64) -> Duration {
        let doubled = BASE.saturating_mul(1_u32.checked_shl(self.attempts).unwrap_or(u32::MAX));
        self.attempts = self.attempts.saturating_add(1).min(31);
        doubled.min(CAP).mul_f64(1.0 - chance / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{BASE, Backoff, CAP};

    #[test]
    fn waits_double_up_to_the_cap_and_begin_anew_after_a_reset() {
        let mut backoff = Backoff::default();
        let waits: Vec<_> = (0..100).map(|_| backoff.next(0.0)).collect();
        assert_eq!(waits[..3], [BASE, BASE * 2, BASE * 4]);
        assert!(waits.is_sorted());
        assert_eq!(waits[99], CAP);
        backoff.reset();
        assert_eq!(backoff.next(1.0), BASE / 2);
    }
}
