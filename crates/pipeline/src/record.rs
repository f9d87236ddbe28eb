//! One record as it travels through the pipeline, and the identity it never loses.

use std::{cmp::Ordering, fmt, str::FromStr};

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

/// Names one record of a stream: `shardId:sequenceNumber`, as in the event's `eventID`.
///
/// Ordered by sequence number, then shard.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Identity {
    sequence_number: SequenceNumber,
    shard_id: String,
}

impl Identity {
    /// The identity of the record with this sequence number in this shard.
    pub fn new(shard_id: impl Into<String>, sequence_number: SequenceNumber) -> Self {
        Self {
            sequence_number,
            shard_id: shard_id.into(),
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
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.shard_id, self.sequence_number)
    }
}

impl FromStr for Identity {
    type Err = MalformedIdentity;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (shard_id, sequence_number) = text.split_once(':').ok_or(MalformedIdentity)?;
        if shard_id.is_empty() || !shard_id.bytes().all(is_shard_id_byte) {
            return Err(MalformedIdentity);
        }
        Ok(Self::new(shard_id, sequence_number.parse()?))
    }
}

/// A position in a shard: a decimal number of up to 129 digits.
///
/// Compared as the number it is, which the text is not: `"9" < "10"`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SequenceNumber(String);

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

impl FromStr for SequenceNumber {
    type Err = MalformedIdentity;

    /// Accepts what Kinesis documents: `0|([1-9]\d{0,128})`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let canonical = text == "0" || !text.starts_with('0');
        let digits = (1..=129).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        if canonical && digits {
            Ok(Self(text.to_owned()))
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
    fn an_identity_is_read_back_as_it_was_written() {
        let identity: Identity = "shardId-000000000001:4954".parse().unwrap();
        assert_eq!(identity.shard_id(), "shardId-000000000001");
        assert_eq!(identity.to_string(), "shardId-000000000001:4954");
    }

    #[test]
    fn what_kinesis_would_not_write_is_not_an_identity() {
        for text in [
            "", "shard", ":1", "shard:", "shard:01", "shard:1x", "a/b:1", "..:-1",
        ] {
            assert_eq!(text.parse::<Identity>(), Err(MalformedIdentity), "{text}");
        }
    }
}
