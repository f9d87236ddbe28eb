//! Records → batches that one `PutRecords` request may carry.

use std::iter::Peekable;

use crate::record::Record;

/// The most records of a request.
/// AWS: Kinesis API, `PutRecords` (`/kinesis/latest/APIReference/API_PutRecords.html`).
pub const MAX_BATCH_RECORDS: usize = 500;

/// The most bytes of a request: the data of its records, before base64, and
/// their partition keys.
/// AWS: Kinesis API, `PutRecords` (`/kinesis/latest/APIReference/API_PutRecords.html`).
pub const MAX_BATCH_BYTES: usize = 10 * 1024 * 1024;

/// The room that is left in one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Room {
    records: usize,
    bytes: usize,
    is_empty: bool,
}

/// Batches of at most [`MAX_BATCH_RECORDS`] and [`MAX_BATCH_BYTES`], in order.
#[derive(Debug)]
pub struct Batches<I: Iterator<Item = Record>> {
    records: Peekable<I>,
}

impl Room {
    /// The room of an empty request.
    pub fn new() -> Self {
        Self::of(MAX_BATCH_RECORDS, MAX_BATCH_BYTES)
    }

    /// The room of an empty request that is to stay smaller than it might be; a
    /// single record may have more bytes.
    pub(crate) fn of(records: usize, bytes: usize) -> Self {
        Self {
            records: records.clamp(1, MAX_BATCH_RECORDS),
            bytes: bytes.min(MAX_BATCH_BYTES),
            is_empty: true,
        }
    }

    /// Takes the room that `record` needs; `false`, and no change, if it does
    /// not fit.
    pub fn admit(&mut self, record: &Record) -> bool {
        let bytes = if self.is_empty {
            MAX_BATCH_BYTES
        } else {
            self.bytes
        };
        let fits = self.records > 0 && record.size() <= bytes;
        if fits {
            self.records -= 1;
            self.bytes = self.bytes.saturating_sub(record.size());
            self.is_empty = false;
        }
        fits
    }

    /// Whether no record at all fits any more.
    pub fn is_full(&self) -> bool {
        self.records == 0 || self.bytes == 0
    }
}

impl Default for Room {
    fn default() -> Self {
        Self::new()
    }
}

impl<I: Iterator<Item = Record>> Iterator for Batches<I> {
    type Item = Vec<Record>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut room = Room::new();
        // A record beyond every limit travels alone, to be refused under its
        // own name.
        let first = self.records.next()?;
        room.admit(&first);
        let mut batch = vec![first];
        while let Some(record) = self.records.next_if(|record| room.admit(record)) {
            batch.push(record);
        }
        Some(batch)
    }
}

/// Splits `records` greedily: each batch takes whatever still fits.
///
/// Records are expected to pass [`Record::check`].
pub fn batches<I: IntoIterator<Item = Record>>(records: I) -> Batches<I::IntoIter> {
    Batches {
        records: records.into_iter().peekable(),
    }
}
