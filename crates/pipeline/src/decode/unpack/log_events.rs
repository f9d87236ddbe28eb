//! Messages of CloudWatch Logs subscriptions.
//!
//! The format is that of "Subscription filters" in the CloudWatch Logs user guide
//! (`AmazonCloudWatch/latest/logs/SubscriptionFilters.html`): gzip around one JSON object.

use std::io::Read as _;

use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use serde::{Deserialize, Serialize, de::IgnoredAny};
use serde_json::{Map, Value};

use super::{MAX_DECOMPRESSED_BYTES, MAX_RECORDS, MAX_REPEATED_BYTES, weight};
use crate::{
    decode::Compression,
    record::{Data, Record},
};

/// How far a payload is looked into before it is opened as a whole.
const GLANCE_BYTES: u64 = 1024;

/// What is in every message, and hardly in anything else that is compressed.
const MARK: &[u8] = b"\"messageType\"";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Message<E> {
    #[serde(rename = "messageType")]
    kind: Kind,
    owner: String,
    log_group: String,
    log_stream: String,
    log_events: Vec<E>,
}

/// A message has more events, or larger ones, than can be held at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooMany;

#[derive(Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Kind {
    DataMessage,
    ControlMessage,
}

/// A record of its own: the event, and where it comes from.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Event<'m> {
    owner: &'m str,
    log_group: &'m str,
    log_stream: &'m str,
    #[serde(flatten)]
    members: &'m Map<String, Value>,
}

/// The events of a message; `None` if the bytes are no such message.
pub(super) fn split(outer: &Record, bytes: &Bytes) -> Option<Result<Vec<Record>, TooMany>> {
    if Compression::of(bytes) != Some(Compression::Gzip) || !looks_like_a_message(bytes) {
        return None;
    }
    let opened = Compression::Gzip
        .decompress(bytes, MAX_DECOMPRESSED_BYTES)
        .ok()?;
    if let Ok(text) = std::str::from_utf8(&opened)
        && weight::check(text).is_err()
    {
        let message: Result<Message<IgnoredAny>, _> = serde_json::from_str(text);
        return message.is_ok().then_some(Err(TooMany));
    }
    let message: Message<Map<String, Value>> = serde_json::from_slice(&opened).ok()?;
    let events = match message.kind {
        Kind::DataMessage => message.log_events.as_slice(),
        Kind::ControlMessage => &[],
    };
    let origin = message.owner.len() + message.log_group.len() + message.log_stream.len();
    let each = origin + outer.partition_key.len();
    if events.len() > MAX_RECORDS || each.saturating_mul(events.len()) > MAX_REPEATED_BYTES {
        return Some(Err(TooMany));
    }
    let records = (0..).zip(events).map(|(place, event)| {
        let event = Event {
            owner: &message.owner,
            log_group: &message.log_group,
            log_stream: &message.log_stream,
            members: event,
        };
        Some(Record {
            identity: outer.identity.within(place),
            partition_key: outer.partition_key.clone(),
            arrival: outer.arrival,
            data: Data::Decoded(serde_json::to_vec(&event).ok()?.into()),
        })
    });
    records.collect::<Option<_>>().map(Ok)
}

/// Looks at the beginning alone, so that other payloads are not decompressed twice.
fn looks_like_a_message(bytes: &[u8]) -> bool {
    let mut beginning = Vec::new();
    let glance = MultiGzDecoder::new(bytes)
        .take(GLANCE_BYTES)
        .read_to_end(&mut beginning);
    glance.is_ok()
        && beginning.trim_ascii_start().starts_with(b"{")
        && beginning.windows(MARK.len()).any(|window| window == MARK)
}
