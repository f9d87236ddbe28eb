//! Who may sign in.

use std::fmt;

use uuid::Uuid;

use super::error::{ApiError, ErrorKind};
use super::srp::Verifier;
use super::totp::TotpSecret;

/// A user that is there from the start.
#[derive(Clone)]
pub struct NewUser {
    /// What is typed to sign in. With an `@` it is an address, and the user gets another name.
    pub name: String,
    /// Kept as a verifier, from which it cannot be had back.
    pub password: String,
    /// What stands between the password and a sign-in.
    pub status: UserStatus,
    /// The secret of an authenticator app that the user has set up.
    pub totp: Option<TotpSecret>,
}

/// What stands between a user's password and a sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UserStatus {
    /// Nothing.
    Confirmed,
    /// The password is one that an administrator gave: another must be chosen.
    ForceChangePassword,
    /// An administrator has reset the password.
    ResetRequired,
    /// The user has not proven their address.
    Unconfirmed,
    /// An administrator has disabled the user.
    Disabled,
}

/// A user of a pool.
pub(crate) struct User {
    /// The name within the pool.
    pub(crate) username: String,
    /// What never changes.
    pub(crate) sub: Uuid,
    pub(crate) email: Option<String>,
    pub(crate) verifier: Verifier,
    pub(crate) status: UserStatus,
    pub(crate) totp: Option<Totp>,
    /// A secret that the user was given, and has not shown to have.
    pub(crate) offered: Option<TotpSecret>,
}

/// A second factor that is set up.
pub(crate) struct Totp {
    secret: TotpSecret,
    /// The step of the last code that was taken: each is taken once.
    last_step: Option<u64>,
    /// Whether it is asked for.
    pub(crate) enabled: bool,
}

impl NewUser {
    /// A user who signs in with nothing but a password.
    pub fn new(name: impl Into<String>, password: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            password: password.into(),
            status: UserStatus::Confirmed,
            totp: None,
        }
    }
}

impl User {
    /// Makes a user of a pool, by the pool's whole id.
    pub(crate) fn new(user_pool_id: &str, new: NewUser) -> Result<Self, ApiError> {
        let sub = sub(user_pool_id, &new.name);
        let is_address = new.name.contains('@');
        // As in a pool whose users sign in by their address.
        let username = if is_address {
            sub.to_string()
        } else {
            new.name.clone()
        };
        let pool = pool_name(user_pool_id);
        Ok(Self {
            verifier: Verifier::new(pool, &username, &new.password)?,
            username,
            sub,
            email: is_address.then_some(new.name),
            status: new.status,
            totp: new.totp.map(|secret| Totp::new(secret, None)),
            offered: None,
        })
    }

    /// Whether somebody who typed this means the user. Case does not matter.
    pub(crate) fn is_called(&self, name: &str) -> bool {
        let is = |known: &str| known.to_lowercase() == name.to_lowercase();
        is(&self.username) || self.email.as_deref().is_some_and(is)
    }

    /// What refuses a user who has shown their password.
    pub(crate) fn check_status(&self) -> Result<(), ApiError> {
        match self.status {
            UserStatus::Confirmed | UserStatus::ForceChangePassword => Ok(()),
            UserStatus::ResetRequired => Err(ApiError::new(
                ErrorKind::PasswordResetRequired,
                "Password reset required for the user",
            )),
            UserStatus::Unconfirmed => Err(ApiError::new(
                ErrorKind::UserNotConfirmed,
                "User is not confirmed.",
            )),
            UserStatus::Disabled => Err(ApiError::not_authorized("User is disabled.")),
        }
    }

    /// Name and value of each attribute, in the order of AWS.
    pub(crate) fn attributes(&self) -> Vec<(&'static str, String)> {
        let mut attributes = Vec::new();
        if let Some(email) = &self.email {
            attributes.push(("email", email.clone()));
            attributes.push(("email_verified", "true".to_owned()));
        }
        attributes.push(("sub", self.sub.to_string()));
        attributes
    }

    /// Whether a code of an app is asked for.
    pub(crate) fn needs_code(&self, is_required: bool) -> bool {
        self.totp
            .as_ref()
            .is_some_and(|totp| totp.enabled || is_required)
    }
}

impl Totp {
    /// A second factor; `last_step` is that of the code which was shown to set it up.
    pub(crate) fn new(secret: TotpSecret, last_step: Option<u64>) -> Self {
        Self {
            secret,
            last_step,
            enabled: true,
        }
    }

    /// Takes a code, once.
    pub(crate) fn take(&mut self, code: &str, now_ms: u64) -> Result<(), ApiError> {
        let step = self.secret.step_of(code, now_ms).ok_or_else(|| {
            ApiError::new(ErrorKind::CodeMismatch, "Invalid code received for user")
        })?;
        if self.last_step.is_some_and(|last| step <= last) {
            return Err(ApiError::new(
                ErrorKind::ExpiredCode,
                "Your software token has already been used once.",
            ));
        }
        self.last_step = Some(step);
        Ok(())
    }
}

/// The name of a pool, which its id has behind the region.
pub(crate) fn pool_name(user_pool_id: &str) -> &str {
    user_pool_id
        .split_once('_')
        .map_or(user_pool_id, |(_, name)| name)
}

/// A user's id, the same at every start.
fn sub(user_pool_id: &str, name: &str) -> Uuid {
    let name = format!("{user_pool_id}/{}", name.to_lowercase());
    Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes())
}

// The password stays out of logs.
impl fmt::Debug for NewUser {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("NewUser")
            .field("name", &self.name)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_typed_and_a_name_is_given() {
        let user = NewUser::new("Ada@example.com", "secret");
        let user = User::new("us-east-1_pool", user).unwrap();
        assert_eq!(user.username, user.sub.to_string());
        assert!(user.is_called("ada@EXAMPLE.com"));
        assert!(user.is_called(&user.username));
        assert!(!user.is_called("ada"));
    }

    #[test]
    fn a_code_is_taken_once() {
        let secret = TotpSecret::new().unwrap();
        let mut totp = Totp::new(secret.clone(), None);
        let code = secret.code_at(90_000);
        assert_eq!(totp.take(&code, 90_000), Ok(()));
        assert_eq!(
            totp.take(&code, 90_000).unwrap_err().kind,
            ErrorKind::ExpiredCode
        );
        assert_eq!(totp.take(&secret.code_at(120_000), 120_000), Ok(()));
    }

    #[test]
    fn nothing_secret_is_printed() {
        let printed = format!("{:?}", NewUser::new("ada", "hunter2"));
        assert!(!printed.contains("hunter2"), "{printed}");
    }
}
