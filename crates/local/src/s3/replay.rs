//! The lines of a journal → the index of a bucket, and the end of what was cut off.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use super::entry::Entry;
use super::files::{move_into, remove};
use super::journal::Line;
use super::place::{HIDDEN, Place};

/// Makes the index from the journal, and completes what was written there and not done.
pub(super) fn replay(folder: &Path, lines: Vec<Line>) -> io::Result<BTreeMap<String, Entry>> {
    let incoming = folder.join(HIDDEN).join("incoming");
    // Lines are written one after the other, so only the bytes of the last can be cut off.
    if let Some(Line::New { key, entry }) = lines.last() {
        let path = entry.place.path(folder, key);
        if fs::metadata(&path).is_ok_and(|file| file.len() < entry.size) {
            remove(folder, &path)?;
        }
    }
    let mut puts = BTreeMap::new();
    for line in lines {
        match line {
            Line::New { key, entry } => puts.insert(key, (entry, None)),
            Line::Put { key, entry, staged } => puts.insert(key, (entry, staged)),
            Line::Delete { key } => puts.remove(&key),
        };
    }
    let mut index = BTreeMap::new();
    for (key, (mut entry, staged)) in puts {
        let mut path = entry.place.path(folder, &key);
        let on_its_way = staged
            .map(|name| incoming.join(name))
            .filter(|staged| staged.exists());
        if let Some(staged) = on_its_way
            && move_into(&staged, &path).is_err()
        {
            // A folder of the user's is where the key has its place.
            entry.place = Place::Digest;
            path = entry.place.path(folder, &key);
            move_into(&staged, &path)?;
        }
        // A file that somebody deleted by hand is gone.
        if path.is_file() {
            index.insert(key, entry);
        }
    }
    Ok(index)
}
