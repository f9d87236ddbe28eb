//! A stream in memory that can be split and merged.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use local::clock::Clock;
use local::mapping::{Page, Position, Source, SourceError, SourceRecord, SourceShard};
use tokio::sync::watch;

pub(super) struct FakeStream {
    shards: Mutex<Vec<FakeShard>>,
    records: AtomicU64,
    /// So many reads fail before one works again.
    pub(super) failing_reads: AtomicU64,
    changes: watch::Sender<u64>,
    clock: Arc<dyn Clock>,
}

struct FakeShard {
    id: String,
    parents: Vec<String>,
    closed: bool,
    /// No record of it has a smaller number.
    start: String,
    /// The hashes it takes, the end excluded.
    hashes: std::ops::Range<u64>,
    records: Vec<SourceRecord>,
}

impl FakeStream {
    pub(super) fn new(shards: u32, clock: Arc<dyn Clock>) -> Self {
        let stream = Self {
            shards: Mutex::default(),
            records: AtomicU64::new(0),
            failing_reads: AtomicU64::new(0),
            changes: watch::Sender::new(0),
            clock,
        };
        let width = (1_u64 << 32) / u64::from(shards);
        for index in 0..u64::from(shards) {
            stream.add(Vec::new(), index * width..(index + 1) * width);
        }
        stream
    }

    /// Puts a record where its key belongs; returns its sequence number.
    pub(super) fn put(&self, key: &str, data: &[u8]) -> String {
        let sequence_number = sequence_number(self.records.fetch_add(1, Ordering::SeqCst));
        let hash = hash(key);
        let mut shards = self.shards.lock().unwrap();
        let shard = shards
            .iter_mut()
            .find(|shard| !shard.closed && shard.hashes.contains(&hash));
        shard.unwrap().records.push(SourceRecord {
            sequence_number: sequence_number.clone(),
            partition_key: key.to_owned(),
            data: Bytes::copy_from_slice(data),
            arrival_ms: self.clock.now_ms(),
        });
        drop(shards);
        self.changed();
        sequence_number
    }

    /// Splits the open shard that takes `key` in two.
    pub(super) fn split(&self, key: &str) {
        let (id, hashes) = self.close(hash(key));
        let middle = hashes.start.midpoint(hashes.end);
        self.add(vec![id.clone()], hashes.start..middle);
        self.add(vec![id], middle..hashes.end);
    }

    /// Merges the open shard that takes `key` with the next one, unless it is the last.
    pub(super) fn merge(&self, key: &str) {
        let (id, hashes) = self.close(hash(key));
        if hashes.end == self.end() {
            self.add(vec![id], hashes);
            return;
        }
        let (adjacent, more) = self.close(hashes.end);
        self.add(vec![id, adjacent], hashes.start..more.end);
    }

    /// Forgets every shard and begins with one.
    pub(super) fn create_anew(&self) {
        let end = self.end();
        self.shards.lock().unwrap().clear();
        self.add(Vec::new(), 0..end);
    }

    /// The shards in the order in which they were made, with what is in them.
    pub(super) fn shard_of(&self, sequence_number: &str) -> String {
        let shards = self.shards.lock().unwrap();
        let holds = |shard: &&FakeShard| {
            let mut records = shard.records.iter();
            records.any(|record| record.sequence_number == sequence_number)
        };
        shards.iter().find(holds).unwrap().id.clone()
    }

    fn end(&self) -> u64 {
        let shards = self.shards.lock().unwrap();
        shards.iter().map(|shard| shard.hashes.end).max().unwrap()
    }

    fn close(&self, hash: u64) -> (String, std::ops::Range<u64>) {
        let mut shards = self.shards.lock().unwrap();
        let shard = shards
            .iter_mut()
            .find(|shard| !shard.closed && shard.hashes.contains(&hash))
            .unwrap();
        shard.closed = true;
        (shard.id.clone(), shard.hashes.clone())
    }

    fn add(&self, parents: Vec<String>, hashes: std::ops::Range<u64>) {
        let mut shards = self.shards.lock().unwrap();
        let id = format!("shardId-{:012}", shards.len());
        shards.push(FakeShard {
            id,
            parents,
            closed: false,
            start: sequence_number(self.records.load(Ordering::SeqCst)),
            hashes,
            records: Vec::new(),
        });
        drop(shards);
        self.changed();
    }

    fn changed(&self) {
        self.changes.send_modify(|changes| *changes += 1);
    }
}

impl Source for FakeStream {
    fn shards(&self, _stream: &str) -> Result<Vec<SourceShard>, SourceError> {
        let shards = self.shards.lock().unwrap();
        let shards = shards.iter().map(|shard| SourceShard {
            id: shard.id.clone(),
            parents: shard.parents.clone(),
            closed: shard.closed,
        });
        Ok(shards.collect())
    }

    fn latest(&self, _stream: &str, shard_id: &str) -> Result<Option<String>, SourceError> {
        let shards = self.shards.lock().unwrap();
        let shard = shards.iter().find(|shard| shard.id == shard_id);
        let newest = shard.and_then(|shard| shard.records.last());
        Ok(newest.map(|record| record.sequence_number.clone()))
    }

    fn read(
        &self,
        _stream: &str,
        shard_id: &str,
        from: &Position,
        max_records: usize,
        max_bytes: usize,
    ) -> Result<Page, SourceError> {
        let failing = self
            .failing_reads
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                left.checked_sub(1)
            });
        if failing.is_ok() {
            return Err(SourceError::Unavailable("the disk is on holiday".into()));
        }
        let shards = self.shards.lock().unwrap();
        let shard = shards
            .iter()
            .find(|shard| shard.id == shard_id)
            .ok_or_else(|| SourceError::ShardNotFound(shard_id.to_owned()))?;
        if let Position::After(sequence_number) = from
            && *sequence_number < shard.start
        {
            return Err(SourceError::PositionNotFound(shard_id.to_owned()));
        }
        let start = shard.records.partition_point(|record| match from {
            Position::TrimHorizon => false,
            Position::AtTimestamp(milliseconds) => record.arrival_ms < *milliseconds,
            Position::After(sequence_number) => record.sequence_number <= *sequence_number,
        });
        let mut bytes = 0;
        let fits = |record: &&SourceRecord| {
            bytes += record.data.len();
            bytes <= max_bytes || bytes == record.data.len()
        };
        let rest = shard.records[start..].iter();
        let records: Vec<_> = rest.take(max_records).take_while(fits).cloned().collect();
        let end = start + records.len() == shard.records.len();
        Ok(Page {
            end_of_shard: shard.closed && end,
            millis_behind_latest: u64::from(!end),
            records,
        })
    }

    fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }
}

/// Numbers of AWS's length.
fn sequence_number(count: u64) -> String {
    format!("4957{count:052}")
}

/// FNV-1a, which has nothing to do with how a mapping chooses a lane.
fn hash(key: &str) -> u64 {
    let fold = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    u64::from(key.bytes().fold(0x811c_9dc5, fold))
}
