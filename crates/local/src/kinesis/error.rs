//! The errors of the API: the names and the words that AWS answers with.

use std::fmt::Display;
use std::io;

use http::StatusCode;

use crate::account::ACCOUNT_ID;

/// What a request is refused with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ApiError {
    pub(crate) kind: ErrorKind,
    pub(crate) message: String,
}

/// The name of an error (API reference, `CommonErrors` and the errors of each operation).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ErrorKind {
    ExpiredIterator,
    ExpiredNextToken,
    InternalFailure,
    InvalidArgument,
    LimitExceeded,
    ProvisionedThroughputExceeded,
    ResourceInUse,
    ResourceNotFound,
    Serialization,
    UnknownOperation,
    Validation,
}

impl ErrorKind {
    /// The name on the wire.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::ExpiredIterator => "ExpiredIteratorException",
            Self::ExpiredNextToken => "ExpiredNextTokenException",
            Self::InternalFailure => "InternalFailure",
            Self::InvalidArgument => "InvalidArgumentException",
            Self::LimitExceeded => "LimitExceededException",
            Self::ProvisionedThroughputExceeded => "ProvisionedThroughputExceededException",
            Self::ResourceInUse => "ResourceInUseException",
            Self::ResourceNotFound => "ResourceNotFoundException",
            Self::Serialization => "SerializationException",
            Self::UnknownOperation => "UnknownOperationException",
            Self::Validation => "ValidationException",
        }
    }

    /// The status of an answer with this error.
    pub(crate) fn status(self) -> StatusCode {
        if self == Self::InternalFailure {
            StatusCode::INTERNAL_SERVER_ERROR
        } else {
            StatusCode::BAD_REQUEST
        }
    }
}

impl ApiError {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
        }
    }

    /// A request that says something impossible.
    pub(crate) fn invalid_argument(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidArgument, message)
    }

    /// The disk failed us. The caller learns no more than AWS would say; the log tells the rest.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "the last resting place of the error"
    )]
    pub(crate) fn internal(error: io::Error) -> Self {
        tracing::error!(%error, "the stream's files cannot be read or written");
        Self::new(ErrorKind::InternalFailure, "Internal Service Failure")
    }

    pub(crate) fn stream_not_found(stream: &str) -> Self {
        Self::new(
            ErrorKind::ResourceNotFound,
            format!("Stream {stream} under account {ACCOUNT_ID} not found."),
        )
    }

    pub(crate) fn stream_exists(stream: &str) -> Self {
        Self::new(
            ErrorKind::ResourceInUse,
            format!("Stream {stream} under account {ACCOUNT_ID} already exists."),
        )
    }

    pub(crate) fn stream_not_active(stream: &str, status: impl Display) -> Self {
        Self::new(
            ErrorKind::ResourceInUse,
            format!(
                "Stream {stream} under account {ACCOUNT_ID} not ACTIVE, instead in state {status}"
            ),
        )
    }

    /// What the operations that read say of a shard that is not there.
    pub(crate) fn shard_does_not_exist(shard_id: &str, stream: &str) -> Self {
        Self::new(
            ErrorKind::ResourceNotFound,
            format!(
                "Shard {shard_id} in stream {stream} under account {ACCOUNT_ID} does not exist"
            ),
        )
    }

    /// What the operations that reshard say of a shard that is not there.
    pub(crate) fn shard_not_found(shard_id: &str, stream: &str) -> Self {
        Self::new(
            ErrorKind::ResourceNotFound,
            format!(
                "Could not find shard {shard_id} in stream {stream} under account {ACCOUNT_ID}."
            ),
        )
    }

    pub(crate) fn shard_quota_exceeded(region: &str, open: usize, additional: usize) -> Self {
        let quota = super::limits::SHARD_QUOTA;
        Self::new(
            ErrorKind::LimitExceeded,
            format!(
                "This request would exceed the shard limit for the account {ACCOUNT_ID} in {region}. \
                 Current shard count for the account: {open}. Limit: {quota}. \
                 Number of additional shards that would have resulted from this request: {additional}. \
                 Refer to the AWS Service Limits page \
                 (http://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html) \
                 for current limits and how to request higher limits."
            ),
        )
    }

    pub(crate) fn rate_exceeded(shard_id: &str, stream: &str) -> Self {
        Self::new(
            ErrorKind::ProvisionedThroughputExceeded,
            format!(
                "Rate exceeded for shard {shard_id} in stream {stream} under account {ACCOUNT_ID}."
            ),
        )
    }

    pub(crate) fn on_demand_stream(stream: &str) -> Self {
        Self::new(
            ErrorKind::Validation,
            format!(
                "Request is invalid. Stream {stream} under account {ACCOUNT_ID} is in On-Demand mode."
            ),
        )
    }
}
