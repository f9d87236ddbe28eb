//! Why the state folder cannot be used.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

/// The stack cannot start on this state folder.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Another process holds the folder.
    #[error("{} is in use by another process: stop it or name another folder", .path.display())]
    InUse {
        /// The folder.
        path: PathBuf,
    },
    /// A file or folder cannot be read or written.
    #[error("cannot open {}: check that it is readable and writable and the disk has room", .path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A stream's description is not what this version writes.
    #[error("{} does not describe a stream: restore it or delete the folder it is in", .path.display())]
    Description {
        /// The file.
        path: PathBuf,
        /// Where and why reading it failed.
        source: serde_json::Error,
    },
    /// A file that is never written to again has changed.
    #[error("{} is damaged at byte {offset}: restore it or delete the folder of its stream", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Bytes before the damage.
        offset: u64,
    },
}

impl OpenError {
    /// Names the place where the system failed us.
    pub(crate) fn at(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }
}
