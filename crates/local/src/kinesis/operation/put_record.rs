//! `PutRecord`.

use serde::{Deserialize, Serialize};

use super::Call;
use super::put_records::resolve_hash_key;
use crate::kinesis::constraint::{Constraints, HASH_KEY, SEQUENCE_NUMBER};
use crate::kinesis::description::shard_id;
use crate::kinesis::error::{ApiError, ErrorKind};
use crate::kinesis::limits::DATA_BYTES;
use crate::kinesis::put::{Entry, Outcome};
use crate::kinesis::sequence::SequenceNumber;
use crate::kinesis::shape;
use crate::kinesis::streams::Streams;
use crate::kinesis::wire::Blob;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Request {
    stream_name: Option<String>,
    #[serde(rename = "StreamARN")]
    stream_arn: Option<String>,
    data: Option<Blob>,
    partition_key: Option<String>,
    explicit_hash_key: Option<String>,
    sequence_number_for_ordering: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Output {
    shard_id: String,
    sequence_number: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    encryption_type: Option<&'static str>,
}

impl Call for Request {
    type Output = Output;

    fn check(&self, constraints: &mut Constraints) {
        constraints.partition_key("partitionKey", self.partition_key.as_deref());
        constraints
            .member("explicitHashKey", self.explicit_hash_key.as_deref())
            .pattern(HASH_KEY);
        constraints
            .member(
                "sequenceNumberForOrdering",
                self.sequence_number_for_ordering.as_deref(),
            )
            .pattern(SEQUENCE_NUMBER);
        let length = self.data.as_ref().map(|data| data.0.len());
        constraints.count("data", length, &DATA_BYTES).required();
        constraints.stream(self.stream_name.as_deref(), self.stream_arn.as_deref());
    }

    fn run(self, streams: &Streams) -> Result<Output, ApiError> {
        let stream = streams.addressed(self.stream_name.as_deref(), self.stream_arn.as_deref())?;
        self.check_ordering(&stream.name)?;
        let partition_key = self.partition_key.unwrap_or_default();
        let entry = Entry {
            hash_key: resolve_hash_key(&partition_key, self.explicit_hash_key.as_deref())?,
            partition_key: &partition_key,
            data: &self.data.unwrap_or_default().0,
        };
        match streams.put(&stream, &[entry])?.pop() {
            Some(Outcome::Stored {
                shard_index,
                sequence_number,
            }) => Ok(Output {
                shard_id: shard_id(shard_index),
                sequence_number: sequence_number.to_string(),
                encryption_type: shape::encryption_type_if_any(&stream.read().description),
            }),
            Some(Outcome::Throttled { shard_index }) => Err(ApiError::rate_exceeded(
                &shard_id(shard_index),
                &stream.name,
            )),
            Some(Outcome::Failed) | None => Err(ApiError::new(
                ErrorKind::InternalFailure,
                "Internal Service Failure",
            )),
        }
    }
}

impl Request {
    /// The order itself needs no more: a shard's numbers rise with every call.
    fn check_ordering(&self, stream: &str) -> Result<(), ApiError> {
        let Some(text) = &self.sequence_number_for_ordering else {
            return Ok(());
        };
        match text.parse::<SequenceNumber>() {
            Ok(_) => Ok(()),
            Err(_) => Err(ApiError::invalid_argument(format!(
                "ExclusiveMinimumSequenceNumber {text} used in PutRecord on stream {stream} under account {} \
                 is invalid.",
                crate::account::ACCOUNT_ID,
            ))),
        }
    }
}
