//! A budget that refills with the clock: how a shard's throughput limits are kept.

/// Tokens are counted in thousandths, so that a rate a second is whole tokens a millisecond.
const SCALE: i64 = 1_000;

/// One second's worth of tokens, refilled continuously.
#[derive(Debug)]
pub(crate) struct TokenBucket {
    per_second: i64,
    thousandths: i64,
    refilled_ms: u64,
}

impl TokenBucket {
    /// A full bucket.
    pub(crate) fn full(per_second: usize, now_ms: u64) -> Self {
        let per_second = i64::try_from(per_second).unwrap_or(i64::MAX / SCALE);
        Self {
            per_second,
            thousandths: per_second * SCALE,
            refilled_ms: now_ms,
        }
    }

    /// Whether `amount` may be taken now. More than a full bucket is admitted by a full bucket.
    pub(crate) fn admits(&mut self, amount: usize, now_ms: u64) -> bool {
        self.refill(now_ms);
        self.thousandths >= scaled(amount).min(self.per_second * SCALE)
    }

    /// Whether anything at all is left, for those who learn the amount only afterwards.
    pub(crate) fn is_in_credit(&mut self, now_ms: u64) -> bool {
        self.refill(now_ms);
        self.thousandths > 0
    }

    /// Takes `amount`, into debt if need be.
    ///
    /// More than a full bucket leaves the whole amount as debt: after ten seconds' worth at once, the next
    /// is admitted ten seconds later, as "Quotas and limits" says of large reads and large records.
    pub(crate) fn take(&mut self, amount: usize) {
        let amount = scaled(amount);
        if amount > self.per_second * SCALE {
            self.thousandths = self.thousandths.min(0);
        }
        self.thousandths = self.thousandths.saturating_sub(amount);
    }

    fn refill(&mut self, now_ms: u64) {
        let elapsed_ms = i64::try_from(now_ms.saturating_sub(self.refilled_ms)).unwrap_or(i64::MAX);
        self.refilled_ms = now_ms;
        self.thousandths = self
            .thousandths
            .saturating_add(elapsed_ms.saturating_mul(self.per_second))
            .min(self.per_second * SCALE);
    }
}

fn scaled(amount: usize) -> i64 {
    i64::try_from(amount)
        .unwrap_or(i64::MAX)
        .saturating_mul(SCALE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_refills_what_a_second_allows() {
        let mut bucket = TokenBucket::full(1_000, 0);
        assert!(bucket.admits(1_000, 0));
        bucket.take(1_000);
        assert!(!bucket.admits(1, 0));
        assert!(bucket.admits(1, 1));
        assert!(!bucket.admits(1_000, 999));
        assert!(bucket.admits(1_000, 1_000));
    }

    #[test]
    fn a_long_rest_saves_no_more_than_one_second() {
        let mut bucket = TokenBucket::full(1_000, 0);
        assert!(bucket.admits(1_000, 60_000));
        bucket.take(1_000);
        assert!(!bucket.admits(1, 60_000));
    }

    #[test]
    fn what_exceeds_a_full_bucket_is_paid_off_in_full() {
        let mut bucket = TokenBucket::full(2, 0);
        assert!(bucket.is_in_credit(0));
        bucket.take(10);
        assert!(!bucket.is_in_credit(5_000));
        assert!(bucket.is_in_credit(5_001));
    }

    #[test]
    fn a_clock_that_steps_back_gives_nothing_away() {
        let mut bucket = TokenBucket::full(10, 10_000);
        bucket.take(10);
        assert!(!bucket.admits(1, 0));
        assert!(!bucket.admits(10, 999));
        assert!(bucket.admits(10, 1_000));
    }
}
