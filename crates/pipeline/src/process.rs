//! A batch from its event to its report: every record settled once, and in time.
//!
//! Records that want the same key are settled together. The first of them claims the key, and
//! what that put answers tells about all the others, so that a key shared by many costs one look
//! and not one each. The displaced then go, in a second pass, where the pipeline's `on_collision`
//! sends them.

mod batch;

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::Instant;

use self::batch::Batch;
use crate::{
    config::Config,
    event::Event,
    holders::Holders,
    report::{BatchReport, Circumstances, Settled, Unaccounted},
    store::Store,
};

/// How many puts are under way at once.
const CONCURRENCY: usize = 64;

/// How much of an invocation's time is kept back for the answer, at most.
const MARGIN: Duration = Duration::from_secs(1);

/// A pipeline with its bucket, which takes one batch after the other.
#[derive(Debug)]
pub struct Processor<S> {
    config: Config,
    store: S,
    holders: Holders,
}

/// What Lambda says about one invocation.
#[derive(Clone, Copy, Debug)]
pub struct Invocation {
    /// When it began, by the wall clock.
    pub received_at: DateTime<Utc>,
    /// When it has to be over.
    pub deadline: Instant,
    /// Whether it is the first of its process.
    pub cold_start: bool,
}

/// A wall clock that runs on from the beginning of an invocation.
#[derive(Clone, Copy, Debug)]
struct Clock {
    began: Instant,
    began_at: DateTime<Utc>,
}

impl Clock {
    fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    fn now(&self) -> DateTime<Utc> {
        self.began_at + TimeDelta::from_std(self.elapsed()).unwrap_or_default()
    }
}

impl<S: Store> Processor<S> {
    /// A processor for this pipeline and this bucket.
    pub fn new(config: Config, store: S) -> Self {
        Self {
            config,
            store,
            holders: Holders::default(),
        }
    }

    /// Settles every record of a batch before the invocation's deadline.
    ///
    /// # Errors
    ///
    /// [`Unaccounted`] if a record were left without an outcome; the whole batch then has to be
    /// delivered again.
    pub async fn process(
        &self,
        event: &Event,
        invocation: Invocation,
    ) -> Result<BatchReport, Unaccounted> {
        let clock = Clock {
            began: Instant::now(),
            began_at: invocation.received_at,
        };
        let remaining = invocation.deadline.saturating_duration_since(clock.began);
        let batch = Batch {
            processor: self,
            records: &event.records,
            cutoff: clock.began + remaining.saturating_sub(MARGIN.min(remaining / 4)),
            clock,
        };
        let settled = in_order(batch.settle().await, event.records.len())?;
        let circumstances = Circumstances {
            pipeline: self.config.name.clone(),
            at: clock.now(),
            duration: clock.elapsed(),
            cold_start: invocation.cold_start,
        };
        BatchReport::new(circumstances, &event.records, &settled)
    }
}

/// Puts outcomes into the order of their records, each of which has to have exactly one.
fn in_order(
    mut settled: Vec<(usize, Settled)>,
    received: usize,
) -> Result<Vec<Settled>, Unaccounted> {
    settled.sort_by_key(|(index, _)| *index);
    if settled.iter().map(|(index, _)| *index).eq(0..received) {
        Ok(settled.into_iter().map(|(_, settled)| settled).collect())
    } else {
        Err(Unaccounted {
            received,
            accounted: settled.len(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::Outcome;

    fn filtered(index: usize) -> (usize, Settled) {
        let settled = Settled {
            outcome: Outcome::Filtered,
            at: DateTime::UNIX_EPOCH,
        };
        (index, settled)
    }

    #[test]
    fn a_record_without_an_outcome_or_with_two_fails_the_batch() {
        assert!(in_order(vec![filtered(1), filtered(0)], 2).is_ok());
        assert!(in_order(vec![filtered(0)], 2).is_err());
        assert!(in_order(vec![filtered(0), filtered(0)], 2).is_err());
        assert!(in_order(vec![filtered(0), filtered(0), filtered(1)], 2).is_err());
    }
}
