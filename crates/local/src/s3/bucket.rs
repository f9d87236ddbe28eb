//! One bucket: an index in memory, a journal on disk, and the files.
//!
//! One lock covers the index, the journal and the move of a file into its place. So a create-only
//! put has exactly one winner, and a reader opens the very file that its entry describes.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::ops::Bound;
use std::path::PathBuf;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::entry::Entry;
use super::files::{create_new, move_into, remove};
use super::journal::{Journal, Line};
use super::place::{HIDDEN, Place};
use super::replay::replay;
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
    /// There must be one.
    Present,
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

    /// A place for bytes that are on their way.
    pub(crate) fn stage(&self) -> Staged {
        Staged::new(self.folder.join(HIDDEN).join("incoming"))
    }

    /// Gives staged bytes the place of a key, if the condition holds.
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
        // An object whose file somebody deleted by hand is gone.
        let before = index
            .get(key)
            .filter(|entry| entry.place.path(&self.folder, key).is_file());
        check(condition, before)?;
        entry.place = if is_in_the_way(index, key) {
            Place::Digest
        } else {
            Place::of(key)
        };
        if let Err(error) = self.journal_and_place(journal, key, &mut entry, staged, before) {
            // What the journal may already say must not be believed when it is read again.
            journal.append(&match before {
                Some(before) => Line::put(key, before, None),
                None => Line::delete(key),
            })?;
            return Err(error.into());
        }
        let before = index.insert(key.to_owned(), entry.clone());
        if let Some(before) = before.filter(|before| before.place != entry.place) {
            // The object is where its entry says; what stays here would only take up space.
            let _ = remove(&self.folder, &before.place.path(&self.folder, key));
        }
        journal.compact(index);
        Ok(entry)
    }

    fn journal_and_place(
        &self,
        journal: &mut Journal,
        key: &str,
        entry: &mut Entry,
        mut staged: Staged,
        before: Option<&Entry>,
    ) -> io::Result<()> {
        if let (None, Some(bytes)) = (before, staged.in_memory())
            && self.journal_and_write(journal, key, entry, bytes).is_ok()
        {
            return Ok(());
        }
        // Something is there, or in the way: then the object gets its place as a whole.
        let moved = self.journal_and_move(journal, key, entry, &mut staged);
        if moved.is_err() && entry.place == Place::Key {
            // A folder of the user's, or a file system with narrower rules, is in the way.
            entry.place = Place::Digest;
            self.journal_and_move(journal, key, entry, &mut staged)?;
        } else {
            moved?;
        }
        staged.moved();
        Ok(())
    }

    /// Saves a small object that is new the way through a file of its own, which costs more than
    /// all the rest.
    fn journal_and_write(
        &self,
        journal: &mut Journal,
        key: &str,
        entry: &Entry,
        bytes: &[u8],
    ) -> io::Result<()> {
        let path = entry.place.path(&self.folder, key);
        // Before the line, so that a file of the user's is never taken for the object.
        let mut file = create_new(&path)?;
        let line = Line::new(key, entry);
        let written = journal.append(&line).and_then(|()| file.write_all(bytes));
        if written.is_err() {
            fs::remove_file(&path)?;
        }
        written
    }

    fn journal_and_move(
        &self,
        journal: &mut Journal,
        key: &str,
        entry: &Entry,
        staged: &mut Staged,
    ) -> io::Result<()> {
        let (name, path) = staged.in_file()?;
        journal.append(&Line::put(key, entry, Some(name)))?;
        move_into(path, &entry.place.path(&self.folder, key))
    }

    /// Deletes a key if the condition holds; a key that is not there is fine without one.
    ///
    /// The file goes first: a key without its file is gone, whatever the journal says.
    pub(crate) fn delete(&self, key: &str, condition: &Condition) -> Result<(), PutError> {
        let mut state = self.write();
        let State { index, journal, .. } = &mut *state;
        check(condition, index.get(key))?;
        let Some(entry) = index.get(key) else {
            return Ok(());
        };
        remove(&self.folder, &entry.place.path(&self.folder, key))?;
        index.remove(key);
        journal.append(&Line::delete(key))?;
        journal.compact(index);
        Ok(())
    }

    /// What is known of a key.
    pub(crate) fn find(&self, key: &str) -> Option<Entry> {
        let found = self.read().index.get(key).cloned()?;
        // As in `open_object`: what somebody deleted by hand is gone.
        found
            .place
            .path(&self.folder, key)
            .is_file()
            .then_some(found)
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
        match fs::remove_dir_all(&self.folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => {
                state.is_gone = true;
                Ok(true)
            }
        }
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
        (Condition::Absent, Some(_)) | (Condition::Present, None) => {
            Err(PutError::PreconditionFailed)
        }
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
