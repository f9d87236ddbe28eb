//! What would become of one record that a person tries out, step by step and in words: what
//! `sluice check --record` prints and the page shows.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::{
    config::{Config, Form},
    decode::{self, Packing, Step},
    object,
    program::Transform,
    record::{Data, Identity, Record},
    verdict::{self, Intent},
};

/// The shard that a record comes from when it is tried.
const SHARD_ID: &str = "shardId-000000000000";

/// The partition key of a record that is tried.
const PARTITION_KEY: &str = "sample";

/// What would become of a record of the stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Trial {
    /// How many bytes it has.
    pub bytes: usize,
    /// It, or else those that its producer packed into it; never empty.
    pub records: Vec<Tried>,
}

/// What would become of a record, or of one of several that were packed together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Tried {
    /// Its place among those that were packed together, counted from 0.
    pub place: Option<u32>,
    /// What the layers that could be opened are called, outermost first.
    pub decoded: Vec<&'static str>,
    /// Whether a filter saw it and let it pass.
    pub passed: bool,
    /// Why it is placed by its arrival instead of by its own time.
    pub late: Option<String>,
    /// What comes of it.
    pub fate: Fate,
}

/// What comes of a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "is", rename_all = "camelCase")]
pub enum Fate {
    /// It becomes an object, or a line of one.
    Stored {
        /// The object's key, unless another record holds it.
        key: String,
        /// The object's text, or the line.
        body: String,
    },
    /// It is dropped.
    Filtered {
        /// What drops it, as a sentence.
        because: &'static str,
    },
    /// It can never succeed.
    Quarantined {
        /// The reason's code.
        code: &'static str,
        /// The reason as a sentence.
        reason: String,
        /// The folder in the bucket that keeps it.
        folder: String,
    },
}

impl Trial {
    /// Tries the producer's bytes out, as if the stream had accepted them then.
    pub fn new(config: &Config, data: Bytes, arrival: DateTime<Utc>) -> Self {
        let bytes = data.len();
        let record = Record {
            identity: Identity::new(SHARD_ID, 0.into()),
            partition_key: PARTITION_KEY.to_owned(),
            arrival,
            data: Data::Decoded(data),
        };
        let unpacked = decode::unpack(&record);
        let records = unpacked.records.iter();
        Self {
            bytes,
            records: records
                .map(|within| Tried::new(config, within, unpacked.packing))
                .collect(),
        }
    }

    /// Whether no record of it would be quarantined.
    pub fn is_fine(&self) -> bool {
        let mut fates = self.records.iter().map(|tried| &tried.fate);
        fates.all(|fate| !matches!(fate, Fate::Quarantined { .. }))
    }
}

impl Tried {
    fn new(config: &Config, record: &Record, packing: Packing) -> Self {
        let verdict = verdict::verdict(config, record, packing);
        let has_filter = config.transform.as_ref().is_some_and(Transform::has_filter);
        let (is_stored, moved) = match &verdict.intent {
            Intent::Store { moved, .. } => (true, *moved),
            Intent::Filter | Intent::Quarantine(_) => (false, None),
        };
        Self {
            place: record.identity.sub_sequence(),
            decoded: verdict.opened.into_iter().map(Step::name).collect(),
            passed: is_stored && has_filter,
            late: moved.map(|moved| moved.to_string()),
            fate: fate(config, record, packing, verdict.intent),
        }
    }
}

fn fate(config: &Config, record: &Record, packing: Packing, intent: Intent) -> Fate {
    let identity = &record.identity;
    match intent {
        Intent::Store { key, body, .. } => {
            let (key, body) = match &config.form {
                Form::Record { .. } => (key, body.to_vec()),
                Form::Batch { compression, id } => {
                    let mut line = Vec::new();
                    object::push_line(&mut line, id.as_ref(), identity, &body);
                    let key = object::lines_key(&key, *compression, identity, identity);
                    (key, line)
                }
            };
            Fate::Stored {
                key,
                body: String::from_utf8_lossy(&body).trim_end().to_owned(),
            }
        }
        Intent::Filter => Fate::Filtered {
            because: match packing {
                Packing::NoLogEvents => "it is a message of CloudWatch Logs without events",
                _ => "the pipeline's filter or program drops it",
            },
        },
        Intent::Quarantine(reason) => {
            let key = object::quarantine_key(&config.name, reason.code(), identity);
            Fate::Quarantined {
                code: reason.code(),
                reason: reason.to_string(),
                folder: key
                    .rsplit_once('/')
                    .map_or_else(String::new, |(folder, _)| folder.to_owned()),
            }
        }
    }
}
