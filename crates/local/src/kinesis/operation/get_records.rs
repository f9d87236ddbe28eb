//! `GetRecords`.

use serde::{Deserialize, Serialize};

use super::Call;
use crate::kinesis::constraint::Constraints;
use crate::kinesis::description::{ShardDescription, shard_id};
use crate::kinesis::error::{ApiError, ErrorKind};
use crate::kinesis::limits::{GET_BYTES, GET_RECORDS};
use crate::kinesis::log::{Budget, LogRecord};
use crate::kinesis::shape;
use crate::kinesis::shape::ChildShard;
use crate::kinesis::streams::Streams;
use crate::kinesis::token::ShardIterator;
use crate::kinesis::wire::{Blob, Timestamp};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Request {
    shard_iterator: Option<String>,
    limit: Option<i64>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Output {
    records: Vec<Record>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_shard_iterator: Option<String>,
    millis_behind_latest: u64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    child_shards: Vec<ChildShard>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Record {
    sequence_number: String,
    approximate_arrival_timestamp: Timestamp,
    data: Blob,
    partition_key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    encryption_type: Option<&'static str>,
}

impl Call for Request {
    type Output = Output;

    fn check(&self, constraints: &mut Constraints) {
        constraints.member("limit", self.limit).range(&GET_RECORDS);
        constraints
            .member("shardIterator", self.shard_iterator.as_deref())
            .required()
            .length(&(1..=512));
    }

    fn run(self, streams: &Streams) -> Result<Output, ApiError> {
        let now_ms = streams.now_ms();
        let text = self.shard_iterator.unwrap_or_default();
        let iterator = ShardIterator::open(&text, now_ms)?;
        let gone =
            || ApiError::shard_does_not_exist(&shard_id(iterator.shard_index), &iterator.stream);
        let stream = streams.named(&iterator.stream).map_err(|error| {
            if error.kind == ErrorKind::ResourceNotFound {
                gone()
            } else {
                error
            }
        })?;
        let state = stream.read();
        let description = &state.description;
        let is_same_stream = description.created_ms == iterator.stream_created_ms
            && description.status.serves_records();
        let shard = description
            .shard(iterator.shard_index)
            .filter(|_| is_same_stream)
            .ok_or_else(gone)?;
        if streams.config.enforce_limits
            && !state
                .shard(shard.index)
                .ok_or_else(gone)?
                .admits_read(now_ms)
        {
            return Err(ApiError::rate_exceeded(&shard.id(), &stream.name));
        }
        let most = self.limit.unwrap_or(*GET_RECORDS.end());
        let budget = Budget {
            records: usize::try_from(most).unwrap_or(usize::MAX),
            bytes: GET_BYTES,
        };
        let page = state
            .page(shard, iterator.from, 0, budget, now_ms)
            .map_err(ApiError::internal)?;
        let bytes = page
            .records
            .iter()
            .map(|record| record.partition_key.len() + record.data.len())
            .sum();
        if let Some(mut shard) = state.shard(shard.index) {
            shard.charge_read(bytes);
        }
        let next = ShardIterator {
            from: page.next_counter,
            issued_ms: now_ms,
            nonce: streams.nonce(),
            ..iterator
        };
        let encryption_type = shape::encryption_type_if_any(description);
        Ok(Output {
            records: page
                .records
                .into_iter()
                .map(|record| Record::new(record, shard, encryption_type))
                .collect(),
            next_shard_iterator: (!page.end_of_shard).then(|| next.seal()).transpose()?,
            millis_behind_latest: page.millis_behind_latest,
            child_shards: if page.end_of_shard {
                description
                    .children(shard.index)
                    .map(ChildShard::from)
                    .collect()
            } else {
                Vec::new()
            },
        })
    }
}

impl Record {
    fn new(
        record: LogRecord,
        shard: &ShardDescription,
        encryption_type: Option<&'static str>,
    ) -> Self {
        Self {
            sequence_number: shard
                .sequence_number(record.counter, record.arrival_ms)
                .to_string(),
            approximate_arrival_timestamp: Timestamp(record.arrival_ms),
            data: Blob(record.data),
            partition_key: record.partition_key,
            encryption_type,
        }
    }
}
