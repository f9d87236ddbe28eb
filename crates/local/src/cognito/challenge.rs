//! What stands between a password and tokens, one step after the other.

use serde_json::{Value, json};

use super::user::{User, UserStatus};

/// A sign-in that has not come to its end. The ticket for it is what clients call the session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Session {
    pub(crate) username: String,
    pub(crate) challenge: Challenge,
}

/// What a user has to answer next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Challenge {
    /// Another password than the one that an administrator gave.
    NewPassword,
    /// A code of the authenticator app.
    Code,
    /// An authenticator app has to be set up first.
    Setup {
        /// Whether a code of it was shown.
        is_verified: bool,
    },
}

impl Challenge {
    /// What a user who has shown their password has to answer first; `None` is the end.
    pub(crate) fn first(user: &User, is_code_required: bool) -> Option<Self> {
        if user.status == UserStatus::ForceChangePassword {
            return Some(Self::NewPassword);
        }
        Self::after_password(user, is_code_required)
    }

    /// What follows the password that the user chose.
    pub(crate) fn after_password(user: &User, is_code_required: bool) -> Option<Self> {
        if user.needs_code(is_code_required) {
            Some(Self::Code)
        } else if is_code_required {
            Some(Self::Setup { is_verified: false })
        } else {
            None
        }
    }

    /// The name in the API.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::NewPassword => "NEW_PASSWORD_REQUIRED",
            Self::Code => "SOFTWARE_TOKEN_MFA",
            Self::Setup { .. } => "MFA_SETUP",
        }
    }

    /// What a client is told of it; all values are texts, of which some hold JSON.
    pub(crate) fn parameters(self, user: &User) -> Value {
        let id = &user.username;
        match self {
            Self::NewPassword => {
                let attributes = user.attributes().into_iter();
                let attributes: serde_json::Map<_, _> = attributes
                    .filter(|(name, _)| *name != "sub")
                    .map(|(name, value)| (name.to_owned(), Value::String(value)))
                    .collect();
                json!({
                    "USER_ID_FOR_SRP": id,
                    "requiredAttributes": "[]",
                    "userAttributes": Value::Object(attributes).to_string(),
                })
            }
            Self::Code => json!({ "USER_ID_FOR_SRP": id }),
            Self::Setup { .. } => json!({
                "USER_ID_FOR_SRP": id,
                "MFAS_CAN_SETUP": r#"["SOFTWARE_TOKEN_MFA"]"#,
            }),
        }
    }
}
