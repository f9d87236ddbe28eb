//! A record's bytes, opened layer by layer until they are one JSON value.

mod compression;
mod member;
pub(crate) mod number;
mod unpack;
mod weight;

use std::borrow::Cow;

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use bytes::Bytes;
use serde::de::IgnoredAny;
use vrl::value::Value;

use crate::{
    outcome::QuarantineReason,
    record::{Data, Record},
};

pub use compression::{Compression, MAX_DECOMPRESSED_BYTES};
pub use unpack::{Packing, Unpacked, unpack};
pub use weight::MAX_TREE_BYTES;

const PRODUCERS: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const PRODUCERS_STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, PRODUCERS);
const PRODUCERS_URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, PRODUCERS);

/// How many layers a record has at most: those of [`Packing::steps`], compression, a second base64,
/// text and JSON.
const MAX_STEPS: usize = 7;

/// How many levels a record may have of which values are built: `serde_json` stops at the next.
pub const MAX_LEVELS: usize = 127;

const BYTE_ORDER_MARK: char = '\u{feff}';

/// One layer of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Lambda's envelope around the producer's bytes.
    Base64,
    /// An aggregated record of the Kinesis Producer Library, of which this is one part.
    Aggregate,
    /// A message of a CloudWatch Logs subscription, of which this is one event.
    LogEvent,
    /// A compressed payload, known by its first bytes.
    Compressed(Compression),
    /// Base64 of the producer's own, which Kinesis then encoded once more.
    SecondBase64,
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
            Self::Aggregate => "KPL aggregate",
            Self::LogEvent => "CloudWatch log event",
            Self::Compressed(compression) => compression.name(),
            Self::SecondBase64 => "second base64",
            Self::Text => "UTF-8 text",
            Self::Json => "JSON",
        }
    }
}

/// A record whose every layer could be opened.
#[derive(Clone, Debug, PartialEq)]
pub struct Decoded {
    /// The layers, outermost first.
    pub opened: Vec<Step>,
    /// What lies within: one JSON value as text.
    pub bytes: Bytes,
    /// What is known of that value.
    pub seen: Seen,
}

/// How far a record needs to be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth<'a> {
    /// It has to be JSON, but nobody looks inside.
    Syntax,
    /// It may be an object, and may have a member of this name.
    Member(&'a str),
    /// Its fields are read.
    Value,
}

/// What is known of a JSON value, as far as a [`Depth`] asked for it.
#[derive(Clone, Debug, PartialEq)]
pub enum Seen {
    /// That it is one.
    Syntax,
    /// Whether it is an object with the member; `None` for what is no object.
    Member(Option<bool>),
    /// All of it.
    Value(Value),
}

/// A layer that could not be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undecodable {
    /// The layers that could be, outermost first.
    pub opened: Vec<Step>,
    /// Why the next one could not.
    pub reason: QuarantineReason,
}

/// Opens every layer of a record that was packed so.
///
/// Compression and a second base64 are opened once each, in whichever order the producer applied
/// them. A payload that is JSON as it stands is never taken for base64.
///
/// # Errors
///
/// Says why the first layer could not be opened that had to be.
pub fn decode(record: &Record, packing: Packing, depth: Depth<'_>) -> Result<Decoded, Undecodable> {
    match &record.data {
        Data::NotBase64(_) => Err(Undecodable {
            opened: Vec::new(),
            reason: QuarantineReason::NotBase64,
        }),
        Data::Decoded(bytes) => {
            let mut opened = Vec::with_capacity(MAX_STEPS);
            opened.extend_from_slice(packing.steps());
            open(bytes.clone(), opened, depth, packing.most_opened())
        }
    }
}

/// Opens what lies below the layers that are open.
fn open(
    bytes: Bytes,
    mut opened: Vec<Step>,
    depth: Depth<'_>,
    limit: usize,
) -> Result<Decoded, Undecodable> {
    let is_compressed = opened
        .iter()
        .any(|step| matches!(step, Step::Compressed(_)));
    if let (Some(compression), false) = (Compression::of(&bytes), is_compressed) {
        return match compression.decompress(&bytes, limit) {
            Ok(bytes) => {
                opened.push(Step::Compressed(compression));
                open(bytes, opened, depth, limit)
            }
            Err(reason) => Err(Undecodable { opened, reason }),
        };
    }
    let text = match text(&bytes) {
        Ok(text) => text,
        Err(reason) => {
            let reason = not_text(reason, &bytes, &opened);
            return Err(Undecodable { opened, reason });
        }
    };
    let seen = match depth {
        Depth::Syntax => json::<IgnoredAny>(text).map(|_| Seen::Syntax),
        Depth::Member(name) => member::find(text, name).map(Seen::Member),
        Depth::Value => tree::<Value>(text).map(Seen::Value),
    };
    match seen {
        Ok(seen) => {
            opened.extend([Step::Text, Step::Json]);
            Ok(Decoded {
                opened,
                bytes,
                seen,
            })
        }
        Err(reason) => {
            // What is JSON, but cannot be held, is never taken for base64.
            if let QuarantineReason::NotJson(_) = reason
                && !opened.contains(&Step::SecondBase64)
                && let Some(inner) = inner(text)
            {
                let mut opened = opened.clone();
                opened.push(Step::SecondBase64);
                if let Ok(decoded) = open(inner, opened, depth, limit) {
                    return Ok(decoded);
                }
            }
            opened.push(Step::Text);
            Err(Undecodable { opened, reason })
        }
    }
}

/// What a producer encoded by itself: base64 of either alphabet, with or without padding.
fn inner(text: &str) -> Option<Bytes> {
    // MIME breaks the lines, and so do `base64` and Python's `encodebytes`.
    let text: Cow<'_, str> = if text.contains(|c: char| c.is_ascii_whitespace()) {
        text.split_ascii_whitespace().collect::<String>().into()
    } else {
        text.into()
    };
    let text = text.as_ref();
    let decoded = PRODUCERS_STANDARD
        .decode(text)
        .or_else(|_| PRODUCERS_URL_SAFE.decode(text));
    decoded.ok().map(Bytes::from)
}

/// Opens the envelope, standard base64 with padding as Lambda writes it, and appends its bytes.
///
/// # Errors
///
/// [`QuarantineReason::NotBase64`]; nothing is appended then.
pub fn base64(text: &[u8], bytes: &mut Vec<u8>) -> Result<(), QuarantineReason> {
    let before = bytes.len();
    base64_simd::STANDARD
        .decode_append(text, bytes)
        .map_err(|_| {
            bytes.truncate(before);
            QuarantineReason::NotBase64
        })
}

/// Reads bytes as text that holds something.
///
/// # Errors
///
/// [`QuarantineReason::NotUtf8`] or [`QuarantineReason::Empty`].
pub fn text(bytes: &[u8]) -> Result<&str, QuarantineReason> {
    let text = simdutf8::compat::from_utf8(bytes).map_err(|error| QuarantineReason::NotUtf8 {
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
/// [`QuarantineReason::NotJson`] with the line and column where the text stops being JSON. What is
/// built of values may also find them [too deep](QuarantineReason::TooDeep), or a number
/// [out of range](QuarantineReason::NumberOutOfRange).
pub fn json<'a, T: serde::Deserialize<'a>>(text: &'a str) -> Result<T, QuarantineReason> {
    serde_json::from_str(text).map_err(|error| unread(text, &error))
}

/// Why text could not be read, where `serde_json` tells what is too much from what is wrong by its
/// words alone.
fn unread(text: &str, error: &serde_json::Error) -> QuarantineReason {
    let said = error.to_string();
    if said.starts_with("recursion limit exceeded") {
        return QuarantineReason::TooDeep { limit: MAX_LEVELS };
    }
    if said.starts_with("number out of range") {
        return QuarantineReason::NumberOutOfRange {
            line: error.line(),
            column: error.column(),
        };
    }
    if text.starts_with(BYTE_ORDER_MARK) {
        let mark = "it begins with a byte order mark; send UTF-8 without one";
        return QuarantineReason::NotJson(mark.to_owned());
    }
    QuarantineReason::NotJson(said)
}

/// Why bytes that should be text are not, where they tell what else they are.
fn not_text(reason: QuarantineReason, bytes: &[u8], opened: &[Step]) -> QuarantineReason {
    if !unpack::begins_as_aggregate(bytes) {
        return reason;
    }
    // Nothing is around it but the envelope.
    QuarantineReason::BrokenAggregate(if opened == [Step::Base64] {
        "that is cut off or corrupt: its checksum does not match, or it holds no record or too many"
    } else {
        "within something else, and is taken apart only as it is; compress what it holds instead"
    })
}

/// Reads text as exactly one JSON value, of which a tree is built.
///
/// # Errors
///
/// As [`json`]; and [`QuarantineReason::TooHeavy`] where the tree would take more than
/// [`MAX_TREE_BYTES`].
pub(crate) fn tree<'a, T: serde::Deserialize<'a>>(text: &'a str) -> Result<T, QuarantineReason> {
    weight::check(text)?;
    json(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_opened_only_when_it_is_whole() {
        let mut bytes = b"before".to_vec();
        for broken in [
            "e30",
            "e3 0=",
            "e30=\n",
            "%%%",
            "e30=e30=",
            "ZnJvbSBoZXJlIG9u!",
        ] {
            let refused = base64(broken.as_bytes(), &mut bytes);
            assert_eq!(refused, Err(QuarantineReason::NotBase64), "{broken}");
        }
        base64(b"e30=", &mut bytes).unwrap();
        assert_eq!(bytes, b"before{}");
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
    fn values_are_built_to_the_level_that_the_reason_names() {
        let nested = |levels| format!("{}0{}", "[".repeat(levels), "]".repeat(levels));
        assert!(json::<Value>(&nested(MAX_LEVELS)).is_ok());
        let refused = json::<Value>(&nested(MAX_LEVELS + 1)).unwrap_err();
        assert_eq!(refused, QuarantineReason::TooDeep { limit: MAX_LEVELS });
        assert!(refused.to_string().contains("127 levels"), "{refused}");
        // Nobody looks inside: its bytes are stored as they are.
        assert!(json::<IgnoredAny>(&nested(100_000)).is_ok());
    }

    #[test]
    fn a_number_beyond_a_double_is_json_unless_values_are_built() {
        for number in ["1e400", "[-1e400]", &"9".repeat(400)] {
            assert!(json::<IgnoredAny>(number).is_ok(), "{number}");
            let refused = json::<Value>(number).unwrap_err();
            assert_eq!(refused.code(), "number-too-large", "{refused}");
            assert_eq!(member::find(number, "id"), Ok(None));
        }
    }

    #[test]
    fn a_byte_order_mark_is_named() {
        let refused = json::<IgnoredAny>("\u{feff}{}").unwrap_err();
        assert!(refused.to_string().contains("byte order mark"), "{refused}");
    }

    #[test]
    fn a_megabyte_of_brackets_is_refused_at_either_depth() {
        let brackets = "[".repeat(1 << 20);
        assert!(json::<IgnoredAny>(&brackets).is_err());
        assert!(json::<Value>(&brackets).is_err());
    }
}
