//! What became of a run: the answer to Lambda, and one line for CloudWatch.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use pipeline::report::{Directive, Metric};
use serde_json::{Value, json};
use thiserror::Error;

/// What became of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunReport {
    /// The pipeline's name.
    pub pipeline: String,
    /// What was asked, as it may be shown.
    pub source: String,
    /// When the run was done.
    pub at: DateTime<Utc>,
    /// How long it took.
    pub duration: Duration,
    /// Whether it was the first of its process.
    pub cold_start: bool,
    /// How often the API was asked.
    pub attempts: u32,
    /// The status of its last answer, if there was one.
    pub status: Option<u16>,
    /// How many records became what.
    pub counts: Counts,
    /// Why the run has failed, if it has.
    pub failure: Option<RunError>,
}

/// How many records of an answer became what.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// How many the answer had.
    pub fetched: usize,
    /// How many the stream has acknowledged.
    pub sent: usize,
    /// How many the program dropped.
    pub filtered: usize,
    /// How many can never be sent, by the reason's code.
    pub quarantined: BTreeMap<&'static str, usize>,
    /// How many the stream did not take in time.
    pub given_up: usize,
    /// How many of the quarantined and the given up are not in the bucket either.
    pub lost: usize,
    /// How often the stream refused a record because its shard had no capacity.
    pub throttled: u64,
}

/// Why a run has failed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RunError {
    /// Nothing was fetched.
    #[error("nothing was fetched from {from}: {reason}")]
    NotFetched {
        /// What was asked, as it may be shown.
        from: String,
        /// What became of the last attempt.
        reason: String,
    },
    /// The answer holds no records.
    #[error("{reason}; the answer is {}", if *.kept { "kept below quarantine/" } else { "lost" })]
    NoRecords {
        /// What is wrong with it.
        reason: String,
        /// Whether it is in the bucket.
        kept: bool,
    },
    /// The stream did not take everything.
    #[error(
        "{given_up} of {fetched} records were given up ({reason}) and {sent} sent; \
         {} of what was not sent is kept below quarantine/", all_but(*.lost)
    )]
    GivenUp {
        /// How many records there were.
        fetched: usize,
        /// How many were sent.
        sent: usize,
        /// How many were given up.
        given_up: usize,
        /// How many of what was not sent are not in the bucket either.
        lost: usize,
        /// Why the first of them was given up.
        reason: String,
    },
    /// The bucket did not take what the stream cannot.
    #[error("{lost} of {fetched} records can neither be sent nor kept: {reason}")]
    Lost {
        /// How many records there were.
        fetched: usize,
        /// How many are nowhere.
        lost: usize,
        /// What the bucket said of the first of them.
        reason: String,
    },
}

impl RunError {
    /// What Lambda calls the error by, as `errorType`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::NotFetched { .. } => "NotFetched",
            Self::NoRecords { .. } => "NoRecords",
            Self::GivenUp { .. } => "GivenUp",
            Self::Lost { .. } => "Lost",
        }
    }
}

impl Counts {
    /// Whether every record has exactly one outcome:
    /// `fetched = sent + filtered + quarantined + given up`.
    pub fn is_balanced(&self) -> bool {
        self.fetched == self.sent + self.filtered + self.quarantined() + self.given_up
    }

    /// How many can never be sent.
    pub fn quarantined(&self) -> usize {
        self.quarantined.values().sum()
    }
}

impl RunReport {
    /// The answer to Lambda: an error has it repeat the run, twice at most.
    ///
    /// # Errors
    ///
    /// Why the run has failed.
    pub fn response(&self) -> Result<Value, RunError> {
        match &self.failure {
            Some(failure) => Err(failure.clone()),
            None => Ok(json!({
                "fetched": self.counts.fetched,
                "sent": self.counts.sent,
                "filtered": self.counts.filtered,
                "quarantined": self.counts.quarantined(),
            })),
        }
    }

    /// The run as one line in CloudWatch's embedded metric format, without any payload.
    ///
    /// The function is named because two deployments of one pipeline may share an account.
    pub fn line(&self, function: &str) -> Value {
        let counts = &self.counts;
        let mut metrics = Vec::new();
        let mut line = json!({
            "FunctionName": function,
            "Pipeline": self.pipeline,
            "source": self.source,
            "status": self.status,
            "duration_ms": self.duration.as_millis(),
            "cold_start": self.cold_start,
        });
        for (name, value) in [
            ("ingest_fetched", counts.fetched),
            ("ingest_sent", counts.sent),
            ("ingest_filtered", counts.filtered),
            ("ingest_quarantined", counts.quarantined()),
            ("ingest_given_up", counts.given_up),
            ("ingest_lost", counts.lost),
            ("ingest_failed", usize::from(self.failure.is_some())),
        ] {
            metrics.push(Metric::new(name, "Count"));
            line[name] = value.into();
        }
        for (name, value) in [
            ("ingest_attempts", u64::from(self.attempts)),
            ("ingest_throttled", counts.throttled),
        ] {
            metrics.push(Metric::new(name, "Count"));
            line[name] = value.into();
        }
        if !counts.quarantined.is_empty() {
            line["quarantined_by_reason"] = json!(counts.quarantined);
        }
        if let Some(failure) = &self.failure {
            line["error"] = failure.to_string().into();
        }
        line["_aws"] = json!(Directive::new(self.at, &metrics));
        line
    }
}

fn all_but(lost: usize) -> String {
    match lost {
        0 => "all".to_owned(),
        lost => format!("all but {lost}"),
    }
}
