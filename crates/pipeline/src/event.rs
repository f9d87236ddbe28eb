//! The JSON that Lambda delivers for a Kinesis batch, turned into [`Record`]s.
//!
//! Each record's base64 is opened while the JSON is read, so that the text is never copied, and
//! so that broken base64 costs that record alone. A broken envelope is an error of the whole
//! event: a record without an identity could not be accounted for.

use std::{borrow::Cow, fmt, mem, ops::Range};

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
    #[serde(rename = "Records", deserialize_with = "records")]
    pub records: Vec<Record>,
}

impl Event {
    /// Reads the text that Lambda delivers.
    ///
    /// # Errors
    ///
    /// [`MalformedEvent`]: no record of it could be accounted for.
    pub fn read(json: &[u8]) -> Result<Self, MalformedEvent> {
        serde_json::from_slice(json).or_else(|_| {
            // To know the place all the time would take a seventh of a batch's time.
            let mut json = serde_json::Deserializer::from_slice(json);
            serde_path_to_error::deserialize(&mut json).map_err(MalformedEvent)
        })
    }
}

/// The event is not one that Lambda delivers for a stream.
#[derive(Debug, thiserror::Error)]
#[error("the event cannot be read at {}: {}; connect the function to a Kinesis stream alone", .0.path(), .0.inner())]
pub struct MalformedEvent(serde_path_to_error::Error<serde_json::Error>);

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
    #[serde(borrow)]
    data: Envelope<'a>,
    /// Seconds with milliseconds as a fraction.
    approximate_arrival_timestamp: f64,
}

/// The text of a record's data, as the bytes that it is: they need not be valid text to be told
/// from base64, and a search for two bytes alone finds its end.
struct Envelope<'a>(Cow<'a, [u8]>);

/// What has been read of a batch. The bytes of neighbours lie in one piece, because an allocation
/// for each takes longer than to decode it.
#[derive(Default)]
struct Opened {
    records: Vec<Record>,
    /// The piece that is being filled, and the places in it of the last records.
    piece: Vec<u8>,
    places: Vec<Range<usize>>,
}

/// How many bytes a piece has at most, unless a record has more. At first it has room for as many
/// records as came before: a large one would be most of what a small batch takes.
const PIECE_BYTES: usize = 64 * 1024;

fn records<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Record>, D::Error> {
    deserializer.deserialize_seq(RecordsVisitor)
}

struct RecordsVisitor;

impl<'de> de::Visitor<'de> for RecordsVisitor {
    type Value = Vec<Record>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the records of a batch")
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<Record>, A::Error> {
        let mut opened = Opened::default();
        while let Some(raw) = seq.next_element()? {
            opened.open(raw).map_err(|error| {
                de::Error::custom(format_args!("record {}: {error}", opened.records.len()))
            })?;
        }
        Ok(opened.finish())
    }
}

impl Opened {
    fn open(&mut self, raw: RawRecord<'_>) -> Result<(), EventError> {
        let previous = self.records.last().map(|record| &record.identity);
        let identity = Identity::after(previous, &raw.event_id).map_err(EventError::EventId)?;
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
        let Envelope(text) = kinesis.data;
        if self.piece.capacity() - self.piece.len() < text.len() {
            self.close();
            let piece = text.len().saturating_mul(self.records.len() + 1);
            self.piece.reserve(piece.min(PIECE_BYTES).max(text.len()));
        }
        let start = self.piece.len();
        let data = match decode::base64(&text, &mut self.piece) {
            Ok(()) => Data::Decoded(Bytes::new()),
            Err(_) => Data::NotBase64(Bytes::copy_from_slice(&text)),
        };
        self.places.push(start..self.piece.len());
        self.records.push(Record {
            identity,
            partition_key: kinesis.partition_key,
            arrival,
            data,
        });
        Ok(())
    }

    /// Hands the piece out to its records.
    fn close(&mut self) {
        let piece = Bytes::from(mem::take(&mut self.piece));
        let first = self.records.len() - self.places.len();
        for (record, place) in self.records[first..].iter_mut().zip(self.places.drain(..)) {
            if let Data::Decoded(bytes) = &mut record.data {
                *bytes = piece.slice(place);
            }
        }
    }

    fn finish(mut self) -> Vec<Record> {
        self.close();
        self.records
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Envelope<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_bytes(EnvelopeVisitor)
    }
}

struct EnvelopeVisitor;

impl<'de> de::Visitor<'de> for EnvelopeVisitor {
    type Value = Envelope<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the record's data as a base64 string")
    }

    fn visit_borrowed_bytes<E>(self, text: &'de [u8]) -> Result<Envelope<'de>, E> {
        Ok(Envelope(Cow::Borrowed(text)))
    }

    fn visit_bytes<E>(self, text: &[u8]) -> Result<Envelope<'de>, E> {
        Ok(Envelope(Cow::Owned(text.to_vec())))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Envelope<'de>, E> {
        self.visit_bytes(text.as_bytes())
    }
}
