//! A stretch of a segment → records.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use bytes::Bytes;

use super::frame;
use super::frame::Broken;

/// The first read is small, for consumers at the tip; each next one is four times larger.
const FIRST_CHUNK: u64 = 64 * 1024;
const LARGEST_CHUNK: u64 = 1024 * 1024;

/// A stretch of an open segment file. It stays readable when the file is deleted meanwhile.
#[derive(Debug)]
pub(crate) struct Extent {
    pub(super) file: Arc<File>,
    pub(super) offset: u64,
    pub(super) end: u64,
    /// The counter after the last record of the stretch.
    pub(super) next_counter: u64,
}

/// A record as the log holds it; its data is a slice of what was read at once.
#[derive(Debug)]
pub(crate) struct LogRecord {
    pub(crate) counter: u64,
    pub(crate) arrival_ms: u64,
    pub(crate) partition_key: String,
    pub(crate) data: Bytes,
}

/// What a read is still allowed to return.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Budget {
    pub(crate) records: usize,
    /// Bytes of data and partition keys; the first record is returned whatever its size.
    pub(crate) bytes: usize,
}

/// Whether a read may go on.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// The stretch is read up; the next one begins with this counter.
    Continue(u64),
    /// The budget is spent.
    Full,
}

impl Extent {
    /// Appends records at or after `from` that arrived at or after `horizon_ms`, as far as the budget goes.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or its contents changed under us.
    pub(crate) fn read(
        mut self,
        from: u64,
        horizon_ms: u64,
        budget: &mut Budget,
        records: &mut Vec<LogRecord>,
    ) -> io::Result<Progress> {
        let mut chunk_size = FIRST_CHUNK;
        while self.offset < self.end {
            let chunk = self.chunk(chunk_size)?;
            let mut at = 0;
            let needed = loop {
                let frame = match frame::decode(&chunk[at..]) {
                    Ok(frame) => frame,
                    Err(Broken::Incomplete(needed)) => break needed,
                    Err(Broken::Corrupt) => return Err(corrupt("a record's checksum is wrong")),
                };
                if frame.counter >= from && frame.arrival_ms >= horizon_ms {
                    let size = frame.partition_key.len() + frame.data.len();
                    let is_over = budget.bytes < size && !records.is_empty();
                    if budget.records == 0 || is_over {
                        return Ok(Progress::Full);
                    }
                    budget.records -= 1;
                    budget.bytes = budget.bytes.saturating_sub(size);
                    let body = chunk.slice(at..at + frame.length);
                    records.push(LogRecord {
                        counter: frame.counter,
                        arrival_ms: frame.arrival_ms,
                        partition_key: String::from_utf8(body[frame.partition_key].to_vec())
                            .map_err(|_| corrupt("a partition key is not UTF-8"))?,
                        data: body.slice(frame.data),
                    });
                }
                at += frame.length;
            };
            self.offset += at as u64;
            if at == 0 && needed as u64 > self.end - self.offset {
                return Err(corrupt("a record is longer than its segment"));
            }
            chunk_size = (chunk_size * 4).min(LARGEST_CHUNK).max(needed as u64);
        }
        Ok(Progress::Continue(self.next_counter))
    }

    fn chunk(&self, size: u64) -> io::Result<Bytes> {
        let size = size.min(self.end - self.offset);
        let mut chunk = vec![0; usize::try_from(size).unwrap_or(usize::MAX)];
        self.file.read_exact_at(&mut chunk, self.offset)?;
        Ok(Bytes::from(chunk))
    }
}

fn corrupt(message: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}
