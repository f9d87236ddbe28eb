//! What is in the bucket and in the quarantine, entered beside what is expected.

use std::collections::HashMap;

use anyhow::Context as _;
use chrono::{DateTime, TimeDelta, Utc};
use futures::stream::TryStreamExt as _;
use indicatif::ProgressBar;
use pipeline::config::Form;
use pipeline::layout::{FAILURE_PREFIX, QUARANTINE_PREFIX, is_reserved};
use pipeline::object::{
    ARRIVAL_METADATA, COUNT_METADATA, Compression, FIRST_METADATA, IdMember, PIPELINE_METADATA,
    REASON_METADATA, RECORD_METADATA, SHA256_METADATA, SHARD_METADATA, identity_of_line, sha256,
};
use pipeline::record::Identity;
use pipeline::{Config, Pipeline};

use super::expected::{Expected, Fate, Place, digest, intern};
use super::keys::Keys;
use crate::bucket::{Bucket, Listed, Metadata, Object};
use crate::failure::GivenUp;

/// How many objects are asked for at once: such of a few hundred bytes, and such of megabytes.
const LOOKS_AT_ONCE: usize = 64;
const READS_AT_ONCE: usize = 8;

/// How far the clocks of the stream and the bucket may be apart.
const CLOCKS_APART: TimeDelta = TimeDelta::minutes(5);

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
type Holder = (i64, ([u64; 3], u32));

/// The contents of a bucket.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// One for each expected record.
    seen: Vec<Seen>,
    keys: Keys,
    words: Vec<String>,
    /// Records that were found before, with the further object.
    again: Vec<(usize, u32)>,
    holders: HashMap<u64, Holder>,
    /// Stored objects of the pipeline.
    pub(super) objects: u64,
    /// Records that are in the bucket and not expected, for a reason that is in order.
    pub(super) outside: u64,
    /// Records that are in the bucket and were never in the stream, with their objects.
    pub(super) nowhere: Vec<(Identity, u32)>,
    /// Objects in the pipeline's folder that do not tell who made them.
    pub(super) strangers: Vec<u32>,
    /// Objects that are not what their metadata says, and how so.
    pub(super) corrupt: Vec<(u32, String)>,
    /// Lines that do not tell which record they are.
    pub(super) nameless: u64,
}

/// What to look for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Search<'s> {
    pub(super) bucket: &'s Bucket,
    pub(super) pipeline: &'s Pipeline,
    pub(super) expected: &'s Expected,
    /// No object of an expected record is older.
    pub(super) since: Option<DateTime<Utc>>,
    pub(super) bar: &'s ProgressBar,
}

impl Search<'_> {
    /// Looks at every object.
    ///
    /// # Errors
    ///
    /// When the bucket cannot be listed, or an object cannot be read.
    pub(super) async fn look(&self) -> anyhow::Result<Found> {
        let mut found = Found {
            seen: vec![Seen::NOTHING; self.expected.entries().len()],
            ..Found::default()
        };
        let config = self.pipeline.config();
        self.bar.set_message("stored");
        match &config.form {
            Form::Record { .. } => self.look_at_records(config, &mut found).await?,
            Form::Batch { id, .. } => {
                self.look_at_lines(config, id.as_ref(), &mut found).await?;
            }
        }
        self.bar.set_message("quarantined");
        self.look_at_quarantine(&mut found).await?;
        self.bar.set_message("given up");
        self.look_at_failures(&mut found).await?;
        Ok(found)
    }

    /// Layout `record`: the metadata of each object names its record.
    async fn look_at_records(&self, config: &Config, found: &mut Found) -> anyhow::Result<()> {
        let folder = config.folder();
        let mut looks = self
            .listed(&folder)
            .try_filter(|listed| std::future::ready(!is_reserved(&listed.key)))
            .map_ok(|listed| self.metadata(listed.key))
            .try_buffered(LOOKS_AT_ONCE);
        while let Some((key, metadata)) = looks.try_next().await? {
            self.bar.inc(1);
            let Some(metadata) = metadata else { continue };
            if self.is_of_others(&metadata) {
                continue;
            }
            let object = found.keys.push(&key);
            let Some(identity) = identity(&metadata) else {
                found.strangers.push(object);
                continue;
            };
            found.objects += 1;
            if let Some(place) = found.stored(self.expected, &identity, object) {
                let wanted = self.expected.entries()[place];
                let arrival = metadata.get(ARRIVAL_METADATA);
                let arrival = arrival.and_then(|text| DateTime::parse_from_rfc3339(text).ok());
                if let Some(arrival) = arrival {
                    let holder = (arrival.timestamp_millis(), wanted.identity.position());
                    found.holders.insert(digest(&key), holder);
                }
            }
        }
        Ok(())
    }

    /// Layout `batch`: each line of an object names its record.
    async fn look_at_lines(
        &self,
        config: &Config,
        id: Option<&IdMember>,
        found: &mut Found,
    ) -> anyhow::Result<()> {
        let folder = config.folder();
        let mut reads = self
            .listed(&folder)
            .try_filter(|listed| std::future::ready(!is_reserved(&listed.key)))
            .map_ok(|listed| self.object(listed.key, id.is_some()))
            .try_buffered(READS_AT_ONCE);
        while let Some((key, read)) = reads.try_next().await? {
            self.bar.inc(1);
            let Some(read) = read else { continue };
            if self.is_of_others(&read.metadata) {
                continue;
            }
            let object = found.keys.push(&key);
            let Some(count) = read.metadata.get(COUNT_METADATA) else {
                found.strangers.push(object);
                continue;
            };
            found.objects += 1;
            let Some(id) = id else {
                // Of the records from which on it was made, only their number is known.
                let first = first(&read.metadata);
                if first.is_some_and(|it| !self.expected.between(&it, &it).is_empty()) {
                    found.nameless += count.parse::<u64>().unwrap_or_default();
                }
                continue;
            };
            if let Err(why) = found.lines(self.expected, &key, object, &read, id) {
                found.corrupt.push((object, why));
            }
        }
        Ok(())
    }

    async fn look_at_quarantine(&self, found: &mut Found) -> anyhow::Result<()> {
        let folder = format!("{QUARANTINE_PREFIX}{}/", self.pipeline.name());
        let mut looks = self
            .listed(&folder)
            .map_ok(|listed| self.metadata(listed.key))
            .try_buffered(LOOKS_AT_ONCE);
        while let Some((key, metadata)) = looks.try_next().await? {
            self.bar.inc(1);
            let Some(metadata) = metadata else { continue };
            let object = found.keys.push(&key);
            match (identity(&metadata), metadata.get(REASON_METADATA)) {
                (Some(identity), Some(reason)) => {
                    found.quarantined(self.expected, &identity, reason, object);
                }
                _ => found.strangers.push(object),
            }
        }
        Ok(())
    }

    /// The batches that Lambda gave up.
    async fn look_at_failures(&self, found: &mut Found) -> anyhow::Result<()> {
        let mut reads = self
            .listed(FAILURE_PREFIX)
            .map_ok(|listed| self.object(listed.key, true))
            .try_buffered(READS_AT_ONCE);
        while let Some((key, read)) = reads.try_next().await? {
            self.bar.inc(1);
            let Some(read) = read else { continue };
            let given_up = match GivenUp::read(&read.body) {
                Ok(given_up) if given_up.is_of(self.pipeline) => given_up,
                Ok(_) => continue,
                Err(error) => {
                    let object = found.keys.push(&key);
                    found.corrupt.push((object, format!("{error:#}")));
                    continue;
                }
            };
            let object = found.keys.push(&key);
            let expected = self.expected;
            match &given_up.records {
                Some(records) => {
                    for record in records {
                        let identity = &record.identity;
                        found.given_up(expected.between(identity, identity), object);
                    }
                }
                None => {
                    found.given_up(expected.between(&given_up.first, &given_up.last), object);
                }
            }
        }
        Ok(())
    }

    fn listed(&self, prefix: &str) -> impl futures::Stream<Item = anyhow::Result<Listed>> + Unpin {
        let oldest = self
            .since
            .and_then(|since| since.checked_sub_signed(CLOCKS_APART));
        let listed = self.bucket.list(prefix).try_filter(move |listed| {
            std::future::ready(oldest.is_none_or(|oldest| listed.modified >= oldest))
        });
        Box::pin(listed)
    }

    async fn metadata(&self, key: String) -> anyhow::Result<(String, Option<Metadata>)> {
        let metadata = self.bucket.metadata(&key).await?;
        Ok((key, metadata))
    }

    /// An object, or where nobody reads them without its bytes.
    async fn object(&self, key: String, with_body: bool) -> anyhow::Result<(String, Option<Read>)> {
        let read = if with_body {
            self.bucket.get(&key).await?.map(Read::from)
        } else {
            let metadata = self.bucket.metadata(&key).await?;
            metadata.map(|metadata| Read {
                metadata,
                body: Vec::new(),
            })
        };
        Ok((key, read))
    }

    fn is_of_others(&self, metadata: &Metadata) -> bool {
        let maker = metadata.get(PIPELINE_METADATA);
        maker.is_some_and(|maker| maker != self.pipeline.name())
    }
}

/// An object's metadata and bytes.
struct Read {
    metadata: Metadata,
    body: Vec<u8>,
}

impl From<Object> for Read {
    fn from(object: Object) -> Self {
        Self {
            metadata: object.metadata,
            body: object.body.to_vec(),
        }
    }
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
    fn stored(&mut self, expected: &Expected, identity: &Identity, object: u32) -> Option<usize> {
        let place = self.enter(expected, identity, object)?;
        self.seen[place].stored = self.seen[place].stored.saturating_add(1);
        Some(place)
    }

    fn quarantined(&mut self, expected: &Expected, identity: &Identity, reason: &str, object: u32) {
        if let Some(place) = self.enter(expected, identity, object) {
            let reason = intern(&mut self.words, reason);
            let seen = &mut self.seen[place];
            seen.quarantined = seen.quarantined.saturating_add(1);
            seen.reason = reason;
        }
    }

    fn given_up(&mut self, places: std::ops::Range<usize>, object: u32) {
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
    fn lines(
        &mut self,
        expected: &Expected,
        key: &str,
        object: u32,
        read: &Read,
        id: &IdMember,
    ) -> Result<(), String> {
        let compression = Compression::of_key(key)
            .context("its name has no ending of an object of lines")
            .map_err(|error| error.to_string())?;
        let lines = compression
            .decompress(&read.body)
            .map_err(|error| format!("it cannot be decompressed: {error}"))?;
        let (mut count, mut nameless) = (0_u64, 0_u64);
        for line in lines.split_inclusive(|byte| *byte == b'\n') {
            count += 1;
            match identity_of_line(line, id) {
                Some(identity) => {
                    self.stored(expected, &identity, object);
                }
                None => nameless += 1,
            }
        }
        if read.metadata.get(SHA256_METADATA) != Some(&sha256(&lines)) {
            return Err("its lines are not those of its digest".to_owned());
        }
        if read.metadata.get(COUNT_METADATA) != Some(&count.to_string()) {
            return Err(format!(
                "it has {count} lines and should have another number"
            ));
        }
        if nameless > 0 {
            return Err(format!("{nameless} of its lines name no record"));
        }
        Ok(())
    }
}

fn identity(metadata: &Metadata) -> Option<Identity> {
    metadata.get(RECORD_METADATA)?.parse().ok()
}

/// The first of the records that an object of several was made of.
fn first(metadata: &Metadata) -> Option<Identity> {
    let (shard, first) = (metadata.get(SHARD_METADATA)?, metadata.get(FIRST_METADATA)?);
    format!("{shard}:{first}").parse().ok()
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
