//! One stream: its description on disk, its shards, and which of them owns a hash key.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, RwLock, RwLockReadGuard};

use super::description::{Status, StreamDescription, shard_id};
use super::error::ApiError;
use super::lock;
use super::open::OpenError;
use super::shard::Shard;

/// The suffix of a stream's folder. It also keeps the legal stream names `.` and `..` from being paths.
const FOLDER_SUFFIX: &str = ".stream";

const DESCRIPTION_FILE: &str = "stream.json";

/// A stream and its folder.
#[derive(Debug)]
pub(crate) struct Stream {
    pub(crate) name: String,
    folder: PathBuf,
    state: RwLock<State>,
}

/// What changes when a stream is resharded or set. Writers of records hold it shared, so none of them
/// meets a half-done reshard.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) description: StreamDescription,
    shards: BTreeMap<u32, Mutex<Shard>>,
    /// Where each open shard's range begins, ascending.
    routes: Vec<(u128, u32)>,
}

/// Whether a stream is still there once its status has been brought up to date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    Here,
    Gone,
}

impl Stream {
    /// Creates the stream's folder. The description is written last: a folder without one is unfinished.
    pub(crate) fn create(
        root: &Path,
        description: StreamDescription,
        now_ms: u64,
    ) -> Result<Self, OpenError> {
        let folder = root.join(format!("{}{FOLDER_SUFFIX}", description.name));
        let state = State::open(&folder, description, now_ms)?;
        write_description(&folder, &state.description).map_err(OpenError::at(&folder))?;
        Ok(Self {
            name: state.description.name.clone(),
            folder,
            state: RwLock::new(state),
        })
    }

    /// Opens every stream in the folder, and removes what an unfinished creation or deletion left.
    pub(crate) fn open_all(root: &Path, now_ms: u64) -> Result<Vec<Self>, OpenError> {
        let mut streams = Vec::new();
        for entry in fs::read_dir(root).map_err(OpenError::at(root))? {
            let folder = entry.map_err(OpenError::at(root))?.path();
            let is_stream = folder
                .file_name()
                .and_then(|name| name.to_str())
                .is_some_and(|name| name.ends_with(FOLDER_SUFFIX));
            if is_stream {
                streams.extend(Self::open(folder, now_ms)?);
            }
        }
        Ok(streams)
    }

    fn open(folder: PathBuf, now_ms: u64) -> Result<Option<Self>, OpenError> {
        let path = folder.join(DESCRIPTION_FILE);
        let description = match fs::read(&path) {
            Ok(json) => Some(json),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(OpenError::at(&path)(error)),
        };
        let description = description
            .map(|json| serde_json::from_slice::<StreamDescription>(&json))
            .transpose()
            .map_err(|source| OpenError::Description { path, source })?
            .filter(|description| description.status != Status::Deleting);
        let Some(mut description) = description else {
            fs::remove_dir_all(&folder).map_err(OpenError::at(&folder))?;
            return Ok(None);
        };
        // The time that a change takes is over when the process that began it is.
        description.enter(Status::Active, 0, now_ms);
        let state = State::open(&folder, description, now_ms)?;
        Ok(Some(Self {
            name: state.description.name.clone(),
            folder,
            state: RwLock::new(state),
        }))
    }

    /// Holds the stream as it is.
    pub(crate) fn read(&self) -> RwLockReadGuard<'_, State> {
        lock::read(&self.state)
    }

    /// Changes the description, on disk and then in memory, and opens or drops shards accordingly.
    pub(crate) fn update<T>(
        &self,
        now_ms: u64,
        change: impl FnOnce(&mut StreamDescription) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        let mut state = lock::write(&self.state);
        let mut description = state.description.clone();
        let result = change(&mut description)?;
        let mut created = BTreeMap::new();
        for shard in &description.shards {
            if !state.shards.contains_key(&shard.index) {
                let opened = Shard::open(self.folder.join(shard.id()), now_ms)
                    .map_err(|error| ApiError::internal(io::Error::other(error)))?;
                created.insert(shard.index, Mutex::new(opened));
            }
        }
        write_description(&self.folder, &description).map_err(ApiError::internal)?;
        state.adopt(description, created, &self.folder);
        Ok(result)
    }

    /// Ends a status whose time is over, and forgets closed shards whose records have all expired.
    pub(crate) fn settle(&self, now_ms: u64) -> Result<Presence, ApiError> {
        {
            let state = self.read();
            let description = &state.description;
            if !is_over(description, now_ms) && !has_expired_shard(description, now_ms) {
                return Ok(Presence::Here);
            }
            if description.status == Status::Deleting {
                return Ok(Presence::Gone);
            }
        }
        self.update(now_ms, |description| {
            if is_over(description, now_ms) && description.status != Status::Deleting {
                description.status = Status::Active;
            }
            let horizon_ms = description.horizon_ms(now_ms);
            description.shards.retain(|shard| {
                shard
                    .closed_ms
                    .is_none_or(|closed_ms| closed_ms >= horizon_ms)
            });
            Ok(Presence::Here)
        })
    }

    /// Deletes the description and puts the rest out of the way, under the path that is returned.
    ///
    /// A folder without a description is removed at the next start.
    pub(crate) fn remove(&self) -> io::Result<PathBuf> {
        fs::remove_file(self.folder.join(DESCRIPTION_FILE))?;
        // `~` is in no stream's name, and the number sets it apart from what else was deleted.
        let suffix = format!("~{}{FOLDER_SUFFIX}", uuid::Uuid::new_v4());
        let remains = self.folder.with_file_name(format!("{}{suffix}", self.name));
        fs::rename(&self.folder, &remains)?;
        Ok(remains)
    }
}

impl State {
    fn open(folder: &Path, description: StreamDescription, now_ms: u64) -> Result<Self, OpenError> {
        let mut shards = BTreeMap::new();
        for shard in &description.shards {
            let opened = Shard::open(folder.join(shard.id()), now_ms)?;
            shards.insert(shard.index, Mutex::new(opened));
        }
        Ok(Self {
            routes: routes(&description),
            description,
            shards,
        })
    }

    /// Holds the shard with this index, unless it has expired.
    pub(crate) fn shard(&self, index: u32) -> Option<MutexGuard<'_, Shard>> {
        self.shards.get(&index).map(lock::lock)
    }

    /// The index of the open shard that owns a hash key.
    pub(crate) fn route(&self, hash_key: u128) -> u32 {
        let after = self.routes.partition_point(|(start, _)| *start <= hash_key);
        let owner = after
            .checked_sub(1)
            .and_then(|position| self.routes.get(position));
        owner.map_or(0, |(_, index)| *index)
    }

    fn adopt(
        &mut self,
        description: StreamDescription,
        created: BTreeMap<u32, Mutex<Shard>>,
        folder: &Path,
    ) {
        self.routes = routes(&description);
        self.description = description;
        self.shards.extend(created);
        let description = &self.description;
        self.shards.retain(|index, _| {
            let is_listed = description.shard(*index).is_some();
            if !is_listed && let Err(error) = fs::remove_dir_all(folder.join(shard_id(*index))) {
                tracing::warn!(shard = shard_id(*index), %error, "could not delete an expired shard");
            }
            is_listed
        });
    }
}

fn is_over(description: &StreamDescription, now_ms: u64) -> bool {
    description.status != Status::Active && description.settled_ms <= now_ms
}

fn has_expired_shard(description: &StreamDescription, now_ms: u64) -> bool {
    let horizon_ms = description.horizon_ms(now_ms);
    description.shards.iter().any(|shard| {
        shard
            .closed_ms
            .is_some_and(|closed_ms| closed_ms < horizon_ms)
    })
}

fn routes(description: &StreamDescription) -> Vec<(u128, u32)> {
    let mut routes: Vec<_> = description
        .open_shards()
        .map(|shard| (shard.range.start, shard.index))
        .collect();
    routes.sort_unstable();
    routes
}

/// Replaces the description at once: a reader finds the old one or the new one, never a part.
fn write_description(folder: &Path, description: &StreamDescription) -> io::Result<()> {
    let unfinished = folder.join(format!("{DESCRIPTION_FILE}.new"));
    fs::write(&unfinished, serde_json::to_vec_pretty(description)?)?;
    fs::rename(&unfinished, folder.join(DESCRIPTION_FILE))
}
