//! Records → the JSON of a Kinesis event, key for key as Lambda hands it to a function.
//!
//! The JSON is written here rather than by `aws_lambda_events`, whose `KinesisEvent` writes the
//! arrival time as a string and adds `encryptionType`.
//! (Lambda guide, `/lambda/latest/dg/with-kinesis.html`, example event.)

use base64_simd::STANDARD;
use bytes::Bytes;

use super::sequence::SequenceNumber;
use super::settings::Settings;
use super::source::SourceRecord;
use crate::lambda::MAX_REQUEST_BYTES;

const HEAD: &str = "{\"Records\":[";
const TAIL: &str = "]}";

/// The largest event, the limit of a synchronous invocation.
pub(super) const MAX_EVENT_BYTES: usize = MAX_REQUEST_BYTES;

/// The bytes of an event without records.
pub(super) const EMPTY_EVENT_BYTES: usize = HEAD.len() + TAIL.len();

/// About what a record takes in an event beside its data.
const ENVELOPE_BYTES: usize = 640;

/// One record as it will stand in an event, however often it is delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct EventRecord {
    pub(super) sequence_number: SequenceNumber,
    pub(super) arrival_ms: u64,
    pub(super) json: Bytes,
}

impl EventRecord {
    pub(super) fn new(settings: &Settings, shard_id: &str, record: SourceRecord) -> Self {
        let data = record.data.len().div_ceil(3) * 4;
        let mut json = Vec::with_capacity(ENVELOPE_BYTES + data);
        json.extend_from_slice(br#"{"kinesis":{"kinesisSchemaVersion":"1.0","partitionKey":"#);
        push_string(&mut json, &record.partition_key);
        json.extend_from_slice(br#","sequenceNumber":"#);
        push_string(&mut json, &record.sequence_number);
        json.extend_from_slice(br#","data":""#);
        STANDARD.encode_append(&record.data, &mut json);
        json.extend_from_slice(br#"","approximateArrivalTimestamp":"#);
        json.extend_from_slice(seconds(record.arrival_ms).as_bytes());
        json.extend_from_slice(br#"},"eventSource":"aws:kinesis","eventVersion":"1.0","eventID":"#);
        push_string(&mut json, &format!("{shard_id}:{}", record.sequence_number));
        json.extend_from_slice(br#","eventName":"aws:kinesis:record","invokeIdentityArn":"#);
        push_string(&mut json, &settings.role_arn);
        json.extend_from_slice(br#","awsRegion":"#);
        push_string(&mut json, &settings.region);
        json.extend_from_slice(br#","eventSourceARN":"#);
        push_string(&mut json, &settings.stream_arn);
        json.push(b'}');
        Self {
            sequence_number: SequenceNumber::new(record.sequence_number),
            arrival_ms: record.arrival_ms,
            json: Bytes::from(json),
        }
    }
}

/// The event that carries these records.
pub(super) fn event(records: &[EventRecord]) -> Bytes {
    let size: usize = records.iter().map(|record| record.json.len() + 1).sum();
    let mut event = Vec::with_capacity(EMPTY_EVENT_BYTES + size);
    event.extend_from_slice(HEAD.as_bytes());
    for (index, record) in records.iter().enumerate() {
        if index > 0 {
            event.push(b',');
        }
        event.extend_from_slice(&record.json);
    }
    event.extend_from_slice(TAIL.as_bytes());
    Bytes::from(event)
}

/// Appends `text` as a JSON string.
fn push_string(json: &mut Vec<u8>, text: &str) {
    // Text is always written, and memory always takes it.
    let _ = serde_json::to_writer(json, text);
}

/// Seconds with milliseconds as fraction, a JSON number.
fn seconds(milliseconds: u64) -> String {
    format!("{}.{:03}", milliseconds / 1000, milliseconds % 1000)
}
