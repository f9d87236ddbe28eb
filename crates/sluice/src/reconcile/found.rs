//! What was found of each expected record, and what else was found.

use std::collections::{HashMap, HashSet};

use pipeline::object::{
    COUNT_METADATA, Compression, FIRST_METADATA, SHA256_METADATA, SHARD_METADATA, identity_of_line,
    sha256,
};
use pipeline::record::Identity;

use super::expected::{Expected, Fate, Place, digest, intern};
use super::keys::Keys;
use super::search::Read;

/// No object.
const NONE: u32 = u32::MAX;

/// What was found of one expected record.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen {
    /// How many objects or lines hold it.
    pub(super) stored: u16,
    /// How often it is in the quarantine.
    pub(super) quarantined: u16,
    /// Why, by its place among [`Found::words`].
    pub(super) reason: u8,
    object: u32,
    given_up: u32,
}

/// Who has a key where newer records replace older ones: when it arrived, and its position.
pub(super) type Holder = (i64, ([u64; 3], u32));

/// An object of what an ingest could not send.
#[derive(Debug)]
pub(super) struct Ingested {
    pub(super) object: u32,
    /// The code of the reason.
    pub(super) reason: String,
    /// Whether a redrive has something to do with it.
    pub(super) is_redrivable: bool,
}

/// The contents of a bucket.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// One for each expected record.
    seen: Vec<Seen>,
    pub(super) keys: Keys,
    words: Vec<String>,
    /// Records that were found before, with the further object.
    again: Vec<(usize, u32)>,
    pub(super) holders: HashMap<u64, Holder>,
    /// Stored objects of the pipeline.
    pub(super) objects: u64,
    /// Records that are in the bucket and not expected, for a reason that is in order.
    pub(super) outside: u64,
    /// Records that are in the bucket and were never in the stream, with their objects.
    pub(super) nowhere: Vec<(Identity, u32)>,
    /// What an ingest could not send: the object, why, and whether it would be sent now.
    pub(super) ingested: Vec<Ingested>,
    /// Objects in the pipeline's folder that do not tell who made them.
    pub(super) strangers: Vec<u32>,
    /// Objects that are not what their metadata says, and how so.
    pub(super) corrupt: Vec<(u32, String)>,
    /// Lines that do not tell which record they are.
    pub(super) nameless: u64,
    /// Objects of such lines that are the same as another, and how many lines they have.
    pub(super) copies: Vec<u32>,
    pub(super) copied_lines: u64,
    /// Of each object of such lines, what stands for its records and its digest.
    stamps: HashSet<u64>,
}

impl Seen {
    const NOTHING: Self = Self {
        stored: 0,
        quarantined: 0,
        reason: 0,
        object: NONE,
        given_up: NONE,
    };

    /// The first object that holds it.
    pub(super) fn object(&self) -> Option<u32> {
        (self.object != NONE).then_some(self.object)
    }

    /// The object that names it as given up.
    pub(super) fn given_up(&self) -> Option<u32> {
        (self.given_up != NONE).then_some(self.given_up)
    }
}

impl Found {
    /// Nothing yet, of so many expected records.
    pub(super) fn nothing(expected: usize) -> Self {
        Self {
            seen: vec![Seen::NOTHING; expected],
            ..Self::default()
        }
    }

    /// What was found of the expected record with this place.
    pub(super) fn seen(&self, place: usize) -> &Seen {
        &self.seen[place]
    }

    /// The key of an object.
    pub(super) fn key(&self, object: u32) -> &str {
        self.keys.get(object)
    }

    /// The word with this place.
    pub(super) fn words(&self, place: u8) -> &str {
        self.words
            .get(usize::from(place))
            .map_or("", String::as_str)
    }

    /// The further objects of each record that was found more than once, in the order of records.
    pub(super) fn sort(&mut self) {
        self.again.sort_unstable();
    }

    /// The further objects of one record.
    pub(super) fn again(&self, place: usize) -> impl Iterator<Item = u32> {
        let start = self.again.partition_point(|(its, _)| *its < place);
        let of_it = self.again[start..].iter();
        of_it
            .take_while(move |(its, _)| *its == place)
            .map(|(_, object)| *object)
    }

    /// Whether another record that is newer has the key that a record wants.
    pub(super) fn is_superseded(
        &self,
        key: u64,
        arrival_ms: i64,
        position: ([u64; 3], u32),
    ) -> bool {
        let holder = self.holders.get(&key);
        holder.is_some_and(|holder| *holder > (arrival_ms, position))
    }

    /// Enters a stored record; tells where it is expected.
    pub(super) fn stored(
        &mut self,
        expected: &Expected,
        identity: &Identity,
        object: u32,
    ) -> Option<usize> {
        let place = self.enter(expected, identity, object)?;
        self.seen[place].stored = self.seen[place].stored.saturating_add(1);
        Some(place)
    }

    pub(super) fn quarantined(
        &mut self,
        expected: &Expected,
        identity: &Identity,
        reason: &str,
        object: u32,
    ) {
        if let Some(place) = self.enter(expected, identity, object) {
            let reason = intern(&mut self.words, reason);
            let seen = &mut self.seen[place];
            seen.quarantined = seen.quarantined.saturating_add(1);
            seen.reason = reason;
        }
    }

    pub(super) fn given_up(&mut self, places: std::ops::Range<usize>, object: u32) {
        for seen in &mut self.seen[places] {
            seen.given_up = object;
        }
    }

    fn enter(&mut self, expected: &Expected, identity: &Identity, object: u32) -> Option<usize> {
        match expected.place(identity) {
            Place::At(place) => {
                let seen = &mut self.seen[place];
                if seen.object == NONE {
                    seen.object = object;
                } else if expected.entries()[place].fate != Fate::Unknown
                    || identity.sub_sequence().is_none()
                {
                    // Those that are packed in a record that the stream no longer holds are
                    // expected as one.
                    self.again.push((place, object));
                }
                Some(place)
            }
            Place::Outside => {
                self.outside += 1;
                None
            }
            Place::Nowhere => {
                self.nowhere.push((identity.clone(), object));
                None
            }
        }
    }

    /// Enters every line of an object; says what is wrong with it.
    pub(super) fn lines(
        &mut self,
        expected: &Expected,
        key: &str,
        object: u32,
        read: &Read,
    ) -> Result<(), String> {
        let lines = opened(key, read)?;
        let mut nameless = 0_u64;
        for line in lines.split_inclusive(|byte| *byte == b'\n') {
            match identity_of_line(line) {
                Some(identity) => {
                    self.stored(expected, &identity, object);
                }
                None => nameless += 1,
            }
        }
        verified(&lines, read)?;
        if nameless > 0 {
            return Err(format!("{nameless} of its lines name no record"));
        }
        Ok(())
    }

    /// Counts the lines of an object that do not tell who they are; says what is wrong with it.
    /// Nothing is known of lines that are not those of its digest.
    pub(super) fn nameless(&mut self, key: &str, object: u32, read: &Read) -> Result<(), String> {
        let lines = opened(key, read)?;
        let count = verified(&lines, read)?;
        let stamp = [SHARD_METADATA, FIRST_METADATA, SHA256_METADATA];
        let stamp = stamp.map(|name| read.metadata.get(name).map_or("", String::as_str));
        // The function finds its own object there and writes none twice.
        if self.stamps.insert(digest(&stamp.join(":"))) {
            self.nameless += count;
        } else {
            self.copied_lines += count;
            self.copies.push(object);
        }
        Ok(())
    }
}

/// The lines of an object.
fn opened(key: &str, read: &Read) -> Result<Vec<u8>, String> {
    Compression::of_key(key)
        .ok_or("its name has no ending of an object of lines")?
        .decompress(&read.body)
        .map_err(|error| format!("it cannot be decompressed: {error}"))
}

/// How many lines there are, if they are those that the metadata tells of.
fn verified(lines: &[u8], read: &Read) -> Result<u64, String> {
    if read.metadata.get(SHA256_METADATA) != Some(&sha256(lines)) {
        return Err("its lines are not those of its digest".to_owned());
    }
    let count = lines.split_inclusive(|byte| *byte == b'\n').count();
    if read.metadata.get(COUNT_METADATA) != Some(&count.to_string()) {
        return Err(format!(
            "it has {count} lines and should have another number"
        ));
    }
    Ok(u64::try_from(count).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::super::expected::Entry;
    use super::*;

    #[test]
    fn millions_of_records_fit_into_memory() {
        assert!(size_of::<Entry>() + size_of::<Seen>() < 100);
    }
}
