//! A bucket, object by object → what was found.

use chrono::{DateTime, TimeDelta, Utc};
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use indicatif::ProgressBar;
use ingest::again::CODE_PREFIX;
use pipeline::Pipeline;
use pipeline::config::Form;
use pipeline::layout::{FAILURE_PREFIX, QUARANTINE_PREFIX, is_reserved};
use pipeline::object::{
    ARRIVAL_METADATA, COUNT_METADATA, FIRST_METADATA, PIPELINE_METADATA, REASON_METADATA,
    RECORD_METADATA, SHA256_METADATA, SHARD_METADATA, sha256,
};
use pipeline::record::Identity;

use super::expected::{Expected, digest};
use super::found::{Found, Ingested};
use crate::bucket::{Bucket, Listed, Metadata, Object};
use crate::failure::GivenUp;
use crate::ingest_now::IngestNow;

/// How many objects are asked for at once: such of a record, and such of megabytes.
const LOOKS_AT_ONCE: usize = 64;
const READS_AT_ONCE: usize = 8;

/// How far the clocks of the stream and the bucket may be apart.
const CLOCKS_APART: TimeDelta = TimeDelta::minutes(5);

/// What to look for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Search<'s> {
    pub(super) bucket: &'s Bucket,
    pub(super) pipeline: &'s Pipeline,
    pub(super) expected: &'s Expected,
    /// What the keys of stored records may begin with; none of these is a part of another.
    pub(super) folders: &'s [String],
    /// No object of an expected record is older.
    pub(super) since: Option<DateTime<Utc>>,
    pub(super) ingest: &'s IngestNow,
    pub(super) bar: &'s ProgressBar,
}

impl Search<'_> {
    /// Looks at every object.
    ///
    /// # Errors
    ///
    /// When the bucket cannot be listed, or an object cannot be read.
    pub(super) async fn look(&self) -> anyhow::Result<Found> {
        let mut found = Found::nothing(self.expected.entries().len());
        let config = self.pipeline.config();
        self.bar.set_message("stored");
        match &config.form {
            Form::Record { .. } => self.look_at_records(&mut found).await?,
            Form::Batch { id, .. } => {
                self.look_at_lines(id.is_some(), &mut found).await?;
            }
        }
        self.bar.set_message("quarantined");
        self.look_at_quarantine(&mut found).await?;
        self.bar.set_message("given up");
        self.look_at_failures(&mut found).await?;
        Ok(found)
    }

    /// Layout `record`: the metadata of each object names its record.
    async fn look_at_records(&self, found: &mut Found) -> anyhow::Result<()> {
        let mut reads = self
            .stored()
            .map_ok(|listed| self.object(listed.key))
            .try_buffered(LOOKS_AT_ONCE);
        while let Some((key, read)) = reads.try_next().await? {
            self.bar.inc(1);
            let Some(read) = read else { continue };
            if self.is_of_others(&read.metadata) {
                continue;
            }
            let object = found.keys.push(&key);
            let Some(identity) = identity(&read.metadata) else {
                found.strangers.push(object);
                continue;
            };
            found.objects += 1;
            if let Err(why) = whole(&read) {
                found.corrupt.push((object, why));
                continue;
            }
            if let Some(place) = found.stored(self.expected, &identity, object) {
                let wanted = self.expected.entries()[place];
                let arrival = read.metadata.get(ARRIVAL_METADATA);
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
    async fn look_at_lines(&self, are_named: bool, found: &mut Found) -> anyhow::Result<()> {
        let mut reads = self
            .stored()
            .map_ok(|listed| self.object(listed.key))
            .try_buffered(READS_AT_ONCE);
        while let Some((key, read)) = reads.try_next().await? {
            self.bar.inc(1);
            let Some(read) = read else { continue };
            if self.is_of_others(&read.metadata) {
                continue;
            }
            let object = found.keys.push(&key);
            if !read.metadata.contains_key(COUNT_METADATA) {
                found.strangers.push(object);
                continue;
            }
            found.objects += 1;
            let wrong = if are_named {
                found.lines(self.expected, &key, object, &read)
            } else if self.is_expected(&read.metadata) {
                // Of the records from which on it was made, only their number is known.
                found.nameless(&key, object, &read)
            } else {
                Ok(())
            };
            if let Err(why) = wrong {
                found.corrupt.push((object, why));
            }
        }
        Ok(())
    }

    async fn look_at_quarantine(&self, found: &mut Found) -> anyhow::Result<()> {
        let folder = format!("{QUARANTINE_PREFIX}{}/", self.pipeline.name());
        let mut reads = self
            .listed(&folder)
            .map_ok(|listed| self.object(listed.key))
            .try_buffered(LOOKS_AT_ONCE);
        while let Some((key, read)) = reads.try_next().await? {
            self.bar.inc(1);
            let Some(read) = read else { continue };
            let object = found.keys.push(&key);
            let reason = read.metadata.get(REASON_METADATA);
            if let Some(reason) = reason.filter(|reason| reason.starts_with(CODE_PREFIX)) {
                if let Err(why) = whole(&read) {
                    found.corrupt.push((object, why));
                }
                found.ingested.push(Ingested {
                    object,
                    is_redrivable: self.ingest.is_redrivable(reason, &read.body),
                    reason: reason.clone(),
                });
                continue;
            }
            let (Some(identity), Some(reason)) = (identity(&read.metadata), reason) else {
                found.strangers.push(object);
                continue;
            };
            if let Err(why) = whole(&read) {
                found.corrupt.push((object, why));
                continue;
            }
            found.quarantined(self.expected, &identity, reason, object);
        }
        Ok(())
    }

    /// The batches that Lambda gave up.
    async fn look_at_failures(&self, found: &mut Found) -> anyhow::Result<()> {
        let mut reads = self
            .listed(FAILURE_PREFIX)
            .map_ok(|listed| self.object(listed.key))
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

    /// What may be the pipeline's stored objects.
    fn stored(&self) -> impl futures::Stream<Item = anyhow::Result<Listed>> + Unpin {
        stream::iter(self.folders)
            .flat_map(|folder| self.listed(folder))
            .try_filter(|listed| std::future::ready(!is_reserved(&listed.key)))
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

    async fn object(&self, key: String) -> anyhow::Result<(String, Option<Read>)> {
        let read = self.bucket.get(&key).await?.map(Read::from);
        Ok((key, read))
    }

    /// Whether the first of an object's records is one that is expected.
    fn is_expected(&self, metadata: &Metadata) -> bool {
        let first = first(metadata);
        first.is_some_and(|first| !self.expected.between(&first, &first).is_empty())
    }

    fn is_of_others(&self, metadata: &Metadata) -> bool {
        let maker = metadata.get(PIPELINE_METADATA);
        maker.is_some_and(|maker| maker != self.pipeline.name())
    }
}

/// An object's metadata and bytes.
pub(super) struct Read {
    pub(super) metadata: Metadata,
    pub(super) body: Vec<u8>,
}

impl From<Object> for Read {
    fn from(object: Object) -> Self {
        Self {
            metadata: object.metadata,
            body: object.body.to_vec(),
        }
    }
}

fn identity(metadata: &Metadata) -> Option<Identity> {
    metadata.get(RECORD_METADATA)?.parse().ok()
}

/// Whether the body of one record's object is the one that was written.
fn whole(read: &Read) -> Result<(), String> {
    match read.metadata.get(SHA256_METADATA) {
        Some(digest) if *digest != sha256(&read.body) => {
            Err("its bytes are not those of its digest".to_owned())
        }
        _ => Ok(()),
    }
}

/// The first of the records that an object of several was made of.
fn first(metadata: &Metadata) -> Option<Identity> {
    let (shard, first) = (metadata.get(SHARD_METADATA)?, metadata.get(FIRST_METADATA)?);
    format!("{shard}:{first}").parse().ok()
}
