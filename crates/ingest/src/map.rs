//! A record of an answer → a record of the stream, or the reason why it cannot be one.

use kdg::{KeyRule, KeyRuleError, Record, RecordError};
use pipeline::config::IngestConfig;
use pipeline::program::{Mapping, Transformed};
use serde_json::value::RawValue;
use thiserror::Error;
use vrl::value::Value;

/// Random partition keys have up to ten digits, as the Kinesis Data Generator's.
const RANDOM_KEYS: u64 = 10_000_000_000;

/// Maps the records of one pipeline.
#[derive(Debug, Clone)]
pub struct Mapper {
    mapping: Mapping,
    partition_key: KeyRule,
}

/// What a record of an answer became.
#[derive(Debug)]
pub enum Mapped {
    /// This goes to the stream.
    Record(Record),
    /// The program aborted.
    Filtered,
    /// It can never be sent.
    Refused(Refusal),
}

/// Why a record of an answer can never be sent.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// It cannot be read, such as one with more levels than anybody means.
    #[error("the record cannot be read: {0}")]
    Unreadable(String),
    /// The program failed on it.
    #[error("{0}")]
    ProgramError(String),
    /// The partition key has no value for it.
    #[error("the partition key cannot be rendered: {0}")]
    PartitionKey(RecordError),
    /// No stream takes what it became.
    #[error("no stream takes it: {0}")]
    Invalid(RecordError),
}

impl Refusal {
    /// The stable name of the reason, also a part of the kept object's key.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "ingest-not-json",
            Self::ProgramError(_) => "ingest-program-error",
            Self::PartitionKey(_) => "ingest-partition-key",
            Self::Invalid(_) => "ingest-invalid",
        }
    }
}

impl Mapper {
    /// The mapper of a pipeline.
    ///
    /// # Errors
    ///
    /// A template of the partition key that `sluice check` would refuse.
    pub fn new(config: &IngestConfig) -> Result<Self, KeyRuleError> {
        let rule = config.partition_key.as_deref();
        Ok(Self {
            mapping: config.mapping.clone(),
            partition_key: rule.map_or(Ok(KeyRule::Random), str::parse)?,
        })
    }

    /// Maps one record, which the delivery then calls by `tag`.
    ///
    /// The partition key is of the record as the API tells it, so that it may use what the program
    /// leaves out.
    pub fn map(&self, raw: &RawValue, tag: u64) -> Mapped {
        self.record(raw, tag).unwrap_or_else(Mapped::Refused)
    }

    fn record(&self, raw: &RawValue, tag: u64) -> Result<Mapped, Refusal> {
        let value: Value = serde_json::from_str(raw.get()).map_err(unreadable)?;
        let data = match self.mapping.run(value) {
            Transformed::Unchanged(_) => raw.get().as_bytes().to_vec(),
            Transformed::Changed(value) => serde_json::to_vec(&value).map_err(unreadable)?,
            Transformed::Dropped => return Ok(Mapped::Filtered),
            Transformed::Failed(message) => return Err(Refusal::ProgramError(message)),
        };
        let partition_key = match &self.partition_key {
            KeyRule::Template(template) => template
                .derive(raw.get().as_bytes())
                .map_err(Refusal::PartitionKey)?,
            KeyRule::Random | KeyRule::Even(_) => fastrand::u64(..RANDOM_KEYS).to_string(),
        };
        let record = Record {
            data,
            partition_key,
            explicit_hash_key: None,
            tag,
        };
        record.check().map_err(Refusal::Invalid)?;
        Ok(Mapped::Record(record))
    }
}

#[expect(clippy::needless_pass_by_value, reason = "as `map_err` wants it")]
fn unreadable(error: serde_json::Error) -> Refusal {
    Refusal::Unreadable(error.to_string())
}
