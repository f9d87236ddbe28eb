//! A partition key ⇄ a value of metadata.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::{CUT, encode};

/// How long a percent-encoded key may be; one that is longer takes less as base64.
const MAX_PERCENT_BYTES: usize = 756;

/// The longest key: 256 characters of up to four bytes each (`PutRecord`,
/// `kinesis/latest/APIReference/API_PutRecord.html`).
const MAX_KEY_BYTES: usize = 256 * 4;

/// How long a key was that earlier versions cut, and what they ended it with.
const MAX_CUT_BYTES: usize = 768;

/// What begins a key in base64; a percent-encoded one has no colon.
const BASE64: &str = "base64:";

/// Keeps a key unambiguous in a header.
const KEY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// Why a partition key cannot be had from metadata.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotRead {
    /// It is none that sluice writes.
    #[error("it is malformed")]
    Malformed,
    /// Not everything of it was kept, as by earlier versions of long keys.
    #[error("it was too long to be kept whole")]
    Cut,
}

/// A partition key in printable ASCII: percent-encoded as long as that is legible, and else in
/// base64 behind `base64:`, so that every key that a stream takes is kept whole.
pub fn write_partition_key(key: &str) -> String {
    let encoded = utf8_percent_encode(key, KEY).to_string();
    if encoded.len() <= MAX_PERCENT_BYTES {
        encoded
    } else if key.len() <= MAX_KEY_BYTES {
        format!("{BASE64}{}", STANDARD.encode(key))
    } else {
        // No stream takes such a key, but a producer may pack a record with one into another.
        encode(key, KEY, MAX_CUT_BYTES)
    }
}

/// Reads a partition key back.
///
/// # Errors
///
/// [`CannotRead`] when it is not all there.
pub fn read_partition_key(value: &str) -> Result<String, CannotRead> {
    let bytes = match value.strip_prefix(BASE64) {
        Some(base64) => STANDARD.decode(base64).map_err(|_| CannotRead::Malformed)?,
        None if value.ends_with(CUT) && value.len() > MAX_PERCENT_BYTES => {
            return Err(CannotRead::Cut);
        }
        None => percent_decode_str(value).collect(),
    };
    String::from_utf8(bytes).map_err(|_| CannotRead::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_that_a_stream_takes_is_read_back_whole() {
        for key in [
            "",
            "a/b c",
            "gr\u{fc}n/ 100%...",
            "base64:e30=",
            &"k".repeat(256),
            &"/".repeat(256),
            &"\u{6f22}".repeat(200),
            &"\u{10ffff}".repeat(256),
            &format!("{}...", "\u{6f22}".repeat(83)),
        ] {
            let written = write_partition_key(key);
            assert!(written.bytes().all(|byte| byte.is_ascii_graphic()));
            assert_eq!(read_partition_key(&written).as_deref(), Ok(key));
        }
        assert_eq!(write_partition_key("a/b c"), "a%2Fb%20c");
    }

    #[test]
    fn a_key_of_which_a_part_is_gone_is_not_guessed_at() {
        let cut = write_partition_key(&"\u{10ffff}".repeat(257));
        assert_eq!(read_partition_key(&cut), Err(CannotRead::Cut));
        // As earlier versions kept 200 characters of three bytes each.
        let cut = format!("{}...", "%E6%BC%A2".repeat(85));
        assert_eq!(read_partition_key(&cut), Err(CannotRead::Cut));
        for malformed in ["%FF", "base64:%", "base64:/w=="] {
            assert_eq!(read_partition_key(malformed), Err(CannotRead::Malformed));
        }
    }
}
