//! Quarantined objects, read back and processed again.

use anyhow::bail;
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use ingest::again::SetAside;
use pipeline::config::Form;
use pipeline::layout::QUARANTINE_PREFIX;
use pipeline::object::{
    self, NotKept, PARTITION_KEY_METADATA, REASON_METADATA, RECORD_METADATA, read_partition_key,
};
use pipeline::record::Record;

use super::change::{Judged, Outcome};
use super::ingested::Aside;
use super::{MAX_BYTES, MAX_RECORDS, Redrive};
use crate::account::{Pulse, bar, counted};
use crate::bucket::Metadata;

/// How many objects are read, and deleted, at once.
const AT_ONCE: usize = 16;

/// A quarantined record.
#[derive(Debug)]
struct Kept {
    key: String,
    reason: String,
    record: Record,
    /// One, unless it is only now understood as one that holds several.
    judged: Vec<Judged>,
}

impl Redrive<'_> {
    /// Goes through the quarantine of the pipeline, or what is there for one reason.
    pub(super) async fn quarantined(&mut self, reason: Option<&str>) -> anyhow::Result<()> {
        let keys = self.quarantined_keys(reason).await?;
        let bar = bar("quarantine", Some(u64::try_from(keys.len())?));
        let mut pulse = Pulse::default();
        let deployed = self.deployed;
        let mut objects = stream::iter(keys)
            .map(|key| async move {
                let object = deployed.bucket.get(&key).await?;
                anyhow::Ok((key, object))
            })
            .buffered(AT_ONCE);
        let (mut group, mut ingested) = (Vec::new(), Vec::new());
        let (mut bytes, mut ingested_bytes) = (0, 0);
        while let Some((key, object)) = objects.try_next().await? {
            bar.inc(1);
            pulse.beat(|| format!("{} quarantined objects read", bar.position()));
            // Gone since it was listed.
            let Some(object) = object else { continue };
            let reason = object.metadata.get(REASON_METADATA);
            let reason = reason.cloned().unwrap_or_default();
            let (metadata, body) = (object.metadata, object.body.to_vec());
            if let Some(what) = set_aside(&reason, &body, &metadata) {
                if ingested.len() >= MAX_RECORDS || ingested_bytes >= MAX_BYTES {
                    self.settle_ingested(std::mem::take(&mut ingested)).await?;
                    ingested_bytes = 0;
                }
                ingested_bytes += body.len();
                let code = reason;
                ingested.push(Aside { key, code, what });
                continue;
            }
            let record = match self.record(body, &metadata).await? {
                Ok(record) => record,
                Err(error) => {
                    self.problems.push(format!("{key} stays: {error}"));
                    continue;
                }
            };
            let is_of_other_shard =
                |last: &Kept| last.record.identity.shard_id() != record.identity.shard_id();
            let is_full = group.len() >= MAX_RECORDS || bytes >= MAX_BYTES;
            if is_full || group.last().is_some_and(is_of_other_shard) {
                self.settle(std::mem::take(&mut group)).await?;
                bytes = 0;
            }
            bytes += record.data.original().len();
            group.push(Kept {
                key,
                reason,
                judged: self.judge(&record).await,
                record,
            });
        }
        self.settle(group).await?;
        self.settle_ingested(ingested).await?;
        bar.finish_and_clear();
        Ok(())
    }

    /// The record that an object keeps; from the stream where the object does not keep all of it.
    async fn record(
        &self,
        body: Vec<u8>,
        metadata: &Metadata,
    ) -> anyhow::Result<Result<Record, NotKept>> {
        let get = |name: &str| metadata.get(name).map(String::as_str);
        let kept = object::kept(body.into(), get);
        if let (Err(NotKept::PartitionKeyCut), Some(identity)) = (&kept, get(RECORD_METADATA))
            && let Ok(identity) = identity.parse()
            && let Some(record) = self.retained(&identity).await?
        {
            return Ok(Ok(record));
        }
        Ok(kept)
    }

    /// The keys of the quarantine, all listed before the first changes.
    async fn quarantined_keys(&self, reason: Option<&str>) -> anyhow::Result<Vec<String>> {
        let bucket = &self.deployed.bucket;
        let folder = format!("{QUARANTINE_PREFIX}{}/", self.config().name);
        let prefix = match reason {
            Some(reason) => format!("{folder}{reason}/"),
            None => folder.clone(),
        };
        let keys = |prefix: String| async move {
            let keys = bucket.list(&prefix).map_ok(|listed| listed.key);
            keys.try_collect::<Vec<_>>().await
        };
        let found = keys(prefix).await?;
        if let (true, Some(reason)) = (found.is_empty(), reason) {
            let mut others: Vec<_> = keys(folder.clone())
                .await?
                .iter()
                .filter_map(|key| key.strip_prefix(&folder)?.split('/').next())
                .map(str::to_owned)
                .collect();
            others.dedup();
            if !others.is_empty() {
                bail!(
                    "nothing is quarantined for {reason}; choose one of {}",
                    others.join(", ")
                );
            }
        }
        Ok(found)
    }

    /// Processes records of one shard again, and deletes what is no longer needed of them.
    async fn settle(&mut self, mut group: Vec<Kept>) -> anyhow::Result<()> {
        let judged = group.iter_mut().flat_map(|kept| &mut kept.judged);
        self.foresee(judged.collect()).await?;
        if self.is_applied {
            // From here on the bucket knows better.
            self.holders.clear();
        }
        let name = self.config().name.clone();
        let stays = |kept: &Kept| !self.is_applied || kept.stays(&name);
        let (staying, mut group): (Vec<_>, Vec<_>) = group.into_iter().partition(stays);
        for kept in staying {
            self.enter(&kept);
        }
        group.sort_by(|one, other| one.record.identity.cmp(&other.record.identity));
        // Those that are stored go together, as lines of one object where the layout is `batch`.
        let (stored, others): (Vec<_>, Vec<_>) = group.into_iter().partition(Kept::is_stored);
        let is_batch = matches!(self.config().form, Form::Batch { .. });
        // Lines that are there are not written again.
        let (mut settled, stored): (Vec<_>, Vec<_>) = stored
            .into_iter()
            .partition(|kept| is_batch && kept.is_there());
        settled.extend(self.settle_stored(stored).await?);
        for kept in others {
            settled.extend(self.settle_one(kept).await?);
        }
        let bucket = &self.deployed.bucket;
        stream::iter(&settled)
            .map(|kept| bucket.delete(&kept.key))
            .buffer_unordered(AT_ONCE)
            .try_collect::<Vec<()>>()
            .await?;
        for kept in &settled {
            self.enter(kept);
            self.deleted += 1;
        }
        Ok(())
    }

    /// Processes records that should all be stored; gives back those whose objects are no longer
    /// needed.
    async fn settle_stored(&mut self, group: Vec<Kept>) -> anyhow::Result<Vec<Kept>> {
        let records = group.iter().map(|kept| kept.record.clone()).collect();
        let Some(counts) = self.process(records).await? else {
            return Ok(group);
        };
        if counts.stored == counts.received {
            return Ok(group);
        }
        let is_batch = matches!(self.config().form, Form::Batch { .. });
        if let (true, Some(reason)) = (is_batch, counts.retry.keys().next()) {
            // The same records together have the same object the next time.
            self.problems.push(format!(
                "{}: the bucket did not take the lines ({reason}); run this again",
                counted(group.len(), "quarantined object", ["stays", "stay"])
            ));
            return Ok(Vec::new());
        }
        // One after the other tells what became of each.
        let mut settled = Vec::new();
        for kept in group {
            settled.extend(self.settle_one(kept).await?);
        }
        Ok(settled)
    }

    /// Processes one record; gives it back when its object is no longer needed.
    async fn settle_one(&mut self, mut kept: Kept) -> anyhow::Result<Option<Kept>> {
        let Some(counts) = self.process(vec![kept.record.clone()]).await? else {
            return Ok(None);
        };
        if let Some(reason) = counts.retry.keys().next() {
            let key = &kept.key;
            self.problems.push(format!(
                "{key} stays: the bucket did not take the record ({reason}); run this again"
            ));
            return Ok(None);
        }
        if let [judged] = kept.judged.as_mut_slice() {
            judged.outcome = match counts.quarantined.keys().next() {
                Some(reason) => Outcome::Quarantined((*reason).to_owned()),
                None if counts.filtered > 0 => Outcome::Filtered,
                None if judged.outcome.is_stored() => judged.outcome.clone(),
                None => Outcome::Stored,
            };
        }
        if kept.stays(&self.config().name) {
            self.enter(&kept);
            return Ok(None);
        }
        Ok(Some(kept))
    }

    fn enter(&mut self, kept: &Kept) {
        let from = format!("quarantined, {}", kept.reason);
        for judged in &kept.judged {
            self.changes.enter(&from, judged);
        }
    }
}

impl Kept {
    fn is_stored(&self) -> bool {
        let mut judged = self.judged.iter();
        judged.all(|judged| judged.outcome.is_stored())
    }

    /// Whether everything of it has been stored before.
    fn is_there(&self) -> bool {
        let mut judged = self.judged.iter();
        judged.all(|judged| judged.outcome == Outcome::Already)
    }

    /// Whether this very object is the one that its outcome would write.
    fn stays(&self, pipeline: &str) -> bool {
        match self.judged.as_slice() {
            [
                Judged {
                    outcome: Outcome::Quarantined(reason),
                    ..
                },
            ] => self.key == object::quarantine_key(pipeline, reason, &self.record.identity),
            _ => false,
        }
    }
}

/// What a run of the ingest kept, if it was one.
fn set_aside(reason: &str, body: &[u8], metadata: &Metadata) -> Option<SetAside> {
    let key = metadata.get(PARTITION_KEY_METADATA);
    // A key of which a part is gone still chooses a shard.
    let key = key.map(|key| read_partition_key(key).unwrap_or_else(|_| key.clone()));
    SetAside::new(reason, body.to_vec(), key)
}
