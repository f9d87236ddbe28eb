//! Records as lines of one object: NDJSON, each line with the identity of its record.

use std::io::{self, Read as _, Write as _};

use bytes::Bytes;
use flate2::{Compression as GzipLevel, read::MultiGzDecoder, write::GzEncoder};
use serde::{Deserialize, Serialize};

use crate::record::Identity;

/// How objects of many records are compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Compression {
    /// Not at all.
    None,
    /// RFC 1952, which every reader knows.
    #[default]
    Gzip,
    /// RFC 8878, smaller and several times as fast.
    Zstd,
}

/// Level 1 of either: on JSON lines the next ones save a tenth of the size for twice the time.
const GZIP_LEVEL: u32 = 1;
const ZSTD_LEVEL: i32 = 1;

impl Compression {
    /// What ends the name of such an object.
    pub fn extension(self) -> &'static str {
        match self {
            Self::None => ".ndjson",
            Self::Gzip => ".ndjson.gz",
            Self::Zstd => ".ndjson.zst",
        }
    }

    /// The MIME type of such an object.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::None => "application/x-ndjson",
            Self::Gzip => "application/gzip",
            Self::Zstd => "application/zstd",
        }
    }

    /// Compresses the lines of an object.
    ///
    /// # Errors
    ///
    /// None in practice: nothing is written but memory.
    pub fn compress(self, lines: Vec<u8>) -> io::Result<Bytes> {
        match self {
            Self::None => Ok(lines.into()),
            Self::Gzip => {
                let buffer = Vec::with_capacity(lines.len() / 4);
                let mut encoder = GzEncoder::new(buffer, GzipLevel::new(GZIP_LEVEL));
                encoder.write_all(&lines)?;
                encoder.finish().map(Bytes::from)
            }
            Self::Zstd => zstd::bulk::compress(&lines, ZSTD_LEVEL).map(Bytes::from),
        }
    }

    /// How the object with this key is compressed; `None` if it does not end as one of lines.
    pub fn of_key(key: &str) -> Option<Self> {
        let mut all = [Self::None, Self::Gzip, Self::Zstd].into_iter();
        all.find(|compression| key.ends_with(compression.extension()))
    }

    /// Gives back the lines of an object.
    ///
    /// # Errors
    ///
    /// An object that is cut off, or that is something else.
    pub fn decompress(self, body: &[u8]) -> io::Result<Vec<u8>> {
        match self {
            Self::None => Ok(body.to_vec()),
            Self::Gzip => {
                let mut lines = Vec::new();
                MultiGzDecoder::new(body).read_to_end(&mut lines)?;
                Ok(lines)
            }
            Self::Zstd => zstd::decode_all(body),
        }
    }
}

/// The member that each line gets: its name, ready to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdMember {
    name: String,
    opening: String,
}

impl IdMember {
    /// A member of this name.
    pub fn new(name: &str) -> Self {
        let escaped = serde_json::Value::from(name).to_string();
        Self {
            name: name.to_owned(),
            opening: format!("{{{escaped}:\""),
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// The identity of a line that [`push_line`] wrote; `None` for a line of another origin.
///
/// It is the first member, whatever that is called: a line keeps the name that the pipeline gave
/// when it was written.
pub fn identity_of_line(line: &[u8]) -> Option<Identity> {
    let (_, rest) = beginning_of_string(line.strip_prefix(b"{\"")?)?;
    let (identity, _) = beginning_of_string(rest.strip_prefix(b":\"")?)?;
    std::str::from_utf8(identity).ok()?.parse().ok()
}

/// Appends a record as one line. With an `id` the text has to be an object without that member.
pub fn push_line(lines: &mut Vec<u8>, id: Option<&IdMember>, identity: &Identity, json: &[u8]) {
    let start = lines.len();
    let json = json.trim_ascii();
    let members = json.strip_prefix(b"{").map(<[u8]>::trim_ascii_start);
    match (id, members) {
        (Some(id), Some(members)) => {
            lines.extend_from_slice(id.opening.as_bytes());
            // Nothing in an identity needs to be escaped.
            let _ = write!(lines, "{identity}");
            let separator: &[u8] = if members == b"}" { b"\"" } else { b"\"," };
            lines.extend_from_slice(separator);
            lines.extend_from_slice(members);
        }
        _ => lines.extend_from_slice(json),
    }
    // Outside of strings a line break is white space, and within them JSON allows none.
    let mut rest = &mut lines[start..];
    while let Some(place) = memchr::memchr2(b'\n', b'\r', rest) {
        rest[place] = b' ';
        rest = &mut rest[place + 1..];
    }
    lines.push(b'\n');
}

/// What is within a string that has begun, still escaped, and what comes after it.
fn beginning_of_string(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut is_escaped = false;
    let end = text.iter().position(|byte| {
        let ends = *byte == b'"' && !is_escaped;
        is_escaped = *byte == b'\\' && !is_escaped;
        ends
    })?;
    Some((&text[..end], &text[end + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(id: Option<&str>, json: &str) -> String {
        let mut lines = Vec::new();
        let id = id.map(IdMember::new);
        let identity = "shardId-000000000000:42:7".parse().unwrap();
        push_line(&mut lines, id.as_ref(), &identity, json.as_bytes());
        String::from_utf8(lines).unwrap()
    }

    #[test]
    fn a_line_begins_with_the_identity_of_its_record() {
        let expected = "{\"_id\":\"shardId-000000000000:42:7\",\"a\": 1}\n";
        assert_eq!(line(Some("_id"), " { \"a\": 1}\n"), expected);
        assert_eq!(
            line(Some("a\"b"), "{\"a\": 1}"),
            "{\"a\\\"b\":\"shardId-000000000000:42:7\",\"a\": 1}\n"
        );
    }

    #[test]
    fn the_identity_is_read_back_from_a_line_and_from_no_other() {
        for name in ["_id", "record", "a\"b", "\\", ""] {
            let found = identity_of_line(line(Some(name), "{\"a\": 1}").as_bytes());
            assert_eq!(found, "shardId-000000000000:42:7".parse().ok(), "{name}");
        }
        for other in [
            "{\"a\": 1}",
            "{\"_id\":\"7\"}",
            "{\"_id\":\"",
            "{\"_id\\",
            "{",
            "",
        ] {
            assert_eq!(identity_of_line(other.as_bytes()), None, "{other}");
        }
    }

    #[test]
    fn what_is_compressed_is_given_back() {
        for compression in [Compression::None, Compression::Gzip, Compression::Zstd] {
            let body = compression.compress(b"{}\n{}\n".to_vec()).unwrap();
            assert_eq!(compression.decompress(&body).unwrap(), b"{}\n{}\n");
            let key = format!("a/b{}", compression.extension());
            assert_eq!(Compression::of_key(&key), Some(compression));
        }
        assert_eq!(Compression::of_key("a/b.json"), None);
    }

    #[test]
    fn an_empty_object_gets_no_comma() {
        let expected = "{\"_id\":\"shardId-000000000000:42:7\"}\n";
        assert_eq!(line(Some("_id"), "{\n}"), expected);
    }

    #[test]
    fn a_record_of_many_lines_becomes_one() {
        assert_eq!(line(None, "{\r\n  \"a\": 1\n}\n"), "{    \"a\": 1 }\n");
        assert_eq!(line(None, "[1,\n2]"), "[1, 2]\n");
    }
}
