//! Structures that several answers hold, as the API model shapes them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::description::{ShardDescription, StreamDescription, StreamMode, shard_id};
use super::error::ApiError;
use super::hash_key::HashRange;

/// `Shard`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(clippy::struct_field_names, reason = "the names of the API model")]
pub(crate) struct Shard {
    shard_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_shard_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    adjacent_parent_shard_id: Option<String>,
    hash_key_range: HashRange,
    sequence_number_range: SequenceNumberRange,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct SequenceNumberRange {
    starting_sequence_number: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    ending_sequence_number: Option<String>,
}

/// `ChildShard`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ChildShard {
    shard_id: String,
    parent_shards: Vec<String>,
    hash_key_range: HashRange,
}

/// `StreamModeDetails` of an answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct StreamModeDetails {
    stream_mode: StreamMode,
}

/// `StreamModeDetails` of a request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct RequestedStreamMode {
    pub(crate) stream_mode: Option<String>,
}

/// `EnhancedMetrics`: always none.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct EnhancedMetrics {
    shard_level_metrics: [&'static str; 0],
}

/// `Tag`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Tag {
    key: String,
    value: String,
}

impl From<&ShardDescription> for Shard {
    fn from(shard: &ShardDescription) -> Self {
        let mut parents = shard.parents.iter().copied().map(shard_id);
        Self {
            shard_id: shard.id(),
            parent_shard_id: parents.next(),
            adjacent_parent_shard_id: parents.next(),
            hash_key_range: shard.range,
            sequence_number_range: SequenceNumberRange {
                starting_sequence_number: shard.starting_sequence_number().to_string(),
                ending_sequence_number: shard
                    .ending_sequence_number()
                    .map(|number| number.to_string()),
            },
        }
    }
}

impl From<&ShardDescription> for ChildShard {
    fn from(shard: &ShardDescription) -> Self {
        Self {
            shard_id: shard.id(),
            parent_shards: shard.parents.iter().copied().map(shard_id).collect(),
            hash_key_range: shard.range,
        }
    }
}

impl From<StreamMode> for StreamModeDetails {
    fn from(stream_mode: StreamMode) -> Self {
        Self { stream_mode }
    }
}

impl EnhancedMetrics {
    /// What every stream has.
    pub(crate) const NONE: [Self; 1] = [Self {
        shard_level_metrics: [],
    }];
}

impl RequestedStreamMode {
    /// The values of `StreamMode`.
    pub(crate) const VALUES: [&str; 2] = ["PROVISIONED", "ON_DEMAND"];

    /// The mode, once its name has been checked.
    pub(crate) fn mode(&self) -> StreamMode {
        match self.stream_mode.as_deref() {
            Some("ON_DEMAND") => StreamMode::OnDemand,
            _ => StreamMode::Provisioned,
        }
    }
}

/// `EncryptionType` where it is always given.
pub(crate) fn encryption_type(description: &StreamDescription) -> &'static str {
    encryption_type_if_any(description).unwrap_or("NONE")
}

/// `EncryptionType` where AWS leaves it out of what is not encrypted.
pub(crate) fn encryption_type_if_any(description: &StreamDescription) -> Option<&'static str> {
    description.kms_key.as_ref().map(|_| "KMS")
}

/// `TagList`.
pub(crate) fn tag_list(tags: &BTreeMap<String, String>) -> Vec<Tag> {
    let tags = tags.iter();
    tags.map(|(key, value)| Tag {
        key: key.clone(),
        value: value.clone(),
    })
    .collect()
}

/// Refuses tags with characters that AWS doesn't take.
pub(crate) fn check_tag_characters<'a>(
    texts: impl Iterator<Item = &'a String>,
) -> Result<(), ApiError> {
    let is_legal = |character: char| {
        character.is_alphanumeric()
            || matches!(
                character,
                ' ' | '_' | '.' | ':' | '/' | '=' | '+' | '-' | '@'
            )
    };
    let mut texts = texts;
    if texts.all(|text| text.chars().all(is_legal)) {
        return Ok(());
    }
    Err(ApiError::invalid_argument(
        "Some tags contain invalid characters. Valid characters: \
         Unicode letters, digits, white space, _ . : / = + - @.",
    ))
}
