//! Records → the shards that own their keys: routing, admission, one write a shard.

use super::error::ApiError;
use super::sequence::SequenceNumber;
use super::stream::{State, Stream};
use super::streams::Streams;

const BYTES_PER_KIB: usize = 1024;

/// A record to store.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry<'a> {
    pub(crate) partition_key: &'a str,
    pub(crate) hash_key: u128,
    pub(crate) data: &'a [u8],
}

/// What became of one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// On disk.
    Stored {
        shard_index: u32,
        sequence_number: SequenceNumber,
    },
    /// Refused for want of throughput; nothing of it is kept.
    Throttled { shard_index: u32 },
    /// The disk failed; nothing of it is kept.
    Failed,
}

impl Entry<'_> {
    /// What counts against every limit: data and partition key (Developer Guide, "Quotas and limits").
    pub(crate) fn size(&self) -> usize {
        self.partition_key.len() + self.data.len()
    }
}

impl Streams {
    /// Stores records; the outcomes are in the order of the entries.
    ///
    /// # Errors
    ///
    /// The whole call is refused when the stream doesn't serve records yet or any more, or an entry is larger
    /// than the stream allows. Then nothing is stored.
    pub(crate) fn put(
        &self,
        stream: &Stream,
        entries: &[Entry<'_>],
    ) -> Result<Vec<Outcome>, ApiError> {
        let state = stream.read();
        if !state.description.status.serves_records() {
            return Err(ApiError::stream_not_found(&stream.name));
        }
        check_sizes(&state, entries)?;
        let mut outcomes = vec![Outcome::Failed; entries.len()];
        let mut routed = Vec::with_capacity(entries.len());
        for (position, entry) in entries.iter().enumerate() {
            let shard_index = state.route(entry.hash_key);
            if self.config.throttle.strikes() {
                outcomes[position] = Outcome::Throttled { shard_index };
            } else {
                routed.push((shard_index, position));
            }
        }
        // The sort is stable, so each shard gets its records in the order of the request.
        routed.sort_by_key(|(shard_index, _)| *shard_index);
        for batch in routed.chunk_by(|left, right| left.0 == right.0) {
            self.put_into_shard(&state, batch, entries, &mut outcomes);
        }
        drop(state);
        if outcomes
            .iter()
            .any(|outcome| matches!(outcome, Outcome::Stored { .. }))
        {
            self.announce();
        }
        Ok(outcomes)
    }

    fn put_into_shard(
        &self,
        state: &State,
        batch: &[(u32, usize)],
        entries: &[Entry<'_>],
        outcomes: &mut [Outcome],
    ) {
        let Some((shard_index, _)) = batch.first().copied() else {
            return;
        };
        let Some(description) = state.description.shard(shard_index) else {
            return;
        };
        let Some(mut shard) = state.shard(shard_index) else {
            return;
        };
        // Read under the shard's lock, so that arrival times are in the order of the counters.
        let now_ms = self.now_ms();
        let mut admitted = Vec::with_capacity(batch.len());
        for (_, position) in batch {
            let size = entries[*position].size();
            if self.config.enforce_limits && !shard.admits_write(size, now_ms) {
                outcomes[*position] = Outcome::Throttled { shard_index };
            } else {
                admitted.push(*position);
            }
        }
        if admitted.is_empty() {
            return;
        }
        let horizon_ms = state.description.horizon_ms(now_ms);
        if let Err(error) = shard.log.trim(horizon_ms) {
            tracing::warn!(shard = description.id(), %error, "could not delete expired records");
        }
        let records = admitted.iter().map(|position| {
            let entry = &entries[*position];
            (entry.partition_key, entry.data)
        });
        // A clock that was set back by more than the retention must not let records arrive expired.
        match shard.log.append(records, now_ms.max(horizon_ms)) {
            Ok(appended) => {
                for (counter, position) in (appended.first_counter..).zip(admitted) {
                    outcomes[position] = Outcome::Stored {
                        shard_index,
                        sequence_number: description.sequence_number(counter, appended.arrival_ms),
                    };
                }
            }
            Err(error) => {
                tracing::error!(shard = description.id(), %error, "could not write records");
            }
        }
    }
}

fn check_sizes(state: &State, entries: &[Entry<'_>]) -> Result<(), ApiError> {
    let most =
        usize::try_from(state.description.max_record_kib).unwrap_or(usize::MAX) * BYTES_PER_KIB;
    match entries.iter().find(|entry| entry.size() > most) {
        Some(entry) => Err(ApiError::invalid_argument(format!(
            "Record size {} bytes (data and partition key) exceeds the maximum of {most} bytes of stream {}.",
            entry.size(),
            state.description.name,
        ))),
        None => Ok(()),
    }
}
