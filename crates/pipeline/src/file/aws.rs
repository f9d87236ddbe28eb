//! What AWS would refuse, said before it is asked.

use std::ops::RangeInclusive;

/// Shards of a stream; the upper end is the largest default quota of an account
/// ("Quotas and limits", `streams/latest/dev/service-sizes-and-limits.html`).
pub(super) const SHARDS: RangeInclusive<i64> = 1..=20_000;

/// Seconds of one invocation ("Lambda quotas", `lambda/latest/dg/gettingstarted-limits.html`).
pub(super) const TIMEOUT_SECONDS: RangeInclusive<i64> = 1..=900;

/// Memory of a function in MiB (the same page).
pub(super) const MEMORY_MIB: RangeInclusive<i64> = 128..=10_240;

/// Records of a batch (`lambda/latest/api/API_CreateEventSourceMapping.html`, as all below).
pub(super) const BATCH_SIZE: RangeInclusive<i64> = 1..=10_000;

/// Seconds that a batch is waited for.
pub(super) const BATCHING_WINDOW_SECONDS: RangeInclusive<i64> = 0..=300;

/// Batches of one shard at once.
pub(super) const PARALLELIZATION_FACTOR: RangeInclusive<i64> = 1..=10;

/// Repetitions of a failed batch. AWS also takes -1, for ever, which blocks the shard.
pub(super) const RETRY_ATTEMPTS: RangeInclusive<i64> = 0..=10_000;

/// Seconds that a record may wait. AWS also takes -1, for ever.
pub(super) const RECORD_AGE_SECONDS: RangeInclusive<i64> = 60..=604_800;

/// Seconds that a record's own time may be from its arrival: up to the longest retention of a
/// stream, a year (`streams/latest/dev/kinesis-extended-retention.html`).
pub(super) const LATE_SECONDS: RangeInclusive<i64> = 1..=31_536_000;

/// How long the name of a bucket may be ("General purpose bucket naming rules",
/// `AmazonS3/latest/userguide/bucketnamingrules.html`).
pub(super) const MAX_BUCKET_NAME_BYTES: usize = 63;

/// How long the name of a stream may be (`kinesis/latest/APIReference/API_CreateStream.html`).
pub(super) const MAX_STREAM_NAME_BYTES: usize = 128;

/// How long a function's description may be (the same page as for its name).
pub(super) const MAX_DESCRIPTION_CHARACTERS: usize = 256;

/// How long the name of a function may be (`lambda/latest/api/API_CreateFunction.html`).
const MAX_FUNCTION_NAME_BYTES: usize = 64;

/// Beginnings that S3 keeps for itself.
const RESERVED_BUCKET_PREFIXES: [&str; 3] = ["xn--", "sthree-", "amzn-s3-demo-"];

/// Endings that S3 keeps for itself.
const RESERVED_BUCKET_SUFFIXES: [&str; 5] =
    ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"];

/// Whether the description of a role may hold a character (`IAM/latest/APIReference/API_CreateRole.html`).
pub(super) fn may_describe(letter: char) -> bool {
    matches!(letter, '\t' | '\n' | '\r' | ' '..='~' | '\u{a1}'..='\u{ff}')
}

/// What is wrong with the name of a stream.
pub(super) fn refuses_stream(name: &str) -> Option<String> {
    let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    refuses(
        name,
        MAX_STREAM_NAME_BYTES,
        good,
        "letters, digits, `_`, `.` and `-`",
    )
}

/// What is wrong with the name of a function.
pub(super) fn refuses_function(name: &str) -> Option<String> {
    let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    refuses(
        name,
        MAX_FUNCTION_NAME_BYTES,
        good,
        "letters, digits, `_` and `-`",
    )
}

/// What is wrong with the name of a bucket.
pub(super) fn refuses_bucket(name: &str) -> Option<String> {
    let good = |c: char| matches!(c, 'a'..='z' | '0'..='9' | '.' | '-');
    let alphabet = "lower-case letters, digits, `.` and `-`";
    let end_is_good = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    if let Some(refusal) = refuses(name, MAX_BUCKET_NAME_BYTES, good, alphabet) {
        Some(refusal)
    } else if name.len() < 3 {
        Some("has fewer than 3 characters".to_owned())
    } else if !end_is_good(name.chars().next()) || !end_is_good(name.chars().next_back()) {
        Some("begins or ends with something other than a letter or a digit".to_owned())
    } else if name.contains("..") {
        Some("has two dots in a row".to_owned())
    } else if name.parse::<std::net::Ipv4Addr>().is_ok() {
        Some("is an IP address".to_owned())
    } else {
        let begins = |prefix: &&&str| name.starts_with(**prefix);
        let ends = |suffix: &&&str| name.ends_with(**suffix);
        let prefix = RESERVED_BUCKET_PREFIXES.iter().find(begins);
        let suffix = RESERVED_BUCKET_SUFFIXES.iter().find(ends);
        prefix
            .map(|prefix| format!("begins with `{prefix}`, which S3 keeps for itself"))
            .or_else(|| {
                suffix.map(|suffix| format!("ends with `{suffix}`, which S3 keeps for itself"))
            })
    }
}

fn refuses(
    name: &str,
    max_bytes: usize,
    is_good: impl Fn(char) -> bool,
    alphabet: &str,
) -> Option<String> {
    if name.is_empty() {
        Some("is empty".to_owned())
    } else if let Some(bad) = name.chars().find(|c| !is_good(*c)) {
        Some(format!("holds {bad:?}, and AWS takes {alphabet}"))
    } else if name.len() > max_bytes {
        Some(format!("has more than {max_bytes} characters"))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_follow_the_rules_of_s3() {
        for good in ["abc", "kdg-archive", "a.b-c", "0a0", &"a".repeat(63)] {
            assert_eq!(refuses_bucket(good), None, "{good}");
        }
        for bad in [
            "",
            "ab",
            "Abc",
            "a_b_c",
            "-abc",
            "abc-",
            ".abc",
            "abc.",
            "a..b",
            "1.2.3.4",
            "xn--abc",
            "sthree-abc",
            "abc-s3alias",
            "abc--ol-s3",
            "abc--x-s3",
            "äbc",
            &"a".repeat(64),
        ] {
            assert!(refuses_bucket(bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn streams_may_have_dots_and_functions_may_not() {
        assert_eq!(refuses_stream("A.b_c-1"), None);
        assert_eq!(refuses_function("A_b-1"), None);
        assert!(refuses_function("a.b").is_some());
        assert!(refuses_stream("a b").is_some());
        assert!(refuses_stream(&"a".repeat(129)).is_some());
        assert!(refuses_function(&"a".repeat(65)).is_some());
    }
}
