//! Kinesis Data Streams on one machine: the wire protocol, the shards with their limits, and a log on disk.
//!
//! ```text
//! request ─▶ wire ─▶ operation ─▶ streams ─▶ put ─▶ shard ─▶ log
//!                                        └─▶ page ◀──┘
//! ```
//!
//! What differs from AWS on purpose: consumers with enhanced fan-out are not served, control-plane rates
//! are not limited, a reshard takes effect at once (only the status takes its time), and encryption is noted
//! but not done.

// From the wire to an operation,
mod wire;

mod constraint;
mod error;
mod operation;
mod shape;
mod token;

// from there to the streams and their shards,
mod streams;

mod description;
mod hash_key;
mod reshard;
mod stream;

// and so to the records.
mod put;

mod consume;
mod page;

mod shard;

mod log;
mod sequence;
mod token_bucket;

mod limits;
mod lock;
mod open;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use thiserror::Error;
use tokio::sync::watch;

pub use self::consume::{Page, Position, ReadError, ShardView, StreamRecord};
use self::description::StreamDescription;
use self::error::ErrorKind;
use self::limits::DEFAULT_SHARDS;
pub use self::open::OpenError;
use self::streams::Streams;

use crate::clock::Clock;
use crate::fault::Fault;

/// What a local Kinesis is made of.
#[derive(Clone)]
pub struct Config {
    /// The state folder. Deleting it starts afresh.
    pub directory: PathBuf,
    /// The region in every ARN.
    pub region: String,
    /// Whether the throughput of a shard is limited as on AWS. Sizes and counts always are.
    pub enforce_limits: bool,
    /// How long a stream stays CREATING, UPDATING or DELETING.
    pub state_change: Duration,
    /// The time of day: arrival times, limits, retention, expiry.
    pub clock: Arc<dyn Clock>,
    /// Writes to refuse on top of what the limits refuse.
    pub throttle: Fault,
}

/// A local Kinesis. Clones are the same one.
#[derive(Clone)]
pub struct Kinesis {
    streams: Arc<Streams>,
}

/// A stream could not be created at start-up.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("cannot create the stream {stream}: {reason}")]
pub struct CreateError {
    /// The stream's name.
    pub stream: String,
    /// What the API would have answered.
    pub reason: String,
}

impl Kinesis {
    /// Opens the state folder and recovers every stream in it.
    ///
    /// # Errors
    ///
    /// The folder is in use, cannot be read or written, or its contents are damaged.
    pub fn open(config: Config) -> Result<Self, OpenError> {
        let streams = Arc::new(Streams::open(config)?);
        Ok(Self { streams })
    }

    /// Answers one request of the Kinesis API.
    ///
    /// Signatures and CORS are the caller's concern. The work is done on the blocking pool, because a full
    /// `PutRecords` takes milliseconds of decoding and writing. Must be called within a Tokio runtime.
    pub async fn handle(&self, request: Request<Bytes>) -> Response<Bytes> {
        let streams = Arc::clone(&self.streams);
        let headers = request.headers().clone();
        let answer = tokio::task::spawn_blocking(move || wire::answer(&streams, &request));
        answer.await.unwrap_or_else(|error| {
            tracing::error!(%error, "a request was not handled to its end");
            wire::internal_failure(&headers)
        })
    }

    /// Creates a provisioned stream that is ACTIVE at once; leaves a stream of this name as it is.
    ///
    /// Without a number of shards the stream is on-demand, with four.
    ///
    /// # Errors
    ///
    /// AWS would refuse the name or the number of shards, or the disk fails.
    pub fn create_stream(&self, name: &str, shards: Option<u32>) -> Result<(), CreateError> {
        let failed = |error: error::ApiError| CreateError {
            stream: name.to_owned(),
            reason: error.message,
        };
        operation::create_stream::check_name_and_shards(name, shards.map(i64::from))
            .map_err(failed)?;
        let count = shards.unwrap_or(DEFAULT_SHARDS);
        if self.streams.named(name).is_ok() {
            return Ok(());
        }
        let open = self.streams.open_shards().map_err(failed)?;
        let additional = usize::try_from(count).unwrap_or(usize::MAX);
        self.streams
            .check_shard_quota(open, additional)
            .map_err(failed)?;
        let mut description = StreamDescription::new(name, count, self.streams.now_ms());
        if shards.is_none() {
            description.mode = description::StreamMode::OnDemand;
        }
        match self.streams.create(description) {
            Err(error) if error.kind == ErrorKind::ResourceInUse => Ok(()),
            created => created.map_err(failed),
        }
    }

    /// Tells that something changed: records arrived, or streams or shards came, closed or went.
    ///
    /// The value is a version; it only ever differs. Statuses pass with the clock and are not told.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.streams.changes()
    }
}

impl fmt::Debug for Kinesis {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Kinesis").finish_non_exhaustive()
    }
}
