//! Where a record's object goes: the key template, and the confinement of what fills it.
//!
//! The convention is Vector's: `{{ field.path }}`, `{{ %metadata }}` and `strftime` specifiers
//! outside the braces. What an event brings along can fill its place in the key and nothing else:
//! it adds no `/`, names no parent, and never leaves the template's literal prefix.

mod late;
mod template;

use std::fmt::{self, Write};

use chrono::{DateTime, Utc, format::Item};
use serde::{Deserialize, Serialize};
use vrl::{
    path::{OwnedSegment, OwnedValuePath, parse_value_path},
    value::Value,
};

use self::template::Part;
pub use self::{
    late::{Late, Moved, OnLate, OwnTime},
    template::{Metadata, TemplateError},
};
use crate::record::Record;

/// How many bytes of UTF-8 an object key may have ("Naming Amazon S3 objects",
/// `AmazonS3/latest/userguide/object-keys.html`).
pub const MAX_KEY_BYTES: usize = 1024;

/// Where quarantined records go; a pipeline's own objects stay out of it.
pub const QUARANTINE_PREFIX: &str = "quarantine/";

/// Where Lambda writes the batches that it gave up (`lambda/latest/dg/kinesis-on-failure-destination.html`).
pub const FAILURE_PREFIX: &str = "aws/lambda/";

/// How records become objects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Layout {
    /// One object a record.
    #[default]
    Record,
    /// One object for all records of a delivery that have the same partition.
    Batch,
}

/// How much of a key is kept free for the name of an object of several records: shard, two
/// sequence numbers of at most 129 digits, what tells equal names apart, and the extension.
const MAX_NAME_BYTES: usize = 128 + 1 + 129 + 1 + 129 + 9 + 11;

/// Integers from here on are floats in a VRL value: 2 to the power of 63.
const FIRST_ROUNDED: f64 = 9_223_372_036_854_775_808.0;

/// More than any array of a record has elements.
const MAX_INDEX_DIGITS: usize = 9;

/// A checked template for object keys, or for the partitions of layout `batch`.
#[derive(Clone, Debug)]
pub struct KeyTemplate {
    parts: Vec<Part>,
    timestamp: Option<Field>,
    late: Option<Late>,
    max_bytes: usize,
}

/// A field of the record, by its path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    path: OwnedValuePath,
    source: String,
}

impl Field {
    pub(crate) fn parse(source: &str) -> Result<Self, TemplateError> {
        let wrong = || TemplateError {
            offset: 0,
            message: format!("`{source}` is not the path of a field"),
            remedy: "write it as in VRL, such as `user.id` or `items[0].\"odd name\"`".to_owned(),
        };
        Ok(Self {
            path: value_path(source).ok_or_else(wrong)?,
            source: source.to_owned(),
        })
    }

    /// The member of the record that it is, or lies within.
    fn member(&self) -> Option<&str> {
        match self.path.segments.first() {
            Some(OwnedSegment::Field(member)) => Some(member.as_str()),
            _ => None,
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.source)
    }
}

/// A path as VRL writes it; `None` for what is none.
pub(crate) fn value_path(source: &str) -> Option<OwnedValuePath> {
    // VRL's parser computes an index without asking whether it overflows.
    let has_huge_index = source.split('[').skip(1).any(|rest| {
        let digits = rest.trim_start().trim_start_matches('-');
        digits.bytes().take_while(u8::is_ascii_digit).count() > MAX_INDEX_DIGITS
    });
    if has_huge_index {
        return None;
    }
    parse_value_path(source).ok()
}

/// Why a record has no key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unrenderable {
    /// The record does not have the field, or it is null.
    #[error("the field {0} is missing")]
    Missing(String),
    /// The field holds other fields.
    #[error("the field {0} is an object or an array")]
    Compound(String),
    /// The field is an integer that was rounded.
    #[error(
        "the field {0} is a number beyond 64 bits with a sign, and would be rounded; send it as a string"
    )]
    Rounded(String),
    /// The field is there and holds no character.
    #[error("{0} is empty")]
    Blank(String),
    /// The value would leave its place in the key.
    #[error("{0} holds a `/`, a `..` or a control character")]
    Unconfined(String),
    /// The field that `timestamp` names is no time.
    #[error("the field {0} is neither RFC 3339 nor Unix seconds")]
    NoTime(String),
    /// The time that `timestamp` names is too far from the arrival.
    #[error("the record is of {own}, more than {seconds} seconds from its arrival")]
    Late {
        /// What the record tells.
        own: OwnTime,
        /// How far it may be.
        seconds: i64,
    },
    /// The time that `timestamp` names has a year that no key can have.
    #[error("the field {field} is of {own}, and years have four digits")]
    FarTime {
        /// The field.
        field: String,
        /// What the record tells.
        own: OwnTime,
    },
    /// The key as a whole would name another place than its template.
    #[error("the key would begin with a reserved prefix or have `.` or `..` as a part")]
    Misplaced,
    /// S3 would refuse the key.
    #[error("the key would be longer than {0} bytes")]
    TooLong(usize),
}

impl KeyTemplate {
    /// Checks a template and, if there is one, the field that its `strftime` specifiers refer to.
    ///
    /// # Errors
    ///
    /// A template that no record could satisfy, or that a record could escape.
    pub fn parse(
        source: &str,
        layout: Layout,
        timestamp: Option<&str>,
    ) -> Result<Self, TemplateError> {
        let (parts, max_bytes) = match layout {
            Layout::Record => (template::parse_key(source)?, MAX_KEY_BYTES),
            Layout::Batch => {
                let parts = template::parse_partition(source)?;
                (parts, MAX_KEY_BYTES - 1 - MAX_NAME_BYTES)
            }
        };
        Ok(Self {
            parts,
            timestamp: timestamp.map(Field::parse).transpose()?,
            late: None,
            max_bytes,
        })
    }

    /// The same template with a bound for the time that records tell of themselves.
    #[must_use]
    pub fn with_late(self, late: Option<Late>) -> Self {
        Self { late, ..self }
    }

    /// What every key begins with: the text before the first thing that a record decides.
    pub fn literal_prefix(&self) -> String {
        let mut prefix = String::new();
        for part in &self.parts {
            if !part.push_literal(&mut prefix) {
                break;
            }
        }
        prefix
    }

    /// Whether a key depends on fields of the record, and not just on its metadata.
    pub fn reads_fields(&self) -> bool {
        self.timestamp.is_some() || self.parts.iter().any(|part| matches!(part, Part::Field(_)))
    }

    /// Whether a key depends on this member of the record, which is then an object.
    pub fn reads_member(&self, name: &str) -> bool {
        let fields = self.parts.iter().filter_map(|part| match part {
            Part::Field(field) => Some(field),
            _ => None,
        });
        let mut fields = fields.chain(&self.timestamp);
        fields.any(|field| field.member() == Some(name))
    }

    /// Whether the template has `strftime` specifiers.
    pub fn reads_time(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Time(_)))
    }

    /// The text that every key begins with, and whether the template has nothing else.
    pub(crate) fn literal(&self) -> (String, bool) {
        let mut literal = String::new();
        for part in &self.parts {
            match part {
                Part::Literal(text) => literal.push_str(text),
                Part::Time(items) => {
                    for item in items {
                        match item {
                            Item::Literal(text) | Item::Space(text) => literal.push_str(text),
                            Item::OwnedLiteral(text) | Item::OwnedSpace(text) => {
                                literal.push_str(text);
                            }
                            _ => return (literal, false),
                        }
                    }
                }
                Part::Field(_) | Part::Metadata(_) => return (literal, false),
            }
        }
        (literal, true)
    }

    /// Writes the key, or the partition, of a record whose value, after the program, is `value`.
    ///
    /// # Errors
    ///
    /// A record that the template cannot place.
    pub fn render(&self, record: &Record, value: &Value) -> Result<String, Unrenderable> {
        self.place(record, value).map(|(key, _)| key)
    }

    /// Writes the same, and tells whether the record is late and was placed by its arrival.
    ///
    /// # Errors
    ///
    /// A record that the template cannot place.
    pub fn place(
        &self,
        record: &Record,
        value: &Value,
    ) -> Result<(String, Option<Moved>), Unrenderable> {
        let (time, moved) = self.time(record, value)?;
        let mut key = String::with_capacity(MAX_KEY_BYTES / 8);
        for part in &self.parts {
            match part {
                Part::Literal(literal) => key.push_str(literal),
                Part::Time(items) => time
                    .format_with_items(items.iter())
                    .write_to(&mut key)
                    .map_err(|_| Unrenderable::Misplaced)?,
                Part::Field(field) => render_field(&mut key, field, value)?,
                Part::Metadata(metadata) => {
                    let start = key.len();
                    metadata.render(&mut key, record);
                    confine(&key[start..], metadata)?;
                }
            }
        }
        if key.len() > self.max_bytes {
            return Err(Unrenderable::TooLong(self.max_bytes));
        }
        if is_reserved(&key)
            || key
                .split('/')
                .any(|segment| matches!(segment, "" | "." | ".."))
        {
            return Err(Unrenderable::Misplaced);
        }
        Ok((key, moved))
    }

    /// The time that `strftime` specifiers refer to.
    fn time(
        &self,
        record: &Record,
        value: &Value,
    ) -> Result<(DateTime<Utc>, Option<Moved>), Unrenderable> {
        let Some(field) = &self.timestamp else {
            return Ok((record.arrival, None));
        };
        let own = time(field, value)?;
        match self.late {
            Some(late) => late.place(own, record.arrival),
            None if own.is_plain() => Ok((own.time, None)),
            None => Err(Unrenderable::FarTime {
                field: field.to_string(),
                own,
            }),
        }
    }
}

/// Whether a key, or the folder of one, lies where only sluice itself or Lambda may write.
pub fn is_reserved(key: &str) -> bool {
    [QUARANTINE_PREFIX, FAILURE_PREFIX].iter().any(|prefix| {
        // A folder is told without its last `/`.
        key.starts_with(prefix) || prefix.strip_suffix('/') == Some(key)
    })
}

/// Checks the path of a field.
///
/// # Errors
///
/// What is not a path, such as `user.id`.
pub fn check_field(source: &str) -> Result<(), TemplateError> {
    Field::parse(source).map(|_| ())
}

/// Checks the template of a partition key: text and fields of the record.
///
/// # Errors
///
/// A template with metadata or without an end to its braces.
pub fn check_partition_key(source: &str) -> Result<(), TemplateError> {
    template::check_partition_key(source)
}

/// Appends a field as text, or as JSON when it is a number or a boolean.
fn render_field(key: &mut String, field: &Field, value: &Value) -> Result<(), Unrenderable> {
    let start = key.len();
    let wrote = match value.get(&field.path) {
        None | Some(Value::Null) => return Err(Unrenderable::Missing(field.to_string())),
        Some(Value::Object(_) | Value::Array(_)) => {
            return Err(Unrenderable::Compound(field.to_string()));
        }
        Some(Value::Integer(number)) => write!(key, "{number}"),
        Some(Value::Boolean(truth)) => write!(key, "{truth}"),
        Some(Value::Float(number)) if number.abs() >= FIRST_ROUNDED => {
            return Err(Unrenderable::Rounded(field.to_string()));
        }
        Some(Value::Float(number)) => {
            write!(key, "{}", serde_json::Value::from(number.into_inner()))
        }
        Some(text) => write!(key, "{}", text.to_string_lossy()),
    };
    wrote.map_err(|_| Unrenderable::Misplaced)?;
    confine(&key[start..], field)
}

fn confine(rendered: &str, what: &impl fmt::Display) -> Result<(), Unrenderable> {
    if rendered.is_empty() {
        return Err(Unrenderable::Blank(what.to_string()));
    }
    if rendered.contains("..") || rendered.contains(|c: char| c == '/' || c.is_control()) {
        return Err(Unrenderable::Unconfined(what.to_string()));
    }
    Ok(())
}

/// Reads the field that `timestamp` names: RFC 3339 text or Unix seconds.
fn time(field: &Field, value: &Value) -> Result<OwnTime, Unrenderable> {
    let plain = |time| OwnTime {
        time,
        as_millis: None,
    };
    let found = match value.get(&field.path) {
        None | Some(Value::Null) => return Err(Unrenderable::Missing(field.to_string())),
        Some(Value::Timestamp(time)) => Some(plain(*time)),
        Some(Value::Integer(seconds)) => {
            DateTime::from_timestamp(*seconds, 0).map(OwnTime::of_seconds)
        }
        Some(Value::Float(seconds)) => {
            // Saturates far outside of what `from_timestamp_millis` accepts.
            #[expect(
                clippy::cast_possible_truncation,
                reason = "saturation is refused below"
            )]
            let millis = (seconds.into_inner() * 1000.0).round() as i64;
            DateTime::from_timestamp_millis(millis).map(OwnTime::of_seconds)
        }
        Some(text) => DateTime::parse_from_rfc3339(&text.to_string_lossy())
            .ok()
            .map(|time| plain(time.to_utc())),
    };
    found.ok_or_else(|| Unrenderable::NoTime(field.to_string()))
}
