//! What Cognito answers when it refuses, in its own names and words.
//!
//! Names are those of the API models; the words are what clients of AWS are used to see.

/// The name of an error, as clients tell errors apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ErrorKind {
    CodeMismatch,
    EnableSoftwareTokenMfa,
    ExpiredCode,
    InternalError,
    InvalidParameter,
    InvalidPassword,
    NotAuthorized,
    PasswordResetRequired,
    ResourceNotFound,
    Serialization,
    UnknownOperation,
    UnsupportedTokenType,
    UserNotConfirmed,
    Validation,
}

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ApiError {
    pub(crate) kind: ErrorKind,
    pub(crate) message: String,
}

impl ErrorKind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::CodeMismatch => "CodeMismatchException",
            Self::EnableSoftwareTokenMfa => "EnableSoftwareTokenMFAException",
            Self::ExpiredCode => "ExpiredCodeException",
            Self::InternalError => "InternalErrorException",
            Self::InvalidParameter => "InvalidParameterException",
            Self::InvalidPassword => "InvalidPasswordException",
            Self::NotAuthorized => "NotAuthorizedException",
            Self::PasswordResetRequired => "PasswordResetRequiredException",
            Self::ResourceNotFound => "ResourceNotFoundException",
            Self::Serialization => "SerializationException",
            Self::UnknownOperation => "UnknownOperationException",
            Self::UnsupportedTokenType => "UnsupportedTokenTypeException",
            Self::UserNotConfirmed => "UserNotConfirmedException",
            Self::Validation => "ValidationException",
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

    pub(crate) fn not_authorized(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::NotAuthorized, message)
    }

    pub(crate) fn invalid_parameter(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidParameter, message)
    }

    /// What a wrong password and an unknown user have in common.
    pub(crate) fn wrong_password() -> Self {
        Self::not_authorized("Incorrect username or password.")
    }

    pub(crate) fn stale_session() -> Self {
        Self::not_authorized("Invalid session for the user, session is expired.")
    }

    pub(crate) fn missing(parameter: &str) -> Self {
        Self::invalid_parameter(format!("Missing required parameter {parameter}"))
    }

    /// The machine has no randomness to give; a retry may find some.
    pub(crate) fn internal() -> Self {
        Self::new(ErrorKind::InternalError, "Internal Service Failure")
    }
}
