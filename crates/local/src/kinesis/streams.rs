//! Every stream of the account, by name, and what they share: the folder, the clock and the news.

use std::collections::BTreeMap;
use std::fs;
use std::fs::{File, TryLockError};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, RwLock};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::Config;
use super::description::{Status, StreamDescription};
use super::error::ApiError;
use super::limits::SHARD_QUOTA;
use super::lock;
use super::open::OpenError;
use super::stream::{Presence, Stream};
use crate::account;

const LOCK_FILE: &str = "lock";

/// How long a lock is waited for.
const LOCK_PATIENCE: Duration = Duration::from_secs(1);

/// How often it is tried meanwhile.
const LOCK_PAUSE: Duration = Duration::from_millis(10);

/// The streams of the account.
pub(crate) struct Streams {
    pub(crate) config: Config,
    by_name: RwLock<BTreeMap<String, Arc<Stream>>>,
    changes: watch::Sender<u64>,
    tokens_issued: AtomicU64,
    /// Held for as long as the folder is in use; the system lets go of it when the process dies.
    _lock: File,
}

impl Streams {
    /// Opens the state folder, which is created when it is not there.
    pub(crate) fn open(config: Config) -> Result<Self, OpenError> {
        let root = &config.directory;
        fs::create_dir_all(root).map_err(OpenError::at(root))?;
        let lock_path = root.join(LOCK_FILE);
        let lock_file = File::create(&lock_path).map_err(OpenError::at(&lock_path))?;
        hold(&lock_file).map_err(|error| match error {
            TryLockError::WouldBlock => OpenError::InUse { path: root.clone() },
            TryLockError::Error(source) => OpenError::at(&lock_path)(source),
        })?;
        let streams = Stream::open_all(root, config.clock.now_ms())?;
        let by_name = streams
            .into_iter()
            .map(|stream| (stream.name.clone(), Arc::new(stream)))
            .collect();
        Ok(Self {
            config,
            by_name: RwLock::new(by_name),
            changes: watch::Sender::new(0),
            tokens_issued: AtomicU64::new(0),
            _lock: lock_file,
        })
    }

    pub(crate) fn now_ms(&self) -> u64 {
        self.config.clock.now_ms()
    }

    /// How long a stream stays in a state that passes by itself.
    pub(crate) fn state_change_ms(&self) -> u64 {
        u64::try_from(self.config.state_change.as_millis()).unwrap_or(u64::MAX)
    }

    pub(crate) fn arn(&self, stream: &str) -> String {
        account::stream_arn(&self.config.region, stream)
    }

    /// The stream of this name, its status up to date.
    pub(crate) fn named(&self, name: &str) -> Result<Arc<Stream>, ApiError> {
        let found = lock::read(&self.by_name).get(name).cloned();
        let stream = found.ok_or_else(|| ApiError::stream_not_found(name))?;
        match stream.settle(self.now_ms())? {
            Presence::Here => Ok(stream),
            Presence::Gone => {
                self.forget(&stream)?;
                Err(ApiError::stream_not_found(name))
            }
        }
    }

    /// The stream that a request names. An ARN wins over a name.
    pub(crate) fn addressed(
        &self,
        name: Option<&str>,
        arn: Option<&str>,
    ) -> Result<Arc<Stream>, ApiError> {
        if let Some(arn) = arn {
            let named = arn.rsplit_once(":stream/").map_or("", |(_, name)| name);
            return if arn == self.arn(named) {
                self.named(named)
            } else {
                Err(ApiError::stream_not_found(named))
            };
        }
        let name = name.ok_or_else(|| {
            ApiError::invalid_argument("Either StreamName or StreamARN should be provided.")
        })?;
        self.named(name)
    }

    /// Every stream in the order of their names, their status up to date.
    pub(crate) fn all(&self) -> Result<Vec<Arc<Stream>>, ApiError> {
        let now_ms = self.now_ms();
        let mut streams: Vec<_> = lock::read(&self.by_name).values().cloned().collect();
        let mut gone = Vec::new();
        for stream in &streams {
            if stream.settle(now_ms)? == Presence::Gone {
                gone.push(Arc::clone(stream));
            }
        }
        for stream in gone {
            self.forget(&stream)?;
            streams.retain(|kept| !Arc::ptr_eq(kept, &stream));
        }
        Ok(streams)
    }

    /// Creates a stream.
    pub(crate) fn create(&self, description: StreamDescription) -> Result<(), ApiError> {
        let name = description.name.clone();
        let open_shards = self.open_shards()?;
        let mut by_name = lock::write(&self.by_name);
        if by_name.contains_key(&name) {
            return Err(ApiError::stream_exists(&name));
        }
        self.check_shard_quota(open_shards, description.shards.len())?;
        let stream = Stream::create(&self.config.directory, description, self.now_ms())
            .map_err(|error| ApiError::internal(std::io::Error::other(error)))?;
        by_name.insert(name, Arc::new(stream));
        drop(by_name);
        self.announce();
        Ok(())
    }

    /// Marks a stream for deletion, and deletes it at once when that takes no time.
    pub(crate) fn delete(&self, stream: &Stream) -> Result<(), ApiError> {
        let (now_ms, lasts_ms) = (self.now_ms(), self.state_change_ms());
        stream.update(now_ms, |description| {
            description.enter(Status::Deleting, lasts_ms, now_ms);
            Ok(())
        })?;
        self.announce();
        match self.named(&stream.name) {
            Ok(_) => Ok(()),
            Err(error) if error == ApiError::stream_not_found(&stream.name) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// The open shards of the account.
    pub(crate) fn open_shards(&self) -> Result<usize, ApiError> {
        let streams = self.all()?;
        Ok(streams
            .iter()
            .map(|stream| stream.read().description.open_shards().count())
            .sum())
    }

    /// Refuses what would exceed the account's shards.
    pub(crate) fn check_shard_quota(&self, open: usize, additional: usize) -> Result<(), ApiError> {
        if open.saturating_add(additional) > SHARD_QUOTA {
            let region = &self.config.region;
            return Err(ApiError::shard_quota_exceeded(region, open, additional));
        }
        Ok(())
    }

    /// Tells the pollers that records arrived or shards changed.
    pub(crate) fn announce(&self) {
        self.changes
            .send_modify(|version| *version = version.wrapping_add(1));
    }

    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// A number that makes each token differ from every other.
    pub(crate) fn nonce(&self) -> u64 {
        self.tokens_issued.fetch_add(1, Ordering::Relaxed)
    }

    fn forget(&self, stream: &Arc<Stream>) -> Result<(), ApiError> {
        let mut by_name = lock::write(&self.by_name);
        let is_listed = by_name
            .get(&stream.name)
            .is_some_and(|listed| Arc::ptr_eq(listed, stream));
        let mut remains = None;
        if is_listed {
            remains = Some(stream.remove().map_err(ApiError::internal)?);
            by_name.remove(&stream.name);
        }
        drop(by_name);
        self.announce();
        if let Some(remains) = remains {
            // Takes as long as there are records, and nobody has to wait for it.
            thread::spawn(move || {
                if let Err(error) = fs::remove_dir_all(&remains) {
                    tracing::warn!(path = %remains.display(), %error, "what is left of a deleted stream goes at the next start");
                }
            });
        }
        Ok(())
    }
}

/// Takes the lock, which a process that was killed a moment ago, or a child that it was about to
/// start, may still hold.
fn hold(lock: &File) -> Result<(), TryLockError> {
    let patience_ends = Instant::now() + LOCK_PATIENCE;
    loop {
        match lock.try_lock() {
            Err(TryLockError::WouldBlock) if Instant::now() < patience_ends => {
                thread::sleep(LOCK_PAUSE);
            }
            settled => return settled,
        }
    }
}
