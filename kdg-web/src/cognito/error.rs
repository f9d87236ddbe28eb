//! Why nobody is signed in, in words and with a remedy.

use thiserror::Error;

use crate::aws::AwsError;
use crate::http::{Response, Unanswered};
use crate::message::Trouble;

/// A step of signing in that came to nothing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{words}")]
pub struct SignInError {
    /// Cognito's name for it, such as `NotAuthorizedException`, or ours.
    pub code: String,
    /// What was said.
    pub words: String,
    /// What to do about it.
    pub remedy: &'static str,
}

impl SignInError {
    /// What an answer other than 200 says.
    pub(super) fn of(response: &Response) -> Self {
        AwsError::of(response).into()
    }

    /// What was found out here.
    pub(super) fn here(code: &str, words: String) -> Self {
        let remedy = remedy(code, &words)
            .unwrap_or("try again; if that changes nothing, look at the user pool's settings");
        Self {
            code: code.to_owned(),
            words,
            remedy,
        }
    }

    /// Whether signing in once more, from the password on, is the only way on.
    pub fn ends_session(&self) -> bool {
        matches!(
            self.code.as_str(),
            "NotAuthorizedException" | "UserNotFoundException" | "ResourceNotFoundException"
        )
    }

    /// As the page shows it.
    pub fn trouble(&self) -> Trouble {
        Trouble {
            code: self.code.clone(),
            words: self.words.clone(),
            remedy: self.remedy.to_owned(),
        }
    }
}

impl From<AwsError> for SignInError {
    fn from(error: AwsError) -> Self {
        let remedy = remedy(&error.code, &error.words).unwrap_or_else(|| error.remedy());
        Self {
            code: error.code,
            words: error.words,
            remedy,
        }
    }
}

impl From<Unanswered> for SignInError {
    fn from(unanswered: Unanswered) -> Self {
        AwsError::from(unanswered).into()
    }
}

/// Source: "Errors" of `InitiateAuth`, `RespondToAuthChallenge`, `VerifySoftwareToken` and
/// `GetCredentialsForIdentity` in the references of Cognito.
fn remedy(code: &str, words: &str) -> Option<&'static str> {
    let remedy = match code {
        "NotAuthorizedException" if words.contains("disabled") => {
            "ask an administrator to enable the user"
        }
        "NotAuthorizedException" if words.contains("attempts exceeded") => {
            "wait some minutes, then try again"
        }
        "NotAuthorizedException"
            if words.contains("session") || words.contains("Refresh Token") =>
        {
            "sign in again"
        }
        "NotAuthorizedException" if words.contains("login token") => {
            "sign in again; if that changes nothing, the identity pool does not trust this user pool's client"
        }
        "NotAuthorizedException" => {
            "check the user name and the password; both tell capital letters apart"
        }
        "UserNotFoundException" => "check the user name",
        "UserNotConfirmedException" => "ask an administrator to confirm the user",
        "PasswordResetRequiredException" => "ask an administrator for a new temporary password",
        "InvalidPasswordException" => "choose a password that has what is named",
        "CodeMismatchException" | "EnableSoftwareTokenMFAException" => {
            "enter the six digits that the app shows now; if they never fit, set this device's clock right"
        }
        "ExpiredCodeException" => "enter the six digits that the app shows now",
        "TooManyRequestsException"
        | "TooManyFailedAttemptsException"
        | "LimitExceededException" => "wait some minutes, then try again",
        "ResourceNotFoundException" => {
            "check the ids of user pool, client and identity pool, and the region"
        }
        "InvalidParameterException" if words.contains("flow") => {
            "allow ALLOW_USER_SRP_AUTH for the user pool's client"
        }
        "InvalidIdentityPoolConfigurationException" => {
            "give the identity pool a role for users who have signed in"
        }
        "UnsupportedChallenge" => {
            "let the user pool ask for an authenticator app, or for nothing beyond the password"
        }
        _ => return None,
    };
    Some(remedy)
}
