//! A batch from its event to its report: every record settled once, and in time.
//!
//! The records are worked on in segments, each as much as the memory may hold at a time, because
//! compressed payloads can be many times as large as their event.

mod each;
mod patience;
mod segment;
mod together;

use std::{
    borrow::Cow,
    slice,
    sync::Arc,
    time::{Duration, SystemTime},
    vec,
};

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use futures::{StreamExt, stream};
use tokio::time::{Instant, timeout_at};

pub use self::patience::{end_when_worn_out, verdict_before};
use self::{
    patience::TooSlow,
    segment::{Claim, Member, Segment},
};
use crate::{
    config::{Config, Form},
    decode::{self, Packing},
    event::{Event, MalformedEvent},
    holders::Holders,
    object::Object,
    outcome::{Outcome, QuarantineReason, RetryReason},
    record::{Identity, Record},
    report::{BatchReport, Circumstances, Settled, Tally, Unaccounted},
    store::{Condition, Put, Store},
    verdict::Intent,
};

/// How many puts are under way at once.
const CONCURRENCY: usize = 64;

/// How much of an invocation's time is kept back for the answer, at most.
const MARGIN: Duration = Duration::from_secs(1);

/// The part of an invocation's time after which a record is given up as too slow. One that was not
/// given as much, because others came before it, is tried again as the first of a batch.
const PATIENCE: f64 = 0.4;

/// A pipeline with its bucket, which takes one batch after the other.
#[derive(Debug)]
pub struct Processor<S> {
    config: Arc<Config>,
    store: S,
    holders: Holders,
    too_slow: TooSlow,
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

impl Invocation {
    /// One that begins now and has to be over by this time.
    pub fn begin(deadline: SystemTime, cold_start: bool) -> Self {
        let now = SystemTime::now();
        let remaining = deadline.duration_since(now).unwrap_or_default();
        Self {
            received_at: now.into(),
            deadline: Instant::now() + remaining,
            cold_start,
        }
    }
}

/// Why a batch has to be delivered again as a whole.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub enum Failure {
    /// Its event cannot be read.
    Malformed(#[from] MalformedEvent),
    /// A record of it has no outcome.
    Unaccounted(#[from] Unaccounted),
}

impl Failure {
    /// What Lambda shows as the type of the error.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "MalformedEvent",
            Self::Unaccounted(_) => "Unaccounted",
        }
    }
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
            config: Arc::new(config),
            store,
            holders: Holders::default(),
            too_slow: TooSlow::default(),
        }
    }

    /// What the pipeline makes of records.
    pub fn config(&self) -> &Arc<Config> {
        &self.config
    }

    /// Remembers of a record that its judgement was waited for in vain, and for how long: it is
    /// quarantined when it comes.
    pub fn give_up(&self, identity: &Identity, after: Duration) {
        self.too_slow.insert(identity, after);
    }

    /// Settles every record of an event, as Lambda delivers it, before the invocation's deadline.
    ///
    /// # Errors
    ///
    /// As [`Event::read`] and [`Processor::process`].
    pub async fn handle(
        &self,
        json: Bytes,
        invocation: Invocation,
    ) -> Result<BatchReport, Failure> {
        let event = Event::read(&json)?;
        drop(json);
        Ok(self.process(&event, invocation).await?)
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
        let usable = remaining.saturating_sub(MARGIN.min(remaining / 4));
        let run = Run {
            processor: self,
            cutoff: clock.began + usable,
            patience: usable.mul_f64(PATIENCE),
            clock,
        };
        let mut tally = Tally::default();
        let mut arriving = Arriving {
            records: event.records.iter(),
            parts: Vec::new().into_iter(),
            packing: Packing::None,
            is_over: false,
        };
        loop {
            let segment = run.gather(&mut arriving, &mut tally).await;
            if segment.is_empty() {
                break;
            }
            let settled = run.settle(&segment).await;
            let settled = in_order(settled, segment.records.len())?;
            for (index, (record, settled)) in segment.records.iter().zip(&settled).enumerate() {
                tally.settled(record, settled);
                if segment.moved.contains(&index) {
                    tally.moved(settled);
                }
            }
        }
        let circumstances = Circumstances {
            pipeline: self.config.name.clone(),
            at: clock.now(),
            duration: clock.elapsed(),
            cold_start: invocation.cold_start,
        };
        let ends = event.records.first().zip(event.records.last());
        let span = ends.map(|(first, last)| (first.identity.clone(), last.identity.clone()));
        tally.close(circumstances, span)
    }
}

/// What of a batch has not been judged.
struct Arriving<'r> {
    records: slice::Iter<'r, Record>,
    /// What is left of a record that was taken apart: its parts may open to more than a segment
    /// holds.
    parts: vec::IntoIter<Record>,
    packing: Packing,
    /// Whether the rest has to wait for the next invocation.
    is_over: bool,
}

/// One batch on its way.
struct Run<'p, S> {
    processor: &'p Processor<S>,
    clock: Clock,
    /// When no put is begun any more, and none is waited for.
    cutoff: Instant,
    /// How long a record may take.
    patience: Duration,
}

impl<S: Store> Run<'_, S> {
    /// Takes apart and judges as many records as the memory may hold at a time, and as half of the
    /// time that is left allows: the rest of it is needed to store them. None is left when the
    /// segment is empty.
    async fn gather<'r>(&self, arriving: &mut Arriving<'r>, tally: &mut Tally) -> Segment<'r> {
        let mut segment = Segment::default();
        let began = Instant::now();
        let until = began + self.cutoff.saturating_duration_since(began) / 2;
        while segment.is_empty() || (!segment.is_full() && Instant::now() < until) {
            let part = arriving.parts.next().map(Cow::Owned);
            let Some(record) = part.or_else(|| arriving.records.next().map(Cow::Borrowed)) else {
                break;
            };
            let again = if arriving.is_over || self.is_over() {
                Some(RetryReason::OutOfTime)
            } else if self.is_batch() && tally.repeats(&record) {
                // What a folder's next object begins with would change with the repetition.
                Some(RetryReason::Behind)
            } else {
                None
            };
            if let Some(reason) = again {
                tally.received();
                segment.settle_at_once(record, self.settled(Outcome::Retry(reason)));
                continue;
            }
            let record = match record {
                Cow::Borrowed(record) => record,
                part @ Cow::Owned(_) => {
                    tally.received();
                    let packing = arriving.packing;
                    arriving.is_over = !self.judge(part, packing, &mut segment).await;
                    continue;
                }
            };
            let unpacked = decode::unpack(record);
            match unpacked.records {
                // It is one by itself.
                Cow::Borrowed(_) => {
                    tally.received();
                    let (record, packing) = (Cow::Borrowed(record), unpacked.packing);
                    arriving.is_over = !self.judge(record, packing, &mut segment).await;
                }
                Cow::Owned(parts) => {
                    arriving.parts = parts.into_iter();
                    arriving.packing = unpacked.packing;
                }
            }
        }
        segment
    }

    /// Adds a record to a segment by what should become of it; `false` if that took so long that no
    /// other can be judged.
    async fn judge<'r>(
        &self,
        record: Cow<'r, Record>,
        packing: Packing,
        segment: &mut Segment<'r>,
    ) -> bool {
        let config = &self.processor.config;
        if let Some(after) = self.processor.too_slow.get(&record.identity) {
            segment.quarantine(record, QuarantineReason::TooSlow { after });
            return true;
        }
        let intent = match verdict_before(config, &record, packing, self.cutoff).await {
            Ok(verdict) => verdict.intent,
            Err(after) if after < self.patience => {
                let again = Outcome::Retry(RetryReason::OutOfTime);
                segment.settle_at_once(record, self.settled(again));
                return false;
            }
            Err(after) => {
                self.processor.give_up(&record.identity, after);
                Intent::Quarantine(QuarantineReason::TooSlow { after })
            }
        };
        match intent {
            Intent::Store { key, body, moved } => {
                segment.store(record, key, body, moved.is_some());
            }
            Intent::Filter => segment.settle_at_once(record, self.settled(Outcome::Filtered)),
            Intent::Quarantine(reason) => segment.quarantine(record, reason),
        }
        true
    }

    /// Settles every record of a segment: each place in it appears once in what is returned.
    async fn settle(&self, segment: &Segment<'_>) -> Vec<(usize, Settled)> {
        let quarantine = stream::iter(&segment.refused)
            .map(|(index, reason)| self.quarantine(segment, *index, reason))
            .buffer_unordered(CONCURRENCY);
        let mut settled = segment.settled.clone();
        settled.extend(match &self.processor.config.form {
            Form::Record { on_collision } => self.store_each(segment, *on_collision).await,
            Form::Batch { compression, id } => {
                self.store_together(segment, *compression, id.as_ref())
                    .await
            }
        });
        settled.extend(quarantine.collect::<Vec<_>>().await);
        settled
    }

    /// Keeps a record that can never succeed.
    async fn quarantine(
        &self,
        segment: &Segment<'_>,
        index: usize,
        reason: &QuarantineReason,
    ) -> (usize, Settled) {
        let pipeline = &self.processor.config.name;
        let object = Object::quarantined(pipeline, &segment.records[index], reason);
        let outcome = match self.put(&object, &Condition::Absent).await {
            // The key holds the record's identity: whatever has taken it is this record.
            Ok(Put::Written | Put::Taken { .. }) => Outcome::Quarantined(reason.clone()),
            Err(reason) => Outcome::Retry(reason),
        };
        (index, self.settled(outcome))
    }

    /// Puts an object unless time has run out, and waits for it no longer than there is time.
    async fn put(&self, object: &Object, condition: &Condition) -> Result<Put, RetryReason> {
        if self.is_over() {
            return Err(RetryReason::OutOfTime);
        }
        timeout_at(self.cutoff, self.processor.store.put(object, condition))
            .await
            .unwrap_or(Err(RetryReason::OutOfTime))
    }

    fn is_over(&self) -> bool {
        Instant::now() >= self.cutoff
    }

    fn is_batch(&self) -> bool {
        matches!(self.processor.config.form, Form::Batch { .. })
    }

    fn settled(&self, outcome: Outcome) -> Settled {
        let at = self.clock.now();
        Settled { outcome, at }
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
