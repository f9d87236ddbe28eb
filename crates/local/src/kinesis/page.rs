//! A place in a shard → the records that follow it, and how far behind they are.

use std::io;

use super::description::ShardDescription;
use super::log::{Budget, LogRecord, Progress};
use super::stream::State;

/// The records that one read returns.
#[derive(Debug)]
pub(crate) struct LogPage {
    pub(crate) records: Vec<LogRecord>,
    /// The counter to go on from.
    pub(crate) next_counter: u64,
    /// Whether the shard is closed and read to its end.
    pub(crate) end_of_shard: bool,
    /// 0 at the tip, otherwise how long ago the last record of the page arrived.
    pub(crate) millis_behind_latest: u64,
}

impl State {
    /// Reads records at or after the counter `from` that arrived at or after `since_ms`.
    ///
    /// The shard is locked only to look up where to read, so a reader never holds up a writer.
    ///
    /// # Errors
    ///
    /// The log cannot be read, or the shard has expired.
    pub(crate) fn page(
        &self,
        description: &ShardDescription,
        from: u64,
        since_ms: u64,
        mut budget: Budget,
        now_ms: u64,
    ) -> io::Result<LogPage> {
        let horizon_ms = self.description.horizon_ms(now_ms);
        let since_ms = since_ms.max(horizon_ms);
        let mut records = Vec::new();
        let mut position = from;
        let (next_counter, tip) = loop {
            let (extent, tip) = {
                let mut shard = self
                    .shard(description.index)
                    .ok_or(io::ErrorKind::NotFound)?;
                shard.log.trim(horizon_ms)?;
                (
                    shard.log.extent(position, since_ms)?,
                    shard.log.next_counter(),
                )
            };
            let Some(extent) = extent else {
                break (from.max(tip), tip);
            };
            match extent.read(position, since_ms, &mut budget, &mut records)? {
                Progress::Continue(next) => position = next,
                Progress::Full => {
                    let last = records.last().map(|record| record.counter);
                    break (last.map_or(from, |last| last + 1), tip);
                }
            }
        };
        let last_arrival_ms = records.last().map_or(now_ms, |record| record.arrival_ms);
        Ok(LogPage {
            records,
            next_counter,
            end_of_shard: description.closed_ms.is_some() && next_counter >= tip,
            millis_behind_latest: if next_counter < tip {
                now_ms.saturating_sub(last_arrival_ms).max(1)
            } else {
                0
            },
        })
    }

    /// The counter of the first record that arrived at or after `since_ms`, or of the next to arrive.
    ///
    /// # Errors
    ///
    /// The log cannot be read.
    pub(crate) fn counter_at(
        &self,
        description: &ShardDescription,
        since_ms: u64,
        now_ms: u64,
    ) -> io::Result<u64> {
        let one = Budget {
            records: 1,
            bytes: usize::MAX,
        };
        let page = self.page(description, 0, since_ms, one, now_ms)?;
        let found = page.records.first().map(|record| record.counter);
        Ok(found.unwrap_or(page.next_counter))
    }
}
