//! `sluice redrive`: quarantined records, batches that were given up, or records that are nowhere,
//! processed again.
//!
//! An object is deleted only when its records have another place, so that a redrive that is cut
//! off loses nothing, and one that is repeated finds its work done.

mod arguments;
mod change;
mod failures;
mod foresight;
mod ingested;
mod missing;
mod quarantine;

use std::collections::HashMap;
use std::process::ExitCode;
use std::time::Duration;

use pipeline::config::Form;
use pipeline::process::Invocation;
use pipeline::record::Record;
use pipeline::report::Counts;
use pipeline::store::Bucket;
use pipeline::{Config, Event, Processor};
use serde_json::json;
use tokio::time::Instant;

use crate::account::{counted, print, say};
use crate::deployed::Deployed;
use crate::ingest_now::IngestNow;
pub(crate) use arguments::RedriveArguments;
use change::{Changes, Judged, Outcome};
use foresight::Holder;

/// How long one batch may take.
const PATIENCE: Duration = Duration::from_mins(10);

/// How many records are processed together, and how many bytes of them.
const MAX_RECORDS: usize = 500;
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// How many problems are named one by one.
const NAMED: usize = 20;

/// One run.
struct Redrive<'d> {
    deployed: &'d Deployed,
    processor: Processor<Bucket>,
    is_applied: bool,
    changes: Changes,
    ingest: IngestNow,
    /// Who holds which key, or would hold it when nothing is applied.
    holders: HashMap<String, Holder>,
    /// Objects that are no longer needed.
    deleted: u64,
    /// What could not be done, and what is needed for it.
    problems: Vec<String>,
}

/// Says what would become of records, or lets it.
///
/// # Errors
///
/// When the pipeline's file is wrong, or the bucket or the stream cannot be used.
pub(crate) async fn run(arguments: RedriveArguments) -> anyhow::Result<ExitCode> {
    let deployed = Deployed::open(&arguments.deployed).await?;
    let pipeline = &deployed.described.pipeline;
    let mut redrive = Redrive {
        processor: Processor::new(pipeline.config().clone(), deployed.bucket.store()),
        deployed: &deployed,
        is_applied: arguments.apply,
        changes: Changes::default(),
        ingest: IngestNow::of(pipeline)?,
        holders: HashMap::new(),
        deleted: 0,
        problems: Vec::new(),
    };
    if arguments.from_failures {
        redrive.failures().await?;
    } else if arguments.missing {
        redrive.missing(arguments.since, &arguments.also_in).await?;
    } else {
        redrive.quarantined(arguments.reason.as_deref()).await?;
    }
    redrive.tell(arguments.json)?;
    Ok(if redrive.problems.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

impl Redrive<'_> {
    fn config(&self) -> &Config {
        self.deployed.described.pipeline.config()
    }

    /// What the file makes of a record, or of each that is packed in it.
    async fn judge(&self, record: &Record) -> Vec<Judged> {
        let timeout = self.deployed.described.pipeline.process().timeout;
        change::judge(&self.processor, timeout, record).await
    }

    /// Says what would become of records of one shard that were `from`, or lets it; gives the
    /// reason where the bucket did not take all of them.
    async fn settle_together(
        &mut self,
        from: &str,
        mut records: Vec<Record>,
    ) -> anyhow::Result<Option<&'static str>> {
        let mut judged = Vec::with_capacity(records.len());
        for record in &records {
            judged.push(self.judge(record).await);
        }
        self.foresee(judged.iter_mut().flatten().collect()).await?;
        if self.is_applied {
            // From here on the bucket knows better.
            self.holders.clear();
            if matches!(self.config().form, Form::Batch { .. }) {
                // Other objects hold their lines, which these would repeat.
                let mut is_needed = judged.iter().map(|judged| {
                    let mut judged = judged.iter();
                    !judged.all(|judged| judged.outcome == Outcome::Already)
                });
                records.retain(|_| is_needed.next().unwrap_or(true));
            }
            let counts = self.process(records).await?;
            let retry = counts.iter().flat_map(|counts| counts.retry.keys()).next();
            if retry.is_some() {
                return Ok(retry.copied());
            }
        }
        for judged in judged.iter().flatten() {
            self.changes.enter(from, judged);
        }
        Ok(None)
    }

    /// Processes records of one shard as the function would; `None` when there are none.
    async fn process(&self, records: Vec<Record>) -> anyhow::Result<Option<Counts>> {
        if records.is_empty() {
            return Ok(None);
        }
        let invocation = Invocation {
            received_at: chrono::Utc::now(),
            deadline: Instant::now() + PATIENCE,
            cold_start: false,
        };
        let report = self
            .processor
            .process(&Event { records }, invocation)
            .await?;
        Ok(Some(report.counts))
    }

    fn tell(&self, as_json: bool) -> anyhow::Result<()> {
        let name = &self.config().name;
        if as_json {
            let line = json!({
                "pipeline": name,
                "bucket": self.deployed.bucket.name(),
                "applied": self.is_applied,
                "changes": self.changes.to_json(),
                "deleted_objects": self.deleted,
                "problems": self.problems,
            });
            print(&line.to_string())?;
        } else {
            for line in self.changes.lines(self.is_applied) {
                print(&line)?;
            }
        }
        for problem in self.problems.iter().take(NAMED) {
            say(problem);
        }
        if self.problems.len() > NAMED {
            say(&format!("and {} more", self.problems.len() - NAMED));
        }
        if self.changes.is_empty() && self.problems.is_empty() {
            say(&format!("there is nothing of {name} to redrive"));
        } else if self.is_applied {
            if self.deleted > 0 {
                let deleted = counted(self.deleted, "object", ["was", "were"]);
                say(&format!("{deleted} no longer needed, and deleted"));
            }
        } else {
            say("nothing was changed; --apply does it");
        }
        Ok(())
    }
}
