//! The operations: which delivery streams there are, and records for them.
//!
//! Source: the Amazon Data Firehose API Reference, and "Quota" in its Developer Guide.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Streams;
use super::delivery_stream::DeliveryStream;
use super::error::{ApiError, INTERNAL, SLOW_DOWN, THROTTLED};

/// The most records of a call.
const BATCH_RECORDS: usize = 500;

/// The most bytes of a call, before base64.
const BATCH_BYTES: usize = 4 * 1024 * 1024;

/// The most bytes of a record, before base64: 1,000 KiB.
const RECORD_BYTES: usize = 1000 * 1024;

/// How many names are listed, unless asked otherwise, and at most.
const LISTED: usize = 10;
const MOST_LISTED: usize = 10_000;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct List {
    limit: Option<usize>,
    delivery_stream_type: Option<String>,
    exclusive_start_delivery_stream_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Describe {
    delivery_stream_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Put {
    delivery_stream_name: Option<String>,
    record: Option<Record>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PutBatch {
    delivery_stream_name: Option<String>,
    records: Option<Vec<Record>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Record {
    data: Option<String>,
}

pub(super) fn perform(streams: &Streams, operation: &str, body: &[u8]) -> Result<Value, ApiError> {
    match operation {
        "ListDeliveryStreams" => list(streams, read(body)?),
        "DescribeDeliveryStream" => {
            let request: Describe = read(body)?;
            let name = required(request.delivery_stream_name, "deliveryStreamName")?;
            Ok(streams.named(&name)?.description(&streams.region))
        }
        "PutRecord" => put(streams, read(body)?),
        "PutRecordBatch" => put_batch(streams, read(body)?),
        _ => Err(ApiError::new(
            "UnknownOperationException",
            format!("the local Firehose does not perform {operation:?}"),
        )),
    }
}

fn list(streams: &Streams, request: List) -> Result<Value, ApiError> {
    let limit = request.limit.unwrap_or(LISTED);
    if !(1..=MOST_LISTED).contains(&limit) {
        let constraint = "have value from 1 to 10000";
        return Err(ApiError::validation("limit", constraint));
    }
    let after = request.exclusive_start_delivery_stream_name;
    // None here has a Kinesis stream or a database for its source.
    let is_other = request
        .delivery_stream_type
        .is_some_and(|kind| kind != "DirectPut");
    let names: Vec<_> = streams
        .all
        .iter()
        .map(DeliveryStream::name)
        .filter(|name| !is_other && after.as_deref().is_none_or(|after| *name > after))
        .collect();
    let (listed, rest) = names.split_at(names.len().min(limit));
    Ok(json!({ "DeliveryStreamNames": listed, "HasMoreDeliveryStreams": !rest.is_empty() }))
}

fn put(streams: &Streams, request: Put) -> Result<Value, ApiError> {
    let name = required(request.delivery_stream_name, "deliveryStreamName")?;
    let data = bytes(required(request.record, "record")?, "record")?;
    let stream = streams.named(&name)?;
    if streams.throttle.strikes() {
        return Err(ApiError::throttled());
    }
    let arrived = stream.put([data.as_slice()], streams.clock.now_ms());
    arrived.map_err(|()| ApiError::internal())?;
    streams.arrived.notify_one();
    Ok(json!({ "RecordId": record_id(), "Encrypted": false }))
}

fn put_batch(streams: &Streams, request: PutBatch) -> Result<Value, ApiError> {
    let name = required(request.delivery_stream_name, "deliveryStreamName")?;
    let records = required(request.records, "records")?;
    if records.is_empty() || records.len() > BATCH_RECORDS {
        let constraint = "have length from 1 to 500";
        return Err(ApiError::validation("records", constraint));
    }
    let records = records.into_iter().enumerate().map(|(position, record)| {
        let member = format!("records.{}.member", position + 1);
        bytes(record, &member)
    });
    let records = records.collect::<Result<Vec<_>, _>>()?;
    if records.iter().map(Vec::len).sum::<usize>() > BATCH_BYTES {
        return Err(ApiError::invalid_argument(
            "Records size exceeds 4 MB limit",
        ));
    }
    let stream = streams.named(&name)?;
    let throttled: Vec<_> = records.iter().map(|_| streams.throttle.strikes()).collect();
    let admitted = records.iter().zip(&throttled);
    let admitted = admitted.filter_map(|(data, is_throttled)| (!is_throttled).then_some(&data[..]));
    let arrived = stream.put(admitted, streams.clock.now_ms());
    streams.arrived.notify_one();
    let responses: Vec<_> = throttled
        .into_iter()
        .map(|is_throttled| match (is_throttled, arrived) {
            (true, _) => json!({ "ErrorCode": THROTTLED, "ErrorMessage": SLOW_DOWN }),
            (false, Ok(())) => json!({ "RecordId": record_id() }),
            (false, Err(())) => {
                json!({ "ErrorCode": INTERNAL, "ErrorMessage": "Internal Service Failure" })
            }
        })
        .collect();
    let failed = responses
        .iter()
        .filter(|response| response.get("ErrorCode").is_some())
        .count();
    Ok(json!({
        "FailedPutCount": failed,
        "Encrypted": false,
        "RequestResponses": responses,
    }))
}

fn bytes(record: Record, member: &str) -> Result<Vec<u8>, ApiError> {
    let member = format!("{member}.data");
    let data = required(record.data, &member)?;
    let data = STANDARD
        .decode(data)
        .map_err(|error| ApiError::new("SerializationException", error.to_string()))?;
    if data.len() > RECORD_BYTES {
        let constraint = "have length less than or equal to 1024000";
        return Err(ApiError::validation(&member, constraint));
    }
    Ok(data)
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    serde_json::from_slice(body)
        .map_err(|error| ApiError::new("SerializationException", error.to_string()))
}

fn required<T>(member: Option<T>, name: &str) -> Result<T, ApiError> {
    member.ok_or_else(|| ApiError::validation(name, "not be null"))
}

fn record_id() -> String {
    // As long as AWS's, of which nothing can be read either.
    let id = [(); 4].map(|()| Uuid::new_v4().into_bytes()).concat();
    STANDARD.encode(id)
}
