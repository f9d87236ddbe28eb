//! The folder of a stack's state: marked as ours, and held by one process at a time.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

/// The file that marks a folder as ours, and that whoever uses the folder keeps locked.
const MARKER: &str = "sluice-state";

/// What a stack keeps in its folder; the rest of it is somebody else's.
const PARTS: [&str; 5] = ["firehose", "kinesis", "logs", "mappings", "s3"];

/// How long the lock of a process that is just ending is waited for.
const PATIENCE: Duration = Duration::from_secs(2);

/// How often the lock is tried meanwhile.
const PAUSE: Duration = Duration::from_millis(20);

/// A folder that this process holds. Dropping it lets go of it.
#[derive(Debug)]
pub(crate) struct StateFolder {
    path: PathBuf,
    _lock: File,
}

impl StateFolder {
    /// Takes hold of a folder, which is made when it is missing.
    ///
    /// # Errors
    ///
    /// When somebody else's files are in it, another process uses it, or it cannot be written.
    pub(crate) fn hold(path: &Path) -> anyhow::Result<Self> {
        let unwritable = || {
            format!(
                "the folder {} cannot be written; name another one with --data",
                path.display()
            )
        };
        fs::create_dir_all(path).with_context(unwritable)?;
        let marker = path.join(MARKER);
        if !marker.is_file()
            && fs::read_dir(path)
                .with_context(unwritable)?
                .next()
                .is_some()
        {
            bail!(
                "{} holds something that is no state of sluice; name another folder with --data",
                path.display()
            );
        }
        let mut lock = OpenOptions::new()
            .append(true)
            .create(true)
            .open(&marker)
            .with_context(unwritable)?;
        if !wait_for(&lock).with_context(unwritable)? {
            bail!(
                "the folder {} is used by another sluice; stop that one, or name another folder with --data",
                path.display()
            );
        }
        if lock.metadata().with_context(unwritable)?.len() == 0 {
            lock.write_all(b"state of a local sluice stack; delete the folder to start afresh\n")
                .with_context(unwritable)?;
        }
        Ok(Self {
            path: path.to_owned(),
            _lock: lock,
        })
    }

    /// Deletes the state, and nothing else that lies in the folder.
    ///
    /// # Errors
    ///
    /// When it cannot be deleted.
    pub(crate) fn empty(&self) -> anyhow::Result<()> {
        for part in PARTS.map(|part| self.path.join(part)) {
            if part.exists() {
                fs::remove_dir_all(&part)
                    .with_context(|| format!("{} cannot be deleted", part.display()))?;
            }
        }
        Ok(())
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

fn wait_for(lock: &File) -> std::io::Result<bool> {
    let patience_ends = Instant::now() + PATIENCE;
    loop {
        match lock.try_lock() {
            Ok(()) => return Ok(true),
            Err(TryLockError::WouldBlock) if Instant::now() < patience_ends => {
                std::thread::sleep(PAUSE);
            }
            Err(TryLockError::WouldBlock) => return Ok(false),
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_held_once() {
        let folder = tempfile::tempdir().unwrap();
        let held = StateFolder::hold(folder.path()).unwrap();
        let refused = StateFolder::hold(folder.path()).unwrap_err().to_string();
        assert!(refused.contains("used by another sluice"), "{refused}");
        drop(held);
        StateFolder::hold(folder.path()).unwrap();
    }

    #[test]
    fn the_files_of_somebody_else_are_neither_marked_nor_deleted() {
        let folder = tempfile::tempdir().unwrap();
        let letter = folder.path().join("letter.txt");
        fs::write(&letter, "dear").unwrap();
        let refused = StateFolder::hold(folder.path()).unwrap_err().to_string();
        assert!(refused.contains("no state of sluice"), "{refused}");
        fs::remove_file(&letter).unwrap();

        let held = StateFolder::hold(folder.path()).unwrap();
        fs::write(&letter, "dear").unwrap();
        fs::create_dir_all(folder.path().join("s3").join("bucket")).unwrap();
        held.empty().unwrap();
        assert!(letter.exists());
        assert!(!folder.path().join("s3").exists());
    }
}
