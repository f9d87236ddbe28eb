//! The syntax of templates: text, `{{ field }}`, `{{ %metadata }}` and `strftime` specifiers.

use std::fmt::{self, Write};

use chrono::{
    DateTime,
    format::{Item, StrftimeItems},
};
use uuid::{Uuid, uuid};

use super::{Field, is_reserved};
use crate::record::Record;

/// The namespace of `%uuid`: a version 5 UUID of the record's identity in it.
const IDENTITY_NAMESPACE: Uuid = uuid!("6f1b6c1e-52d6-5d5b-9b2d-7a3c6f0b7c11");

/// One piece of a template.
#[derive(Clone, Debug)]
pub(super) enum Part {
    /// Text that stays as it is.
    Literal(String),
    /// `strftime` specifiers and the text between them.
    Time(Vec<Item<'static>>),
    /// The value of a field.
    Field(Field),
    /// A property of the record that the event does not decide.
    Metadata(Metadata),
}

impl Part {
    /// Appends the text that it begins with, and tells whether that is all of it.
    pub(super) fn push_literal(&self, prefix: &mut String) -> bool {
        match self {
            Self::Literal(literal) => prefix.push_str(literal),
            Self::Time(items) => {
                for item in items {
                    match item {
                        Item::Literal(text) | Item::Space(text) => prefix.push_str(text),
                        Item::OwnedLiteral(text) | Item::OwnedSpace(text) => prefix.push_str(text),
                        _ => return false,
                    }
                }
            }
            Self::Field(_) | Self::Metadata(_) => return false,
        }
        true
    }
}

/// What a template can say of a record beside its fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metadata {
    /// `%sequence_number`: the position in the shard, and within a record that holds several.
    SequenceNumber,
    /// `%shard_id`: the shard.
    ShardId,
    /// `%partition_key`: the key that the producer chose.
    PartitionKey,
    /// `%uuid`: a version 5 UUID of the record's identity.
    Uuid,
}

/// What is wrong with a template, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}; {remedy}")]
pub struct TemplateError {
    /// Where in the template, as a byte offset.
    pub offset: usize,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
}

impl Metadata {
    const ALL: [Self; 4] = [
        Self::SequenceNumber,
        Self::ShardId,
        Self::PartitionKey,
        Self::Uuid,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::SequenceNumber => "%sequence_number",
            Self::ShardId => "%shard_id",
            Self::PartitionKey => "%partition_key",
            Self::Uuid => "%uuid",
        }
    }

    pub(super) fn render(self, key: &mut String, record: &Record) {
        let identity = &record.identity;
        match self {
            Self::SequenceNumber => key.push_str(&identity.position()),
            Self::ShardId => key.push_str(identity.shard_id()),
            Self::PartitionKey => key.push_str(&record.partition_key),
            Self::Uuid => {
                let name = identity.to_string();
                let uuid = Uuid::new_v5(&IDENTITY_NAMESPACE, name.as_bytes());
                let mut buffer = Uuid::encode_buffer();
                key.push_str(uuid.hyphenated().encode_lower(&mut buffer));
            }
        }
    }
}

impl fmt::Display for Metadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A template cut at its braces.
enum Cut<'a> {
    Text(&'a str),
    Reference(&'a str),
}

/// Parses the template of an object key.
pub(super) fn parse_key(source: &str) -> Result<Vec<Part>, TemplateError> {
    let mut parts = Vec::new();
    for (offset, cut) in cut(source)? {
        let part = match cut {
            Cut::Text(text) => text_part(text, offset)?,
            Cut::Reference(name) => match name.strip_prefix('%') {
                Some(_) => Part::Metadata(metadata(name, offset)?),
                None => Part::Field(Field::parse(name).map_err(|error| at(offset, error))?),
            },
        };
        parts.push(part);
    }
    check_literals(&parts)?;
    Ok(parts)
}

/// Parses the template of a partition: a folder, which ends with a `/`.
pub(super) fn parse_partition(source: &str) -> Result<Vec<Part>, TemplateError> {
    let Some(folder) = source.strip_suffix('/') else {
        return Err(error(
            source.len().saturating_sub(1),
            "the key of layout `batch` does not end with a `/`",
            "name the folder of the objects, such as `events/dt=%Y-%m-%d/hour=%H/`",
        ));
    };
    let parts = parse_key(folder)?;
    for part in &parts {
        if let Part::Metadata(metadata @ (Metadata::SequenceNumber | Metadata::Uuid)) = part {
            return Err(error(
                source.find(metadata.name()).unwrap_or_default(),
                format!("`{metadata}` would give each record an object of its own"),
                "remove it, or choose `layout: record`",
            ));
        }
    }
    Ok(parts)
}

/// Checks the template of a partition key.
pub(super) fn check_partition_key(source: &str) -> Result<(), TemplateError> {
    if source.is_empty() {
        return Err(error(
            0,
            "the partition key is empty",
            "name a field, such as `{{ user_id }}`, or leave partition_key out for a random one",
        ));
    }
    for (offset, cut) in cut(source)? {
        match cut {
            Cut::Text(_) => {}
            Cut::Reference(name) if name.starts_with('%') => {
                return Err(error(
                    offset,
                    format!("`{name}` is known only once the stream has accepted the record"),
                    "name a field of the record, such as `{{ user_id }}`",
                ));
            }
            Cut::Reference(name) => {
                Field::parse(name).map_err(|error| at(offset, error))?;
            }
        }
    }
    Ok(())
}

fn cut(source: &str) -> Result<Vec<(usize, Cut<'_>)>, TemplateError> {
    let mut cuts = Vec::new();
    let mut offset = 0;
    while offset < source.len() {
        let rest = &source[offset..];
        let Some(open) = rest.find("{{") else {
            cuts.push((offset, Cut::Text(rest)));
            break;
        };
        if open > 0 {
            cuts.push((offset, Cut::Text(&rest[..open])));
        }
        let inner = &rest[open + 2..];
        let Some(close) = inner.find("}}") else {
            return Err(error(
                offset + open,
                "`{{` has no `}}`",
                "close it, such as `{{ user_id }}`",
            ));
        };
        let name = inner[..close].trim();
        if name.is_empty() {
            return Err(error(
                offset + open,
                "`{{ }}` names nothing",
                "name a field, such as `{{ user_id }}`, or `{{ %sequence_number }}`",
            ));
        }
        cuts.push((offset + open, Cut::Reference(name)));
        offset += open + 2 + close + 2;
    }
    Ok(cuts)
}

fn metadata(name: &str, offset: usize) -> Result<Metadata, TemplateError> {
    let known = Metadata::ALL.into_iter();
    known
        .clone()
        .find(|known| known.name() == name)
        .ok_or_else(|| {
            let names: Vec<_> = known.map(Metadata::name).collect();
            error(
                offset,
                format!("`{name}` is not known of a record"),
                format!("use one of {}", names.join(", ")),
            )
        })
}

fn text_part(text: &str, offset: usize) -> Result<Part, TemplateError> {
    let invalid = || {
        error(
            offset,
            format!("`{text}` is not valid for strftime"),
            "use specifiers such as %Y, %m, %d and %H, and %% for a percent sign",
        )
    };
    let items = StrftimeItems::new(text)
        .parse_to_owned()
        .map_err(|_| invalid())?;
    let sample = sample(&items).ok_or_else(invalid)?;
    if sample.contains(char::is_control) {
        return Err(error(
            offset,
            "the key would hold a control character",
            "remove it; %n and %t stand for a line break and a tab",
        ));
    }
    let constant = items.iter().all(|item| {
        matches!(
            item,
            Item::Literal(_) | Item::OwnedLiteral(_) | Item::Space(_) | Item::OwnedSpace(_)
        )
    });
    Ok(if constant {
        Part::Literal(sample)
    } else {
        Part::Time(items)
    })
}

/// Refuses a template whose own text puts every record in the wrong place.
fn check_literals(parts: &[Part]) -> Result<(), TemplateError> {
    let outline = outline(parts);
    if outline.is_empty() {
        return Err(error(
            0,
            "the key is empty",
            "name the objects, such as `{{ %sequence_number }}.json`",
        ));
    }
    if is_reserved(&outline) {
        return Err(error(
            0,
            "the key begins with a reserved prefix",
            "begin it with anything but `quarantine/` or `aws/lambda/`",
        ));
    }
    if outline
        .split('/')
        .any(|segment| matches!(segment, "" | "." | ".."))
    {
        return Err(error(
            0,
            "the key has an empty part, `.` or `..` between its slashes",
            "write it without a `/` at either end and without `//`, such as `data/{{ id }}.json`",
        ));
    }
    Ok(())
}

/// The template with its specifiers filled by a sample time and its references by a letter.
fn outline(parts: &[Part]) -> String {
    let mut outline = String::new();
    for part in parts {
        match part {
            Part::Literal(literal) => outline.push_str(literal),
            Part::Time(items) => outline.extend(sample(items)),
            Part::Field(_) | Part::Metadata(_) => outline.push('x'),
        }
    }
    outline
}

/// What specifiers become at some time, or nothing when they can be read but not written.
fn sample(items: &[Item<'_>]) -> Option<String> {
    let mut sample = String::new();
    write!(
        sample,
        "{}",
        DateTime::UNIX_EPOCH.format_with_items(items.iter())
    )
    .ok()?;
    Some(sample)
}

fn at(offset: usize, error: TemplateError) -> TemplateError {
    TemplateError { offset, ..error }
}

fn error(offset: usize, message: impl Into<String>, remedy: impl Into<String>) -> TemplateError {
    TemplateError {
        offset,
        message: message.into(),
        remedy: remedy.into(),
    }
}
