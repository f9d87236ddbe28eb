//! What would become of records that their pipeline stores: whoever holds their keys decides it, as
//! it does for the function.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use pipeline::config::{Form, OnCollision};
use pipeline::object::{self, Compression, Stamp, identity_of_line};
use pipeline::outcome::QuarantineReason;
use pipeline::record::{Identity, SequenceNumber};

use super::Redrive;
use super::change::{Judged, Outcome};

/// How many objects are looked at, and read, at once.
const LOOKS_AT_ONCE: usize = 64;
const READS_AT_ONCE: usize = 8;

/// Who has a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Holder {
    Nobody,
    /// An object that no pipeline made.
    Stranger,
    Record(Stamp),
}

impl Redrive<'_> {
    /// Tells of records that would be stored, and are processed together, what comes of it.
    pub(super) async fn foresee(&mut self, judged: Vec<&mut Judged>) -> anyhow::Result<()> {
        let wanted = judged.into_iter();
        let wanted: Vec<_> = wanted
            .filter(|judged| judged.outcome == Outcome::Stored)
            .collect();
        match self.config().form.clone() {
            Form::Record { on_collision } => self.foresee_each(on_collision, wanted).await,
            Form::Batch {
                id: Some(_),
                compression,
            } => self.foresee_lines(compression, wanted).await,
            // Lines that do not tell who they are cannot be found again.
            Form::Batch { id: None, .. } => Ok(()),
        }
    }

    /// Layout `record`: the holder of a key is told by its metadata.
    async fn foresee_each(
        &mut self,
        on_collision: OnCollision,
        mut wanted: Vec<&mut Judged>,
    ) -> anyhow::Result<()> {
        wanted.sort_by(|one, other| one.stamp.cmp(&other.stamp));
        if on_collision == OnCollision::Overwrite {
            // The newest is written, and the others give way to it.
            wanted.reverse();
        }
        let keys = wanted.iter().map(|judged| judged.remark.clone()).collect();
        self.learn(keys).await?;
        if on_collision == OnCollision::Suffix {
            let mut seen = HashSet::new();
            let displaced = wanted.iter().filter(|judged| {
                let is_first = seen.insert(judged.remark.as_str());
                !is_first || self.holder(&judged.remark) != Holder::Nobody
            });
            let keys = displaced.filter_map(|judged| suffixed(judged)).collect();
            self.learn(keys).await?;
        }
        for judged in wanted {
            let own = Holder::Record(judged.stamp.clone());
            let holder = self.holder(&judged.remark);
            judged.outcome = match (on_collision, holder) {
                (_, Holder::Nobody) => Outcome::Stored,
                (_, holder) if holder == own => Outcome::Already,
                (OnCollision::Overwrite, Holder::Record(newer)) if newer > judged.stamp => {
                    Outcome::Superseded
                }
                (OnCollision::Overwrite, _) => Outcome::Replaces,
                (OnCollision::Quarantine, _) => taken(),
                (OnCollision::Suffix, _) => match suffixed(judged) {
                    None => taken(),
                    Some(key) => {
                        let holder = self.holder(&key);
                        judged.remark = key;
                        match holder {
                            Holder::Nobody => Outcome::Stored,
                            holder if holder == own => Outcome::Already,
                            _ => taken(),
                        }
                    }
                },
            };
            if matches!(judged.outcome, Outcome::Stored | Outcome::Replaces) {
                self.holders.insert(judged.remark.clone(), own);
            }
        }
        Ok(())
    }

    fn holder(&self, key: &str) -> Holder {
        self.holders.get(key).cloned().unwrap_or(Holder::Nobody)
    }

    /// Asks the bucket who holds these keys, unless it is known.
    async fn learn(&mut self, keys: BTreeSet<String>) -> anyhow::Result<()> {
        let bucket = &self.deployed.bucket;
        let unknown = keys.into_iter();
        let unknown = unknown.filter(|key| !self.holders.contains_key(key));
        let learnt: Vec<_> = stream::iter(unknown)
            .map(|key| async move {
                let metadata = bucket.metadata(&key).await?;
                let holder = metadata.map_or(Holder::Nobody, |metadata| {
                    let get = |name: &str| metadata.get(name).map(String::as_str);
                    Stamp::from_metadata(get).map_or(Holder::Stranger, Holder::Record)
                });
                anyhow::Ok((key, holder))
            })
            .buffer_unordered(LOOKS_AT_ONCE)
            .try_collect()
            .await?;
        self.holders.extend(learnt);
        Ok(())
    }

    /// Layout `batch`: objects tell by their names between which records to look for a line.
    async fn foresee_lines(
        &self,
        compression: Compression,
        wanted: Vec<&mut Judged>,
    ) -> anyhow::Result<()> {
        let mut within: BTreeMap<String, Vec<&mut Judged>> = BTreeMap::new();
        for judged in wanted {
            let prefix = format!("{}{}-", judged.remark, judged.identity.shard_id());
            within.entry(prefix).or_default().push(judged);
        }
        let bucket = &self.deployed.bucket;
        for (prefix, wanted) in within {
            let numbers: BTreeSet<_> = wanted
                .iter()
                .map(|judged| judged.identity.sequence_number().clone())
                .collect();
            let mut there: HashSet<Identity> = HashSet::new();
            let mut objects = bucket
                .list(&prefix)
                .try_filter(|listed| {
                    let ends = ends(&prefix, &listed.key);
                    let is_near = ends.is_some_and(|(first, last)| {
                        first <= last && numbers.range(first..=last).next().is_some()
                    });
                    std::future::ready(is_near)
                })
                .map_ok(|listed| async move { bucket.get(&listed.key).await })
                .try_buffered(READS_AT_ONCE);
            while let Some(object) = objects.try_next().await? {
                // Gone since it was listed, or broken, which `reconcile` tells.
                let Some(object) = object else { continue };
                let Ok(lines) = compression.decompress(&object.body.into_bytes()) else {
                    continue;
                };
                let lines = lines.split_inclusive(|byte| *byte == b'\n');
                there.extend(lines.filter_map(identity_of_line));
            }
            for judged in wanted {
                if there.contains(&judged.identity) {
                    judged.outcome = Outcome::Already;
                }
            }
        }
        Ok(())
    }
}

/// The key of a record whose own key another one holds.
fn suffixed(judged: &Judged) -> Option<String> {
    object::suffixed(&judged.remark, &judged.identity.position())
}

fn taken() -> Outcome {
    Outcome::Quarantined(QuarantineReason::KeyTaken.code().to_owned())
}

/// The first and the last sequence number in the name of an object of lines.
fn ends(prefix: &str, key: &str) -> Option<(SequenceNumber, SequenceNumber)> {
    let name = key.strip_prefix(prefix)?;
    let mut parts = name.split('.').next()?.split('-');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}
