//! Records that are nowhere, taken from the stream and processed.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Utc;
use futures::stream::TryStreamExt as _;
use pipeline::decode;
use pipeline::record::{Identity, Record};

use super::{MAX_BYTES, MAX_RECORDS, Redrive};
use crate::account::counted;
use crate::reconcile::{self, Since};
use crate::transport::Position;

/// What the records were before.
const FROM: &str = "missing";

impl Redrive<'_> {
    /// Goes through the records that the stream holds and that are neither in the bucket nor in an
    /// object of the failure destination.
    pub(super) async fn missing(
        &mut self,
        since: Option<Since>,
        also_in: &[String],
    ) -> anyhow::Result<()> {
        let missing = reconcile::missing(self.deployed, since, also_in).await?;
        let mut by_shard: BTreeMap<&str, BTreeSet<&Identity>> = BTreeMap::new();
        for identity in &missing {
            let of_shard = by_shard.entry(identity.shard_id()).or_default();
            of_shard.insert(identity);
        }
        for (shard_id, missing) in by_shard {
            self.missing_of(shard_id, &missing).await?;
        }
        Ok(())
    }

    async fn missing_of(
        &mut self,
        shard_id: &str,
        missing: &BTreeSet<&Identity>,
    ) -> anyhow::Result<()> {
        let Some((first, last)) = missing.first().zip(missing.last()) else {
            return Ok(());
        };
        let position = Position::Record(first.sequence_number().clone());
        let stream = &self.deployed.stream;
        let mut pages = stream.read(vec![shard_id.into()], &position, Utc::now());
        let (mut group, mut bytes) = (Vec::new(), 0);
        'shard: while let Some(page) = pages.try_next().await? {
            for record in page {
                if record.identity > **last {
                    break 'shard;
                }
                for within in decode::unpack(&record).records.iter() {
                    if missing.contains(&within.identity) {
                        bytes += within.data.original().len();
                        group.push(within.clone());
                    }
                }
                if group.len() >= MAX_RECORDS || bytes >= MAX_BYTES {
                    self.restore(std::mem::take(&mut group)).await?;
                    bytes = 0;
                }
            }
        }
        self.restore(group).await
    }

    async fn restore(&mut self, records: Vec<Record>) -> anyhow::Result<()> {
        let count = records.len();
        if let Some(reason) = self.settle_together(FROM, records).await? {
            self.problems.push(format!(
                "{} together, and not all have an outcome ({reason}); run this again",
                counted(count, "missing record", ["was processed", "were processed"])
            ));
        }
        Ok(())
    }
}
