//! What the page's form asks for → what `kdg` makes and delivers.

mod check;

use std::collections::BTreeMap;

use kdg::Record;
use serde::{Deserialize, Serialize};

use crate::aws::firehose;

pub use check::{CheckedPlan, Ends, Simulation};

/// A run as the form has it. Anything in it can be wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Plan {
    /// The template of the records.
    pub template: String,
    /// Whether line breaks in the template are left out, as in the original.
    #[serde(default = "yes")]
    pub strip_line_breaks: bool,
    /// Where the records go.
    pub target: Target,
    /// How many a second.
    #[serde(default)]
    pub rate: Rate,
    /// In which time; for every kind of rate.
    #[serde(default)]
    pub time: Time,
    /// What decides on the shard. Firehose has none.
    #[serde(default)]
    pub partition_key: PartitionKey,
    /// Whether each record is compressed with gzip, which leaves out the line feed as the original does.
    #[serde(default)]
    pub gzip: bool,
    /// Whether each record ends with a line feed; one that is compressed has none.
    #[serde(default = "yes")]
    pub line_feed: bool,
    /// What is wrong with some of the records, on purpose.
    #[serde(default)]
    pub faults: Faults,
    /// The same seed makes the same records; any when there is none.
    #[serde(default)]
    pub seed: Option<u64>,
    /// When the run ends by itself, whatever comes first.
    #[serde(default)]
    pub stop: Stop,
}

/// Where records go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", deny_unknown_fields)]
pub enum Target {
    /// A Kinesis data stream.
    Stream {
        /// Its name.
        name: String,
    },
    /// A Firehose delivery stream.
    Firehose {
        /// Its name.
        name: String,
    },
}

/// How many records a second.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
pub enum Rate {
    /// As many as the stream takes.
    #[default]
    Unlimited,
    /// The same number every second.
    Constant {
        /// Records.
        per_second: f64,
    },
    /// From one rate to another, evenly, and then that one.
    Ramp {
        /// Records a second.
        from: f64,
        /// Records a second.
        to: f64,
        /// How long it takes.
        seconds: f64,
    },
    /// One rate, and now and then a higher one.
    Burst {
        /// Records a second between bursts; may be 0.
        base: f64,
        /// Records a second in a burst.
        peak: f64,
        /// How long a burst is.
        seconds: f64,
        /// From one burst to the next.
        every_seconds: f64,
    },
    /// The original's week of hours.
    Grid {
        /// `#DAY-HOUR-mu` and `#DAY-HOUR-sig`, as the original keeps them; a day from 0, Sunday.
        periods: BTreeMap<String, String>,
        /// Whether an hour passes evenly into the next.
        smooth: bool,
    },
}

/// Which time passes.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
pub enum Time {
    /// That on the clock.
    #[default]
    Real,
    /// One that `date.simTime` shows.
    Simulated {
        /// Milliseconds since the Unix epoch.
        from_ms: i64,
        /// Exclusive; it goes on until the run is stopped when `None`.
        until_ms: Option<i64>,
        /// How many times as fast it passes; as fast as records are taken when `None`.
        speed: Option<f64>,
    },
}

/// What decides on the shard.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", deny_unknown_fields)]
pub enum PartitionKey {
    /// A random number for each record, as in the original.
    #[default]
    Random,
    /// As many records for each shard.
    Even,
    /// Fields of the record: `{{ user_id }}`.
    Template {
        /// The text with the fields in it.
        text: String,
    },
}

/// The shares of records with a fault, 0 to 1 and together 1 at most.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Faults {
    /// No JSON, or no UTF-8.
    pub malformed: f64,
    /// The record before, once more.
    pub duplicate: f64,
    /// An hour to two days old.
    pub late: f64,
    /// As large as a stream takes.
    pub oversize: f64,
    /// All with one partition key.
    pub hot_key: f64,
}

/// When a run ends by itself.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Stop {
    /// After so many records.
    pub records: Option<u64>,
    /// After so many bytes of data and partition keys; Firehose has no keys.
    pub bytes: Option<u64>,
    /// After so many minutes.
    pub minutes: Option<f64>,
}

/// A part of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Field {
    /// [`crate::message::Access::region`].
    Region,
    /// [`crate::message::Access::endpoint`].
    Endpoint,
    /// [`Plan::template`].
    Template,
    /// [`Plan::target`].
    Target,
    /// [`Plan::rate`].
    Rate,
    /// [`Plan::time`].
    Time,
    /// [`Plan::partition_key`].
    PartitionKey,
    /// [`Plan::faults`].
    Faults,
    /// [`Plan::seed`].
    Seed,
    /// [`Stop::records`].
    StopRecords,
    /// [`Stop::bytes`].
    StopBytes,
    /// [`Stop::minutes`].
    StopMinutes,
}

/// What is wrong with a part of the form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FieldError {
    /// Where.
    pub field: Field,
    /// What, and what to do about it.
    pub message: String,
}

impl Target {
    /// The name in the account.
    pub fn name(&self) -> &str {
        match self {
            Self::Stream { name } | Self::Firehose { name } => name,
        }
    }

    /// What counts of a record: its data, and its partition key where there is one.
    pub fn bytes(&self, record: &Record) -> u64 {
        let bytes = match self {
            Self::Stream { .. } => record.size(),
            Self::Firehose { .. } => record.data.len(),
        };
        bytes as u64
    }

    /// Takes so much of the white space that makes a record as large as a stream takes that it is as
    /// large as this target takes.
    pub fn take_filling(&self, record: &mut Record) {
        if !matches!(self, Self::Firehose { .. }) {
            return;
        }
        let ends = record.data.last() == Some(&b'\n') && record.data.pop().is_some();
        let most = firehose::MAX_RECORD_BYTES - usize::from(ends);
        while record.data.len() > most && record.data.last() == Some(&b' ') {
            record.data.pop();
        }
        if ends {
            record.data.push(b'\n');
        }
    }
}

fn yes() -> bool {
    true
}
