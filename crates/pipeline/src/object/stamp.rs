//! Who made an object of what: the metadata by which a replay recognises its own work.

use std::fmt::Write as _;

use chrono::{DateTime, SecondsFormat, Utc};
use sha2::{Digest as _, Sha256};

use crate::record::{Identity, Record, SequenceNumber};

/// The metadata that names the record an object was made of.
pub const RECORD_METADATA: &str = "sluice-record";
/// The metadata that names the pipeline that made an object.
pub const PIPELINE_METADATA: &str = "sluice-pipeline";
/// The metadata that says when the stream accepted the record, or the first of several, in RFC 3339.
pub const ARRIVAL_METADATA: &str = "sluice-arrival";
/// The metadata that names the shard of an object's records, where there are several.
pub const SHARD_METADATA: &str = "sluice-shard";
/// The metadata that holds the sequence number of the first of several records.
pub const FIRST_METADATA: &str = "sluice-first-sequence-number";
/// The metadata that holds the sequence number of the last of several records.
pub const LAST_METADATA: &str = "sluice-last-sequence-number";
/// The metadata that says with which part of its first record an object of several begins, and
/// with which of its last it ends, such as `0-3`; where those were taken apart.
pub const PARTS_METADATA: &str = "sluice-parts";
/// The metadata that says how many records an object of several has.
pub const COUNT_METADATA: &str = "sluice-count";
/// The metadata that holds the SHA-256 of an object's body, of lines before compression.
pub const SHA256_METADATA: &str = "sluice-sha256";

/// The SHA-256 of an object's body or lines, as [`SHA256_METADATA`] holds it: in hexadecimal.
pub fn sha256(body: &[u8]) -> String {
    let digest = Sha256::digest(body);
    digest.iter().fold(String::new(), |mut hex, byte| {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
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
    extent: Option<Extent>,
}

/// What an object of several records holds beside the first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Extent {
    last: SequenceNumber,
    last_part: Option<u32>,
    count: usize,
    sha256: String,
}

impl Stamp {
    /// The stamp of what this pipeline makes of this record.
    pub fn new(pipeline: &str, record: &Record) -> Self {
        Self {
            arrival: record.arrival,
            record: record.identity.clone(),
            pipeline: pipeline.to_owned(),
            extent: None,
        }
    }

    /// The stamp of an object of several records of one shard, which became these lines.
    pub fn of_lines(
        pipeline: &str,
        first: &Record,
        last: &Record,
        count: usize,
        lines: &[u8],
    ) -> Self {
        Self {
            extent: Some(Extent {
                last: last.identity.sequence_number().clone(),
                last_part: last.identity.sub_sequence(),
                count,
                sha256: sha256(lines),
            }),
            ..Self::new(pipeline, first)
        }
    }

    /// The SHA-256 of an object's lines, in hexadecimal, if it has several records.
    pub fn sha256(&self) -> Option<&str> {
        self.extent.as_ref().map(|extent| extent.sha256.as_str())
    }

    /// The stamp as metadata.
    pub fn to_metadata(&self) -> Vec<(&'static str, String)> {
        let arrival = self.arrival.to_rfc3339_opts(SecondsFormat::Millis, true);
        let of_pipeline = (PIPELINE_METADATA, self.pipeline.clone());
        match &self.extent {
            None => vec![
                (RECORD_METADATA, self.record.to_string()),
                of_pipeline,
                (ARRIVAL_METADATA, arrival),
            ],
            Some(extent) => {
                let mut metadata = vec![
                    (SHARD_METADATA, self.record.shard_id().to_owned()),
                    (FIRST_METADATA, self.record.sequence_number().to_string()),
                    (LAST_METADATA, extent.last.to_string()),
                    (COUNT_METADATA, extent.count.to_string()),
                    (SHA256_METADATA, extent.sha256.clone()),
                    of_pipeline,
                    (ARRIVAL_METADATA, arrival),
                ];
                let parts = (self.record.sub_sequence(), extent.last_part);
                metadata.extend(write_parts(parts).map(|parts| (PARTS_METADATA, parts)));
                metadata
            }
        }
    }

    /// Reads a stamp back; `None` for an object that no pipeline made.
    pub fn from_metadata<'a>(get: impl Fn(&str) -> Option<&'a str>) -> Option<Self> {
        let (record, extent) = if let Some(record) = get(RECORD_METADATA) {
            (record.parse().ok()?, None)
        } else {
            let (first_part, last_part) = match get(PARTS_METADATA) {
                Some(parts) => read_parts(parts)?,
                None => (None, None),
            };
            let extent = Extent {
                last: get(LAST_METADATA)?.parse().ok()?,
                last_part,
                count: get(COUNT_METADATA)?.parse().ok()?,
                sha256: get(SHA256_METADATA)?.to_owned(),
            };
            let first = get(FIRST_METADATA)?.parse().ok()?;
            let first = Identity::new(get(SHARD_METADATA)?, first);
            let first = match first_part {
                Some(part) => first.within(part),
                None => first,
            };
            (first, Some(extent))
        };
        Some(Self {
            record,
            pipeline: get(PIPELINE_METADATA)?.to_owned(),
            arrival: DateTime::parse_from_rfc3339(get(ARRIVAL_METADATA)?)
                .ok()?
                .to_utc(),
            extent,
        })
    }
}

type Parts = (Option<u32>, Option<u32>);

/// The parts that an object begins and ends with; nothing where there are none.
fn write_parts((first, last): Parts) -> Option<String> {
    let text = |part: Option<u32>| part.map_or_else(String::new, |part| part.to_string());
    (first.is_some() || last.is_some()).then(|| format!("{}-{}", text(first), text(last)))
}

fn read_parts(parts: &str) -> Option<Parts> {
    let part = |text: &str| match text {
        "" => Some(None),
        text => text.parse().ok().map(Some),
    };
    let (first, last) = parts.split_once('-')?;
    Some((part(first)?, part(last)?))
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::record::Data;

    #[test]
    fn a_stamp_of_lines_is_read_back_with_its_parts() {
        let record = |identity: &str| Record {
            identity: identity.parse().unwrap(),
            partition_key: "key".to_owned(),
            arrival: DateTime::UNIX_EPOCH,
            data: Data::Decoded("{}".into()),
        };
        let stamp = |first: &str, last: &str| {
            let stamp = Stamp::of_lines("p", &record(first), &record(last), 2, b"{}\n{}\n");
            let metadata: HashMap<_, _> = stamp.to_metadata().into_iter().collect();
            let read = Stamp::from_metadata(|name| metadata.get(name).map(String::as_str));
            assert_eq!(read.as_ref(), Some(&stamp), "{first} {last}");
            (stamp, metadata.contains_key(PARTS_METADATA))
        };
        let whole = stamp("s:1", "s:2");
        assert!(!whole.1, "what was not taken apart is stored as ever");
        let others = [("s:1:0", "s:2"), ("s:1", "s:2:0"), ("s:1:0", "s:2:7")];
        for (first, last) in others {
            assert_ne!(stamp(first, last).0, whole.0);
        }
    }
}
