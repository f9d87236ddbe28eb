//! Opaque tokens: shard iterators and page tokens.
//!
//! They hold what they stand for, so nothing is kept for them and they survive a restart. The checksum tells
//! a token from garbage; it does not protect against forgery, which gains nothing here.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::description::ShardDescription;
use super::error::{ApiError, ErrorKind};
use super::limits::TOKEN_LIFETIME_MS;

const CHECKSUM_BYTES: usize = 4;

/// What `GetShardIterator` hands out: a place in a shard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ShardIterator {
    #[serde(rename = "s")]
    pub(crate) stream: String,
    /// When the stream was created: an iterator does not reach into a later stream of the same name.
    #[serde(rename = "c")]
    pub(crate) stream_created_ms: u64,
    #[serde(rename = "i")]
    pub(crate) shard_index: u32,
    #[serde(rename = "f")]
    pub(crate) from: u64,
    #[serde(rename = "t")]
    pub(crate) issued_ms: u64,
    /// Makes every iterator differ from the one before, as consumers expect.
    #[serde(rename = "n")]
    pub(crate) nonce: u64,
}

/// What `ListShards` hands out: the page after a shard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ShardListToken {
    pub(crate) stream: String,
    pub(crate) stream_created_ms: u64,
    pub(crate) after_shard: u32,
    pub(crate) issued_ms: u64,
    /// What the first page was filtered by.
    pub(crate) filter: Option<ShardFilter>,
}

/// Which shards of a stream are listed; points in time are resolved when the first page is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum ShardFilter {
    /// Those with a greater index.
    After(u32),
    /// Those that take records now.
    Open,
    /// Those that took records at that time.
    OpenAt(u64),
    /// Those that took records at that time or were created later.
    OpenSince(u64),
}

impl ShardIterator {
    /// The text that a client passes back.
    pub(crate) fn seal(&self) -> Result<String, ApiError> {
        seal(self)
    }

    /// Reads what a client passed back. AWS takes it in double quotes, too.
    ///
    /// # Errors
    ///
    /// It is not an iterator, or it is older than five minutes.
    pub(crate) fn open(text: &str, now_ms: u64) -> Result<Self, ApiError> {
        let iterator: Self = unseal(text.trim_matches('"'))
            .ok_or_else(|| ApiError::invalid_argument("Invalid ShardIterator."))?;
        if is_expired(iterator.issued_ms, now_ms) {
            return Err(ApiError::new(
                ErrorKind::ExpiredIterator,
                format!(
                    "Iterator expired. The iterator was created at time {} while right now it is {} which is \
                     further in the future than the tolerated delay of {TOKEN_LIFETIME_MS} milliseconds.",
                    utc(iterator.issued_ms),
                    utc(now_ms),
                ),
            ));
        }
        Ok(iterator)
    }
}

impl ShardListToken {
    /// The text that a client passes back.
    pub(crate) fn seal(&self) -> Result<String, ApiError> {
        seal(self)
    }

    /// Reads what a client passed back.
    ///
    /// # Errors
    ///
    /// It is not a token of `ListShards`, or it is older than five minutes.
    pub(crate) fn open(text: &str, now_ms: u64) -> Result<Self, ApiError> {
        let token: Self =
            unseal(text).ok_or_else(|| ApiError::invalid_argument("NextToken is invalid."))?;
        if is_expired(token.issued_ms, now_ms) {
            return Err(ApiError::new(
                ErrorKind::ExpiredNextToken,
                format!(
                    "NextToken expired. It was created at time {} while right now it is {}.",
                    utc(token.issued_ms),
                    utc(now_ms),
                ),
            ));
        }
        Ok(token)
    }
}

impl ShardFilter {
    /// Whether a shard is listed.
    pub(crate) fn selects(self, shard: &ShardDescription) -> bool {
        match self {
            Self::After(index) => shard.index > index,
            Self::Open => shard.closed_ms.is_none(),
            Self::OpenAt(time_ms) => shard.was_open_at(time_ms),
            Self::OpenSince(time_ms) => shard.closed_ms.is_none_or(|closed_ms| closed_ms > time_ms),
        }
    }
}

fn seal<T: Serialize>(content: &T) -> Result<String, ApiError> {
    let mut bytes =
        serde_json::to_vec(content).map_err(|error| ApiError::internal(error.into()))?;
    let checksum = crc32fast::hash(&bytes);
    bytes.extend_from_slice(&checksum.to_le_bytes());
    Ok(STANDARD.encode(bytes))
}

fn unseal<T: DeserializeOwned>(text: &str) -> Option<T> {
    let bytes = STANDARD.decode(text).ok()?;
    let (content, checksum) = bytes.split_last_chunk::<CHECKSUM_BYTES>()?;
    let is_ours = u32::from_le_bytes(*checksum) == crc32fast::hash(content);
    is_ours
        .then(|| serde_json::from_slice(content).ok())
        .flatten()
}

fn is_expired(issued_ms: u64, now_ms: u64) -> bool {
    now_ms.saturating_sub(issued_ms) > TOKEN_LIFETIME_MS
}

/// A time as AWS words it in this message: `Thu Jan 22 01:22:02 UTC 2015`.
fn utc(time_ms: u64) -> String {
    let format = time::macros::format_description!(
        "[weekday repr:short] [month repr:short] [day] [hour]:[minute]:[second] UTC [year]"
    );
    let seconds = i64::try_from(time_ms / 1000).unwrap_or_default();
    time::OffsetDateTime::from_unix_timestamp(seconds)
        .ok()
        .and_then(|time| time.format(format).ok())
        .unwrap_or_else(|| time_ms.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_stream_name_leaves_an_iterator_within_512_characters() {
        let iterator = ShardIterator {
            stream: "n".repeat(128),
            stream_created_ms: 9_999_999_999_999,
            shard_index: u32::MAX,
            from: u64::MAX,
            issued_ms: 9_999_999_999_999,
            nonce: u64::MAX,
        };
        let text = iterator.seal().unwrap();
        assert!(text.len() <= 512, "{}", text.len());
        assert_eq!(ShardIterator::open(&text, 0), Ok(iterator));
    }

    #[test]
    fn times_are_worded_as_aws_words_them() {
        assert_eq!(utc(1_421_889_722_000), "Thu Jan 22 01:22:02 UTC 2015");
    }
}
