//! The parts of the stack as the event source mapping sees them.

use bytes::Bytes;
use futures::future::BoxFuture;
use tokio::sync::watch;

use crate::kinesis::{self, Kinesis, ReadError};
use crate::mapping::{
    Destination, DestinationError, Page, Position, Source, SourceError, SourceRecord, SourceShard,
};
use crate::s3::S3;

impl Source for Kinesis {
    fn shards(&self, stream: &str) -> Result<Vec<SourceShard>, SourceError> {
        let shards = Self::shards(self, stream).map_err(unread)?;
        let shards = shards.into_iter().map(|shard| SourceShard {
            id: shard.id,
            parents: shard.parents,
            closed: shard.closed,
        });
        Ok(shards.collect())
    }

    fn latest(&self, stream: &str, shard_id: &str) -> Result<Option<String>, SourceError> {
        Ok(
            match Self::latest(self, stream, shard_id).map_err(unread)? {
                kinesis::Position::After(sequence_number) => Some(sequence_number),
                _ => None,
            },
        )
    }

    fn read(
        &self,
        stream: &str,
        shard_id: &str,
        from: &Position,
        max_records: usize,
        max_bytes: usize,
    ) -> Result<Page, SourceError> {
        let from = match from {
            Position::TrimHorizon => kinesis::Position::TrimHorizon,
            Position::AtTimestamp(ms) => kinesis::Position::AtTimestamp(*ms),
            Position::After(sequence_number) => kinesis::Position::After(sequence_number.clone()),
        };
        let page =
            Self::read(self, stream, shard_id, &from, max_records, max_bytes).map_err(unread)?;
        let records = page.records.into_iter().map(|record| SourceRecord {
            sequence_number: record.sequence_number,
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

    fn changes(&self) -> watch::Receiver<u64> {
        Self::changes(self)
    }
}

impl Destination for S3 {
    fn put<'a>(
        &'a self,
        bucket: &'a str,
        key: &'a str,
        body: Bytes,
    ) -> BoxFuture<'a, Result<(), DestinationError>> {
        Box::pin(async move {
            Self::put(self, bucket, key, &body, "application/json").map_err(DestinationError::new)
        })
    }
}

fn unread(error: ReadError) -> SourceError {
    match error {
        ReadError::StreamNotFound(stream) => SourceError::StreamNotFound(stream),
        ReadError::ShardNotFound { shard_id, .. } => SourceError::ShardNotFound(shard_id),
        ReadError::ForeignSequenceNumber { shard_id, .. } => {
            SourceError::PositionNotFound(shard_id)
        }
        other => SourceError::Unavailable(Box::new(other)),
    }
}
