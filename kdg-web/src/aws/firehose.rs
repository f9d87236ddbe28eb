//! Firehose delivery streams.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use kdg::{Answer, Record};
use serde::Deserialize;
use serde_json::json;

use super::kinesis::push_text;
use super::{AwsError, Client, JsonService};
use crate::http::Fetch;

const FIREHOSE: JsonService = JsonService {
    name: "firehose",
    prefix: "Firehose_20150804",
};

/// The most bytes of a record, before base64.
/// AWS: Firehose, "Amazon Data Firehose quota" (`/firehose/latest/dev/limits.html`).
pub const MAX_RECORD_BYTES: usize = 1_000 * 1024;

/// The most bytes of a request, which takes 500 records as that of Kinesis does.
/// AWS: Firehose API, `PutRecordBatch` (`/firehose/latest/APIReference/API_PutRecordBatch.html`).
pub const MAX_BATCH_BYTES: usize = 4 * 1024 * 1024;

/// What stands for the shard, of which Firehose has none.
pub const NO_SHARD: &str = "";

/// What the names of a record's members take beyond its data.
const ENTRY_BYTES: usize = 16;

/// Bodies of `PutRecordBatch`, together one batch of the delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PutRecordBatches(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Part {
    body: Vec<u8>,
    records: usize,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct StreamNames {
    delivery_stream_names: Vec<String>,
    has_more_delivery_streams: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Put {
    request_responses: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    record_id: Option<String>,
    error_code: Option<String>,
}

/// The names of all delivery streams in the region.
///
/// # Errors
///
/// What AWS says.
pub async fn list_delivery_streams<F: Fetch>(client: &Client<F>) -> Result<Vec<String>, AwsError> {
    let mut names: Vec<String> = Vec::new();
    loop {
        let input = match names.last() {
            Some(last) => json!({ "ExclusiveStartDeliveryStreamName": last }),
            None => json!({}),
        };
        let page: StreamNames = client.call(FIREHOSE, "ListDeliveryStreams", &input).await?;
        let is_last = !page.has_more_delivery_streams || page.delivery_stream_names.is_empty();
        names.extend(page.delivery_stream_names);
        if is_last {
            return Ok(names);
        }
    }
}

impl PutRecordBatches {
    /// Records for a delivery stream.
    pub fn new(stream: &str, records: &[Record]) -> Self {
        let mut parts = Vec::new();
        let mut rest = records;
        while !rest.is_empty() {
            let mut bytes = 0;
            let fit = rest.iter().take_while(|record| {
                bytes += record.data.len();
                bytes <= MAX_BATCH_BYTES
            });
            let (now, later) = rest.split_at(fit.count().max(1));
            parts.push(Part {
                body: body(stream, now),
                records: now.len(),
            });
            rest = later;
        }
        Self(parts)
    }

    /// Tells of each record, in their order, what the delivery stream made of it.
    ///
    /// # Errors
    ///
    /// When the first part fails as a whole. The records of a part that fails after it are told to have
    /// failed one by one, so that those before it count.
    pub async fn send<F: Fetch>(self, client: &Client<F>) -> Result<Vec<Answer>, AwsError> {
        let mut answers = Vec::new();
        for part in self.0 {
            match put(client, part.body).await {
                Ok(answered) => answers.extend(answered),
                Err(error) if answers.is_empty() => return Err(error),
                Err(_) => {
                    answers.extend(std::iter::repeat_n(Answer::InternalFailure, part.records));
                }
            }
        }
        Ok(answers)
    }
}

async fn put<F: Fetch>(
    client: &Client<F>,
    body: Vec<u8>,
) -> Result<impl Iterator<Item = Answer> + use<F>, AwsError> {
    let answer = client.post(FIREHOSE, "PutRecordBatch", body).await?;
    let put: Put = serde_json::from_slice(&answer).map_err(|error| AwsError::unreadable(&error))?;
    Ok(put.request_responses.into_iter().map(answered))
}

fn body(stream: &str, records: &[Record]) -> Vec<u8> {
    let bytes: usize = records
        .iter()
        .map(|record| record.data.len() * 4 / 3 + ENTRY_BYTES)
        .sum();
    let mut body = String::with_capacity(bytes);
    body.push_str(r#"{"DeliveryStreamName":"#);
    push_text(&mut body, stream);
    body.push_str(r#","Records":["#);
    for (at, record) in records.iter().enumerate() {
        body.push_str(if at == 0 {
            r#"{"Data":""#
        } else {
            r#",{"Data":""#
        });
        BASE64_STANDARD.encode_string(&record.data, &mut body);
        body.push_str(r#""}"#);
    }
    body.push_str("]}");
    body.into_bytes()
}

fn answered(entry: Entry) -> Answer {
    match (entry.error_code.as_deref(), entry.record_id) {
        (None, Some(sequence_number)) => Answer::Acknowledged {
            shard_id: NO_SHARD.to_owned(),
            sequence_number,
        },
        // The only one that is told of a single record.
        (Some("ServiceUnavailableException"), _) => Answer::Throttled,
        _ => Answer::InternalFailure,
    }
}
