//! One shard at work: its poller, its lanes and what they have settled.

use std::sync::{Mutex, MutexGuard, PoisonError};

use futures::future::{join, join_all};
use tokio::sync::{Notify, mpsc};

use super::backoff::Backoff;
use super::checkpoint::{Checkpoint, Place};
use super::control::Stopped;
use super::event::EventRecord;
use super::ledger::Ledger;
use super::progress::{Progress, ShardProgress, count};
use super::sequence::SequenceNumber;
use super::{Context, lane, poller};

/// What the poller and the lanes of one shard share.
pub(super) struct Shard<'a> {
    pub(super) context: &'a Context,
    pub(super) id: String,
    ledger: Mutex<Ledger>,
    settled: Notify,
}

/// Works through a shard from its checkpoint until it is finished or the mapping stops.
///
/// Returns the shard's id.
pub(super) async fn run(context: &Context, checkpoint: Checkpoint) -> String {
    let lanes = context.settings.parallelization_factor;
    let id = checkpoint.shard.clone();
    let Some(position) = checkpoint.place.position() else {
        return id;
    };
    let shard = Shard {
        context,
        id,
        ledger: Mutex::new(Ledger::open(checkpoint, lanes)),
        settled: Notify::new(),
    };
    shard.report_read(0, 0);
    let (senders, receivers): (Vec<_>, Vec<_>) =
        (0..lanes).map(|_| mpsc::unbounded_channel()).unzip();
    let polled = poller::run(&shard, position, senders);
    let delivered = receivers
        .into_iter()
        .enumerate()
        .map(|(number, records)| lane::run(&shard, number, records));
    let (polled, _) = join(polled, join_all(delivered)).await;
    // Lanes that were stopped leave records behind.
    if polled.is_ok() && shard.ledger().unsettled() == 0 {
        // Without the mark the shard is read again, which finds nothing.
        let _ = shard.finish().await;
    }
    shard.id
}

impl Shard<'_> {
    /// Notes a record that was read; returns whether it is to be delivered.
    pub(super) fn note(&self, sequence_number: &SequenceNumber, lane: usize, bytes: usize) -> bool {
        self.ledger().note(sequence_number, lane, bytes)
    }

    /// Forgets what was settled in a shard of this name that exists no more.
    pub(super) fn begin_anew(&self) {
        self.ledger().forget_marks();
    }

    /// Publishes that so many more records wait, and how far the shard is behind.
    pub(super) fn report_read(&self, records: usize, millis_behind_latest: u64) {
        self.publish(|progress, shard| {
            progress.read += count(records);
            shard.waiting += records;
            shard.millis_behind_latest = millis_behind_latest;
        });
    }

    /// Settles records of a lane, which are the oldest unsettled ones it has, and keeps that.
    pub(super) async fn settle(&self, lane: usize, records: &[EventRecord]) -> Result<(), Stopped> {
        let Some(last) = records.last() else {
            return Ok(());
        };
        self.ledger().settle(lane, &last.sequence_number);
        self.keep(|| self.ledger().checkpoint(&self.id)).await?;
        self.publish(|progress, shard| {
            progress.settled += count(records.len());
            shard.waiting -= records.len();
        });
        self.settled.notify_one();
        Ok(())
    }

    /// Waits until more may be read; returns how many records and bytes.
    pub(super) async fn room(
        &self,
        records: usize,
        bytes: usize,
    ) -> Result<(usize, usize), Stopped> {
        loop {
            let free = {
                let ledger = self.ledger();
                (
                    records.saturating_sub(ledger.unsettled()),
                    bytes.saturating_sub(ledger.unsettled_bytes()),
                )
            };
            if free.0 > 0 && free.1 > 0 {
                return Ok(free);
            }
            self.context
                .control
                .unless_stopped(self.settled.notified())
                .await?;
        }
    }

    async fn finish(&self) -> Result<(), Stopped> {
        self.keep(|| Checkpoint {
            shard: self.id.clone(),
            place: Place::Finished,
            lanes: Vec::new(),
        })
        .await?;
        self.publish(|_, shard| shard.finished = true);
        Ok(())
    }

    /// Writes a checkpoint, as often as it takes: what is not kept would be delivered again.
    ///
    /// It is made for each attempt, because another lane may have got further meanwhile.
    async fn keep(&self, checkpoint: impl Fn() -> Checkpoint) -> Result<(), Stopped> {
        let mut backoff = Backoff::default();
        while let Err(error) = self.context.checkpoints.put(&[checkpoint()]) {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "a checkpoint could not be kept; it is tried again"
            );
            backoff.wait(self.context).await?;
        }
        Ok(())
    }

    fn publish(&self, change: impl FnOnce(&mut Progress, &mut ShardProgress)) {
        let checkpoint = match self.ledger().place() {
            Place::After(sequence_number) => Some(sequence_number.to_string()),
            _ => None,
        };
        self.context.note(|progress| {
            let mut shard = progress.shards.remove(&self.id).unwrap_or_default();
            shard.checkpoint = checkpoint;
            change(progress, &mut shard);
            progress.shards.insert(self.id.clone(), shard);
        });
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
