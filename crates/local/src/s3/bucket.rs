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

#[cfg(test)]
mod tests;

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
    /// Whether the bucket was deleted while somebody still held it.
    is_gone: bool,
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
    /// The bucket was deleted meanwhile.
    NoSuchBucket,
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
        let state = RwLock::new(State {
            index,
            journal,
            is_gone: false,
        });
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
    pub(crate) fn stage(&self) -> Result<Staged, PutError> {
        match Staged::create(&self.folder.join(HIDDEN).join("incoming")) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(PutError::NoSuchBucket),
            staged => Ok(staged?),
        }
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
        let State {
            index,
            journal,
            is_gone,
        } = &mut *state;
        if *is_gone {
            return Err(PutError::NoSuchBucket);
        }
        let before = index.get(key);
        check(condition, before)?;
        entry.place = if is_in_the_way(index, key) {
            Place::Digest
        } else {
            Place::of(key)
        };
        if let Err(error) = self.journal_and_move(journal, key, &mut entry, staged) {
            // What the journal may already say must not be believed when it is read again.
            journal.append(&match before {
                Some(before) => put_line(key, before, None),
                None => Line::Delete {
                    key: key.to_owned(),
                },
            })?;
            return Err(error.into());
        }
        if let Some(before) = before.filter(|before| before.place != entry.place) {
            remove(&self.folder, &before.place.path(&self.folder, key))?;
        }
        index.insert(key.to_owned(), entry.clone());
        journal.compact(index);
        Ok(entry)
    }

    fn journal_and_move(
        &self,
        journal: &mut Journal,
        key: &str,
        entry: &mut Entry,
        staged: Staged,
    ) -> io::Result<()> {
        journal.append(&put_line(key, entry, Some(staged.name())))?;
        let moved = move_into(staged.path(), &entry.place.path(&self.folder, key));
        if moved.is_err() && entry.place == Place::Key {
            // A folder of the user's, or a file system with narrower rules, is in the way.
            entry.place = Place::Digest;
            journal.append(&put_line(key, entry, Some(staged.name())))?;
            move_into(staged.path(), &entry.place.path(&self.folder, key))?;
        } else {
            moved?;
        }
        staged.moved();
        Ok(())
    }

    /// Deletes a key; a key that is not there is fine.
    ///
    /// The file goes first: a key without its file is gone, whatever the journal says.
    pub(crate) fn delete(&self, key: &str) -> io::Result<()> {
        let mut state = self.write();
        let State { index, journal, .. } = &mut *state;
        let Some(entry) = index.get(key) else {
            return Ok(());
        };
        remove(&self.folder, &entry.place.path(&self.folder, key))?;
        index.remove(key);
        journal.append(&Line::Delete {
            key: key.to_owned(),
        })?;
        journal.compact(index);
        Ok(())
    }

    /// What is known of a key.
    pub(crate) fn find(&self, key: &str) -> Option<Entry> {
        self.read().index.get(key).cloned()
    }

    /// What is known of a key, and the file that holds it; nothing when somebody deleted the file.
    pub(crate) fn open_object(&self, key: &str) -> io::Result<Option<(Entry, File)>> {
        let state = self.read();
        let Some(entry) = state.index.get(key) else {
            return Ok(None);
        };
        match File::open(entry.place.path(&self.folder, key)) {
            Ok(file) => Ok(Some((entry.clone(), file))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
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

    /// Deletes the folder if no key is there; tells whether it did.
    pub(crate) fn remove_if_empty(&self) -> io::Result<bool> {
        let mut state = self.write();
        if !state.index.is_empty() {
            return Ok(false);
        }
        // Under the lock: a put that has begun must find out that it came too late.
        state.is_gone = true;
        fs::remove_dir_all(&self.folder)?;
        Ok(true)
    }

    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

fn put_line(key: &str, entry: &Entry, staged: Option<&str>) -> Line {
    Line::Put {
        key: key.to_owned(),
        entry: entry.clone(),
        staged: staged.map(str::to_owned),
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
    let mut puts = BTreeMap::new();
    for line in lines {
        match line {
            Line::Put { key, entry, staged } => puts.insert(key, (entry, staged)),
            Line::Delete { key } => puts.remove(&key),
        };
    }
    let mut index = BTreeMap::new();
    for (key, (entry, staged)) in puts {
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
