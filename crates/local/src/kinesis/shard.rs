//! One shard at work: its log and what is left of its throughput.

use std::path::PathBuf;

use super::limits::{
    ITERATORS_PER_SECOND, READ_BYTES_PER_SECOND, READ_CALLS_PER_SECOND, WRITE_BYTES_PER_SECOND,
    WRITE_RECORDS_PER_SECOND,
};
use super::log::Log;
use super::open::OpenError;
use super::token_bucket::TokenBucket;

/// A shard's log and budgets.
#[derive(Debug)]
pub(crate) struct Shard {
    pub(crate) log: Log,
    written_records: TokenBucket,
    written_bytes: TokenBucket,
    read_calls: TokenBucket,
    read_bytes: TokenBucket,
    iterators: TokenBucket,
}

impl Shard {
    /// Opens the shard that keeps its log in `directory`, with full budgets.
    pub(crate) fn open(directory: PathBuf, now_ms: u64) -> Result<Self, OpenError> {
        Ok(Self {
            log: Log::open(directory)?,
            written_records: TokenBucket::full(WRITE_RECORDS_PER_SECOND, now_ms),
            written_bytes: TokenBucket::full(WRITE_BYTES_PER_SECOND, now_ms),
            read_calls: TokenBucket::full(READ_CALLS_PER_SECOND, now_ms),
            read_bytes: TokenBucket::full(READ_BYTES_PER_SECOND, now_ms),
            iterators: TokenBucket::full(ITERATORS_PER_SECOND, now_ms),
        })
    }

    /// Takes one record of `size` bytes out of the write budget, or refuses it.
    pub(crate) fn admits_write(&mut self, size: usize, now_ms: u64) -> bool {
        let admitted =
            self.written_records.admits(1, now_ms) && self.written_bytes.admits(size, now_ms);
        if admitted {
            self.written_records.take(1);
            self.written_bytes.take(size);
        }
        admitted
    }

    /// Takes one `GetRecords` out of the read budget, or refuses it; its bytes are charged afterwards.
    pub(crate) fn admits_read(&mut self, now_ms: u64) -> bool {
        let admitted = self.read_calls.admits(1, now_ms) && self.read_bytes.is_in_credit(now_ms);
        if admitted {
            self.read_calls.take(1);
        }
        admitted
    }

    /// Takes what a `GetRecords` has returned out of the read budget.
    pub(crate) fn charge_read(&mut self, bytes: usize) {
        self.read_bytes.take(bytes);
    }

    /// Takes one `GetShardIterator` out of its budget, or refuses it.
    pub(crate) fn admits_iterator(&mut self, now_ms: u64) -> bool {
        let admitted = self.iterators.admits(1, now_ms);
        if admitted {
            self.iterators.take(1);
        }
        admitted
    }
}
