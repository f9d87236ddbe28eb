//! The records of one lane → batches, by count, bytes and time.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

use super::event::{EMPTY_EVENT_BYTES, EventRecord, MAX_EVENT_BYTES};

/// Gathers batches.
#[derive(Debug)]
pub(super) struct Batches {
    records: mpsc::UnboundedReceiver<EventRecord>,
    batch_size: usize,
    window: Duration,
    /// A record that did not fit the batch before.
    held: Option<EventRecord>,
}

impl Batches {
    pub(super) fn new(
        records: mpsc::UnboundedReceiver<EventRecord>,
        batch_size: usize,
        window: Duration,
    ) -> Self {
        Self {
            records,
            batch_size,
            window,
            held: None,
        }
    }

    /// The next batch, which has at least one record; `None` when the lane has come to its end.
    ///
    /// A record that exceeds the largest event on its own is a batch of its own.
    pub(super) async fn next(&mut self) -> Option<Vec<EventRecord>> {
        let first = match self.held.take() {
            Some(held) => held,
            None => self.records.recv().await?,
        };
        let window_end = Instant::now() + self.window;
        let mut bytes = EMPTY_EVENT_BYTES + first.json.len();
        let mut batch = vec![first];
        while batch.len() < self.batch_size {
            let Some(record) = self.within(window_end).await else {
                break;
            };
            bytes += 1 + record.json.len();
            if bytes > MAX_EVENT_BYTES {
                self.held = Some(record);
                break;
            }
            batch.push(record);
        }
        Some(batch)
    }

    /// The next record if it is there, or comes before the window ends.
    async fn within(&mut self, window_end: Instant) -> Option<EventRecord> {
        match self.records.try_recv() {
            Ok(record) => Some(record),
            Err(_) if self.window.is_zero() => None,
            Err(_) => timeout_at(window_end, self.records.recv()).await.ok()?,
        }
    }
}
