//! What the API model asks of a request's members: presence, length, range, pattern, set of values.
//!
//! All violations of a request are reported together, in the words of AWS.

use std::fmt::Display;
use std::ops::RangeInclusive;

use super::error::{ApiError, ErrorKind};
use super::limits::{PARTITION_KEY_CHARS, TAGS_PER_STREAM};

/// AWS lists no more than this many violations of one request.
const MOST_REPORTED: usize = 10;

const NAME_CHARS: RangeInclusive<usize> = 1..=128;
const ARN_CHARS: RangeInclusive<usize> = 1..=2048;
const TAG_KEY_CHARS: RangeInclusive<usize> = 1..=128;
const TAG_VALUE_CHARS: RangeInclusive<usize> = 0..=256;

/// Names of streams and shards.
pub(crate) const NAME: Pattern = Pattern {
    text: "[a-zA-Z0-9_.-]+",
    matches: |text| {
        !text.is_empty()
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
    },
};

/// Hash keys: decimal numbers without leading zeros.
pub(crate) const HASH_KEY: Pattern = Pattern {
    text: r"0|([1-9]\d{0,38})",
    matches: |text| is_decimal(text, 39),
};

/// Sequence numbers: decimal numbers without leading zeros.
pub(crate) const SEQUENCE_NUMBER: Pattern = Pattern {
    text: r"0|([1-9]\d{0,128})",
    matches: |text| is_decimal(text, 129),
};

/// ARNs of streams.
pub(crate) const STREAM_ARN: Pattern = Pattern {
    text: r"arn:aws.*:kinesis:.*:\d{12}:stream/\S+",
    matches: |text| {
        let mut parts = text.splitn(6, ':');
        let mut next = || parts.next().unwrap_or_default();
        let is_service = next() == "arn" && next().starts_with("aws") && next() == "kinesis";
        let _region = next();
        let account = next();
        let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
        let name = next().strip_prefix("stream/").unwrap_or_default();
        is_service && is_account && !name.is_empty() && !name.contains(char::is_whitespace)
    },
};

/// A regular expression of the API model, and the same as a function.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pattern {
    text: &'static str,
    matches: fn(&str) -> bool,
}

/// The violations found so far.
#[derive(Debug, Default)]
pub(crate) struct Constraints {
    violations: Vec<String>,
}

/// One member under scrutiny; the path is written only when it is found wanting.
#[derive(Debug)]
pub(crate) struct Member<'a, P, V> {
    constraints: &'a mut Constraints,
    path: P,
    value: Option<V>,
}

impl Constraints {
    /// Looks at a text or a number.
    pub(crate) fn member<P: Display, V>(&mut self, path: P, value: Option<V>) -> Member<'_, P, V> {
        Member {
            constraints: self,
            path,
            value,
        }
    }

    /// Looks at how many members a list or map has, or how many bytes a blob.
    pub(crate) fn count<P: Display>(
        &mut self,
        path: P,
        value: Option<usize>,
        range: &RangeInclusive<usize>,
    ) -> Member<'_, P, String> {
        let shown = value.map(|length| format!("[length {length}]"));
        let member = self.member(path, shown);
        match value {
            Some(length) => member.within(length, range),
            None => member,
        }
    }

    /// The name and the ARN that a stream is addressed by, neither of them required by the model.
    pub(crate) fn stream(&mut self, name: Option<&str>, arn: Option<&str>) {
        self.member("streamName", name)
            .pattern(NAME)
            .length(&NAME_CHARS);
        self.member("streamARN", arn)
            .pattern(STREAM_ARN)
            .length(&ARN_CHARS);
    }

    /// The id of a shard.
    pub(crate) fn shard_id<'v>(
        &mut self,
        path: &'static str,
        value: Option<&'v str>,
    ) -> Member<'_, &'static str, &'v str> {
        self.member(path, value).pattern(NAME).length(&NAME_CHARS)
    }

    /// A partition key.
    pub(crate) fn partition_key(&mut self, path: impl Display, value: Option<&str>) {
        self.member(path, value)
            .required()
            .length(&PARTITION_KEY_CHARS);
    }

    /// The keys and values of tags to set.
    pub(crate) fn tags<'a>(
        &mut self,
        tags: Option<impl ExactSizeIterator<Item = (&'a String, &'a String)>>,
    ) {
        let Some(tags) = tags else {
            self.member("tags", None::<&str>).required();
            return;
        };
        self.count("tags", Some(tags.len()), &(1..=TAGS_PER_STREAM));
        for (key, value) in tags {
            self.member("tags", Some(key.as_str()))
                .length(&TAG_KEY_CHARS);
            self.member("tags", Some(value.as_str()))
                .length(&TAG_VALUE_CHARS);
        }
    }

    /// The keys of tags to remove.
    pub(crate) fn tag_keys(&mut self, keys: Option<&[String]>) {
        self.count("tagKeys", keys.map(<[_]>::len), &(1..=TAGS_PER_STREAM))
            .required();
        for key in keys.unwrap_or_default() {
            self.member("tagKeys", Some(key.as_str()))
                .length(&TAG_KEY_CHARS);
        }
    }

    /// The verdict.
    ///
    /// # Errors
    ///
    /// Some member violates its constraint.
    pub(crate) fn finish(mut self) -> Result<(), ApiError> {
        if self.violations.is_empty() {
            return Ok(());
        }
        self.violations.truncate(MOST_REPORTED);
        let count = self.violations.len();
        let plural = if count == 1 { "" } else { "s" };
        let message = format!(
            "{count} validation error{plural} detected: {}",
            self.violations.join("; ")
        );
        Err(ApiError::new(ErrorKind::Validation, message))
    }
}

impl<P: Display, V: Display> Member<'_, P, V> {
    /// It must be there.
    pub(crate) fn required(self) -> Self {
        if self.value.is_none() {
            return self.violates("not be null");
        }
        self
    }

    fn within(self, length: usize, range: &RangeInclusive<usize>) -> Self {
        if length < *range.start() {
            let rule = format!("have length greater than or equal to {}", range.start());
            self.violates(&rule)
        } else if length > *range.end() {
            let rule = format!("have length less than or equal to {}", range.end());
            self.violates(&rule)
        } else {
            self
        }
    }

    fn violates(self, rule: &str) -> Self {
        let shown = match &self.value {
            Some(value) => format!("'{value}'"),
            None => "null".to_owned(),
        };
        self.constraints.violations.push(format!(
            "Value {shown} at '{}' failed to satisfy constraint: Member must {rule}",
            self.path
        ));
        self
    }
}

impl<P: Display> Member<'_, P, &str> {
    /// It must have so many characters.
    pub(crate) fn length(self, range: &RangeInclusive<usize>) -> Self {
        match self.value {
            Some(text) => self.within(text.chars().count(), range),
            None => self,
        }
    }

    /// It must match the whole pattern.
    pub(crate) fn pattern(self, pattern: Pattern) -> Self {
        match self.value {
            Some(text) if !(pattern.matches)(text) => {
                let rule = format!("satisfy regular expression pattern: {}", pattern.text);
                self.violates(&rule)
            }
            _ => self,
        }
    }

    /// It must be one of these.
    pub(crate) fn one_of(self, values: &[&str]) -> Self {
        match self.value {
            Some(text) if !values.contains(&text) => {
                let rule = format!("satisfy enum value set: [{}]", values.join(", "));
                self.violates(&rule)
            }
            _ => self,
        }
    }
}

impl<P: Display> Member<'_, P, i64> {
    /// It must lie in the range.
    pub(crate) fn range(self, range: &RangeInclusive<i64>) -> Self {
        match self.value {
            Some(number) if number < *range.start() => {
                let rule = format!("have value greater than or equal to {}", range.start());
                self.violates(&rule)
            }
            Some(number) if number > *range.end() => {
                let rule = format!("have value less than or equal to {}", range.end());
                self.violates(&rule)
            }
            _ => self,
        }
    }
}

fn is_decimal(text: &str, most_digits: usize) -> bool {
    let has_leading_zero = text.len() > 1 && text.starts_with('0');
    !text.is_empty()
        && text.len() <= most_digits
        && !has_leading_zero
        && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn violations_are_worded_and_joined_as_aws_does() {
        let mut constraints = Constraints::default();
        constraints.stream(Some("a b"), None);
        constraints.member("limit", Some(0)).range(&(1..=10));
        constraints.member("shardId", None::<&str>).required();
        let error = constraints.finish().unwrap_err();
        assert_eq!(
            error.message,
            "3 validation errors detected: \
             Value 'a b' at 'streamName' failed to satisfy constraint: \
             Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+; \
             Value '0' at 'limit' failed to satisfy constraint: \
             Member must have value greater than or equal to 1; \
             Value null at 'shardId' failed to satisfy constraint: Member must not be null"
        );
    }

    #[test]
    fn an_arn_names_service_account_and_stream() {
        let matches = STREAM_ARN.matches;
        assert!(matches("arn:aws:kinesis:eu-west-1:000000000000:stream/a.b"));
        assert!(matches(
            "arn:aws-cn:kinesis:cn-north-1:123456789012:stream/a"
        ));
        assert!(!matches("arn:aws:kinesis:eu-west-1:000000000000:stream/"));
        assert!(!matches("arn:aws:kinesis:eu-west-1:1:stream/a"));
        assert!(!matches("arn:aws:s3:::bucket"));
        assert!(!matches("stream"));
    }
}
