//! What a page asks.

use std::collections::BTreeMap;

use serde::Deserialize;

/// A pipeline and a record.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Question {
    /// The pipeline's name, which is that of its file without `.yaml`.
    pub name: String,
    /// The text of its file.
    pub file: String,
    /// The texts of the files beside it that decide on records, by name.
    pub beside: BTreeMap<String, String>,
    /// The record.
    pub record: String,
    /// How the record is written.
    pub writing: Writing,
    /// When the stream would accept it, in milliseconds since the Unix epoch.
    pub arrival_ms: i64,
}

/// How the bytes of a record are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Writing {
    /// As text.
    Text,
    /// As base64, such as the AWS command line shows what a stream holds.
    Base64,
}
