//! A rule and a rendered record → its partition key.

use std::ops::RangeInclusive;
use std::str::FromStr;

use serde_json::Value;
use thiserror::Error;

use crate::scene::Scene;

use super::RecordError;

/// The KDG draws a partition key below this, fresh for each record.
const RANDOM_KEYS: u64 = 10_000_000_000;

/// 2⁶⁴ divided by the golden ratio.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// Where partition keys come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyRule {
    /// A random number of up to ten digits: records spread over all shards.
    Random,
    /// A hash key of each of these ranges in turn, one a shard, so that every
    /// shard gets as many records; the partition keys are random.
    Even(Vec<RangeInclusive<u128>>),
    /// Text with fields of the record: `{{ user_id }}`, `{{ site }}-{{ user.id }}`.
    /// Records with equal keys go to the same shard.
    Template(KeyTemplate),
}

/// The text of a partition key, with fields of the record in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyTemplate {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Literal(String),
    /// The names on the way into the record.
    Field(Vec<String>),
}

/// Why a partition key rule cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum KeyRuleError {
    /// Every key would be empty.
    #[error("the partition key is empty, write a field such as {{{{ user_id }}}}")]
    Empty,
    /// A `{{` without its `}}`.
    #[error("the partition key lacks the }}}} that closes the {{{{ at character {character}")]
    Unclosed {
        /// Counted from 1.
        character: usize,
    },
    /// What stands between braces is not a path.
    #[error(
        "`{path}` is not a field of a record, write names with dots between them, such as user.id"
    )]
    NotAPath {
        /// As written.
        path: String,
    },
}

impl KeyRule {
    pub(super) fn derive(&self, data: &[u8], scene: &mut Scene) -> Result<String, RecordError> {
        match self {
            Self::Random | Self::Even(_) => Ok(scene.below(RANDOM_KEYS).to_string()),
            Self::Template(template) => template.derive(data),
        }
    }

    /// The hash key of the record with this number, where it decides on the shard.
    pub(super) fn hash_key(&self, number: u64) -> Option<u128> {
        match self {
            Self::Even(ranges) if !ranges.is_empty() => {
                let shards = ranges.len() as u64;
                let range = ranges.get(usize::try_from(number % shards).unwrap_or(0))?;
                // Multiples of the golden ratio fill the range evenly: should the shard be split
                // meanwhile, each part gets its share.
                let part = u128::from((number / shards).wrapping_mul(GOLDEN));
                let span = (range.end() - range.start()) >> 64;
                Some(range.start() + span * part)
            }
            _ => None,
        }
    }
}

impl FromStr for KeyRule {
    type Err = KeyRuleError;

    /// Reads the rule of a pipeline file: `random`, or a template.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "random" {
            Ok(Self::Random)
        } else {
            text.parse().map(Self::Template)
        }
    }
}

impl FromStr for KeyTemplate {
    type Err = KeyRuleError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((literal, tag)) = rest.split_once("{{") {
            push_literal(&mut parts, literal);
            let (path, after) = tag.split_once("}}").ok_or_else(|| {
                let before = text.len() - tag.len() - 2;
                KeyRuleError::Unclosed {
                    character: text[..before].chars().count() + 1,
                }
            })?;
            let names: Vec<String> = path
                .trim()
                .split('.')
                .map(|name| name.trim().to_owned())
                .collect();
            if !names.iter().all(|name| is_name(name)) {
                return Err(KeyRuleError::NotAPath {
                    path: path.trim().to_owned(),
                });
            }
            parts.push(Part::Field(names));
            rest = after;
        }
        push_literal(&mut parts, rest);
        if parts.is_empty() {
            Err(KeyRuleError::Empty)
        } else {
            Ok(Self { parts })
        }
    }
}

impl KeyTemplate {
    /// Fills in the fields of a record, which is JSON unless the key has no field.
    ///
    /// # Errors
    ///
    /// [`RecordError::NotJson`], [`RecordError::MissingField`] or [`RecordError::UnusableField`].
    pub fn derive(&self, data: &[u8]) -> Result<String, RecordError> {
        let mut record = None;
        let mut key = String::new();
        for part in &self.parts {
            match part {
                Part::Literal(text) => key.push_str(text),
                Part::Field(names) => {
                    // A key without fields works for records of any format.
                    let record = match &record {
                        Some(record) => record,
                        None => record.insert(parse(data)?),
                    };
                    push_field(&mut key, record, names)?;
                }
            }
        }
        Ok(key)
    }
}

fn parse(data: &[u8]) -> Result<Value, RecordError> {
    serde_json::from_slice(data).map_err(|error| RecordError::NotJson {
        reason: error.to_string(),
    })
}

fn push_field(key: &mut String, record: &Value, names: &[String]) -> Result<(), RecordError> {
    let field = names.iter().try_fold(record, |value, name| match value {
        Value::Array(items) => name
            .parse::<usize>()
            .ok()
            .and_then(|index| items.get(index)),
        value => value.get(name),
    });
    let unusable = |found| {
        Err(RecordError::UnusableField {
            path: names.join("."),
            found,
        })
    };
    match field {
        None => {
            return Err(RecordError::MissingField {
                path: names.join("."),
            });
        }
        Some(Value::String(text)) => key.push_str(text),
        Some(Value::Number(number)) => key.push_str(&number.to_string()),
        Some(Value::Bool(value)) => key.push_str(if *value { "true" } else { "false" }),
        Some(Value::Null) => return unusable("null"),
        Some(Value::Array(_)) => return unusable("a list"),
        Some(Value::Object(_)) => return unusable("an object"),
    }
    Ok(())
}

fn push_literal(parts: &mut Vec<Part>, text: &str) {
    if !text.is_empty() {
        parts.push(Part::Literal(text.to_owned()));
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '@'))
}
