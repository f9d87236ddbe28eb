//! A record's bytes, opened layer by layer until they are one JSON value.

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use serde::de::IgnoredAny;
use vrl::value::Value;

use crate::{
    outcome::QuarantineReason,
    record::{Data, Record},
};

/// The layers of a record, outermost first: the order in which [`decode`] opens them.
pub const STEPS: &[Step] = &[Step::Base64, Step::Text, Step::Json];

/// One layer of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Lambda's envelope around the producer's bytes.
    Base64,
    /// UTF-8 text that is not empty.
    Text,
    /// One JSON value.
    Json,
}

impl Step {
    /// What the layer is called on a screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Base64 => "base64",
            Self::Text => "UTF-8 text",
            Self::Json => "JSON",
        }
    }
}

/// A record whose every layer could be opened.
#[derive(Clone, Debug, PartialEq)]
pub struct Decoded {
    /// The producer's bytes: one JSON value as text.
    pub bytes: Bytes,
    /// That value, when [`Depth::Value`] asked for it.
    pub value: Option<Value>,
}

/// How far a record needs to be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// It has to be JSON, but nobody looks inside.
    Syntax,
    /// Its fields are read.
    Value,
}

/// A layer that could not be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undecodable {
    /// The first layer that failed.
    pub at: Step,
    /// Why.
    pub reason: QuarantineReason,
}

/// Opens every layer of a record.
///
/// # Errors
///
/// Names the first layer that could not be opened.
pub fn decode(record: &Record, depth: Depth) -> Result<Decoded, Undecodable> {
    let at = |at| move |reason| Undecodable { at, reason };
    let Data::Decoded(bytes) = &record.data else {
        return Err(at(Step::Base64)(QuarantineReason::NotBase64));
    };
    let text = text(bytes).map_err(at(Step::Text))?;
    let value = match depth {
        Depth::Syntax => json::<IgnoredAny>(text).map(|_| None),
        Depth::Value => json::<Value>(text).map(Some),
    };
    Ok(Decoded {
        bytes: bytes.clone(),
        value: value.map_err(at(Step::Json))?,
    })
}

/// Opens the envelope: standard base64 with padding, as Lambda writes it.
///
/// # Errors
///
/// [`QuarantineReason::NotBase64`].
pub fn base64(text: &str) -> Result<Bytes, QuarantineReason> {
    BASE64_STANDARD
        .decode(text)
        .map(Bytes::from)
        .map_err(|_| QuarantineReason::NotBase64)
}

/// Reads bytes as text that holds something.
///
/// # Errors
///
/// [`QuarantineReason::NotUtf8`] or [`QuarantineReason::Empty`].
pub fn text(bytes: &[u8]) -> Result<&str, QuarantineReason> {
    let text = std::str::from_utf8(bytes).map_err(|error| QuarantineReason::NotUtf8 {
        offset: error.valid_up_to(),
    })?;
    if text.trim_ascii().is_empty() {
        return Err(QuarantineReason::Empty);
    }
    Ok(text)
}

/// Reads text as exactly one JSON value.
///
/// # Errors
///
/// [`QuarantineReason::NotJson`] with the line and column where the text stops being JSON.
pub fn json<'a, T: serde::Deserialize<'a>>(text: &'a str) -> Result<T, QuarantineReason> {
    serde_json::from_str(text).map_err(|error| QuarantineReason::NotJson(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_opened_only_when_it_is_whole() {
        assert_eq!(base64("e30=").unwrap(), "{}");
        for broken in ["e30", "e3 0=", "e30=\n", "%%%"] {
            assert_eq!(base64(broken), Err(QuarantineReason::NotBase64), "{broken}");
        }
    }

    #[test]
    fn text_names_the_first_byte_that_is_not_utf8() {
        assert_eq!(
            text(b"ok \xff"),
            Err(QuarantineReason::NotUtf8 { offset: 3 })
        );
    }

    #[test]
    fn white_space_alone_counts_as_empty() {
        assert_eq!(text(b""), Err(QuarantineReason::Empty));
        assert_eq!(text(b" \r\n\t"), Err(QuarantineReason::Empty));
    }

    #[test]
    fn json_is_one_value_of_any_kind() {
        for good in ["{}", "[1]", "\"text\"", "1", "null", " {\"a\":1}\n"] {
            assert!(json::<IgnoredAny>(good).is_ok(), "{good}");
        }
        for bad in ["{", "{} {}", "{'a':1}", "nul", "[1,]"] {
            assert!(
                matches!(json::<IgnoredAny>(bad), Err(QuarantineReason::NotJson(_))),
                "{bad}"
            );
        }
    }

    #[test]
    fn a_megabyte_of_brackets_is_refused_at_either_depth() {
        let brackets = "[".repeat(1 << 20);
        assert!(json::<IgnoredAny>(&brackets).is_err());
        assert!(json::<Value>(&brackets).is_err());
    }
}
