//! `GetShardIterator`.

use serde::{Deserialize, Serialize};

use super::Call;
use crate::account::ACCOUNT_ID;
use crate::kinesis::constraint::{Constraints, SEQUENCE_NUMBER};
use crate::kinesis::description::{ShardDescription, shard_id, shard_index};
use crate::kinesis::error::{ApiError, ErrorKind};
use crate::kinesis::sequence::SequenceNumber;
use crate::kinesis::stream::State;
use crate::kinesis::streams::Streams;
use crate::kinesis::token::ShardIterator;
use crate::kinesis::wire::Timestamp;

const TYPES: [&str; 5] = [
    "AFTER_SEQUENCE_NUMBER",
    "LATEST",
    "AT_TIMESTAMP",
    "AT_SEQUENCE_NUMBER",
    "TRIM_HORIZON",
];

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Request {
    stream_name: Option<String>,
    #[serde(rename = "StreamARN")]
    stream_arn: Option<String>,
    shard_id: Option<String>,
    shard_iterator_type: Option<String>,
    starting_sequence_number: Option<String>,
    timestamp: Option<Timestamp>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Output {
    shard_iterator: String,
}

impl Call for Request {
    type Output = Output;

    fn check(&self, constraints: &mut Constraints) {
        constraints
            .shard_id("shardId", self.shard_id.as_deref())
            .required();
        constraints
            .member("shardIteratorType", self.shard_iterator_type.as_deref())
            .required()
            .one_of(&TYPES);
        constraints
            .member(
                "startingSequenceNumber",
                self.starting_sequence_number.as_deref(),
            )
            .pattern(SEQUENCE_NUMBER);
        constraints.stream(self.stream_name.as_deref(), self.stream_arn.as_deref());
    }

    fn run(self, streams: &Streams) -> Result<Output, ApiError> {
        let requested = self.shard_id.as_deref().unwrap_or_default();
        let index = shard_index(requested);
        let stream = streams
            .addressed(self.stream_name.as_deref(), self.stream_arn.as_deref())
            .map_err(|error| match (&self.stream_name, error.kind) {
                (Some(name), ErrorKind::ResourceNotFound) => {
                    ApiError::shard_does_not_exist(requested, name)
                }
                _ => error,
            })?;
        let state = stream.read();
        let description = &state.description;
        let shard = index
            .filter(|_| description.status.serves_records())
            .and_then(|index| description.shard(index))
            .ok_or_else(|| ApiError::shard_does_not_exist(requested, &stream.name))?;
        let now_ms = streams.now_ms();
        let admitted = !streams.config.enforce_limits
            || state
                .shard(shard.index)
                .is_some_and(|mut shard| shard.admits_iterator(now_ms));
        if !admitted {
            return Err(ApiError::rate_exceeded(&shard.id(), &stream.name));
        }
        let iterator = ShardIterator {
            stream: stream.name.clone(),
            stream_created_ms: description.created_ms,
            shard_index: shard.index,
            from: self.counter(&state, shard, now_ms)?,
            issued_ms: now_ms,
            nonce: streams.nonce(),
        };
        Ok(Output {
            shard_iterator: iterator.seal()?,
        })
    }
}

impl Request {
    /// The counter to read from.
    fn counter(
        &self,
        state: &State,
        shard: &ShardDescription,
        now_ms: u64,
    ) -> Result<u64, ApiError> {
        let iterator_type = self.shard_iterator_type.as_deref().unwrap_or_default();
        match (iterator_type, &self.starting_sequence_number) {
            ("AT_SEQUENCE_NUMBER", Some(text)) => {
                Ok(parse(text, shard, &state.description.name)?.counter)
            }
            ("AFTER_SEQUENCE_NUMBER", Some(text)) => {
                Ok(parse(text, shard, &state.description.name)?.counter + 1)
            }
            ("TRIM_HORIZON", None) => Ok(0),
            ("LATEST", None) => {
                let latest = state
                    .shard(shard.index)
                    .map(|shard| shard.log.next_counter());
                Ok(latest.unwrap_or_default())
            }
            ("AT_TIMESTAMP", _) => {
                let since_ms = self.checked_timestamp(now_ms)?;
                state
                    .counter_at(shard, since_ms, now_ms)
                    .map_err(ApiError::internal)
            }
            (_, starting) => {
                let starting = match starting {
                    Some(_) => "also a StartingSequenceNumber",
                    None => "no StartingSequenceNumber",
                };
                Err(ApiError::invalid_argument(format!(
                    "Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and \
                     StartingSequenceNumber or (2) TRIM_HORIZON or LATEST and no StartingSequenceNumber. \
                     Request specified {iterator_type} and {starting}."
                )))
            }
        }
    }

    fn checked_timestamp(&self, now_ms: u64) -> Result<u64, ApiError> {
        let Some(Timestamp(time_ms)) = self.timestamp else {
            return Err(ApiError::invalid_argument(
                "Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. \
                 Current request has no timestamp parameter.",
            ));
        };
        if time_ms > now_ms {
            return Err(ApiError::invalid_argument(format!(
                "The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. \
                 timestampInMillis: {time_ms}, currentTimestampInMillis: {now_ms}"
            )));
        }
        Ok(time_ms)
    }
}

fn parse(text: &str, shard: &ShardDescription, stream: &str) -> Result<SequenceNumber, ApiError> {
    let invalid = |because: &str| {
        ApiError::invalid_argument(format!(
            "StartingSequenceNumber {text} used in GetShardIterator on shard {} in stream {stream} under \
             account {ACCOUNT_ID} is invalid{because}.",
            shard.id(),
        ))
    };
    let number: SequenceNumber = text.parse().map_err(|_| invalid(""))?;
    if number.shard_index != shard.index {
        return Err(ApiError::invalid_argument(format!(
            "Invalid StartingSequenceNumber. It encodes {}, while it was used in a call to a shard with {}",
            shard_id(number.shard_index),
            shard.id(),
        )));
    }
    if !shard.gave_out(number) {
        return Err(invalid(" because it did not come from this stream"));
    }
    Ok(number)
}
