//! Kinesis data streams.

use std::num::NonZeroU32;
use std::ops::RangeInclusive;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use kdg::{Answer, Record};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{AwsError, Client, JsonService, Kind};
use crate::http::Fetch;

const KINESIS: JsonService = JsonService {
    name: "kinesis",
    prefix: "Kinesis_20131202",
};

/// What base64, a partition key and the names of a record's members take beyond its data.
const ENTRY_BYTES: usize = 64;

/// What is known of a stream before anything is sent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Shards {
    /// How many are open, if that may be asked.
    pub open: Option<NonZeroU32>,
    /// The hash keys of each of them, in order; empty unless asked for.
    pub hash_keys: Vec<RangeInclusive<u128>>,
}

/// A body of `PutRecords`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PutRecords(Vec<u8>);

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct StreamNames {
    stream_names: Vec<String>,
    has_more_streams: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Described {
    stream_description_summary: Summary,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Summary {
    open_shard_count: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ShardPage {
    shards: Vec<Shard>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Shard {
    hash_key_range: HashKeys,
    sequence_number_range: SequenceNumbers,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct HashKeys {
    starting_hash_key: String,
    ending_hash_key: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SequenceNumbers {
    ending_sequence_number: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Put {
    records: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    shard_id: Option<String>,
    sequence_number: Option<String>,
    error_code: Option<String>,
}

/// The names of all streams in the region.
///
/// # Errors
///
/// What AWS says.
pub async fn list_streams<F: Fetch>(client: &Client<F>) -> Result<Vec<String>, AwsError> {
    let mut names: Vec<String> = Vec::new();
    loop {
        let input = match names.last() {
            Some(last) => json!({ "ExclusiveStartStreamName": last }),
            None => json!({}),
        };
        let page: StreamNames = client.call(KINESIS, "ListStreams", &input).await?;
        let is_last = !page.has_more_streams || page.stream_names.is_empty();
        names.extend(page.stream_names);
        if is_last {
            return Ok(names);
        }
    }
}

/// What a stream has open; the hash keys too where `with_hash_keys` says so.
///
/// # Errors
///
/// What AWS says. That one may not ask for the number is none: records do not depend on it.
pub async fn shards<F: Fetch>(
    client: &Client<F>,
    stream: &str,
    with_hash_keys: bool,
) -> Result<Shards, AwsError> {
    let input = json!({ "StreamName": stream });
    let described = client
        .call::<Described>(KINESIS, "DescribeStreamSummary", &input)
        .await;
    let open = match described {
        Ok(described) => NonZeroU32::new(described.stream_description_summary.open_shard_count),
        Err(error) if matches!(error.kind, Kind::Denied | Kind::Throttled) => None,
        Err(error) => return Err(error),
    };
    let hash_keys = if with_hash_keys {
        hash_keys(client, stream).await?
    } else {
        Vec::new()
    };
    Ok(Shards { open, hash_keys })
}

async fn hash_keys<F: Fetch>(
    client: &Client<F>,
    stream: &str,
) -> Result<Vec<RangeInclusive<u128>>, AwsError> {
    let mut keys = Vec::new();
    let mut input = json!({ "StreamName": stream });
    loop {
        let page: ShardPage = client.call(KINESIS, "ListShards", &input).await?;
        for shard in page.shards {
            let HashKeys {
                starting_hash_key,
                ending_hash_key,
            } = shard.hash_key_range;
            if let (None, Ok(first), Ok(last)) = (
                shard.sequence_number_range.ending_sequence_number,
                starting_hash_key.parse(),
                ending_hash_key.parse(),
            ) {
                keys.push(first..=last);
            }
        }
        match page.next_token {
            // The token stands for the name: AWS refuses both at once.
            Some(token) => input = json!({ "NextToken": token }),
            None => return Ok(keys),
        }
    }
}

impl PutRecords {
    /// Records for a stream.
    pub fn new(stream: &str, records: &[Record]) -> Self {
        let bytes: usize = records
            .iter()
            .map(|record| record.size() * 4 / 3 + ENTRY_BYTES)
            .sum();
        let mut body = String::with_capacity(bytes);
        body.push_str(r#"{"StreamName":"#);
        push_text(&mut body, stream);
        body.push_str(r#","Records":["#);
        for (at, record) in records.iter().enumerate() {
            body.push_str(if at == 0 {
                r#"{"Data":""#
            } else {
                r#",{"Data":""#
            });
            BASE64_STANDARD.encode_string(&record.data, &mut body);
            body.push_str(r#"","PartitionKey":"#);
            push_text(&mut body, &record.partition_key);
            if let Some(key) = record.explicit_hash_key {
                body.push_str(r#","ExplicitHashKey":""#);
                body.push_str(&key.to_string());
                body.push('"');
            }
            body.push('}');
        }
        body.push_str("]}");
        Self(body.into_bytes())
    }

    /// Tells of each record, in their order, what the stream made of it.
    ///
    /// # Errors
    ///
    /// When the request fails as a whole.
    pub async fn send<F: Fetch>(self, client: &Client<F>) -> Result<Vec<Answer>, AwsError> {
        let answer = client.post(KINESIS, "PutRecords", self.0).await?;
        let put: Put =
            serde_json::from_slice(&answer).map_err(|error| AwsError::unreadable(&error))?;
        Ok(put.records.into_iter().map(answered).collect())
    }
}

/// Appends a JSON string.
pub(super) fn push_text(body: &mut String, text: &str) {
    body.push_str(&Value::from(text).to_string());
}

fn answered(entry: Entry) -> Answer {
    match (
        entry.error_code.as_deref(),
        entry.shard_id,
        entry.sequence_number,
    ) {
        (None, Some(shard_id), Some(sequence_number)) => Answer::Acknowledged {
            shard_id,
            sequence_number,
        },
        (Some("ProvisionedThroughputExceededException"), ..) => Answer::Throttled,
        _ => Answer::InternalFailure,
    }
}
