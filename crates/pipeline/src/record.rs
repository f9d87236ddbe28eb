//! One record as it travels through the pipeline, and the identity it never loses.

use std::{cmp::Ordering, fmt, str::FromStr, sync::Arc};

use bytes::Bytes;
use chrono::{DateTime, Utc};

/// A record of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Which record this is.
    pub identity: Identity,
    /// The key that the producer chose, at most 256 characters.
    pub partition_key: String,
    /// When the stream accepted the record, in milliseconds; the same on every delivery.
    pub arrival: DateTime<Utc>,
    /// What the producer sent.
    pub data: Data,
}

/// The bytes of a record, as far as the envelope could be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Data {
    /// The producer's bytes.
    Decoded(Bytes),
    /// The envelope's text, which is not base64.
    NotBase64(Bytes),
}

impl Data {
    /// The bytes to keep when nothing better is known: the producer's, or else the envelope's.
    pub fn original(&self) -> &Bytes {
        let (Self::Decoded(bytes) | Self::NotBase64(bytes)) = self;
        bytes
    }
}

/// The arrival that AWS tells in seconds with a fraction: the milliseconds that they stand for.
///
/// No `f64` is a whole number of milliseconds but by chance, and whoever cut the rest off would see
/// half of all records a millisecond early, and so as others than those that are stored.
pub fn arrival(seconds: f64) -> Option<DateTime<Utc>> {
    let millis = (seconds * 1000.0).round();
    // Up to 2^53 every whole number of milliseconds is exact in an f64.
    let exact = millis.abs() <= 9_007_199_254_740_992.0;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the range was just checked"
    )]
    exact
        .then(|| DateTime::from_timestamp_millis(millis as i64))
        .flatten()
}

/// Names one record of a stream: `shardId:sequenceNumber`, as in the event's `eventID`, and
/// `shardId:sequenceNumber:subSequence` for one of several that a producer packed together.
///
/// Ordered by sequence number, then place within it, then shard.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Identity {
    sequence_number: SequenceNumber,
    sub_sequence: Option<u32>,
    shard_id: Arc<str>,
}

impl Identity {
    /// The identity of the record with this sequence number in this shard.
    pub fn new(shard_id: impl Into<Arc<str>>, sequence_number: SequenceNumber) -> Self {
        Self {
            sequence_number,
            sub_sequence: None,
            shard_id: shard_id.into(),
        }
    }

    /// The identity of a record that is packed within this one, counted from 0.
    #[must_use]
    pub fn within(&self, sub_sequence: u32) -> Self {
        Self {
            sub_sequence: Some(sub_sequence),
            ..self.clone()
        }
    }

    /// The shard, such as `shardId-000000000000`.
    pub fn shard_id(&self) -> &str {
        &self.shard_id
    }

    /// The position in the shard.
    pub fn sequence_number(&self) -> &SequenceNumber {
        &self.sequence_number
    }

    /// The position as a part of keys: `sequenceNumber`, or `sequenceNumber-subSequence`.
    pub fn position(&self) -> String {
        match self.sub_sequence {
            Some(sub_sequence) => format!("{}-{sub_sequence}", self.sequence_number),
            None => self.sequence_number.to_string(),
        }
    }

    /// The place among those that have the same sequence number, if it is one of several.
    pub fn sub_sequence(&self) -> Option<u32> {
        self.sub_sequence
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.shard_id, self.sequence_number)?;
        match self.sub_sequence {
            Some(sub_sequence) => write!(f, ":{sub_sequence}"),
            None => Ok(()),
        }
    }
}

impl FromStr for Identity {
    type Err = MalformedIdentity;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::after(None, text)
    }
}

impl Identity {
    /// Reads the identity that follows another one, most likely in the same shard: its name is
    /// there only once then.
    pub(crate) fn after(previous: Option<&Self>, text: &str) -> Result<Self, MalformedIdentity> {
        let (shard_id, position) = text.split_once(':').ok_or(MalformedIdentity)?;
        let shard_id = match previous {
            Some(previous) if previous.shard_id() == shard_id => Arc::clone(&previous.shard_id),
            _ if !shard_id.is_empty() && shard_id.bytes().all(is_shard_id_byte) => shard_id.into(),
            _ => return Err(MalformedIdentity),
        };
        let Some((sequence_number, sub_sequence)) = position.split_once(':') else {
            return Ok(Self::new(shard_id, position.parse()?));
        };
        let number: u32 = sub_sequence.parse().map_err(|_| MalformedIdentity)?;
        if number.to_string() != sub_sequence {
            return Err(MalformedIdentity);
        }
        Ok(Self::new(shard_id, sequence_number.parse()?).within(number))
    }
}

/// A position in a shard: a decimal number of up to 129 digits.
///
/// Compared as the number it is, which the text is not: `"9" < "10"`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SequenceNumber(Arc<str>);

impl SequenceNumber {
    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SequenceNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<u64> for SequenceNumber {
    fn from(number: u64) -> Self {
        Self(number.to_string().into())
    }
}

impl FromStr for SequenceNumber {
    type Err = MalformedIdentity;

    /// Accepts what Kinesis documents: `0|([1-9]\d{0,128})`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let canonical = text == "0" || !text.starts_with('0');
        let digits = (1..=129).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        if canonical && digits {
            Ok(Self(text.into()))
        } else {
            Err(MalformedIdentity)
        }
    }
}

impl Ord for SequenceNumber {
    fn cmp(&self, other: &Self) -> Ordering {
        // Without leading zeros the longer number is the larger one.
        self.0
            .len()
            .cmp(&other.0.len())
            .then_with(|| self.0.cmp(&other.0))
    }
}

impl PartialOrd for SequenceNumber {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The text is not `shardId:sequenceNumber`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected `shardId:sequenceNumber` with a decimal sequence number, as Kinesis writes it")]
pub struct MalformedIdentity;

/// The characters of a shard id, by the Kinesis API: `[a-zA-Z0-9_.-]`.
fn is_shard_id_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequence_numbers_compare_as_numbers() {
        let nine: SequenceNumber = "9".parse().unwrap();
        let ten: SequenceNumber = "10".parse().unwrap();
        let eleven: SequenceNumber = "11".parse().unwrap();
        assert!(nine < ten && ten < eleven);
    }

    #[test]
    fn records_within_one_follow_each_other_before_the_next() {
        let one: Identity = "shardId-000000000001:9".parse().unwrap();
        let next: Identity = "shardId-000000000001:10".parse().unwrap();
        assert!(one < one.within(2) && one.within(2) < one.within(10) && one.within(10) < next);
    }

    #[test]
    fn an_identity_is_read_back_as_it_was_written() {
        let identity: Identity = "shardId-000000000001:4954".parse().unwrap();
        assert_eq!(identity.shard_id(), "shardId-000000000001");
        assert_eq!(identity.to_string(), "shardId-000000000001:4954");
        let within: Identity = "shardId-000000000001:4954:10".parse().unwrap();
        assert_eq!(within, identity.within(10));
        assert_eq!(within.to_string(), "shardId-000000000001:4954:10");
    }

    #[test]
    fn what_kinesis_would_not_write_is_not_an_identity() {
        for text in [
            "",
            "shard",
            ":1",
            "shard:",
            "shard:01",
            "shard:1x",
            "a/b:1",
            "..:-1",
            "shard:1:",
            "shard:1:01",
            "shard:1:+1",
            "shard:1:1:1",
        ] {
            assert_eq!(text.parse::<Identity>(), Err(MalformedIdentity), "{text}");
        }
    }
}
