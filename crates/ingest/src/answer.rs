//! An answer → the records in it, each as it is written there.

use std::collections::HashMap;

use pipeline::config::{RecordsPath, Step};
use serde_json::value::RawValue;
use thiserror::Error;

/// Why there are no records in an answer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AnswerError {
    /// It is not JSON, such as a page that says that the API is being repaired.
    #[error("the answer is not JSON: {0}")]
    NotJson(String),
    /// There is nothing at the path.
    #[error("the answer has nothing at `{0}`; correct ingest.records")]
    NotThere(String),
    /// What is at the path is no record.
    #[error("the answer has neither an array nor an object at `{0}`; correct ingest.records")]
    NoRecords(String),
}

/// Takes the records out of an answer: the elements of the array at the path, or the object there.
///
/// # Errors
///
/// An answer that is not JSON, or that has no records where they should be.
pub fn records<'a>(body: &'a [u8], path: &RecordsPath) -> Result<Vec<&'a RawValue>, AnswerError> {
    let mut here: &RawValue = serde_json::from_slice(body).map_err(not_json)?;
    for step in path.steps() {
        let there = match (step, kind(here)) {
            (Step::Field(name), Kind::Object) => fields(here)?.remove(name.as_str()),
            (Step::Index(index), Kind::Array) => elements(here)?.get(*index).copied(),
            _ => None,
        };
        here = there.ok_or_else(|| AnswerError::NotThere(path.to_string()))?;
    }
    match kind(here) {
        Kind::Array => elements(here),
        Kind::Object => Ok(vec![here]),
        Kind::Other => Err(AnswerError::NoRecords(path.to_string())),
    }
}

enum Kind {
    Object,
    Array,
    Other,
}

fn kind(value: &RawValue) -> Kind {
    match value.get().as_bytes().first() {
        Some(b'{') => Kind::Object,
        Some(b'[') => Kind::Array,
        _ => Kind::Other,
    }
}

fn fields(object: &RawValue) -> Result<HashMap<String, &RawValue>, AnswerError> {
    serde_json::from_str(object.get()).map_err(not_json)
}

fn elements(array: &RawValue) -> Result<Vec<&RawValue>, AnswerError> {
    serde_json::from_str(array.get()).map_err(not_json)
}

/// The parser's words for broken syntax name a place and nothing that stands there.
#[expect(clippy::needless_pass_by_value, reason = "as `map_err` wants it")]
fn not_json(error: serde_json::Error) -> AnswerError {
    AnswerError::NotJson(error.to_string())
}
