//! One file of the log, and what is kept in memory to find a record in it.

use std::fs;
use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use super::frame::{self, Broken};
use crate::kinesis::open::OpenError;

/// Bytes of log between two marks: how much a read may have to skip.
const STRIDE: u64 = 16 * 1024;

const EXTENSION: &str = "log";

/// A file of consecutive records.
#[derive(Debug)]
pub(super) struct Segment {
    pub(super) path: PathBuf,
    /// The counter of the first record, which is also the file's name.
    pub(super) first_counter: u64,
    /// The counter after the last record.
    pub(super) next_counter: u64,
    /// When the last record arrived; 0 when there is none.
    pub(super) last_arrival_ms: u64,
    /// Bytes of whole frames.
    pub(super) length: u64,
    marks: Vec<Mark>,
}

/// The first record after each [`STRIDE`]: 24 bytes of memory for 16 KiB of log.
#[derive(Debug, Clone, Copy)]
struct Mark {
    counter: u64,
    arrival_ms: u64,
    offset: u64,
}

impl Segment {
    /// A segment without a file.
    pub(super) fn empty(directory: &Path, first_counter: u64) -> Self {
        Self {
            path: directory.join(format!("{first_counter:020}.{EXTENSION}")),
            first_counter,
            next_counter: first_counter,
            last_arrival_ms: 0,
            length: 0,
            marks: Vec::new(),
        }
    }

    /// Reads what an earlier process left behind.
    ///
    /// The process may have died within a write: the end of the newest segment that is not a whole frame was
    /// never acknowledged and is cut off. Anywhere else it is damage.
    pub(super) fn recover(
        directory: &Path,
        first_counter: u64,
        is_newest: bool,
    ) -> Result<Self, OpenError> {
        let mut segment = Self::empty(directory, first_counter);
        let bytes = fs::read(&segment.path).map_err(OpenError::at(&segment.path))?;
        let mut rest = bytes.as_slice();
        let broken = loop {
            match frame::decode(rest) {
                Ok(frame) if frame.counter == segment.next_counter => {
                    segment.extend(frame.arrival_ms, frame.length);
                    rest = &rest[frame.length..];
                }
                Ok(_) => break Broken::Corrupt,
                Err(broken) => break broken,
            }
        };
        if rest.is_empty() {
            return Ok(segment);
        }
        // The death of a process leaves the beginning of a frame, never one that is wrong.
        if !is_newest || matches!(broken, Broken::Corrupt) {
            return Err(OpenError::Damaged {
                path: segment.path,
                offset: segment.length,
            });
        }
        tracing::warn!(
            path = %segment.path.display(),
            bytes = rest.len(),
            "cut off an unfinished write at the end of the log"
        );
        segment
            .writable()
            .and_then(|file| file.set_len(segment.length))
            .map_err(OpenError::at(&segment.path))?;
        Ok(segment)
    }

    /// The counters that the segment files in a directory begin with, in order.
    pub(super) fn list(directory: &Path) -> io::Result<Vec<u64>> {
        let mut counters = Vec::new();
        for entry in fs::read_dir(directory)? {
            let path = entry?.path();
            let stem = path.file_stem().and_then(|stem| stem.to_str());
            let is_segment = path.extension().is_some_and(|found| found == EXTENSION);
            if let (true, Some(Ok(counter))) = (is_segment, stem.map(str::parse)) {
                counters.push(counter);
            }
        }
        counters.sort_unstable();
        Ok(counters)
    }

    /// Opens the file to append to it, and creates it when it is not there.
    pub(super) fn writable(&self) -> io::Result<File> {
        OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&self.path)
    }

    /// Whether a record at or after `counter` that arrived at or after `horizon_ms` lies here.
    pub(super) fn reaches(&self, counter: u64, horizon_ms: u64) -> bool {
        self.next_counter > counter && self.last_arrival_ms >= horizon_ms && !self.is_empty()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.next_counter == self.first_counter
    }

    /// Notes one more frame at the end.
    pub(super) fn extend(&mut self, arrival_ms: u64, frame_length: usize) {
        let is_due = self
            .marks
            .last()
            .is_none_or(|mark| self.length - mark.offset >= STRIDE);
        if is_due {
            self.marks.push(Mark {
                counter: self.next_counter,
                arrival_ms,
                offset: self.length,
            });
        }
        self.next_counter += 1;
        self.last_arrival_ms = arrival_ms;
        self.length += frame_length as u64;
    }

    /// An offset, at most one stride early, from which every record at or after `counter` that arrived at
    /// or after `horizon_ms` follows.
    pub(super) fn offset_of(&self, counter: u64, horizon_ms: u64) -> u64 {
        let by_counter = self.marks.partition_point(|mark| mark.counter <= counter);
        let by_arrival = self
            .marks
            .partition_point(|mark| mark.arrival_ms < horizon_ms);
        let after = by_counter.max(by_arrival);
        after
            .checked_sub(1)
            .and_then(|index| self.marks.get(index))
            .map_or(0, |mark| mark.offset)
    }
}
