//! The records of one shard, on disk: an append-only log in segments.
//!
//! A batch is one `write` that ends before the batch is acknowledged, so what was acknowledged survives the
//! death of the process (`kill -9` included). Nothing is synced to the device: the local stack does not
//! promise to survive the death of the machine.
//!
//! Payloads stay on disk, where the page cache keeps the hot end in memory; memory holds one mark for each
//! 16 KiB of log. So a stream may hold more than fits into memory, and a start reads the log once.

mod frame;
mod read;
mod segment;

use std::collections::VecDeque;
use std::fs;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::Arc;

use self::read::Extent;
pub(crate) use self::read::{Budget, LogRecord, Progress};
use self::segment::Segment;
use super::open::OpenError;

/// A segment that has grown to this is sealed: retention deletes whole segments.
const SEGMENT_BYTES: u64 = 32 * 1024 * 1024;

/// The counter of a shard's first record; 0 is the shard's start.
const FIRST_COUNTER: u64 = 1;

/// A write buffer that has grown beyond this is given back.
const KEPT_BUFFER_BYTES: usize = 1024 * 1024;

/// The log of one shard. The last segment is the one written to.
#[derive(Debug)]
pub(crate) struct Log {
    directory: PathBuf,
    segments: VecDeque<Segment>,
    /// The last segment's file, open once it has been written to.
    active: Option<Arc<File>>,
    next_counter: u64,
    last_arrival_ms: u64,
    segment_bytes: u64,
    buffer: Vec<u8>,
}

/// Where a batch was written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Appended {
    /// The counter of the batch's first record; the others follow it.
    pub(crate) first_counter: u64,
    /// When the whole batch arrived.
    pub(crate) arrival_ms: u64,
}

impl Log {
    /// Opens the log in a directory, which is created when it is not there.
    ///
    /// # Errors
    ///
    /// The directory cannot be read or created, or a sealed segment is damaged.
    pub(crate) fn open(directory: PathBuf) -> Result<Self, OpenError> {
        Self::open_with_segments_of(directory, SEGMENT_BYTES)
    }

    fn open_with_segments_of(directory: PathBuf, segment_bytes: u64) -> Result<Self, OpenError> {
        fs::create_dir_all(&directory).map_err(OpenError::at(&directory))?;
        let counters = Segment::list(&directory).map_err(OpenError::at(&directory))?;
        let mut segments = VecDeque::with_capacity(counters.len());
        for (index, first_counter) in counters.iter().enumerate() {
            let is_newest = index + 1 == counters.len();
            segments.push_back(Segment::recover(&directory, *first_counter, is_newest)?);
        }
        if segments.is_empty() {
            segments.push_back(Segment::empty(&directory, FIRST_COUNTER));
        }
        let next_counter = segments
            .back()
            .map_or(FIRST_COUNTER, |last| last.next_counter);
        let last_arrival_ms = segments.iter().map(|segment| segment.last_arrival_ms).max();
        Ok(Self {
            directory,
            segments,
            active: None,
            next_counter,
            last_arrival_ms: last_arrival_ms.unwrap_or_default(),
            segment_bytes,
            buffer: Vec::new(),
        })
    }

    /// The counter that the next record will get.
    pub(crate) fn next_counter(&self) -> u64 {
        self.next_counter
    }

    /// Writes a batch of `(partition key, data)`; all of it or nothing.
    ///
    /// Arrival times never decrease within a log, whatever the clock does: reading from a timestamp rests on it.
    ///
    /// # Errors
    ///
    /// The file cannot be written, as on a full disk. The log is then as it was before.
    pub(crate) fn append<'a>(
        &mut self,
        batch: impl Iterator<Item = (&'a str, &'a [u8])>,
        now_ms: u64,
    ) -> io::Result<Appended> {
        let appended = Appended {
            first_counter: self.next_counter,
            arrival_ms: now_ms.max(self.last_arrival_ms),
        };
        self.buffer.clear();
        let mut frame_lengths = Vec::with_capacity(batch.size_hint().0);
        for (counter, (partition_key, data)) in (self.next_counter..).zip(batch) {
            let start = self.buffer.len();
            frame::encode(
                counter,
                appended.arrival_ms,
                partition_key,
                data,
                &mut self.buffer,
            );
            frame_lengths.push(self.buffer.len() - start);
        }
        self.write_buffer()?;
        if let Some(segment) = self.segments.back_mut() {
            for frame_length in frame_lengths {
                segment.extend(appended.arrival_ms, frame_length);
            }
            self.next_counter = segment.next_counter;
        }
        self.last_arrival_ms = appended.arrival_ms;
        if self.buffer.capacity() > KEPT_BUFFER_BYTES {
            self.buffer = Vec::new();
        }
        Ok(appended)
    }

    /// The next stretch that holds a record at or after `from` that arrived at or after `horizon_ms`.
    ///
    /// # Errors
    ///
    /// The segment's file cannot be opened.
    pub(crate) fn extent(&self, from: u64, horizon_ms: u64) -> io::Result<Option<Extent>> {
        let first = self
            .segments
            .partition_point(|segment| segment.next_counter <= from);
        let found = self
            .segments
            .iter()
            .enumerate()
            .skip(first)
            .find(|(_, segment)| segment.reaches(from, horizon_ms));
        let Some((index, segment)) = found else {
            return Ok(None);
        };
        let is_active = index + 1 == self.segments.len();
        let file = match &self.active {
            Some(active) if is_active => Arc::clone(active),
            _ => Arc::new(File::open(&segment.path)?),
        };
        Ok(Some(Extent {
            file,
            offset: segment.offset_of(from, horizon_ms),
            end: segment.length,
            next_counter: segment.next_counter,
        }))
    }

    /// Deletes the segments in which every record arrived before `horizon_ms`.
    ///
    /// # Errors
    ///
    /// A file cannot be deleted.
    pub(crate) fn trim(&mut self, horizon_ms: u64) -> io::Result<()> {
        while let Some(oldest) = self.segments.front() {
            if oldest.is_empty() || oldest.last_arrival_ms >= horizon_ms {
                break;
            }
            if self.segments.len() == 1 {
                self.seal();
            }
            // An empty file remembers the counter when no record is left to tell it.
            if let Some(successor) = self.segments.get(1).filter(|next| next.is_empty()) {
                successor.writable()?;
            }
            if let Some(oldest) = self.segments.pop_front() {
                fs::remove_file(&oldest.path)?;
            }
        }
        Ok(())
    }

    fn write_buffer(&mut self) -> io::Result<()> {
        if self
            .segments
            .back()
            .is_none_or(|segment| segment.length >= self.segment_bytes)
        {
            self.seal();
        }
        let Some(segment) = self.segments.back() else {
            return Err(io::ErrorKind::NotFound.into());
        };
        let file = match &self.active {
            Some(file) => file,
            None => self.active.insert(Arc::new(segment.writable()?)),
        };
        file.write_all_at(&self.buffer, segment.length).inspect_err(|_| {
            // What was written of the batch would be taken for records at the next start.
            if let Err(error) = file.set_len(segment.length) {
                tracing::error!(path = %segment.path.display(), %error, "could not undo a failed write");
            }
        })
    }

    /// Starts a new segment after the last one.
    fn seal(&mut self) {
        self.active = None;
        self.segments
            .push_back(Segment::empty(&self.directory, self.next_counter));
    }
}

#[cfg(test)]
mod tests;
