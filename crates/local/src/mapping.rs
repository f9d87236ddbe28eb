//! A stream's records → invocations of a function, each record until it is settled.
//!
//! This is Lambda's event source mapping for Kinesis
//! (Lambda guide, `/lambda/latest/dg/with-kinesis.html` and `/lambda/latest/dg/kinesis-on-failure-destination.html`).
//! A record is settled when the function has accepted it or when it lies, with its bytes, at the
//! on-failure destination; the place up to which a shard is settled outlives the process.
//!
//! It differs from AWS's in when it looks for records: at once when there are some,
//! where AWS asks each shard once a second.

mod settings;

mod sequence;
mod source;

mod event;

mod invoke;

mod answer;
mod destination;

mod backoff;
mod batch;
mod delivery;
mod lane;
mod poller;
mod shard;

mod checkpoint;
mod ledger;

mod control;
mod lineage;
mod progress;

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::clock::Clock;

use self::checkpoint::Checkpoints;
use self::control::{Command, Control};

pub use self::checkpoint::CheckpointError;
pub use self::destination::{Destination, DestinationError};
pub use self::invoke::Invoke;
pub use self::progress::{LastResult, Progress, ShardProgress};
pub use self::settings::{InvalidSettings, Settings, StartingPosition};
pub use self::source::{Page, Position, Source, SourceError, SourceRecord, SourceShard};

/// What a mapping works with.
#[derive(Clone)]
pub struct Ports {
    /// Where records come from.
    pub source: Arc<dyn Source>,
    /// What runs the function.
    pub function: Arc<dyn Invoke>,
    /// Where records go that the function does not accept.
    pub destination: Arc<dyn Destination>,
    /// Tells the age of records.
    pub clock: Arc<dyn Clock>,
}

/// Why a mapping cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A setting lies outside what AWS accepts.
    #[error(transparent)]
    Settings(#[from] InvalidSettings),
    /// The checkpoints cannot be read or written.
    #[error(transparent)]
    Checkpoints(#[from] CheckpointError),
}

/// Starts mappings.
#[derive(Debug)]
pub struct Mapping;

/// A mapping at work; dropping it stops it at once, as a crash would.
pub struct MappingHandle {
    command: watch::Sender<Command>,
    progress: watch::Receiver<Progress>,
    task: JoinHandle<()>,
}

/// What the parts of one mapping share.
struct Context {
    settings: Settings,
    ports: Ports,
    control: Control,
    checkpoints: Checkpoints,
    progress: watch::Sender<Progress>,
    random: Mutex<fastrand::Rng>,
}

impl Mapping {
    /// Starts a mapping where its checkpoints in `state_directory` say, or else at its starting position.
    ///
    /// The seed decides the jitter of retries. Must be called within a Tokio runtime.
    /// A function and a stream have one mapping: a second one at a time would deliver everything twice.
    ///
    /// # Errors
    ///
    /// A setting lies outside AWS's ranges, or the checkpoints cannot be used.
    pub fn start(
        settings: Settings,
        ports: Ports,
        state_directory: &Path,
        seed: u64,
    ) -> Result<MappingHandle, StartError> {
        settings.validate()?;
        let checkpoints = Checkpoints::open(state_directory, settings.uuid())?;
        let (command, commanded) = watch::channel(Command::Run);
        let (progress, observed) = watch::channel(Progress::default());
        let context = Context {
            settings,
            ports,
            control: Control::new(commanded),
            checkpoints,
            progress,
            random: Mutex::new(fastrand::Rng::with_seed(seed)),
        };
        Ok(MappingHandle {
            command,
            progress: observed,
            task: tokio::spawn(async move { lineage::run(&context).await }),
        })
    }
}

impl Context {
    /// Changes what is published about the mapping.
    fn note(&self, change: impl FnOnce(&mut Progress)) {
        self.progress.send_modify(change);
    }

    /// A number from 0 to 1.
    fn chance(&self) -> f64 {
        let mut random = self.random.lock().unwrap_or_else(PoisonError::into_inner);
        random.f64()
    }
}

impl MappingHandle {
    /// What the mapping has done since it started.
    pub fn progress(&self) -> Progress {
        self.progress.borrow().clone()
    }

    /// Tells of every change of [`MappingHandle::progress`].
    pub fn subscribe(&self) -> watch::Receiver<Progress> {
        self.progress.clone()
    }

    /// Starts no more invocations until [`MappingHandle::resume`]; the ones under way finish.
    pub fn pause(&self) {
        self.command.send_replace(Command::Pause);
    }

    /// Goes on where the mapping was paused.
    pub fn resume(&self) {
        self.command.send_replace(Command::Run);
    }

    /// Ends the mapping after the invocations under way, which are settled.
    pub async fn shutdown(mut self) {
        self.command.send_replace(Command::Stop);
        // An aborted or panicked task has nothing left to wait for.
        let _ = (&mut self.task).await;
    }

    /// Ends the mapping at once, as a crash would; the invocations under way are given up.
    pub async fn kill(mut self) {
        self.task.abort();
        let _ = (&mut self.task).await;
    }
}

impl Drop for MappingHandle {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl fmt::Debug for MappingHandle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("MappingHandle")
            .field("progress", &*self.progress.borrow())
            .finish_non_exhaustive()
    }
}
