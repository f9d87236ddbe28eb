//! What should become of a record, as a pure function of it: the half of the work before any
//! object is written, also run alone to try a pipeline out.

use bytes::Bytes;
use vrl::value::Value;

use crate::{
    config::{Config, Form},
    decode::{self, Decoded, Depth, MAX_TREE_BYTES, Packing, Seen, Step, number},
    layout::Moved,
    outcome::QuarantineReason,
    program::Transformed,
    record::Record,
};

/// What should become of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The layers that could be opened, outermost first.
    pub opened: Vec<Step>,
    /// What comes of it.
    pub intent: Intent,
}

/// What comes of a record, as far as the record alone decides it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Intent {
    /// It becomes an object, or a line of one.
    Store {
        /// The object's key, unless another record holds it; in layout `batch` its folder.
        key: String,
        /// The record's bytes: the producer's own, or what the program made of them.
        body: Bytes,
        /// Why it is placed by its arrival, where its own time was asked for.
        moved: Option<Moved>,
    },
    /// The filter or the program drops it.
    Filter,
    /// It can never succeed.
    Quarantine(QuarantineReason),
}

/// Decodes a record, runs the pipeline's filter and program on it, and finds its place.
///
/// The record is one that [`decode::unpack`] returned, and `packing` what it was packed in.
pub fn verdict(config: &Config, record: &Record, packing: Packing) -> Verdict {
    open(config, record, packing)
        .map_or_else(|settled| settled, |decoded| judge(config, record, decoded))
}

/// Opens a record's layers.
///
/// # Errors
///
/// The verdict on a record that needs no program, or whose layers cannot be opened.
pub(crate) fn open(config: &Config, record: &Record, packing: Packing) -> Result<Decoded, Verdict> {
    let at_once = match packing {
        Packing::NoLogEvents => Some(Intent::Filter),
        Packing::TooManyLogEvents => Some(Intent::Quarantine(QuarantineReason::TooHeavy {
            limit: MAX_TREE_BYTES,
        })),
        Packing::None | Packing::Aggregate { .. } | Packing::LogEvents => None,
    };
    if let Some(intent) = at_once {
        return Err(Verdict {
            opened: packing.steps().to_vec(),
            intent,
        });
    }
    decode::decode(record, packing, depth(config)).map_err(|undecodable| Verdict {
        opened: undecodable.opened,
        intent: Intent::Quarantine(undecodable.reason),
    })
}

/// Runs the schema, the filter and the program on an opened record, and finds its place.
pub(crate) fn judge(config: &Config, record: &Record, mut decoded: Decoded) -> Verdict {
    Verdict {
        opened: std::mem::take(&mut decoded.opened),
        intent: intent(config, record, decoded).unwrap_or_else(Intent::Quarantine),
    }
}

/// How far the pipeline needs to understand its records.
fn depth(config: &Config) -> Depth<'_> {
    if config.transform.is_some() || config.key.reads_fields() {
        return Depth::Value;
    }
    match &config.form {
        Form::Batch { id: Some(id), .. } => Depth::Member(id.name()),
        _ => Depth::Syntax,
    }
}

fn intent(config: &Config, record: &Record, decoded: Decoded) -> Result<Intent, QuarantineReason> {
    if let Some(schema) = &config.schema {
        schema.check(decode::text(&decoded.bytes)?)?;
    }
    let (seen, body) = match (&config.transform, decoded.seen) {
        (Some(transform), Seen::Value(value)) => match transform.run(value, record) {
            Transformed::Unchanged(value) => (Seen::Value(value), decoded.bytes),
            Transformed::Changed(value) => {
                if let Some(integer) = number::rounded(&decoded.bytes) {
                    return Err(QuarantineReason::NumberTooLarge(integer));
                }
                let body = serde_json::to_vec(&value)
                    .map_err(|error| QuarantineReason::ProgramError(error.to_string()))?;
                (Seen::Value(value), body.into())
            }
            Transformed::Dropped => return Ok(Intent::Filter),
            Transformed::Failed(message) => return Err(QuarantineReason::ProgramError(message)),
        },
        (_, seen) => (seen, decoded.bytes),
    };
    if let Form::Batch { id: Some(id), .. } = &config.form {
        match has_member(&seen, id.name()) {
            Some(false) => {}
            Some(true) => return Err(QuarantineReason::IdTaken(id.name().to_owned())),
            None => return Err(QuarantineReason::NotAnObject),
        }
    }
    let value = match &seen {
        Seen::Value(value) => value,
        Seen::Syntax | Seen::Member(_) => &Value::Null,
    };
    let (key, moved) = config.key.place(record, value)?;
    Ok(Intent::Store { key, body, moved })
}

/// Whether an object has a member; `None` for what is no object.
fn has_member(seen: &Seen, name: &str) -> Option<bool> {
    match seen {
        Seen::Syntax => None,
        Seen::Member(has_member) => *has_member,
        Seen::Value(value) => value.as_object().map(|members| members.contains_key(name)),
    }
}
