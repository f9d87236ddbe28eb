//! The JSON that Lambda delivers for a Kinesis batch, turned into [`Record`]s.
//!
//! Each record's base64 is opened while the JSON is read, so that the text is never copied, and
//! so that broken base64 costs that record alone. A broken envelope is an error of the whole
//! event: a record without an identity could not be accounted for.

use std::{borrow::Cow, fmt};

use bytes::Bytes;
use serde::{Deserialize, Deserializer, de};

use crate::{
    decode,
    record::{self, Data, Identity, MalformedIdentity, Record, SequenceNumber},
};

/// A batch of one shard, in the order of its sequence numbers.
///
/// The shape is that of "Using Lambda to process records from Amazon Kinesis Data Streams"
/// (`lambda/latest/dg/with-kinesis.html`); fields that are not needed are passed over.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Event {
    /// The records of the batch.
    #[serde(rename = "Records")]
    pub records: Vec<Record>,
}

/// A record of the event that is not shaped as Lambda shapes it.
#[derive(Debug, thiserror::Error)]
enum EventError {
    #[error("eventID: {0}")]
    EventId(MalformedIdentity),
    #[error("sequenceNumber: {0}")]
    SequenceNumber(MalformedIdentity),
    #[error("sequenceNumber {inner} contradicts eventID {outer}")]
    Contradiction {
        inner: SequenceNumber,
        outer: Identity,
    },
    #[error("approximateArrivalTimestamp {0} is not a time in Unix seconds")]
    Arrival(f64),
}

impl<'de> Deserialize<'de> for Record {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        RawRecord::deserialize(deserializer)?
            .try_into()
            .map_err(de::Error::custom)
    }
}

#[derive(Deserialize)]
struct RawRecord<'a> {
    #[serde(rename = "eventID", borrow)]
    event_id: Cow<'a, str>,
    #[serde(borrow)]
    kinesis: RawKinesis<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawKinesis<'a> {
    partition_key: String,
    #[serde(borrow)]
    sequence_number: Cow<'a, str>,
    data: Data,
    /// Seconds with milliseconds as a fraction.
    approximate_arrival_timestamp: f64,
}

impl TryFrom<RawRecord<'_>> for Record {
    type Error = EventError;

    fn try_from(raw: RawRecord<'_>) -> Result<Self, EventError> {
        let identity: Identity = raw.event_id.parse().map_err(EventError::EventId)?;
        let kinesis = raw.kinesis;
        if identity.sequence_number().as_str() != kinesis.sequence_number {
            let inner = kinesis.sequence_number.parse();
            return Err(EventError::Contradiction {
                inner: inner.map_err(EventError::SequenceNumber)?,
                outer: identity,
            });
        }
        let arrival = record::arrival(kinesis.approximate_arrival_timestamp)
            .ok_or(EventError::Arrival(kinesis.approximate_arrival_timestamp))?;
        Ok(Self {
            identity,
            partition_key: kinesis.partition_key,
            arrival,
            data: kinesis.data,
        })
    }
}

impl<'de> Deserialize<'de> for Data {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Base64Visitor)
    }
}

struct Base64Visitor;

impl de::Visitor<'_> for Base64Visitor {
    type Value = Data;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the record's data as a base64 string")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Data, E> {
        Ok(match decode::base64(text) {
            Ok(bytes) => Data::Decoded(bytes),
            Err(_) => Data::NotBase64(Bytes::copy_from_slice(text.as_bytes())),
        })
    }
}
