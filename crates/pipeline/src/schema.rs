//! What a record has to be like before anything is made of it: a JSON Schema (2020-12).

use std::fmt;

use jsonschema::{
    Draft, PatternOptions, ReferencingError, ValidationError, Validator, error::ValidationErrorKind,
};
use serde_json::Value;

use crate::{decode, outcome::QuarantineReason};

/// What `$schema` says of a schema that is read as it was written.
const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

/// A compiled schema.
#[derive(Clone, Debug)]
pub struct Schema(Validator);

/// What is wrong with a schema.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} at {path}")]
pub struct SchemaError {
    /// Where in the schema, as a JSON Pointer.
    pub path: String,
    /// What is wrong.
    pub message: String,
}

impl Schema {
    /// Compiles a schema, which may refer to its own parts only: nothing is fetched.
    ///
    /// Formats such as `date-time` are checked, and patterns take linear time.
    ///
    /// # Errors
    ///
    /// Where the schema is not one, or refers to another file.
    pub fn compile(schema: &Value) -> Result<Self, SchemaError> {
        jsonschema::options()
            .with_draft(Draft::Draft202012)
            .should_validate_formats(true)
            .with_pattern_options(PatternOptions::regex())
            .build(schema)
            .map(Self)
            .map_err(|error| SchemaError {
                path: Place(error.instance_path().as_str()).to_string(),
                message: wrong(&error),
            })
    }

    /// Checks that a schema does not ask to be read by another draft, whose keywords mean other
    /// things. A function that was deployed with one goes on, and reads it as it always did.
    ///
    /// # Errors
    ///
    /// Where `$schema` names another.
    pub fn check_draft(schema: &Value) -> Result<(), SchemaError> {
        match schema.get("$schema").and_then(Value::as_str) {
            Some(draft) if draft.trim_end_matches('#') != DRAFT => Err(SchemaError {
                path: "/$schema".to_owned(),
                message: format!(
                    "`{draft}` is another draft, and records are checked by 2020-12: translate the keywords and write `{DRAFT}`"
                ),
            }),
            _ => Ok(()),
        }
    }

    /// Checks a record.
    ///
    /// # Errors
    ///
    /// [`QuarantineReason::SchemaViolation`] with the first keyword that it breaks, and what
    /// cannot be read.
    pub fn check(&self, text: &str) -> Result<(), QuarantineReason> {
        let value: Value = decode::tree(text)?;
        self.0
            .validate(&value)
            .map_err(|error| QuarantineReason::SchemaViolation {
                keyword: keyword(error.schema_path().as_str()).to_owned(),
                path: Place(error.instance_path().as_str()).to_string(),
                // What the record holds stays out of what is logged about it.
                message: error.masked().to_string(),
            })
    }
}

/// What is wrong with a schema, in the library's words where they say what to do.
fn wrong(error: &ValidationError<'_>) -> String {
    match error.kind() {
        ValidationErrorKind::Referencing(ReferencingError::Unretrievable { uri, .. }) => format!(
            "it refers to `{uri}`, and everything has to be in the one file: move that into its `$defs`"
        ),
        ValidationErrorKind::Referencing(_) => {
            format!("{error}; it may refer to its own parts only")
        }
        ValidationErrorKind::Format { format } if format == "regex" => format!(
            "{error} that takes linear time: write it without lookaround and backreferences"
        ),
        _ => error.to_string(),
    }
}

/// A JSON Pointer, in words where it is empty.
struct Place<'p>(&'p str);

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() {
            "the root"
        } else {
            self.0
        })
    }
}

/// The last part of a path into the schema, other than a position in a list.
fn keyword(path: &str) -> &str {
    path.rsplit('/')
        .find(|part| !part.is_empty() && part.parse::<usize>().is_err())
        .unwrap_or("false")
}
