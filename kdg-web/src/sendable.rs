//! A record as the template made it → as the target takes it, or why it takes none such.

use std::io::Write as _;

use flate2::{Compression, GzBuilder};
use kdg::{Encoding, Ending, KeyRule, MAX_PARTITION_KEY_CHARACTERS, MAX_RECORD_BYTES};
use kdg::{Record, RecordError, Scene};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::aws::firehose;
use crate::plan::{PartitionKey, Target};

/// The level of the original, and the system that its header names: Unix.
const LEVEL: u32 = 6;
const UNIX: u8 = 3;

/// How records are sent, as far as that decides on whether they can be. Anything in it can be wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sending {
    /// As in [`crate::plan::Plan::target`]; its name does not matter.
    pub target: Target,
    /// As in [`crate::plan::Plan::partition_key`].
    pub partition_key: PartitionKey,
    /// As in [`crate::plan::Plan::gzip`].
    pub gzip: bool,
    /// As in [`crate::plan::Plan::line_feed`].
    pub line_feed: bool,
}

/// Why a record cannot be sent, which others of its run may well be.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Unsendable {
    /// It cannot be made, or every stream would refuse it.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// Firehose would refuse it.
    #[error(
        "the record has {bytes} bytes, Firehose takes {}",
        firehose::MAX_RECORD_BYTES
    )]
    Firehose {
        /// Of its data.
        bytes: usize,
    },
    /// It cannot be compressed.
    #[error("the record cannot be compressed: {0}")]
    Compression(String),
}

impl Default for Sending {
    fn default() -> Self {
        Self {
            target: Target::Stream {
                name: String::new(),
            },
            partition_key: PartitionKey::Random,
            gzip: false,
            line_feed: true,
        }
    }
}

impl Sending {
    /// Whether the target takes a record. What is wrong with the form is said beside its fields.
    ///
    /// # Errors
    ///
    /// [`Unsendable`].
    pub fn check(&self, data: &[u8], scene: &mut Scene, number: u64) -> Result<(), Unsendable> {
        let rule = match (&self.target, &self.partition_key) {
            (Target::Stream { .. }, PartitionKey::Template { text }) => {
                text.parse().map_or(KeyRule::Random, KeyRule::Template)
            }
            _ => KeyRule::Random,
        };
        let ending = if self.line_feed && !self.gzip {
            Ending::LineFeed
        } else {
            Ending::Nothing
        };
        let record = Record::of(data.to_vec(), &rule, Encoding::Plain, ending, scene, number)?;
        sendable(record, &self.target, self.gzip).map(|_| ())
    }
}

impl Unsendable {
    /// Why, in the same words for all records of which the same is true.
    pub fn reason(&self) -> String {
        let reason = match self {
            Self::Record(RecordError::TooLarge { .. }) => {
                format!("the record has more than {MAX_RECORD_BYTES} bytes with its partition key")
            }
            Self::Record(RecordError::LongKey { .. }) => {
                format!("the partition key has more than {MAX_PARTITION_KEY_CHARACTERS} characters")
            }
            Self::Record(RecordError::NotJson { .. }) => {
                "the record is not JSON, so the partition key cannot take fields from it".to_owned()
            }
            Self::Firehose { .. } => format!(
                "the record has more than the {} bytes that Firehose takes",
                firehose::MAX_RECORD_BYTES
            ),
            other => other.to_string(),
        };
        format!("not sent: {reason}")
    }

    /// What to do about it.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Record(RecordError::TooLarge { .. }) | Self::Firehose { .. } => {
                "repeat less or write less"
            }
            Self::Record(RecordError::LongKey { .. }) => {
                "take a shorter field for the partition key, or a random key"
            }
            Self::Record(RecordError::Unrendered(_)) | Self::Compression(_) => {
                "change the template"
            }
            Self::Record(_) => {
                "give every record what the partition key names, or choose another key"
            }
        }
    }
}

/// Compresses a record if that is wanted, and checks it for Firehose, which takes a little less than a stream.
pub(crate) fn sendable(
    mut record: Record,
    target: &Target,
    gzip: bool,
) -> Result<Record, Unsendable> {
    if gzip {
        record.data =
            compressed(&record.data).map_err(|error| Unsendable::Compression(error.to_string()))?;
    }
    let bytes = record.data.len();
    if matches!(target, Target::Firehose { .. }) && bytes > firehose::MAX_RECORD_BYTES {
        return Err(Unsendable::Firehose { bytes });
    }
    Ok(record)
}

/// As the original compresses: equal data gives equal bytes.
fn compressed(data: &[u8]) -> std::io::Result<Vec<u8>> {
    let builder = GzBuilder::new().operating_system(UNIX);
    let mut encoder = builder.write(Vec::new(), Compression::new(LEVEL));
    encoder.write_all(data)?;
    encoder.finish()
}
