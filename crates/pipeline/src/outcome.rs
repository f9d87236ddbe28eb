//! What can become of a record: exactly one of four outcomes, each with its reason.
//!
//! A reason has a stable kebab-case code, for metrics and object keys, and a sentence for people.

use std::time::Duration;

use crate::layout::Unrenderable;

/// What became of one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Its object is in the bucket.
    Stored(Stored),
    /// The pipeline's filter or program dropped it.
    Filtered,
    /// It can never succeed; its original bytes are below `quarantine/`.
    Quarantined(QuarantineReason),
    /// It may succeed later, so its shard is read again from here.
    Retry(RetryReason),
}

/// How a record came to be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stored {
    /// By an object that this invocation wrote.
    Written {
        /// The size of its body.
        bytes: usize,
    },
    /// By the object that this invocation wrote for another record.
    Beside,
    /// By an earlier delivery of the same record.
    Already,
    /// By giving way to a newer record, where the pipeline says `on_collision: overwrite`.
    Superseded,
}

/// Why a record can never succeed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuarantineReason {
    /// The envelope around the bytes is broken.
    #[error("the record's data is not base64")]
    NotBase64,
    /// The payload is compressed, and cut off or corrupt.
    #[error("the record is {compression}, and cannot be decompressed: {reason}")]
    NotDecompressible {
        /// By its first bytes.
        compression: &'static str,
        /// What the decompressor says.
        reason: String,
    },
    /// The payload grows beyond what a function can hold.
    #[error("the record decompresses to more than {limit} bytes")]
    TooLarge {
        /// The most bytes that are decompressed.
        limit: usize,
    },
    /// The JSON has more values than a function can hold.
    #[error(
        "the record's values would take more than {limit} bytes of memory; send it as several records"
    )]
    TooHeavy {
        /// The most bytes that they may take.
        limit: usize,
    },
    /// There is nothing to store.
    #[error("the record holds nothing but white space")]
    Empty,
    /// The bytes are not text.
    #[error("the record is not UTF-8: byte {offset} starts no valid character")]
    NotUtf8 {
        /// How many bytes before it are valid.
        offset: usize,
    },
    /// The bytes begin as an aggregated record of the Kinesis Producer Library.
    #[error("the record is a KPL aggregate {0}")]
    BrokenAggregate(&'static str),
    /// Its objects and arrays lie deeper in each other than can be read.
    #[error(
        "the record has more than {limit} levels, and the pipeline reads its fields; send it flatter or as a string"
    )]
    TooDeep {
        /// How many levels are read.
        limit: usize,
    },
    /// One of its numbers is beyond what any value can hold.
    #[error(
        "the number before line {line} column {column} is beyond 64-bit floats, and the pipeline reads the record's fields; send it as a string"
    )]
    NumberOutOfRange {
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
    },
    /// The text is not one JSON value.
    #[error("the record is not one JSON value: {0}")]
    NotJson(String),
    /// The filter or the program failed on it.
    #[error("{0}")]
    ProgramError(String),
    /// The schema, the filter or the program does not come to an end on it.
    #[error(
        "the schema, the filter and the program were not done with the record after {:.1} s; make the regular expression or the loop that takes so long simpler, or raise process.timeout_seconds",
        .after.as_secs_f64()
    )]
    TooSlow {
        /// How long they were waited for.
        after: Duration,
    },
    /// A program would round one of its numbers.
    #[error(
        "the program would store the integer {0} rounded, which does not fit in 64 bits with a sign; send it as a string"
    )]
    NumberTooLarge(String),
    /// The key template has no value for it.
    #[error("the object key cannot be rendered: {0}")]
    KeyUnrenderable(Unrenderable),
    /// Its own time is too far from its arrival, where the pipeline says `on_late: quarantine`.
    #[error("{0}")]
    Late(Unrenderable),
    /// It is not as the pipeline's JSON Schema says.
    #[error("the record breaks `{keyword}` of the schema at {path}: {message}")]
    SchemaViolation {
        /// The keyword that it breaks.
        keyword: String,
        /// Where in the record, as a JSON Pointer; `the root` for the record itself.
        path: String,
        /// What is wrong, in the validator's words.
        message: String,
    },
    /// Its line has no place for its identity.
    #[error(
        "a line gets the record's identity as a member, and the record is no JSON object; set object.id to \"\" to store it without"
    )]
    NotAnObject,
    /// Its line has no place for its identity.
    #[error(
        "the record has a member `{0}` of its own, and its identity would replace it; choose another name as object.id"
    )]
    IdTaken(String),
    /// Another record has its key, and nothing else may be used.
    #[error("another record already holds the object key")]
    KeyTaken,
}

impl QuarantineReason {
    /// The stable name of the reason, also a part of the quarantined object's key.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotBase64 => "not-base64",
            Self::NotDecompressible { .. } => "not-decompressible",
            Self::TooLarge { .. } | Self::TooHeavy { .. } => "too-large",
            Self::Empty => "empty",
            Self::NotUtf8 { .. } | Self::BrokenAggregate(_) => "not-utf8",
            Self::TooDeep { .. } => "too-deep",
            Self::NotJson(_) => "not-json",
            Self::ProgramError(_) => "program-error",
            Self::TooSlow { .. } => "too-slow",
            Self::NumberTooLarge(_) | Self::NumberOutOfRange { .. } => "number-too-large",
            Self::KeyUnrenderable(_) => "key-unrenderable",
            Self::Late(_) => "late",
            Self::SchemaViolation { .. } => "schema-violation",
            Self::NotAnObject => "not-an-object",
            Self::IdTaken(_) => "id-taken",
            Self::KeyTaken => "key-taken",
        }
    }
}

impl From<Unrenderable> for QuarantineReason {
    fn from(reason: Unrenderable) -> Self {
        match reason {
            late @ Unrenderable::Late { .. } => Self::Late(late),
            other => Self::KeyUnrenderable(other),
        }
    }
}

/// Why a record has to be delivered again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RetryReason {
    /// The store asks for fewer requests.
    #[error("S3 throttles; requests are spread over more prefixes or sent more slowly")]
    Throttled,
    /// The store failed on its side.
    #[error("S3 answered with a server error")]
    Unavailable,
    /// No answer came in time.
    #[error("S3 did not answer in time")]
    Timeout,
    /// The store could not be reached, or its answer could not be read.
    #[error("S3 cannot be reached; check the network, the endpoint and the region")]
    Unreachable,
    /// The function may not do this.
    #[error("S3 denies access; grant s3:PutObject and s3:GetObject on the bucket's objects")]
    AccessDenied,
    /// The bucket is not there.
    #[error("the bucket does not exist; create it or correct BUCKET")]
    NoSuchBucket,
    /// Someone else was writing the same key at the same time.
    #[error("another writer was busy with the same key")]
    Conflict,
    /// The store refuses the request for a reason that is not the record's.
    #[error("S3 refuses the request: {0}")]
    Refused(String),
    /// The invocation is about to end.
    #[error("the invocation ran out of time; raise process.timeout_seconds or lower batch_size")]
    OutOfTime,
    /// The record that decides about the key has not been settled.
    #[error("an earlier record with the same key has to be settled first")]
    Behind,
}

impl RetryReason {
    /// The stable name of the reason.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Throttled => "throttled",
            Self::Unavailable => "unavailable",
            Self::Timeout => "timeout",
            Self::Unreachable => "unreachable",
            Self::AccessDenied => "access-denied",
            Self::NoSuchBucket => "no-such-bucket",
            Self::Conflict => "conflict",
            Self::Refused(_) => "refused",
            Self::OutOfTime => "out-of-time",
            Self::Behind => "behind",
        }
    }
}
