//! Batches that Lambda gave up, found again and processed.

use chrono::Utc;
use futures::stream::TryStreamExt as _;
use pipeline::decode;
use pipeline::layout::FAILURE_PREFIX;
use pipeline::record::{Identity, Record};

use super::Redrive;
use crate::account::bar;
use crate::failure::GivenUp;
use crate::transport::Position;

/// What the records of a batch were before.
const FROM: &str = "given up";

/// The records of a batch, and which of them cannot be had any more.
struct Batch {
    records: Vec<Record>,
    gone: Option<String>,
}

impl Redrive<'_> {
    /// Goes through the objects of the failure destination.
    pub(super) async fn failures(&mut self) -> anyhow::Result<()> {
        let bucket = &self.deployed.bucket;
        let keys = bucket.list(FAILURE_PREFIX).map_ok(|listed| listed.key);
        let keys: Vec<_> = keys.try_collect().await?;
        let bar = bar("batches", Some(u64::try_from(keys.len())?));
        for key in keys {
            bar.inc(1);
            // Gone since it was listed.
            let Some(object) = bucket.get(&key).await? else {
                continue;
            };
            match GivenUp::read(&object.body.into_bytes()) {
                Ok(given_up) if given_up.is_of(&self.deployed.described.pipeline) => {
                    self.failure(&key, given_up).await?;
                }
                // Of another pipeline in the same bucket.
                Ok(_) => {}
                Err(error) => self.problems.push(format!("{key} stays: {error:#}")),
            }
        }
        bar.finish_and_clear();
        Ok(())
    }

    async fn failure(&mut self, key: &str, given_up: GivenUp) -> anyhow::Result<()> {
        let stream = self.deployed.stream.name();
        if given_up.records.is_none() && given_up.stream != stream {
            self.problems.push(format!(
                "{key} stays: its records are in the stream {}, and not in {stream}; name it with --stream",
                given_up.stream
            ));
            return Ok(());
        }
        let Batch { records, gone } = self.batch(given_up).await?;
        if let Some(gone) = &gone {
            self.problems.push(format!("{key} stays: {gone}"));
        }
        if let Some(reason) = self.settle_together(FROM, records).await? {
            self.problems.push(format!(
                "{key} stays: not all of its records have an outcome ({reason}); run this again"
            ));
        } else if self.is_applied && gone.is_none() {
            self.deployed.bucket.delete(key).await?;
            self.deleted += 1;
        }
        Ok(())
    }

    /// A record, or one of several that are packed together, if the stream still holds it.
    pub(super) async fn retained(&self, identity: &Identity) -> anyhow::Result<Option<Record>> {
        let position = Position::Record(identity.sequence_number().clone());
        let shard_ids = vec![identity.shard_id().into()];
        let mut pages = self.deployed.stream.read(shard_ids, &position, Utc::now());
        while let Some(page) = pages.try_next().await? {
            let Some(record) = page.into_iter().next() else {
                continue;
            };
            let unpacked = decode::unpack(&record).records.into_owned();
            let mut unpacked = unpacked.into_iter();
            return Ok(unpacked.find(|record| record.identity == *identity));
        }
        Ok(None)
    }

    /// The records of a batch: those of the object, or else those that the stream still holds.
    async fn batch(&self, given_up: GivenUp) -> anyhow::Result<Batch> {
        if let Some(records) = given_up.records {
            let gone = None;
            return Ok(Batch { records, gone });
        }
        let (first, last) = (&given_up.first, &given_up.last);
        let shard_id = first.shard_id();
        let stream = &self.deployed.stream;
        let position = Position::Record(first.sequence_number().clone());
        let mut pages = stream.read(vec![shard_id.into()], &position, Utc::now());
        let mut records: Vec<Record> = Vec::new();
        'shard: while let Some(page) = pages.try_next().await? {
            for record in page {
                if record.identity > *last {
                    break 'shard;
                }
                records.push(record);
            }
        }
        let (from, to) = (first.sequence_number(), last.sequence_number());
        let size = given_up.size;
        let of_size = if size == 1 { "record" } else { "records" };
        let gone = match records.first() {
            Some(retained) if retained.identity <= *first => None,
            Some(retained) => Some(format!(
                "of its {size} {of_size} those of {shard_id} from {from} up to {} are no longer in {}",
                retained.identity.sequence_number(),
                stream.name()
            )),
            None => Some(format!(
                "its {size} {of_size}, of {shard_id} from {from} to {to}, are no longer in {}",
                stream.name()
            )),
        };
        Ok(Batch { records, gone })
    }
}
