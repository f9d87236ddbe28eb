//! The port through which a mapping reads a stream.

use bytes::Bytes;
use tokio::sync::watch;

/// Reads the shards of streams.
///
/// The methods answer from memory or a local file: they are called on an asynchronous task.
pub trait Source: Send + Sync + 'static {
    /// Every shard whose records can still be read, closed ones included.
    ///
    /// # Errors
    ///
    /// There is no such stream, or it cannot be read now.
    fn shards(&self, stream: &str) -> Result<Vec<SourceShard>, SourceError>;

    /// A sequence number of the shard that only records yet to come exceed; `None` when every
    /// record is yet to come.
    ///
    /// # Errors
    ///
    /// There is no such stream or shard, or it cannot be read now.
    fn latest(&self, stream: &str, shard_id: &str) -> Result<Option<String>, SourceError>;

    /// The records of a shard that follow `from`, oldest first.
    ///
    /// At least one record is returned when there is one, even if it exceeds `max_bytes`.
    ///
    /// # Errors
    ///
    /// There is no such stream, shard or position, or it cannot be read now.
    fn read(
        &self,
        stream: &str,
        shard_id: &str,
        from: &Position,
        max_records: usize,
        max_bytes: usize,
    ) -> Result<Page, SourceError>;

    /// Changes whenever a record or a shard has been added, or a shard closed.
    fn changes(&self) -> watch::Receiver<u64>;
}

/// One shard of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceShard {
    /// `shardId-` and twelve digits.
    pub id: String,
    /// The shards it was made of by a split or a merge.
    pub parents: Vec<String>,
    /// Whether it takes no more records.
    pub closed: bool,
}

/// One record of a shard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceRecord {
    /// Decimal digits; rises within the shard.
    pub sequence_number: String,
    /// What the producer chose.
    pub partition_key: String,
    /// What the producer sent.
    pub data: Bytes,
    /// When it arrived, in milliseconds since the Unix epoch.
    pub arrival_ms: u64,
}

/// A place in a shard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Position {
    /// Before the oldest record.
    TrimHorizon,
    /// Before the first record that arrived at or after this time, in milliseconds since the Unix epoch.
    AtTimestamp(u64),
    /// Behind the record with this sequence number, which may have expired.
    After(String),
}

/// What one read returns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Oldest first; empty when there is nothing behind the position yet.
    pub records: Vec<SourceRecord>,
    /// Whether the shard is closed and this was its last page.
    pub end_of_shard: bool,
    /// How far the end of the page is behind the newest record.
    pub millis_behind_latest: u64,
}

/// Why a stream could not be read.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The stream does not exist, or does no longer.
    #[error("stream {0} does not exist; create it")]
    StreamNotFound(String),
    /// The shard does not exist, or all of it has expired.
    #[error("shard {0} does not exist any more")]
    ShardNotFound(String),
    /// The position is not one of this shard: the stream was deleted and created anew.
    #[error("the position is not in shard {0}: the stream was created anew")]
    PositionNotFound(String),
    /// It may work a moment later.
    #[error("the stream cannot be read now; it will be tried again")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}
