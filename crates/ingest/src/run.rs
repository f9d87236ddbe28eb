//! One run: from the address to records in the stream, and a true account of them.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use chrono::Utc;
use futures::StreamExt as _;
use kdg::Record;
use pipeline::config::{IngestConfig, RecordsPath};
use thiserror::Error;
use tokio::time::{Instant, timeout_at};

use crate::again::{ANSWER_CODE, GIVEN_UP_CODE};
use crate::answer::{self, AnswerError};
use crate::fetch::{Fetched, Patience, Source, SourceError};
use crate::keep::{Keep, KeepError, Kept, number_copies};
use crate::map::{Mapped, Mapper};
use crate::report::{Counts, RunError, RunReport};
use crate::send::send;
use crate::transport::PutRecords;

/// The share of a run that the API gets: as much again is left to send and to keep.
const FETCH_SHARE: u32 = 2;

/// The share of a run that is left to keep what could not be sent.
const KEEP_SHARE: u32 = 5;

/// The most time that is left to keep what could not be sent.
const MAX_KEEP: Duration = Duration::from_secs(20);

/// What is left of a run to report it.
const REPORT_TIME: Duration = Duration::from_millis(200);

/// Objects that are put at a time.
const PUTS_AT_ONCE: usize = 16;

/// The ingest of one pipeline.
#[derive(Debug)]
pub struct Ingest<S, K> {
    pipeline: String,
    source: Source,
    records: RecordsPath,
    mapper: Mapper,
    stream: S,
    quarantine: K,
}

/// Why an ingest cannot start.
#[derive(Debug, Error)]
pub enum StartError {
    /// Nothing can be asked.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The partition key cannot be rendered for any record.
    #[error("ingest.partition_key: {0}; correct the pipeline's file")]
    PartitionKey(#[from] kdg::KeyRuleError),
}

/// What surrounds a run.
#[derive(Debug, Clone, Copy)]
pub struct Invocation {
    /// When the run has to be over.
    pub deadline: Instant,
    /// Whether it is the first of its process.
    pub cold_start: bool,
}

impl Invocation {
    /// A run that has to be over at this time of the wall clock.
    pub fn until(deadline: SystemTime, cold_start: bool) -> Self {
        let remaining = deadline.duration_since(SystemTime::now());
        Self {
            deadline: Instant::now() + remaining.unwrap_or_default(),
            cold_start,
        }
    }
}

/// What a run is left with.
struct Outcome {
    attempts: u32,
    status: Option<u16>,
    counts: Counts,
    failure: Option<RunError>,
}

impl<S: PutRecords, K: Keep> Ingest<S, K> {
    /// Prepares the runs of a pipeline; no request is made yet.
    ///
    /// # Errors
    ///
    /// What `sluice check` would refuse, or a machine without certificates.
    pub fn new(
        config: &IngestConfig,
        patience: Patience,
        stream: S,
        quarantine: K,
    ) -> Result<Self, StartError> {
        Ok(Self {
            pipeline: config.name.clone(),
            source: Source::new(&config.url, patience)?,
            records: config.records.clone(),
            mapper: Mapper::new(config)?,
            stream,
            quarantine,
        })
    }

    /// Fetches, maps and sends once.
    pub async fn run(&self, invocation: Invocation) -> RunReport {
        let began = Instant::now();
        let outcome = self.outcome(began, invocation.deadline).await;
        RunReport {
            pipeline: self.pipeline.clone(),
            source: self.source.shown(),
            at: Utc::now(),
            duration: began.elapsed(),
            cold_start: invocation.cold_start,
            attempts: outcome.attempts,
            status: outcome.status,
            counts: outcome.counts,
            failure: outcome.failure,
        }
    }

    async fn outcome(&self, began: Instant, deadline: Instant) -> Outcome {
        let time = deadline.saturating_duration_since(began);
        let keep_until = began + time.saturating_sub(REPORT_TIME);
        let send_until = keep_until - (time / KEEP_SHARE).min(MAX_KEEP).min(keep_until - began);
        let fetched = match self.source.fetch(began + time / FETCH_SHARE).await {
            Ok(fetched) => fetched,
            Err(error) => {
                return Outcome {
                    attempts: error.attempts,
                    status: error.status(),
                    counts: Counts::default(),
                    failure: Some(RunError::NotFetched {
                        from: self.source.shown(),
                        reason: error.to_string(),
                    }),
                };
            }
        };
        let Fetched {
            body,
            status,
            attempts,
        } = fetched;
        let (counts, failure) = match answer::records(&body, &self.records) {
            Ok(things) => {
                let mut counts = Counts {
                    fetched: things.len(),
                    ..Counts::default()
                };
                let (records, mut unsent) = self.map(&things, &mut counts);
                let reason = self
                    .send(records, &mut unsent, &mut counts, send_until)
                    .await;
                let refused = self.keep(unsent, keep_until).await;
                counts.lost = refused.len();
                let failure = failure(&counts, reason, refused.first());
                (counts, failure)
            }
            Err(error) => {
                let failure = self.refuse(body, &error, keep_until).await;
                (Counts::default(), Some(failure))
            }
        };
        Outcome {
            attempts,
            status: Some(status),
            counts,
            failure,
        }
    }

    /// Sorts the records of an answer into those to send and those to keep.
    fn map(
        &self,
        things: &[&serde_json::value::RawValue],
        counts: &mut Counts,
    ) -> (Vec<Record>, Vec<Kept>) {
        let (mut records, mut refused) = (Vec::new(), Vec::new());
        for thing in things {
            // The tag is the place among those to send.
            let tag = records.len() as u64;
            match self.mapper.map(thing, tag) {
                Mapped::Record(record) => records.push(record),
                Mapped::Filtered => counts.filtered += 1,
                Mapped::Refused(refusal) => {
                    *counts.quarantined.entry(refusal.code()).or_default() += 1;
                    refused.push(Kept {
                        body: Bytes::copy_from_slice(thing.get().as_bytes()),
                        code: refusal.code(),
                        error: refusal.to_string(),
                        partition_key: None,
                        copy: 0,
                    });
                }
            }
        }
        (records, refused)
    }

    /// Sends records, adds those that were given up to what is to be kept, and tells why the first
    /// of them was.
    async fn send(
        &self,
        records: Vec<Record>,
        unsent: &mut Vec<Kept>,
        counts: &mut Counts,
        until: Instant,
    ) -> Option<String> {
        let sent = send(records.clone(), &self.stream, until).await;
        counts.sent = usize::try_from(sent.account.acknowledged).unwrap_or(usize::MAX);
        counts.given_up = sent.given_up.len();
        counts.throttled = sent.account.throttled;
        let first = sent.given_up.first().map(|(_, reason)| reason.to_string());
        unsent.extend(sent.given_up.into_iter().filter_map(|(tag, reason)| {
            let record = records.get(usize::try_from(tag).ok()?)?;
            Some(Kept {
                body: Bytes::copy_from_slice(&record.data),
                code: GIVEN_UP_CODE,
                error: reason.to_string(),
                partition_key: Some(record.partition_key.clone()),
                copy: 0,
            })
        }));
        first
    }

    /// Keeps what could not be sent, and tells what the bucket said of those that it did not take.
    async fn keep(&self, mut unsent: Vec<Kept>, until: Instant) -> Vec<String> {
        number_copies(&mut unsent, &self.pipeline);
        let puts = futures::stream::iter(&unsent).map(async |kept| {
            match timeout_at(until, self.quarantine.keep(kept)).await {
                Ok(kept) => kept.map_err(|error: KeepError| error.to_string()),
                Err(_) => Err("the run was over; raise ingest.timeout_seconds".to_owned()),
            }
        });
        let kept = puts.buffer_unordered(PUTS_AT_ONCE);
        kept.filter_map(async |kept| kept.err()).collect().await
    }

    /// Keeps an answer that holds no records.
    async fn refuse(&self, body: Vec<u8>, error: &AnswerError, until: Instant) -> RunError {
        let answer = Kept {
            body: body.into(),
            code: ANSWER_CODE,
            error: error.to_string(),
            partition_key: None,
            copy: 0,
        };
        RunError::NoRecords {
            reason: error.to_string(),
            kept: self.keep(vec![answer], until).await.is_empty(),
        }
    }
}

/// Whether a run has failed: what can never be sent is no failure as long as it is kept.
fn failure(counts: &Counts, reason: Option<String>, refused: Option<&String>) -> Option<RunError> {
    if let Some(reason) = reason {
        return Some(RunError::GivenUp {
            fetched: counts.fetched,
            sent: counts.sent,
            given_up: counts.given_up,
            lost: counts.lost,
            reason,
        });
    }
    refused.map(|reason| RunError::Lost {
        fetched: counts.fetched,
        lost: counts.lost,
        reason: reason.clone(),
    })
}
