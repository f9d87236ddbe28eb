//! Firehose on one machine: records in, objects of a bucket out, one after the other as they came.
//!
//! ```text
//! request ─▶ wire ─▶ operation ─▶ delivery_stream ─▶ buffer ─▶ object in S3
//! ```
//!
//! What is buffered lies on disk, so an acknowledged record survives the death of the process. An
//! object is written before its buffer is emptied: after a crash in between its records are
//! delivered twice, as Firehose may.

mod buffer;
mod delivery_stream;
mod error;
mod operation;
mod wire;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use thiserror::Error;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

use self::delivery_stream::DeliveryStream;
use self::error::ApiError;
use crate::clock::Clock;
use crate::fault::Fault;
use crate::s3::S3;

/// What the target of every operation begins with.
pub(crate) const TARGET: &str = "Firehose_";

/// How often a buffer that holds something is looked at: its time passes by the stack's clock.
const LOOK: Duration = Duration::from_millis(100);

/// A delivery stream, as the description of a stack has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// 1 to 64 letters, digits, `_`, `.` and `-`.
    pub name: String,
    /// Where objects go. It is made when it is missing.
    pub bucket: String,
    /// What stands before the date in every key.
    pub prefix: String,
    /// When an object is written.
    pub buffer: Buffering,
}

/// When an object is written: at whichever comes first, and when the stack stops.
///
/// Source: "Configure buffering hints" in the Amazon Data Firehose Developer Guide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Buffering {
    /// Once so many bytes have come, 1 to 128 MiB on AWS. Fewer make tests short.
    pub bytes: u64,
    /// Once the oldest record has waited so long, up to 15 minutes.
    pub interval: Duration,
}

/// What delivery streams are made of.
pub(crate) struct Config {
    /// The folder of what is buffered.
    pub(crate) directory: PathBuf,
    pub(crate) region: String,
    pub(crate) clock: Arc<dyn Clock>,
    /// Records that are throttled.
    pub(crate) throttle: Fault,
    pub(crate) streams: Vec<Settings>,
}

/// A delivery stream cannot be.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OpenError {
    /// AWS would refuse it.
    #[error("the delivery stream {name:?} cannot be: {reason}")]
    Invalid {
        /// The delivery stream.
        name: String,
        /// What to change.
        reason: &'static str,
    },
    /// What is buffered cannot be read or written, or there is no room for its objects.
    #[error("the delivery stream {name} cannot use {}; name another folder with --data", path.display())]
    Folder {
        /// The delivery stream.
        name: String,
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
}

/// Delivery streams. Clones are the same ones.
#[derive(Clone)]
pub struct Firehose(Arc<Streams>);

/// Every delivery stream of the account.
struct Streams {
    region: String,
    clock: Arc<dyn Clock>,
    throttle: Fault,
    /// In the order of their names.
    all: Vec<DeliveryStream>,
    /// Something was buffered.
    arrived: Notify,
}

/// What writes objects when their time has come.
#[derive(Debug)]
pub(crate) struct Delivery {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

/// AWS's default.
impl Default for Buffering {
    fn default() -> Self {
        Self {
            bytes: 5 * 1024 * 1024,
            interval: Duration::from_mins(5),
        }
    }
}

impl Firehose {
    /// Makes the delivery streams and their buckets; what an earlier stack had buffered is in them.
    ///
    /// # Errors
    ///
    /// AWS would refuse one of them, or its folder cannot be used.
    pub(crate) fn open(config: Config, s3: &S3) -> Result<Self, OpenError> {
        let mut streams = Vec::new();
        for settings in config.streams {
            settings.check(&streams)?;
            streams.push(DeliveryStream::open(
                settings,
                &config.directory,
                s3,
                config.clock.now_ms(),
            )?);
        }
        streams.sort_by(|one, other| one.name().cmp(other.name()));
        Ok(Self(Arc::new(Streams {
            region: config.region,
            clock: config.clock,
            throttle: config.throttle,
            all: streams,
            arrived: Notify::new(),
        })))
    }

    /// Answers one request of the API. Signatures and CORS are the caller's concern. Must be called
    /// within a Tokio runtime.
    pub(crate) async fn handle(&self, request: Request<Bytes>) -> Response<Bytes> {
        let streams = Arc::clone(&self.0);
        let answer = tokio::task::spawn_blocking(move || wire::answer(&streams, &request)).await;
        answer.unwrap_or_else(|error| {
            tracing::error!(%error, "a request was not handled to its end");
            wire::response(Err(ApiError::internal()))
        })
    }

    /// Starts to write objects when their time has come.
    pub(crate) fn deliver(&self) -> Delivery {
        let (stop, mut stopped) = watch::channel(false);
        let streams = Arc::clone(&self.0);
        let task = tokio::spawn(async move {
            loop {
                if streams.are_empty() {
                    tokio::select! {
                        () = streams.arrived.notified() => {}
                        _ = stopped.wait_for(|stop| *stop) => break,
                    }
                }
                tokio::select! {
                    () = tokio::time::sleep(LOOK) => {}
                    _ = stopped.wait_for(|stop| *stop) => break,
                }
                streams.clone().flush(false).await;
            }
            streams.flush(true).await;
        });
        Delivery { stop, task }
    }
}

impl Delivery {
    /// Writes what is buffered, and ends.
    pub(crate) async fn shutdown(mut self) {
        self.stop.send_replace(true);
        // A delivery that panicked has stopped as well; what it had is still on disk.
        let _ = (&mut self.task).await;
    }
}

/// Ends at once, as a crash would.
impl Drop for Delivery {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Streams {
    fn named(&self, name: &str) -> Result<&DeliveryStream, ApiError> {
        let stream = self.all.iter().find(|stream| stream.name() == name);
        stream.ok_or_else(|| ApiError::not_found(name))
    }

    fn are_empty(&self) -> bool {
        self.all.iter().all(DeliveryStream::is_empty)
    }

    /// Writes the objects whose time has come, or all.
    async fn flush(self: Arc<Self>, all: bool) {
        let flushed = tokio::task::spawn_blocking(move || {
            let now_ms = self.clock.now_ms();
            for stream in &self.all {
                stream.flush(now_ms, all);
            }
        });
        if let Err(error) = flushed.await {
            tracing::error!(%error, "objects of delivery streams were not written");
        }
    }
}

impl Settings {
    fn check(&self, others: &[DeliveryStream]) -> Result<(), OpenError> {
        let is_named = |character: char| {
            character.is_ascii_alphanumeric() || matches!(character, '_' | '.' | '-')
        };
        let reason = if !(1..=64).contains(&self.name.len()) || !self.name.chars().all(is_named) {
            "its name has 1 to 64 letters, digits, _, . and -"
        } else if others.iter().any(|other| other.name() == self.name) {
            "there are two of that name"
        } else if self.prefix.contains("!{") {
            "expressions in its prefix are not known here; leave out !{...}"
        } else {
            return Ok(());
        };
        let name = self.name.clone();
        Err(OpenError::Invalid { name, reason })
    }
}

impl OpenError {
    fn folder(name: &str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let (name, path) = (name.to_owned(), path.to_owned());
        move |source| Self::Folder { name, path, source }
    }
}

impl fmt::Debug for Firehose {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Firehose").finish_non_exhaustive()
    }
}
