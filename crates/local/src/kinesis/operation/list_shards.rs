//! `ListShards`.

use serde::{Deserialize, Serialize};

use super::Call;
use crate::kinesis::constraint::Constraints;
use crate::kinesis::description::{Status, StreamDescription, shard_index};
use crate::kinesis::error::ApiError;
use crate::kinesis::limits::{PAGE, SHARD_PAGE};
use crate::kinesis::shape::Shard;
use crate::kinesis::streams::Streams;
use crate::kinesis::token::{ShardFilter, ShardListToken};
use crate::kinesis::wire::Timestamp;

const FILTER_TYPES: [&str; 6] = [
    "AFTER_SHARD_ID",
    "AT_TRIM_HORIZON",
    "FROM_TRIM_HORIZON",
    "AT_LATEST",
    "AT_TIMESTAMP",
    "FROM_TIMESTAMP",
];

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Request {
    stream_name: Option<String>,
    #[serde(rename = "StreamARN")]
    stream_arn: Option<String>,
    next_token: Option<String>,
    exclusive_start_shard_id: Option<String>,
    max_results: Option<i64>,
    stream_creation_timestamp: Option<Timestamp>,
    shard_filter: Option<RequestedFilter>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RequestedFilter {
    r#type: Option<String>,
    shard_id: Option<String>,
    timestamp: Option<Timestamp>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Output {
    shards: Vec<Shard>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

impl Call for Request {
    type Output = Output;

    fn check(&self, constraints: &mut Constraints) {
        constraints
            .member("maxResults", self.max_results)
            .range(&PAGE);
        constraints.shard_id(
            "exclusiveStartShardId",
            self.exclusive_start_shard_id.as_deref(),
        );
        constraints
            .member("nextToken", self.next_token.as_deref())
            .length(&(1..=1_048_576));
        if let Some(filter) = &self.shard_filter {
            constraints
                .member("shardFilter.type", filter.r#type.as_deref())
                .required()
                .one_of(&FILTER_TYPES);
            constraints.shard_id("shardFilter.shardId", filter.shard_id.as_deref());
        }
        constraints.stream(self.stream_name.as_deref(), self.stream_arn.as_deref());
    }

    fn run(self, streams: &Streams) -> Result<Output, ApiError> {
        let now_ms = streams.now_ms();
        let token = self.token(now_ms)?;
        let stream = match &token {
            Some(token) => streams.named(&token.stream)?,
            None => streams.addressed(self.stream_name.as_deref(), self.stream_arn.as_deref())?,
        };
        let state = stream.read();
        let description = &state.description;
        let created_ms = match &token {
            Some(token) => Some(token.stream_created_ms),
            None => self.stream_creation_timestamp.map(|created| created.0),
        };
        if created_ms.is_some_and(|created_ms| created_ms != description.created_ms) {
            return Err(ApiError::stream_not_found(&description.name));
        }
        let (after, filter) = match &token {
            Some(token) => (Some(token.after_shard), token.filter),
            None => (
                self.exclusive_start_shard_id
                    .as_deref()
                    .and_then(shard_index),
                self.filter(description, now_ms)?,
            ),
        };
        let is_created = description.status != Status::Creating;
        let mut following = description.shards.iter().filter(|shard| {
            is_created
                && after.is_none_or(|after| shard.index > after)
                && filter.is_none_or(|filter| filter.selects(shard))
        });
        let limit = self.max_results.unwrap_or(SHARD_PAGE).min(SHARD_PAGE);
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let page: Vec<_> = following.by_ref().take(limit).collect();
        let last = page.last().filter(|_| following.next().is_some());
        let next_token = last.map(|last| {
            let token = ShardListToken {
                stream: description.name.clone(),
                stream_created_ms: description.created_ms,
                after_shard: last.index,
                issued_ms: now_ms,
                filter,
            };
            token.seal()
        });
        Ok(Output {
            shards: page.into_iter().map(Shard::from).collect(),
            next_token: next_token.transpose()?,
        })
    }
}

impl Request {
    fn token(&self, now_ms: u64) -> Result<Option<ShardListToken>, ApiError> {
        let names_stream = self.stream_name.is_some() || self.stream_arn.is_some();
        let Some(token) = &self.next_token else {
            return if names_stream {
                Ok(None)
            } else {
                Err(ApiError::invalid_argument(
                    "Either NextToken or StreamName should be provided.",
                ))
            };
        };
        let narrows = self.stream_creation_timestamp.is_some()
            || self.exclusive_start_shard_id.is_some()
            || self.shard_filter.is_some();
        if names_stream {
            return Err(ApiError::invalid_argument(
                "NextToken and StreamName cannot be provided together.",
            ));
        }
        if narrows {
            return Err(ApiError::invalid_argument(
                "NextToken cannot be provided together with StreamCreationTimestamp, \
                 ExclusiveStartShardId or ShardFilter.",
            ));
        }
        ShardListToken::open(token, now_ms).map(Some)
    }

    fn filter(
        &self,
        description: &StreamDescription,
        now_ms: u64,
    ) -> Result<Option<ShardFilter>, ApiError> {
        let Some(filter) = &self.shard_filter else {
            return Ok(None);
        };
        let horizon_ms = description.horizon_ms(now_ms).max(description.created_ms);
        let timestamp = || match filter.timestamp {
            Some(Timestamp(time_ms)) if time_ms > now_ms => Err(ApiError::invalid_argument(
                "The Timestamp of the ShardFilter lies in the future.",
            )),
            Some(Timestamp(time_ms)) => Ok(time_ms.max(horizon_ms)),
            None => Err(missing("Timestamp", filter)),
        };
        let resolved = match filter.r#type.as_deref().unwrap_or_default() {
            "AFTER_SHARD_ID" => {
                let after = filter.shard_id.as_deref().and_then(shard_index);
                ShardFilter::After(after.ok_or_else(|| missing("ShardId", filter))?)
            }
            "AT_TRIM_HORIZON" => ShardFilter::OpenAt(horizon_ms),
            "FROM_TRIM_HORIZON" => ShardFilter::OpenSince(horizon_ms),
            "AT_TIMESTAMP" => ShardFilter::OpenAt(timestamp()?),
            "FROM_TIMESTAMP" => ShardFilter::OpenSince(timestamp()?),
            _ => ShardFilter::Open,
        };
        Ok(Some(resolved))
    }
}

fn missing(member: &str, filter: &RequestedFilter) -> ApiError {
    let filter_type = filter.r#type.as_deref().unwrap_or_default();
    ApiError::invalid_argument(format!(
        "{member} must be specified for a ShardFilter of type {filter_type}."
    ))
}
