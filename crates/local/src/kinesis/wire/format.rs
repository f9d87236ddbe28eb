//! The two encodings of one API: JSON and CBOR.

use std::io;

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::kinesis::error::{ApiError, ErrorKind};

/// How a request is encoded, and so its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Json,
    /// What the Java SDK, and with it the KCL and the KPL, speak.
    Cbor,
}

impl Format {
    /// The format that a content type asks for.
    pub(crate) fn of_content_type(content_type: &str) -> Option<Self> {
        let media_type = content_type.split(';').next().unwrap_or_default().trim();
        [Self::Json, Self::Cbor]
            .into_iter()
            .find(|format| format.content_type() == media_type)
    }

    /// The content type of an answer.
    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/x-amz-json-1.1",
            Self::Cbor => "application/x-amz-cbor-1.1",
        }
    }

    /// Reads a request. Members that it doesn't know are skipped, as on AWS.
    pub(crate) fn decode<T: DeserializeOwned>(self, body: &[u8]) -> Result<T, ApiError> {
        match self {
            Self::Json if !body.trim_ascii_start().starts_with(b"{") => {
                // serde would take a list for a structure, member by member.
                Err(ApiError::new(
                    ErrorKind::Serialization,
                    "Start of structure or map expected",
                ))
            }
            Self::Json => serde_json::from_slice(body)
                .map_err(|error| ApiError::new(ErrorKind::Serialization, error.to_string())),
            Self::Cbor => ciborium::from_reader(body)
                .map_err(|error| ApiError::new(ErrorKind::Serialization, error.to_string())),
        }
    }

    /// Writes an answer.
    pub(crate) fn encode<T: Serialize>(self, answer: &T) -> Result<Bytes, ApiError> {
        let mut body = Vec::with_capacity(256);
        match self {
            Self::Json => serde_json::to_writer(&mut body, answer)
                .map_err(|error| ApiError::internal(error.into()))?,
            Self::Cbor => ciborium::into_writer(answer, &mut body)
                .map_err(|error| ApiError::internal(io::Error::other(error)))?,
        }
        Ok(body.into())
    }
}

#[cfg(test)]
mod tests {
    use ciborium::Value;
    use serde::Deserialize;

    use super::*;
    use crate::kinesis::wire::{Blob, Timestamp};

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Example {
        data: Blob,
        at: Timestamp,
    }

    fn example() -> Example {
        Example {
            data: Blob(Bytes::from_static(&[0, 255])),
            at: Timestamp(1_700_000_000_123),
        }
    }

    #[test]
    fn json_carries_base64_and_fractional_seconds() {
        let body = Format::Json.encode(&example()).unwrap();
        assert_eq!(&body[..], br#"{"data":"AP8=","at":1700000000.123}"#);
        assert_eq!(Format::Json.decode::<Example>(&body), Ok(example()));
    }

    #[test]
    fn cbor_carries_byte_strings_and_tagged_milliseconds() {
        let body = Format::Cbor.encode(&example()).unwrap();
        let value: Value = ciborium::from_reader(&body[..]).unwrap();
        let expected = Value::Map(vec![
            (Value::Text("data".into()), Value::Bytes(vec![0, 255])),
            (
                Value::Text("at".into()),
                Value::Tag(1, Box::new(Value::Integer(1_700_000_000_123_u64.into()))),
            ),
        ]);
        assert_eq!(value, expected);
        assert_eq!(Format::Cbor.decode::<Example>(&body), Ok(example()));
    }

    #[test]
    fn a_long_byte_string_is_read_whole() {
        let long = Example {
            data: Blob(vec![7; 100_000].into()),
            at: Timestamp(0),
        };
        let body = Format::Cbor.encode(&long).unwrap();
        assert_eq!(Format::Cbor.decode::<Example>(&body), Ok(long));
    }

    #[test]
    fn a_list_is_no_structure() {
        let error = Format::Json
            .decode::<Example>(br#"["AP8=",1]"#)
            .unwrap_err();
        assert_eq!(error.kind, ErrorKind::Serialization);
    }
}
