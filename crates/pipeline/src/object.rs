//! The objects that records become, and the metadata by which a replay recognises them.

mod kept;
mod ndjson;
mod partition_key;
mod stamp;

use std::io;

use bytes::Bytes;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use crate::{
    layout::{MAX_KEY_BYTES, QUARANTINE_PREFIX},
    outcome::QuarantineReason,
    record::{Identity, Record},
};

pub use kept::{NotKept, kept};
pub use ndjson::{Compression, IdMember, identity_of_line, push_line};
pub use partition_key::{CannotRead, read_partition_key, write_partition_key};
pub use stamp::{
    ARRIVAL_METADATA, COUNT_METADATA, FIRST_METADATA, LAST_METADATA, PARTS_METADATA,
    PIPELINE_METADATA, RECORD_METADATA, SHA256_METADATA, SHARD_METADATA, Stamp, sha256,
};

/// How many bytes the user-defined metadata of an object may have, names and values together
/// ("Working with object metadata", `AmazonS3/latest/userguide/UsingMetadata.html`).
pub const MAX_METADATA_BYTES: usize = 2048;

/// The metadata of a quarantined record that holds the reason's code.
pub const REASON_METADATA: &str = "sluice-reason";
/// The metadata of a quarantined record that holds the reason as a sentence, percent-encoded.
pub const ERROR_METADATA: &str = "sluice-error";
/// The metadata of a quarantined record that holds its partition key, percent-encoded or, where
/// that is long, in base64: see [`write_partition_key`].
pub const PARTITION_KEY_METADATA: &str = "sluice-partition-key";

/// How many digits of a digest tell objects of several records apart whose names are the same.
pub const MAX_SUFFIX_BYTES: usize = 8;

/// About how many bytes a line grows by its identity.
const ID_BYTES: usize = 96;

/// How much of a reason's sentence is kept.
const MAX_ERROR_BYTES: usize = 512;
/// What follows a value of which not everything was kept.
const CUT: &str = "...";

/// Keeps a sentence legible in a header.
const SENTENCE: &AsciiSet = &CONTROLS.add(b'%');

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

impl Object {
    /// The object of a record under this key, with the digest of its body.
    pub fn new(stamp: Stamp, key: String, body: Bytes) -> Self {
        Self {
            key,
            content_type: "application/json",
            stamp,
            metadata: vec![(SHA256_METADATA, sha256(&body))],
            body,
        }
    }

    /// The object of several records of one shard, in their order, below a partition.
    ///
    /// Its name is a function of the first and the last record, so that the same records have the
    /// same key whenever they are delivered together. `None` when there are no records.
    ///
    /// # Errors
    ///
    /// None in practice: compressing in memory does not fail.
    pub fn of_lines(
        pipeline: &str,
        partition: &str,
        compression: Compression,
        id: Option<&IdMember>,
        records: &[(&Record, &Bytes)],
    ) -> io::Result<Option<Self>> {
        let (Some((first, _)), Some((last, _))) = (records.first(), records.last()) else {
            return Ok(None);
        };
        let bytes: usize = records.iter().map(|(_, json)| json.len()).sum();
        let mut lines = Vec::with_capacity(bytes + records.len() * ID_BYTES);
        for (record, json) in records {
            push_line(&mut lines, id, &record.identity, json);
        }
        Ok(Some(Self {
            key: lines_key(partition, compression, &first.identity, &last.identity),
            content_type: compression.content_type(),
            stamp: Stamp::of_lines(pipeline, first, last, records.len(), &lines),
            body: compression.compress(lines)?,
            metadata: Vec::new(),
        }))
    }

    /// The object that keeps a record which can never succeed: its original bytes below
    /// `quarantine/PIPELINE/REASON/`, named after its identity.
    pub fn quarantined(pipeline: &str, record: &Record, reason: &QuarantineReason) -> Self {
        let identity = &record.identity;
        let code = reason.code();
        let stamp = Stamp::new(pipeline, record);
        let mut metadata = vec![
            (SHA256_METADATA, sha256(record.data.original())),
            (REASON_METADATA, code.to_owned()),
            (
                PARTITION_KEY_METADATA,
                write_partition_key(&record.partition_key),
            ),
        ];
        // A long partition key leaves less room for the sentence, which nothing depends on.
        let taken: usize = stamp
            .to_metadata()
            .iter()
            .chain(&metadata)
            .map(|(name, value)| name.len() + value.len())
            .sum();
        let room = MAX_METADATA_BYTES.saturating_sub(taken + ERROR_METADATA.len());
        metadata.push((
            ERROR_METADATA,
            encode(&reason.to_string(), SENTENCE, MAX_ERROR_BYTES.min(room)),
        ));
        Self {
            key: quarantine_key(pipeline, code, identity),
            body: record.data.original().clone(),
            content_type: "application/octet-stream",
            stamp,
            metadata,
        }
    }
}

/// The key below which a record is quarantined for the reason with this code.
pub fn quarantine_key(pipeline: &str, code: &str, identity: &Identity) -> String {
    let (shard_id, position) = (identity.shard_id(), identity.position());
    format!("{QUARANTINE_PREFIX}{pipeline}/{code}/{shard_id}-{position}")
}

/// The key of an object of several records.
pub fn lines_key(
    partition: &str,
    compression: Compression,
    first: &Identity,
    last: &Identity,
) -> String {
    format!(
        "{partition}/{}-{}-{}{}",
        first.shard_id(),
        first.sequence_number(),
        last.sequence_number(),
        compression.extension()
    )
}

/// The key of an object whose own key another one holds: what tells them apart goes before the
/// extension. `None` when that would be longer than S3 allows.
pub fn suffixed(key: &str, suffix: &str) -> Option<String> {
    let file_name = key.rfind('/').map_or(0, |slash| slash + 1);
    let extension = key[file_name..]
        .rfind('.')
        .filter(|dot| *dot > 0)
        .map_or(key.len(), |dot| file_name + dot);
    let (stem, extension) = key.split_at(extension);
    let suffixed = format!("{stem}-{suffix}{extension}");
    (suffixed.len() <= MAX_KEY_BYTES).then_some(suffixed)
}

/// Percent-encodes text, whole characters of it only, and says when some had to go.
fn encode(text: &str, set: &'static AsciiSet, max_bytes: usize) -> String {
    let mut encoded = String::with_capacity(text.len());
    let mut buffer = [0; 4];
    for character in text.chars() {
        let before = encoded.len();
        encoded.extend(utf8_percent_encode(character.encode_utf8(&mut buffer), set));
        if encoded.len() > max_bytes.saturating_sub(CUT.len()) {
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

    #[test]
    fn what_tells_keys_apart_goes_before_the_extension() {
        for (key, expected) in [
            ("a.json", "a-42.json"),
            ("dir.d/a", "dir.d/a-42"),
            ("dir/.hidden", "dir/.hidden-42"),
            ("a.tar.gz", "a.tar-42.gz"),
        ] {
            assert_eq!(suffixed(key, "42").as_deref(), Some(expected));
        }
    }

    #[test]
    fn a_key_without_room_for_a_suffix_gets_none() {
        assert_eq!(
            suffixed(&"k".repeat(MAX_KEY_BYTES - 3), "42")
                .unwrap()
                .len(),
            MAX_KEY_BYTES
        );
        assert_eq!(suffixed(&"k".repeat(MAX_KEY_BYTES - 2), "42"), None);
    }

    #[test]
    fn text_is_encoded_into_printable_ascii_and_cut_between_characters() {
        assert_eq!(encode("grün & 100%", SENTENCE, 100), "gr%C3%BCn & 100%25");
        assert_eq!(encode("üüüü", SENTENCE, 16), "%C3%BC%C3%BC...");
    }
}
