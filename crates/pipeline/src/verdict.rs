//! What should become of a record, as a pure function of it: the half of the work before any
//! object is written, also run alone to try a pipeline out.

use bytes::Bytes;
use vrl::value::Value;

use crate::{
    config::Config,
    decode::{self, Depth, Step},
    layout::Layout,
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
    /// It becomes an object.
    Store {
        /// The object's key, unless another record holds it.
        key: String,
        /// The object's bytes: the producer's own, or what the program made of them.
        body: Bytes,
    },
    /// The filter or the program drops it.
    Filter,
    /// It can never succeed.
    Quarantine(QuarantineReason),
}

/// Decodes a record, runs the pipeline's filter and program on it, and finds its place.
pub fn verdict(config: &Config, record: &Record) -> Verdict {
    let depth = if config.transform.is_some() || config.key.reads_fields() {
        Depth::Value
    } else {
        Depth::Syntax
    };
    match decode::decode(record, depth) {
        Ok(mut decoded) => Verdict {
            opened: std::mem::take(&mut decoded.opened),
            intent: match config.layout {
                Layout::Record => {
                    intent(config, record, decoded).unwrap_or_else(Intent::Quarantine)
                }
            },
        },
        Err(undecodable) => Verdict {
            opened: undecodable.opened,
            intent: Intent::Quarantine(undecodable.reason),
        },
    }
}

fn intent(
    config: &Config,
    record: &Record,
    decoded: decode::Decoded,
) -> Result<Intent, QuarantineReason> {
    let value = decoded.value.unwrap_or(Value::Null);
    let transformed = match &config.transform {
        Some(transform) => transform.run(value, record),
        None => Transformed::Unchanged(value),
    };
    let (value, body) = match transformed {
        Transformed::Unchanged(value) => (value, decoded.bytes),
        Transformed::Changed(value) => {
            let body = serde_json::to_vec(&value)
                .map_err(|error| QuarantineReason::ProgramError(error.to_string()))?;
            (value, body.into())
        }
        Transformed::Dropped => return Ok(Intent::Filter),
        Transformed::Failed(message) => return Err(QuarantineReason::ProgramError(message)),
    };
    let key = config.key.render(record, &value)?;
    Ok(Intent::Store { key, body })
}
