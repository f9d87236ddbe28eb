//! What happened to the keys of a bucket, one line each, so that the index can be made again.
//!
//! A line is written before the bytes get their place. Of a file that is moved there it says the
//! name, so that a put which was cut off in between is completed when the bucket is opened again.
//! A new object may be written to its place at once; if that was cut off, it never happened.
//! The promise covers the death of the process, not that of the machine: nothing is synced.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::entry::Entry;

/// A journal is rewritten when it has this many lines more than twice what the index has keys.
const GARBAGE_LINES: usize = 10_000;

/// One thing that happened to a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Line {
    /// The key was put for the first time; its bytes are written behind this line.
    New { key: String, entry: Entry },
    /// The key was put.
    Put {
        key: String,
        entry: Entry,
        /// The name of the file that is on its way to the entry's place.
        staged: Option<String>,
    },
    /// The key was deleted.
    Delete { key: String },
}

impl Line {
    pub(crate) fn new(key: &str, entry: &Entry) -> Self {
        Self::New {
            key: key.to_owned(),
            entry: entry.clone(),
        }
    }

    pub(crate) fn put(key: &str, entry: &Entry, staged: Option<&str>) -> Self {
        Self::Put {
            key: key.to_owned(),
            entry: entry.clone(),
            staged: staged.map(str::to_owned),
        }
    }

    pub(crate) fn delete(key: &str) -> Self {
        Self::Delete {
            key: key.to_owned(),
        }
    }
}

/// The journal of one bucket, open for writing.
#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
    file: File,
    lines: usize,
    bytes: u64,
}

impl Journal {
    /// Opens a journal and reads what it says. A last line that was cut off is dropped.
    pub(crate) fn open(path: &Path) -> io::Result<(Self, Vec<Line>)> {
        let file = OpenOptions::new()
            .create(true)
            .read(true)
            .append(true)
            .open(path)?;
        let mut reader = BufReader::new(&file);
        let (mut lines, mut whole_bytes, mut text) = (Vec::new(), 0, Vec::new());
        loop {
            text.clear();
            let read = reader.read_until(b'\n', &mut text)?;
            if read == 0 {
                break;
            }
            match serde_json::from_slice(&text) {
                Ok(line) if text.ends_with(b"\n") => lines.push(line),
                // Only the end of the file can be torn: anything else is not ours to guess at.
                _ if reader.fill_buf()?.is_empty() => break,
                Ok(_) | Err(_) => {
                    let message = format!("{} is damaged after byte {whole_bytes}", path.display());
                    return Err(io::Error::new(io::ErrorKind::InvalidData, message));
                }
            }
            whole_bytes += read as u64;
        }
        file.set_len(whole_bytes)?;
        let journal = Self {
            path: path.to_owned(),
            file,
            lines: lines.len(),
            bytes: whole_bytes,
        };
        Ok((journal, lines))
    }

    /// Writes a line before what it says is done.
    pub(crate) fn append(&mut self, line: &Line) -> io::Result<()> {
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        if let Err(error) = self.file.write_all(&text) {
            // Half a line must not stand before the next one.
            self.file.set_len(self.bytes)?;
            return Err(error);
        }
        self.lines += 1;
        self.bytes += text.len() as u64;
        Ok(())
    }

    /// Rewrites the journal when most of it is history. One that cannot be rewritten grows on.
    pub(crate) fn compact(&mut self, index: &BTreeMap<String, Entry>) {
        if self.lines < 2 * index.len() + GARBAGE_LINES {
            return;
        }
        if let Err(error) = self.rewrite(index) {
            tracing::warn!(path = %self.path.display(), %error, "a journal could not be compacted");
        }
    }

    fn rewrite(&mut self, index: &BTreeMap<String, Entry>) -> io::Result<()> {
        let fresh_path = self.path.with_extension("new");
        let mut text = Vec::new();
        for (key, entry) in index {
            serde_json::to_writer(&mut text, &Line::put(key, entry, None))?;
            text.push(b'\n');
        }
        fs::write(&fresh_path, &text)?;
        let file = OpenOptions::new().append(true).open(&fresh_path)?;
        fs::rename(&fresh_path, &self.path)?;
        self.file = file;
        self.bytes = text.len() as u64;
        self.lines = index.len();
        Ok(())
    }
}
