//! A rendered template → a record that a stream accepts.

mod fault;
mod key;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use thiserror::Error;

use crate::scene::Scene;
use crate::template::{RenderError, Template};

pub use fault::{Fault, FaultKind, FaultMix, FaultMixError, FaultyRecipe, HOT_KEY};
pub use key::{KeyRule, KeyRuleError, KeyTemplate};

/// The most bytes of a record, data and partition key together, on a stream
/// that keeps the default maximum record size.
/// AWS: Kinesis Data Streams, "Quotas and limits" (`/streams/latest/dev/service-sizes-and-limits.html`).
pub const MAX_RECORD_BYTES: usize = 1024 * 1024;

/// The most characters of a partition key.
/// AWS: Kinesis API, `PutRecordsRequestEntry` (`/kinesis/latest/APIReference/API_PutRecordsRequestEntry.html`).
pub const MAX_PARTITION_KEY_CHARACTERS: usize = 256;

/// What is put into a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The bytes, before any base64.
    pub data: Vec<u8>,
    /// 1 to 256 characters; its MD5 hash decides on the shard.
    pub partition_key: String,
    /// Decides on the shard instead of the partition key.
    pub explicit_hash_key: Option<u128>,
    /// The caller's name for the record, which comes back with its outcome.
    pub tag: u64,
}

/// Why a record cannot be made or would be refused by every stream.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RecordError {
    /// The template cannot render this record.
    #[error(transparent)]
    Unrendered(#[from] RenderError),
    /// Data and partition key exceed [`MAX_RECORD_BYTES`].
    #[error("the record has {bytes} bytes with its partition key, {MAX_RECORD_BYTES} are allowed")]
    TooLarge {
        /// Data and partition key.
        bytes: usize,
    },
    /// The partition key is empty.
    #[error("the partition key is empty, at least one character is needed")]
    EmptyKey,
    /// The partition key exceeds [`MAX_PARTITION_KEY_CHARACTERS`].
    #[error(
        "the partition key has {characters} characters, {MAX_PARTITION_KEY_CHARACTERS} are allowed"
    )]
    LongKey {
        /// Unicode characters of the key.
        characters: usize,
    },
    /// The partition key names fields, but the record has none.
    #[error("the record is not JSON, so the partition key cannot take fields from it: {reason}")]
    NotJson {
        /// What the JSON parser says, with line and column.
        reason: String,
    },
    /// The record lacks a field of the partition key.
    #[error("the record has no field {path}, which the partition key needs")]
    MissingField {
        /// The path as written in the rule.
        path: String,
    },
    /// A field of the partition key is not text, number or boolean.
    #[error("the field {path} holds {found}, a partition key needs text, a number or a boolean")]
    UnusableField {
        /// The path as written in the rule.
        path: String,
        /// What the field holds: null, a list or an object.
        found: &'static str,
    },
}

/// How records are made: a template, where their partition keys come from, and
/// how they end.
#[derive(Debug)]
pub struct Recipe {
    /// The template of the data.
    pub template: Template,
    /// Where the partition key comes from.
    pub partition_key: KeyRule,
    /// What the rendered text is turned into.
    pub encoding: Encoding,
    /// What follows it.
    pub ending: Ending,
}

/// What the text of a record is turned into before it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Encoding {
    /// Nothing else.
    #[default]
    Plain,
    /// Base64, as by producers that do not know that Kinesis encodes by itself.
    Base64,
}

/// What follows the rendered text of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ending {
    /// A line feed, as the KDG appends it, so that concatenated records are
    /// lines.
    #[default]
    LineFeed,
    /// Nothing.
    Nothing,
}

impl Record {
    /// Gives data its partition key, its encoding and its ending.
    ///
    /// # Errors
    ///
    /// Whatever keeps the record from being put into a stream; see
    /// [`RecordError`].
    pub fn of(
        mut data: Vec<u8>,
        rule: &KeyRule,
        encoding: Encoding,
        ending: Ending,
        scene: &mut Scene,
        tag: u64,
    ) -> Result<Self, RecordError> {
        let partition_key = rule.derive(&data, scene)?;
        if encoding == Encoding::Base64 {
            data = BASE64_STANDARD.encode(data).into_bytes();
        }
        if ending == Ending::LineFeed {
            data.push(b'\n');
        }
        let record = Self {
            data,
            partition_key,
            explicit_hash_key: rule.hash_key(tag),
            tag,
        };
        record.check()?;
        Ok(record)
    }

    /// The bytes that count against the limits of a stream.
    pub fn size(&self) -> usize {
        self.data.len() + self.partition_key.len()
    }

    /// Checks the limits that every stream enforces.
    ///
    /// # Errors
    ///
    /// [`RecordError::TooLarge`], [`RecordError::EmptyKey`] or
    /// [`RecordError::LongKey`].
    pub fn check(&self) -> Result<(), RecordError> {
        let characters = self.partition_key.chars().count();
        if characters == 0 {
            Err(RecordError::EmptyKey)
        } else if characters > MAX_PARTITION_KEY_CHARACTERS {
            Err(RecordError::LongKey { characters })
        } else if self.size() > MAX_RECORD_BYTES {
            Err(RecordError::TooLarge { bytes: self.size() })
        } else {
            Ok(())
        }
    }
}

impl Recipe {
    /// The recipe of the KDG: random partition keys and a line feed at the end.
    pub fn new(template: Template) -> Self {
        Self {
            template,
            partition_key: KeyRule::Random,
            encoding: Encoding::Plain,
            ending: Ending::LineFeed,
        }
    }

    /// Makes the record `number` of the seed, which the caller calls by that
    /// number: with the same template, seed and clock always the same one. A
    /// [stateful](Template::is_stateful) template also needs the records before
    /// it, in order and from the same scene.
    ///
    /// # Errors
    ///
    /// As [`Self::make`].
    pub fn make_numbered(&self, scene: &mut Scene, number: u64) -> Result<Record, RecordError> {
        scene.begin_record(number);
        self.make(scene, number)
    }

    /// Makes the next record, which the caller calls `tag`; its entropy goes on
    /// where the last record left off.
    ///
    /// # Errors
    ///
    /// Whatever keeps the record from being put into a stream; see
    /// [`RecordError`].
    pub fn make(&self, scene: &mut Scene, tag: u64) -> Result<Record, RecordError> {
        let mut data = Vec::new();
        self.template.try_render(scene, &mut data)?;
        Record::of(
            data,
            &self.partition_key,
            self.encoding,
            self.ending,
            scene,
            tag,
        )
    }
}
