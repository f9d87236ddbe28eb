//! What has come and is in no object yet: a file of the very bytes that the object will have.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

/// The buffer of one delivery stream.
#[derive(Debug)]
pub(super) struct Buffer {
    file: File,
    bytes: u64,
    /// When the oldest byte came, in milliseconds since the Unix epoch.
    since_ms: u64,
}

impl Buffer {
    /// Opens the file, which is made when it is missing. What is in it is taken to come now.
    pub(super) fn open(path: &Path, now_ms: u64) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        let file = options.read(true).append(true).create(true).open(path)?;
        Ok(Self {
            bytes: file.metadata()?.len(),
            file,
            since_ms: now_ms,
        })
    }

    /// Adds records, all of them or none.
    pub(super) fn append<'r>(
        &mut self,
        records: impl IntoIterator<Item = &'r [u8]>,
        now_ms: u64,
    ) -> io::Result<()> {
        let added = records.into_iter().collect::<Vec<_>>().concat();
        if let Err(error) = self.file.write_all(&added) {
            // As when the disk is full: half a record must not be delivered.
            self.file.set_len(self.bytes)?;
            return Err(error);
        }
        if self.bytes == 0 {
            self.since_ms = now_ms;
        }
        self.bytes += u64::try_from(added.len()).unwrap_or(u64::MAX);
        Ok(())
    }

    /// All that is in it, which stays there.
    pub(super) fn read(&mut self) -> io::Result<Vec<u8>> {
        let mut held = Vec::new();
        self.file.seek(SeekFrom::Start(0))?;
        self.file.read_to_end(&mut held)?;
        Ok(held)
    }

    /// Lets go of all that is in it.
    pub(super) fn clear(&mut self) -> io::Result<()> {
        self.file.set_len(0)?;
        self.bytes = 0;
        Ok(())
    }

    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(super) fn since_ms(&self) -> u64 {
        self.since_ms
    }
}
