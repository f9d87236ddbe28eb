//! One bucket: an index in memory, a journal on disk, and the files.
//!
//! One lock covers the index, the journal and the move of a file into its place. So a create-only
//! put has exactly one winner, and a reader opens the very file that its entry describes.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::entry::Entry;
use super::journal::{Journal, Line};
use super::place::{HIDDEN, Place};
use super::staged::Staged;

/// A bucket whose folder is open.
#[derive(Debug)]
pub(crate) struct Bucket {
    folder: PathBuf,
    created_ms: u64,
    state: RwLock<State>,
}

#[derive(Debug)]
struct State {
    index: BTreeMap<String, Entry>,
    journal: Journal,
}

/// What must hold of the object that is there, for a put to happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Condition {
    /// Nothing.
    Always,
    /// There must be none.
    Absent,
    /// There must be one with this `ETag`.
    Matches(String),
}

/// Why a put did not happen.
#[derive(Debug)]
pub(crate) enum PutError {
    /// The object there is not what the condition says.
    PreconditionFailed,
    /// The condition speaks of an object that is not there.
    NoSuchKey,
    /// The disk refused.
    Io(io::Error),
}

impl From<io::Error> for PutError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl Bucket {
    /// Opens a bucket's folder, which is made when missing, and completes what was cut off.
    pub(crate) fn open(folder: PathBuf, now_ms: u64) -> io::Result<Self> {
        let hidden = folder.join(HIDDEN);
        for name in ["incoming", "odd-keys", "uploads"] {
            fs::create_dir_all(hidden.join(name))?;
        }
        let (journal, lines) = Journal::open(&hidden.join("journal"))?;
        let index = replay(&folder, lines)?;
        for leftover in fs::read_dir(hidden.join("incoming"))? {
            fs::remove_file(leftover?.path())?;
        }
        let created = fs::metadata(hidden.join("odd-keys"))?.created().ok();
        let since_epoch = created.and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
        let created_ms = since_epoch.and_then(|time| u64::try_from(time.as_millis()).ok());
        let state = RwLock::new(State { index, journal });
        Ok(Self {
            folder,
            created_ms: created_ms.unwrap_or(now_ms),
            state,
        })
    }

    /// When the bucket was created, in milliseconds since the Unix epoch.
    pub(crate) fn created_ms(&self) -> u64 {
        self.created_ms
    }

    /// The folder that uploads in parts are collected in.
    pub(crate) fn uploads(&self) -> PathBuf {
        self.folder.join(HIDDEN).join("uploads")
    }

    /// A new file for bytes that are on their way.
    pub(crate) fn stage(&self) -> io::Result<Staged> {
        Staged::create(&self.folder.join(HIDDEN).join("incoming"))
    }

    /// Moves a staged file into the place of a key, if the condition holds.
    pub(crate) fn put(
        &self,
        key: &str,
        mut entry: Entry,
        staged: Staged,
        condition: &Condition,
    ) -> Result<Entry, PutError> {
        let mut state = self.write();
        check(condition, state.index.get(key))?;
        let before = state.index.get(key).map(|before| before.place);
        entry.place = if is_in_the_way(&state.index, key) {
            Place::Digest
        } else {
            Place::of(key)
        };
        self.journal_and_move(&mut state, key, &mut entry, staged)?;
        if before.is_some_and(|before| before != entry.place) {
            let _ = fs::remove_file(before.unwrap_or(entry.place).path(&self.folder, key));
        }
        state.index.insert(key.to_owned(), entry.clone());
        let State { index, journal } = &mut *state;
        journal.compact(index)?;
        Ok(entry)
    }

    fn journal_and_move(
        &self,
        state: &mut State,
        key: &str,
        entry: &mut Entry,
        staged: Staged,
    ) -> io::Result<()> {
        let mut write = |entry: &Entry| {
            let staged = Some(staged.name().to_owned());
            state.journal.append(&Line::Put {
                key: key.to_owned(),
                entry: entry.clone(),
                staged,
            })
        };
        write(entry)?;
        let moved = move_into(staged.path(), &entry.place.path(&self.folder, key));
        if moved.is_err() && entry.place == Place::Key {
            // A folder of the user's, or a file system with narrower rules, is in the way.
            entry.place = Place::Digest;
            write(entry)?;
            move_into(staged.path(), &entry.place.path(&self.folder, key))?;
        } else {
            moved?;
        }
        staged.moved();
        Ok(())
    }

    /// Deletes a key; a key that is not there is fine.
    pub(crate) fn delete(&self, key: &str) -> io::Result<()> {
        let mut state = self.write();
        let Some(entry) = state.index.get(key).cloned() else {
            return Ok(());
        };
        state.journal.append(&Line::Delete {
            key: key.to_owned(),
        })?;
        state.index.remove(key);
        remove(&self.folder, &entry.place.path(&self.folder, key))?;
        let State { index, journal } = &mut *state;
        journal.compact(index)
    }

    /// What is known of a key.
    pub(crate) fn find(&self, key: &str) -> Option<Entry> {
        self.read().index.get(key).cloned()
    }

    /// What is known of a key, and the file that holds it.
    pub(crate) fn open_object(&self, key: &str) -> io::Result<Option<(Entry, File)>> {
        let state = self.read();
        let Some(entry) = state.index.get(key) else {
            return Ok(None);
        };
        let file = File::open(entry.place.path(&self.folder, key))?;
        Ok(Some((entry.clone(), file)))
    }

    /// The path of a key's bytes.
    pub(crate) fn path(&self, key: &str, entry: &Entry) -> PathBuf {
        entry.place.path(&self.folder, key)
    }

    /// Hands the keys after `start` (or from it) to `visit` in order, until that says stop.
    pub(crate) fn scan(&self, start: Bound<&str>, mut visit: impl FnMut(&str, &Entry) -> bool) {
        let state = self.read();
        for (key, entry) in state.index.range::<str, _>((start, Bound::Unbounded)) {
            if !visit(key, entry) {
                break;
            }
        }
    }

    /// Whether no key is there.
    pub(crate) fn is_empty(&self) -> bool {
        self.read().index.is_empty()
    }

    /// Deletes the folder.
    pub(crate) fn remove(&self) -> io::Result<()> {
        fs::remove_dir_all(&self.folder)
    }

    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

fn check(condition: &Condition, there: Option<&Entry>) -> Result<(), PutError> {
    match (condition, there) {
        (Condition::Absent, Some(_)) => Err(PutError::PreconditionFailed),
        (Condition::Matches(_), None) => Err(PutError::NoSuchKey),
        (Condition::Matches(etag), Some(there)) if there.etag != *etag => {
            Err(PutError::PreconditionFailed)
        }
        _ => Ok(()),
    }
}

/// Whether a file is where this key needs a folder, or a folder is where it needs a file.
fn is_in_the_way(index: &BTreeMap<String, Entry>, key: &str) -> bool {
    let lies_under_its_key = |key: &str| {
        index
            .get(key)
            .is_some_and(|entry| entry.place == Place::Key)
    };
    let a_file_above = key
        .match_indices('/')
        .any(|(at, _)| lies_under_its_key(&key[..at]));
    let below = format!("{key}/");
    let mut keys_below = index
        .range::<str, _>((Bound::Included(below.as_str()), Bound::Unbounded))
        .take_while(|(found, _)| found.starts_with(&below));
    a_file_above || keys_below.any(|(_, entry)| entry.place == Place::Key)
}

fn move_into(from: &Path, to: &Path) -> io::Result<()> {
    match fs::rename(from, to) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if let Some(folder) = to.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::rename(from, to)
        }
        done => done,
    }
}

/// Removes a file, and the folders above it that it leaves empty.
fn remove(bucket: &Path, path: &Path) -> io::Result<()> {
    if !path.is_file() {
        return Ok(());
    }
    fs::remove_file(path)?;
    let hidden = bucket.join(HIDDEN);
    let above = path
        .ancestors()
        .skip(1)
        .take_while(|folder| *folder != bucket);
    for folder in above {
        if folder.starts_with(&hidden) || fs::remove_dir(folder).is_err() {
            break;
        }
    }
    Ok(())
}

/// Makes the index from the journal, and completes what was written there and not done.
fn replay(folder: &Path, lines: Vec<Line>) -> io::Result<BTreeMap<String, Entry>> {
    let incoming = folder.join(HIDDEN).join("incoming");
    let mut last = BTreeMap::new();
    for line in lines {
        match line {
            Line::Put { key, entry, staged } => last.insert(key, Some((entry, staged))),
            Line::Delete { key } => last.insert(key, None),
        };
    }
    let mut index = BTreeMap::new();
    for (key, put) in last {
        let Some((entry, staged)) = put else {
            remove(folder, &Place::of(&key).path(folder, &key))?;
            remove(folder, &Place::Digest.path(folder, &key))?;
            continue;
        };
        let path = entry.place.path(folder, &key);
        let on_its_way = staged
            .map(|name| incoming.join(name))
            .filter(|staged| staged.exists());
        if let Some(staged) = on_its_way {
            move_into(&staged, &path)?;
        }
        // A file that somebody deleted by hand is gone.
        if path.is_file() {
            index.insert(key, entry);
        }
    }
    Ok(index)
}
