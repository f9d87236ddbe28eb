//! Why a stack does not start, in one sentence that says what to do.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::{cognito, firehose, kinesis, lambda, mapping};

/// A stack that cannot start.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StartError {
    /// Somebody else listens there.
    #[error(
        "port {0} on 127.0.0.1 is in use; stop what listens there or choose another with --port"
    )]
    PortInUse(u16),
    /// The system refuses to listen.
    #[error("the stack cannot listen on 127.0.0.1")]
    Listen(#[source] io::Error),
    /// No room for the state.
    #[error("the disk of {} is full; make room or name a folder on another one with --data", .0.display())]
    DiskFull(PathBuf),
    /// The state cannot be read or written.
    #[error("the folder {} cannot be used; name one that you may write with --data", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The state of the streams cannot be opened.
    #[error(transparent)]
    Kinesis(#[from] kinesis::OpenError),
    /// A stream cannot be created.
    #[error(transparent)]
    Stream(#[from] kinesis::CreateError),
    /// Two pipes name one function.
    #[error("the function {0} is named by two pipelines; give each its own")]
    FunctionTwice(String),
    /// A function cannot be registered.
    #[error(transparent)]
    Function(#[from] lambda::InvalidFunction),
    /// A delivery stream cannot be.
    #[error(transparent)]
    DeliveryStream(#[from] firehose::OpenError),
    /// Nobody could sign in.
    #[error(transparent)]
    SignIn(#[from] cognito::NoRandomness),
    /// A mapping cannot be started.
    #[error(transparent)]
    Mapping(#[from] mapping::StartError),
}

impl StartError {
    /// The error of a folder, whatever the system says of it.
    pub(super) fn folder(folder: &Path) -> impl FnOnce(io::Error) -> Self {
        let folder = folder.to_owned();
        move |source| match source.kind() {
            io::ErrorKind::StorageFull => Self::DiskFull(folder),
            _ => Self::Folder { folder, source },
        }
    }
}
