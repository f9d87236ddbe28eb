//! What an ingest could not send, mapped by the pipeline's file as it is now, and sent.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use ingest::again::{GIVEN_UP_CODE, SetAside};
use ingest::keep::{Keep as _, Kept, number_copies};
use ingest::map::{Mapped, Refusal};
use ingest::send::send;
use kdg::{GivenUp, Record};
use tokio::time::Instant;

use super::Redrive;
use crate::account::counted;

/// How many objects are put, and deleted, at once.
const AT_ONCE: usize = 16;

/// How long the stream may take for one group.
const PATIENCE: Duration = Duration::from_mins(2);

/// What becomes of a record that the stream acknowledges.
const SENT: &str = "sent";

/// An object that a run of the ingest kept.
#[derive(Debug)]
pub(super) struct Aside {
    pub(super) key: String,
    /// The code of its reason.
    pub(super) code: String,
    pub(super) what: SetAside,
}

/// What becomes of the records of one object.
#[derive(Debug, Default)]
struct Plan {
    /// What each record becomes, and why.
    becomes: Vec<(String, String)>,
    /// What is to be kept in place of the object.
    kept: Vec<Kept>,
    /// Why the object cannot go.
    stays: Option<String>,
}

impl Redrive<'_> {
    /// Sends what can be sent of a group of objects, and deletes those of which nothing is left.
    pub(super) async fn settle_ingested(&mut self, group: Vec<Aside>) -> anyhow::Result<()> {
        if group.is_empty() {
            return Ok(());
        }
        let mut records = Vec::new();
        let mut plans = Vec::new();
        // The object of each record, by the record's tag.
        let mut owners = Vec::new();
        for aside in &group {
            let mapped = match self.ingest.mapped(&aside.what) {
                Ok(mapped) => mapped,
                Err(error) => {
                    self.problems.push(format!("{} stays: {error}", aside.key));
                    continue;
                }
            };
            let of_it = Plan::of(aside, mapped);
            let Some((plan, its_records)) = of_it else {
                self.still(aside);
                continue;
            };
            for record in its_records {
                let tag = u64::try_from(records.len())?;
                records.push(Record { tag, ..record });
                owners.push(plans.len());
            }
            plans.push((aside, plan));
        }
        if self.is_applied {
            self.send(records, &owners, &mut plans).await;
            self.keep(&mut plans).await;
            plans.retain(|(_, plan)| plan.stays.is_none());
            let bucket = &self.deployed.bucket;
            stream::iter(&plans)
                .map(|(aside, _)| bucket.delete(&aside.key))
                .buffer_unordered(AT_ONCE)
                .try_collect::<Vec<()>>()
                .await?;
            self.deleted += u64::try_from(plans.len())?;
        }
        for (aside, plan) in plans {
            let from = format!("quarantined, {}", aside.code);
            for (to, remark) in plan.becomes {
                self.changes.note(&from, to, aside.name(), &remark);
            }
        }
        Ok(())
    }

    /// Enters an object that stays as it is.
    fn still(&mut self, aside: &Aside) {
        let from = format!("quarantined, {}", aside.code);
        self.changes.note(&from, from.clone(), aside.name(), "");
    }

    /// Sends records; what the stream does not take stays, or is kept by itself when it is one of
    /// many in an answer.
    async fn send(&mut self, records: Vec<Record>, owners: &[usize], plans: &mut [(&Aside, Plan)]) {
        let until = Instant::now() + PATIENCE;
        let sent = send(records.clone(), &self.deployed.stream, until).await;
        let mut staying: BTreeMap<String, usize> = BTreeMap::new();
        for (tag, reason) in sent.given_up {
            let place = usize::try_from(tag).unwrap_or(usize::MAX);
            let owner = owners.get(place).and_then(|owner| plans.get_mut(*owner));
            let (Some((aside, plan)), Some(record)) = (owner, records.get(place)) else {
                continue;
            };
            if let SetAside::Answer(_) = aside.what {
                plan.keep_unsent(record, &reason);
            } else {
                plan.stays = Some(reason.to_string());
                *staying.entry(reason.to_string()).or_default() += 1;
            }
        }
        for (reason, count) in staying {
            self.problems.push(format!(
                "{}: the stream did not take what is kept ({reason}); run this again",
                counted(count, "quarantined object", ["stays", "stay"])
            ));
        }
    }

    /// Keeps under its reason what can still not be sent.
    async fn keep(&mut self, plans: &mut [(&Aside, Plan)]) {
        let pipeline = self.config().name.clone();
        let quarantine = self.deployed.bucket.quarantine(&pipeline);
        for (aside, plan) in plans {
            if let SetAside::Answer(_) = aside.what {
                number_copies(&mut plan.kept, &pipeline);
            }
            let kept = stream::iter(&plan.kept).map(|kept| quarantine.keep(kept));
            let kept: Result<Vec<()>, _> = kept.buffer_unordered(AT_ONCE).try_collect().await;
            if let Err(error) = kept {
                self.problems.push(format!(
                    "{} stays: what is left of it cannot be kept, because {error}; run this again",
                    aside.key
                ));
                plan.stays = Some(error.to_string());
            }
        }
    }
}

impl Aside {
    /// The name of the object within its folder.
    fn name(&self) -> &str {
        self.key.rsplit('/').next().unwrap_or_default()
    }

    /// Which of several objects with the same bytes it is.
    fn copy(&self) -> usize {
        let copy = self.name().split_once('-');
        copy.and_then(|(_, copy)| copy.parse().ok()).unwrap_or(0)
    }
}

impl Plan {
    /// The plan of an object, and the records to send; `None` when it stays as it is.
    fn of(aside: &Aside, mapped: Vec<(Mapped, &[u8])>) -> Option<(Self, Vec<Record>)> {
        let (mut plan, mut records) = (Self::default(), Vec::new());
        for (mapped, bytes) in mapped {
            match mapped {
                Mapped::Record(record) => {
                    plan.becomes.push((SENT.to_owned(), String::new()));
                    records.push(record);
                }
                Mapped::Filtered => plan.becomes.push(("filtered".to_owned(), String::new())),
                Mapped::Refused(refusal) if refusal.code() == aside.code => return None,
                Mapped::Refused(refusal) => plan.refuse(&refusal, bytes, aside.copy()),
            }
        }
        if plan.becomes.is_empty() {
            let empty = ("an answer without records".to_owned(), String::new());
            plan.becomes.push(empty);
        }
        Some((plan, records))
    }

    fn refuse(&mut self, refusal: &Refusal, bytes: &[u8], copy: usize) {
        let to = format!("quarantined, {}", refusal.code());
        self.becomes.push((to, refusal.to_string()));
        self.kept.push(Kept {
            body: bytes.to_vec().into(),
            code: refusal.code(),
            error: refusal.to_string(),
            partition_key: None,
            copy,
        });
    }

    fn keep_unsent(&mut self, record: &Record, reason: &GivenUp) {
        let sent = self.becomes.iter_mut().find(|(to, _)| to == SENT);
        if let Some(becomes) = sent {
            *becomes = (format!("quarantined, {GIVEN_UP_CODE}"), reason.to_string());
        }
        self.kept.push(Kept {
            body: record.data.clone().into(),
            code: GIVEN_UP_CODE,
            error: reason.to_string(),
            partition_key: Some(record.partition_key.clone()),
            copy: 0,
        });
    }
}
