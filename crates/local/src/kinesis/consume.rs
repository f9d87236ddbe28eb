//! Reading for the event source mapping: without tokens, and without counting against the read limits.
//!
//! On AWS the mapping reads through the same limits, but it is AWS that sizes its polling to them.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use thiserror::Error;

use super::Kinesis;
use super::description::{ShardDescription, shard_id, shard_index};
use super::error::ErrorKind;
use super::log::Budget;
use super::sequence::SequenceNumber;
use super::stream::{State, Stream};

/// Where to read in a shard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Position {
    /// At the oldest record that is still kept.
    TrimHorizon,
    /// After the record with this sequence number, or after the shard's start.
    After(String),
    /// At the first record that arrived at or after this time, in milliseconds since the Unix epoch.
    AtTimestamp(u64),
}

/// A shard of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShardView {
    /// Its id.
    pub id: String,
    /// The ids of the shards that it continues: none, one after a split, two after a merge.
    /// A parent whose records have all expired is no longer listed itself.
    pub parents: Vec<String>,
    /// Whether it takes no more records.
    pub closed: bool,
}

/// A record as a consumer gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamRecord {
    /// 56 digits; within a shard their order is that of arrival.
    pub sequence_number: String,
    /// The key that chose the shard.
    pub partition_key: String,
    /// The payload.
    pub data: Bytes,
    /// When it arrived, in milliseconds since the Unix epoch. Never decreases within a shard.
    pub arrival_ms: u64,
}

/// The records of one read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// In the order of their sequence numbers.
    pub records: Vec<StreamRecord>,
    /// Whether the shard is closed and these were its last records.
    pub end_of_shard: bool,
    /// 0 at the tip, otherwise how long ago the last of these records arrived.
    pub millis_behind_latest: u64,
}

/// Nothing can be read there.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ReadError {
    /// There is no such stream, or it is being created or deleted.
    #[error("the stream {0} does not exist")]
    StreamNotFound(String),
    /// There is no such shard, or its records have all expired.
    #[error("the stream {stream} has no shard {shard_id}")]
    ShardNotFound {
        /// The stream's name.
        stream: String,
        /// The shard's id.
        shard_id: String,
    },
    /// The position is a sequence number of another shard, or none at all.
    #[error("{sequence_number} is not a sequence number of {shard_id} of the stream {stream}")]
    ForeignSequenceNumber {
        /// The stream's name.
        stream: String,
        /// The shard's id.
        shard_id: String,
        /// What was given.
        sequence_number: String,
    },
    /// The log could not be read.
    #[error("cannot read the records of the stream {stream}")]
    Io {
        /// The stream's name.
        stream: String,
        /// What the system said.
        source: io::Error,
    },
}

impl Kinesis {
    /// The shards of a stream in the order of their indexes, so that parents come before their children.
    ///
    /// # Errors
    ///
    /// The stream doesn't exist, or not yet.
    pub fn shards(&self, stream: &str) -> Result<Vec<ShardView>, ReadError> {
        let stream = self.served_stream(stream)?;
        let state = stream.read();
        let shards = state.description.shards.iter();
        Ok(shards
            .map(|shard| ShardView {
                id: shard.id(),
                parents: shard.parents.iter().copied().map(shard_id).collect(),
                closed: shard.closed_ms.is_some(),
            })
            .collect())
    }

    /// The place after the newest record, for a consumer that starts with what arrives from now on.
    ///
    /// # Errors
    ///
    /// The stream or the shard doesn't exist.
    pub fn latest(&self, stream: &str, shard_id: &str) -> Result<Position, ReadError> {
        let stream = self.served_stream(stream)?;
        let state = stream.read();
        let description = described(&stream, &state, shard_id)?;
        let shard = state.shard(description.index);
        let shard = shard.ok_or_else(|| not_found(&stream, shard_id))?;
        // The counter decides; the second of arrival in the number is only shown.
        let last = SequenceNumber {
            counter: shard.log.next_counter() - 1,
            ..description.starting_sequence_number()
        };
        Ok(Position::After(last.to_string()))
    }

    /// Reads up to `max_records` records of up to `max_bytes` of data and partition keys in all.
    ///
    /// At least one record is returned where there is one, however large. Blocks on the disk, seldom and
    /// briefly: what was just written is read from the page cache.
    ///
    /// # Errors
    ///
    /// The stream or the shard doesn't exist, the position is not in it, or the disk fails.
    pub fn read(
        &self,
        stream: &str,
        shard_id: &str,
        from: &Position,
        max_records: usize,
        max_bytes: usize,
    ) -> Result<Page, ReadError> {
        let stream = self.served_stream(stream)?;
        let state = stream.read();
        let description = described(&stream, &state, shard_id)?;
        let (counter, since_ms) = match from {
            Position::TrimHorizon => (0, 0),
            Position::AtTimestamp(since_ms) => (0, *since_ms),
            Position::After(text) => {
                let number = text.parse().ok();
                let number: SequenceNumber = number
                    .filter(|number| description.gave_out(*number))
                    .ok_or_else(|| ReadError::ForeignSequenceNumber {
                        stream: stream.name.clone(),
                        shard_id: description.id(),
                        sequence_number: text.clone(),
                    })?;
                (number.counter + 1, 0)
            }
        };
        let budget = Budget {
            records: max_records,
            bytes: max_bytes,
        };
        let page = state
            .page(
                description,
                counter,
                since_ms,
                budget,
                self.streams.now_ms(),
            )
            .map_err(|source| ReadError::Io {
                stream: stream.name.clone(),
                source,
            })?;
        let oldest = page.records.first().map(|record| record.counter);
        if let (Position::After(text), Some(oldest)) = (from, oldest)
            && oldest > counter
        {
            tracing::warn!(
                stream = %stream.name,
                shard = %description.id(),
                after = text,
                expired = oldest - counter,
                "records expired before they were read; start the stack more often or raise the retention"
            );
        }
        let records = page.records.into_iter().map(|record| StreamRecord {
            sequence_number: description
                .sequence_number(record.counter, record.arrival_ms)
                .to_string(),
            partition_key: record.partition_key,
            data: record.data,
            arrival_ms: record.arrival_ms,
        });
        Ok(Page {
            records: records.collect(),
            end_of_shard: page.end_of_shard,
            millis_behind_latest: page.millis_behind_latest,
        })
    }

    fn served_stream(&self, name: &str) -> Result<Arc<Stream>, ReadError> {
        let stream = self.streams.named(name).map_err(|error| {
            if error.kind == ErrorKind::ResourceNotFound {
                ReadError::StreamNotFound(name.to_owned())
            } else {
                ReadError::Io {
                    stream: name.to_owned(),
                    source: io::Error::other(error.message),
                }
            }
        })?;
        let is_served = stream.read().description.status.serves_records();
        is_served
            .then_some(stream)
            .ok_or_else(|| ReadError::StreamNotFound(name.to_owned()))
    }
}

fn described<'a>(
    stream: &Stream,
    state: &'a State,
    shard_id: &str,
) -> Result<&'a ShardDescription, ReadError> {
    shard_index(shard_id)
        .and_then(|index| state.description.shard(index))
        .ok_or_else(|| not_found(stream, shard_id))
}

fn not_found(stream: &Stream, shard_id: &str) -> ReadError {
    ReadError::ShardNotFound {
        stream: stream.name.clone(),
        shard_id: shard_id.to_owned(),
    }
}
