//! The place up to which each shard is settled, kept in a file.
//!
//! The file of a mapping is a log of JSON lines, each a list of checkpoints that hold together or
//! not at all. A line that a crash has cut short is not there. What `write` has accepted outlives
//! the process, whatever signal ends it; a power cut may cost the last lines, and with them
//! nothing but a second delivery.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::sequence::SequenceNumber;
use super::source::Position;

/// The size from which a log is rewritten, and again when it has doubled since.
///
/// A rewrite waits for the disk, so it has to be rare.
const COMPACT_FROM_BYTES: u64 = 2 * 1024 * 1024;

/// How far a shard is settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Place {
    /// Nothing is, from its oldest record on.
    TrimHorizon,
    /// Nothing is, from this arrival time on, in milliseconds since the Unix epoch.
    AtTimestamp(u64),
    /// Everything up to and including this record is.
    After(SequenceNumber),
    /// The shard is closed and everything in it is.
    Finished,
}

/// What is kept of one shard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Checkpoint {
    pub(super) shard: String,
    pub(super) place: Place,
    /// What each lane has settled beyond the place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) lanes: Vec<Option<SequenceNumber>>,
}

/// Why checkpoints cannot be kept or read.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// The file system refused.
    #[error(
        "the checkpoints in {path} cannot be read or written; check the folder and the space on its disk"
    )]
    Io {
        /// The file or its folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The file was changed by something else.
    #[error(
        "line {line} of {path} is no checkpoint; delete the file to start from the starting position"
    )]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        source: serde_json::Error,
    },
}

/// The checkpoints of one mapping.
#[derive(Debug)]
pub(super) struct Checkpoints {
    path: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    shards: BTreeMap<String, Checkpoint>,
    log: File,
    log_bytes: u64,
    compact_at_bytes: u64,
}

impl Place {
    /// Where to read on; `None` in a finished shard.
    pub(super) fn position(&self) -> Option<Position> {
        match self {
            Self::TrimHorizon => Some(Position::TrimHorizon),
            Self::AtTimestamp(milliseconds) => Some(Position::AtTimestamp(*milliseconds)),
            Self::After(sequence_number) => Some(Position::After(sequence_number.to_string())),
            Self::Finished => None,
        }
    }
}

impl Checkpoints {
    /// Reads `<directory>/<mapping>.checkpoints`, or starts it.
    pub(super) fn open(directory: &Path, mapping: Uuid) -> Result<Self, CheckpointError> {
        let path = directory.join(format!("{mapping}.checkpoints"));
        let in_path = |source| CheckpointError::Io {
            path: path.clone(),
            source,
        };
        fs::create_dir_all(directory).map_err(in_path)?;
        let shards = read(&path)?;
        let (log, log_bytes) = rewrite(&path, &shards).map_err(in_path)?;
        let state = State {
            shards,
            log,
            log_bytes,
            compact_at_bytes: COMPACT_FROM_BYTES.max(2 * log_bytes),
        };
        Ok(Self {
            path,
            state: Mutex::new(state),
        })
    }

    /// Whether nothing was ever kept, so that the starting position counts.
    pub(super) fn is_empty(&self) -> bool {
        self.state().shards.is_empty()
    }

    pub(super) fn get(&self, shard: &str) -> Option<Checkpoint> {
        self.state().shards.get(shard).cloned()
    }

    /// Keeps these checkpoints, all of them or none.
    pub(super) fn put(&self, checkpoints: &[Checkpoint]) -> Result<(), CheckpointError> {
        let mut state = self.state();
        state
            .append(&self.path, checkpoints)
            .map_err(|source| CheckpointError::Io {
                path: self.path.clone(),
                source,
            })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn append(&mut self, path: &Path, checkpoints: &[Checkpoint]) -> io::Result<()> {
        let mut line = serde_json::to_vec(checkpoints)?;
        line.push(b'\n');
        if let Err(error) = self.log.write_all(&line) {
            // Part of the line may be there; the next one must not follow on it.
            self.log.set_len(self.log_bytes)?;
            return Err(error);
        }
        self.log_bytes += u64::try_from(line.len()).unwrap_or(u64::MAX);
        for checkpoint in checkpoints {
            self.shards
                .insert(checkpoint.shard.clone(), checkpoint.clone());
        }
        if self.log_bytes >= self.compact_at_bytes {
            (self.log, self.log_bytes) = rewrite(path, &self.shards)?;
            self.compact_at_bytes = COMPACT_FROM_BYTES.max(2 * self.log_bytes);
        }
        Ok(())
    }
}

fn read(path: &Path) -> Result<BTreeMap<String, Checkpoint>, CheckpointError> {
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(source) => {
            let path = path.to_owned();
            return Err(CheckpointError::Io { path, source });
        }
    };
    let mut shards = BTreeMap::new();
    let lines = text.split_inclusive(|byte| *byte == b'\n');
    for (index, line) in lines.filter(|line| line.ends_with(b"\n")).enumerate() {
        let checkpoints: Vec<Checkpoint> =
            serde_json::from_slice(line).map_err(|source| CheckpointError::Corrupt {
                path: path.to_owned(),
                line: index + 1,
                source,
            })?;
        for checkpoint in checkpoints {
            shards.insert(checkpoint.shard.clone(), checkpoint);
        }
    }
    Ok(shards)
}

/// Replaces the log by one that holds only the last checkpoint of each shard, and opens it.
fn rewrite(path: &Path, shards: &BTreeMap<String, Checkpoint>) -> io::Result<(File, u64)> {
    let new = path.with_extension("checkpoints.new");
    let mut log = File::create(&new)?;
    let mut bytes = 0;
    if !shards.is_empty() {
        let mut line = serde_json::to_vec(&shards.values().collect::<Vec<_>>())?;
        line.push(b'\n');
        log.write_all(&line)?;
        bytes = u64::try_from(line.len()).unwrap_or(u64::MAX);
    }
    log.sync_all()?;
    drop(log);
    fs::rename(&new, path)?;
    Ok((File::options().append(true).open(path)?, bytes))
}

#[cfg(test)]
mod tests;
