//! The objects that records become, and the metadata by which a replay recognises them.

use bytes::Bytes;
use chrono::{DateTime, SecondsFormat, Utc};
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::{
    layout::{MAX_KEY_BYTES, QUARANTINE_PREFIX},
    outcome::QuarantineReason,
    record::{Identity, Record},
};

/// How many bytes the user-defined metadata of an object may have, names and values together
/// ("Working with object metadata", `AmazonS3/latest/userguide/UsingMetadata.html`).
pub const MAX_METADATA_BYTES: usize = 2048;

/// The metadata that names the record an object was made of.
pub const RECORD_METADATA: &str = "sluice-record";
/// The metadata that names the pipeline that made an object.
pub const PIPELINE_METADATA: &str = "sluice-pipeline";
/// The metadata that says when the stream accepted the record, in RFC 3339.
pub const ARRIVAL_METADATA: &str = "sluice-arrival";
/// The metadata of a quarantined record that holds the reason's code.
pub const REASON_METADATA: &str = "sluice-reason";
/// The metadata of a quarantined record that holds the reason as a sentence, percent-encoded.
pub const ERROR_METADATA: &str = "sluice-error";
/// The metadata of a quarantined record that holds its partition key, percent-encoded.
pub const PARTITION_KEY_METADATA: &str = "sluice-partition-key";

/// How much of a reason's sentence is kept.
const MAX_ERROR_BYTES: usize = 512;
/// How much of a partition key is kept: 256 characters of ASCII whatever they are.
const MAX_PARTITION_KEY_BYTES: usize = 768;
/// What follows a value of which not everything was kept.
const CUT: &str = "...";

/// Keeps a sentence legible in a header.
const SENTENCE: &AsciiSet = &CONTROLS.add(b'%');
/// Keeps a key unambiguous in a header.
const KEY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// An object to be put.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Where in the bucket.
    pub key: String,
    /// Its bytes.
    pub body: Bytes,
    /// Its MIME type.
    pub content_type: &'static str,
    /// Who made it of what.
    pub stamp: Stamp,
    /// Further metadata: names without `x-amz-meta-`, and values of printable ASCII.
    pub metadata: Vec<(&'static str, String)>,
}

/// Who made an object of what: the part of its metadata that a replay is recognised by.
///
/// The pipeline belongs to it because two pipelines may read one stream into one bucket.
/// Ordered from the older record to the newer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stamp {
    arrival: DateTime<Utc>,
    record: Identity,
    pipeline: String,
}

impl Stamp {
    /// The stamp of what this pipeline makes of this record.
    pub fn new(pipeline: &str, record: &Record) -> Self {
        Self {
            arrival: record.arrival,
            record: record.identity.clone(),
            pipeline: pipeline.to_owned(),
        }
    }

    /// The stamp as metadata.
    pub fn to_metadata(&self) -> [(&'static str, String); 3] {
        [
            (RECORD_METADATA, self.record.to_string()),
            (PIPELINE_METADATA, self.pipeline.clone()),
            (
                ARRIVAL_METADATA,
                self.arrival.to_rfc3339_opts(SecondsFormat::Millis, true),
            ),
        ]
    }

    /// Reads a stamp back; `None` for an object that no pipeline made.
    pub fn from_metadata<'a>(get: impl Fn(&str) -> Option<&'a str>) -> Option<Self> {
        Some(Self {
            record: get(RECORD_METADATA)?.parse().ok()?,
            pipeline: get(PIPELINE_METADATA)?.to_owned(),
            arrival: DateTime::parse_from_rfc3339(get(ARRIVAL_METADATA)?)
                .ok()?
                .to_utc(),
        })
    }
}

impl Object {
    /// The object of a record under this key.
    pub fn new(stamp: Stamp, key: String, body: Bytes) -> Self {
        Self {
            key,
            body,
            content_type: "application/json",
            stamp,
            metadata: Vec::new(),
        }
    }

    /// The object that keeps a record which can never succeed: its original bytes below
    /// `quarantine/PIPELINE/REASON/`, named after its identity.
    pub fn quarantined(pipeline: &str, record: &Record, reason: &QuarantineReason) -> Self {
        let identity = &record.identity;
        let (shard_id, sequence_number) = (identity.shard_id(), identity.sequence_number());
        let code = reason.code();
        Self {
            key: format!("{QUARANTINE_PREFIX}{pipeline}/{code}/{shard_id}-{sequence_number}"),
            body: record.data.original().clone(),
            content_type: "application/octet-stream",
            stamp: Stamp::new(pipeline, record),
            metadata: vec![
                (REASON_METADATA, code.to_owned()),
                (
                    ERROR_METADATA,
                    encode(&reason.to_string(), SENTENCE, MAX_ERROR_BYTES),
                ),
                (
                    PARTITION_KEY_METADATA,
                    encode(&record.partition_key, KEY, MAX_PARTITION_KEY_BYTES),
                ),
            ],
        }
    }
}

/// The key of a record whose own key another record holds: the sequence number goes before the
/// extension. `None` when that would be longer than S3 allows.
pub fn suffixed(key: &str, identity: &Identity) -> Option<String> {
    let file_name = key.rfind('/').map_or(0, |slash| slash + 1);
    let extension = key[file_name..]
        .rfind('.')
        .filter(|dot| *dot > 0)
        .map_or(key.len(), |dot| file_name + dot);
    let (stem, extension) = key.split_at(extension);
    let suffixed = format!("{stem}-{}{extension}", identity.sequence_number());
    (suffixed.len() <= MAX_KEY_BYTES).then_some(suffixed)
}

/// Percent-encodes text, whole characters of it only, and says when some had to go.
fn encode(text: &str, set: &'static AsciiSet, max_bytes: usize) -> String {
    let mut encoded = String::with_capacity(text.len());
    let mut buffer = [0; 4];
    for character in text.chars() {
        let before = encoded.len();
        encoded.extend(utf8_percent_encode(character.encode_utf8(&mut buffer), set));
        if encoded.len() > max_bytes - CUT.len() {
            encoded.truncate(before);
            encoded.push_str(CUT);
            break;
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity() -> Identity {
        "shardId-000000000000:42".parse().unwrap()
    }

    #[test]
    fn the_sequence_number_goes_before_the_extension() {
        for (key, expected) in [
            ("a.json", "a-42.json"),
            ("dir.d/a", "dir.d/a-42"),
            ("dir/.hidden", "dir/.hidden-42"),
            ("a.tar.gz", "a.tar-42.gz"),
        ] {
            assert_eq!(suffixed(key, &identity()).as_deref(), Some(expected));
        }
    }

    #[test]
    fn a_key_without_room_for_a_suffix_gets_none() {
        assert_eq!(
            suffixed(&"k".repeat(MAX_KEY_BYTES - 3), &identity())
                .unwrap()
                .len(),
            MAX_KEY_BYTES
        );
        assert_eq!(suffixed(&"k".repeat(MAX_KEY_BYTES - 2), &identity()), None);
    }

    #[test]
    fn text_is_encoded_into_printable_ascii_and_cut_between_characters() {
        assert_eq!(encode("grün & 100%", SENTENCE, 100), "gr%C3%BCn & 100%25");
        assert_eq!(encode("a/b c", KEY, 100), "a%2Fb%20c");
        assert_eq!(encode("üüüü", KEY, 16), "%C3%BC%C3%BC...");
    }
}
