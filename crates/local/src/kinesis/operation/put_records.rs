//! `PutRecords`.

use serde::{Deserialize, Serialize};

use super::Call;
use crate::kinesis::constraint::{Constraints, HASH_KEY};
use crate::kinesis::description::shard_id;
use crate::kinesis::error::{ApiError, ErrorKind};
use crate::kinesis::hash_key;
use crate::kinesis::limits::{DATA_BYTES, PUT_BYTES, PUT_ENTRIES};
use crate::kinesis::put::{Entry, Outcome};
use crate::kinesis::shape;
use crate::kinesis::streams::Streams;
use crate::kinesis::wire::Blob;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Request {
    stream_name: Option<String>,
    #[serde(rename = "StreamARN")]
    stream_arn: Option<String>,
    records: Option<Vec<RequestEntry>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RequestEntry {
    data: Option<Blob>,
    partition_key: Option<String>,
    explicit_hash_key: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Output {
    failed_record_count: usize,
    records: Vec<ResultEntry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    encryption_type: Option<&'static str>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum ResultEntry {
    #[serde(rename_all = "PascalCase")]
    Stored {
        sequence_number: String,
        shard_id: String,
    },
    #[serde(rename_all = "PascalCase")]
    Failed {
        error_code: &'static str,
        error_message: String,
    },
}

impl Call for Request {
    type Output = Output;

    fn check(&self, constraints: &mut Constraints) {
        let count = self.records.as_ref().map(Vec::len);
        constraints.count("records", count, &PUT_ENTRIES).required();
        for (number, entry) in (1..).zip(self.records.iter().flatten()) {
            entry.check(constraints, number);
        }
        constraints.stream(self.stream_name.as_deref(), self.stream_arn.as_deref());
    }

    fn run(self, streams: &Streams) -> Result<Output, ApiError> {
        let stream = streams.addressed(self.stream_name.as_deref(), self.stream_arn.as_deref())?;
        let records = self.records.unwrap_or_default();
        let entries = records
            .iter()
            .map(RequestEntry::resolve)
            .collect::<Result<Vec<_>, _>>()?;
        if entries.iter().map(Entry::size).sum::<usize>() > PUT_BYTES {
            return Err(ApiError::invalid_argument(
                "Records size exceeds 10 MB limit",
            ));
        }
        let outcomes = streams.put(&stream, &entries)?;
        let is_stored = |outcome: &&Outcome| matches!(outcome, Outcome::Stored { .. });
        Ok(Output {
            failed_record_count: outcomes.len() - outcomes.iter().filter(is_stored).count(),
            records: outcomes
                .into_iter()
                .map(|outcome| ResultEntry::new(&outcome, &stream.name))
                .collect(),
            encryption_type: shape::encryption_type_if_any(&stream.read().description),
        })
    }
}

impl RequestEntry {
    /// Paths are written only for what is wrong: this runs for every record.
    fn check(&self, constraints: &mut Constraints, number: usize) {
        let length = self.data.as_ref().map(|data| data.0.len());
        constraints
            .count(
                format_args!("records.{number}.member.data"),
                length,
                &DATA_BYTES,
            )
            .required();
        constraints.partition_key(
            format_args!("records.{number}.member.partitionKey"),
            self.partition_key.as_deref(),
        );
        constraints
            .member(
                format_args!("records.{number}.member.explicitHashKey"),
                self.explicit_hash_key.as_deref(),
            )
            .pattern(HASH_KEY);
    }

    fn resolve(&self) -> Result<Entry<'_>, ApiError> {
        let partition_key = self.partition_key.as_deref().unwrap_or_default();
        Ok(Entry {
            partition_key,
            hash_key: resolve_hash_key(partition_key, self.explicit_hash_key.as_deref())?,
            data: self.data.as_ref().map_or(&[], |data| &data.0),
        })
    }
}

impl ResultEntry {
    fn new(outcome: &Outcome, stream: &str) -> Self {
        match outcome {
            Outcome::Stored {
                shard_index,
                sequence_number,
            } => Self::Stored {
                sequence_number: sequence_number.to_string(),
                shard_id: shard_id(*shard_index),
            },
            Outcome::Throttled { shard_index } => {
                let error = ApiError::rate_exceeded(&shard_id(*shard_index), stream);
                Self::Failed {
                    error_code: error.kind.name(),
                    error_message: error.message,
                }
            }
            Outcome::Failed => Self::Failed {
                error_code: ErrorKind::InternalFailure.name(),
                error_message: "Internal Service Failure".to_owned(),
            },
        }
    }
}

/// The explicit hash key of a record, or that of its partition key.
///
/// # Errors
///
/// The explicit one has 39 digits but more than 128 bits.
pub(super) fn resolve_hash_key(
    partition_key: &str,
    explicit: Option<&str>,
) -> Result<u128, ApiError> {
    let Some(explicit) = explicit else {
        return Ok(hash_key::of_partition_key(partition_key));
    };
    explicit.parse().map_err(|_| {
        ApiError::invalid_argument(format!(
            "Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. \
             Specified value was {explicit}"
        ))
    })
}
