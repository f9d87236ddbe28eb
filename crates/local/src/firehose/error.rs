//! What Firehose answers when it refuses.
//!
//! Source: the errors of the operations in the Amazon Data Firehose API Reference.

use crate::account::ACCOUNT_ID;

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ApiError {
    /// The name that clients tell errors apart by.
    pub(crate) name: &'static str,
    pub(crate) message: String,
}

/// What a throttled record, and a throttled call, is refused with.
pub(crate) const THROTTLED: &str = "ServiceUnavailableException";

/// The words of [`THROTTLED`].
pub(crate) const SLOW_DOWN: &str = "Slow down.";

/// The name of the error that is nobody's fault but ours.
pub(crate) const INTERNAL: &str = "InternalFailure";

impl ApiError {
    pub(crate) fn new(name: &'static str, message: impl Into<String>) -> Self {
        Self {
            name,
            message: message.into(),
        }
    }

    pub(crate) fn internal() -> Self {
        Self::new(INTERNAL, "Internal Service Failure")
    }

    pub(crate) fn not_found(name: &str) -> Self {
        Self::new(
            "ResourceNotFoundException",
            format!("Firehose {name} under account {ACCOUNT_ID} not found."),
        )
    }

    pub(crate) fn throttled() -> Self {
        Self::new(THROTTLED, SLOW_DOWN)
    }

    pub(crate) fn invalid_argument(message: impl Into<String>) -> Self {
        Self::new("InvalidArgumentException", message)
    }

    /// A member that the model refuses; `constraint` is what follows `Member must`.
    pub(crate) fn validation(member: &str, constraint: &str) -> Self {
        Self::new(
            "ValidationException",
            format!(
                "1 validation error detected: Value at '{member}' failed to satisfy constraint: \
                 Member must {constraint}"
            ),
        )
    }
}
