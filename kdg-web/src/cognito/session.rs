//! Tokens and credentials, kept in memory only and renewed before they expire.

use std::fmt;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::Value;

use super::error::SignInError;
use super::identity_pool::IdentityPool;
use super::user_pool::UserPool;
use crate::http::Fetch;
use crate::message::Credentials;

/// How long before they expire tokens and credentials are renewed, in milliseconds; a fifth of their
/// time if that is less.
const AHEAD_MS: i64 = 5 * 60 * 1000;

/// What is due within this time is renewed together, in milliseconds: services round differently.
const TOGETHER_MS: i64 = 60_000;

/// What a user pool gives whoever has signed in. Printed without any of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Tokens {
    /// Tells who the user is.
    pub id: String,
    /// Lets the user see to their own account.
    pub access: String,
    /// Brings new ones.
    pub refresh: Option<String>,
    /// Milliseconds since the Unix epoch.
    pub received_ms: i64,
    /// Of the first two, in milliseconds since the Unix epoch.
    pub expires_ms: i64,
}

/// Somebody who has signed in.
#[derive(Debug, Clone)]
pub struct Session<F> {
    user_pool: UserPool<F>,
    identity_pool: IdentityPool<F>,
    tokens: Tokens,
    identity: String,
    credentials: Credentials,
    received_ms: i64,
    clock: fn() -> i64,
}

impl<F: Fetch> Session<F> {
    /// Gets credentials for tokens.
    ///
    /// # Errors
    ///
    /// When the identity pool has none for this user.
    pub async fn open(
        user_pool: UserPool<F>,
        identity_pool: IdentityPool<F>,
        tokens: Tokens,
        clock: fn() -> i64,
    ) -> Result<Self, SignInError> {
        let identity = identity_pool.identity(&tokens.id).await?;
        let credentials = identity_pool.credentials(&identity, &tokens.id).await?;
        Ok(Self {
            user_pool,
            identity_pool,
            tokens,
            identity,
            credentials,
            received_ms: clock(),
            clock,
        })
    }

    /// What requests are signed with.
    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// The user's address or name, to be shown.
    pub fn user(&self) -> String {
        self.tokens.user().unwrap_or_else(|| self.identity.clone())
    }

    /// When to renew, in milliseconds since the Unix epoch.
    pub fn renew_at_ms(&self) -> i64 {
        let tokens = ahead(self.tokens.received_ms, self.tokens.expires_ms);
        match self.credentials.expires_ms {
            Some(expires_ms) => tokens.min(ahead(self.received_ms, expires_ms)),
            None => tokens,
        }
    }

    /// Gets new tokens where they are about to expire, and new credentials.
    ///
    /// # Errors
    ///
    /// When there is no connection, which is worth another try, or when the session is over: see
    /// [`SignInError::ends_session`]. What was there stays.
    pub async fn renew(&mut self) -> Result<(), SignInError> {
        let now_ms = (self.clock)();
        let due = ahead(self.tokens.received_ms, self.tokens.expires_ms);
        if now_ms + TOGETHER_MS >= due {
            let Some(refresh_token) = &self.tokens.refresh else {
                return Err(SignInError::here(
                    "NotAuthorizedException",
                    "the session is over".to_owned(),
                ));
            };
            self.tokens = self.user_pool.refresh(refresh_token).await?;
        }
        self.credentials = self
            .identity_pool
            .credentials(&self.identity, &self.tokens.id)
            .await?;
        self.received_ms = now_ms;
        Ok(())
    }

    /// Makes the tokens worthless. Credentials that were given hold until they expire.
    ///
    /// # Errors
    ///
    /// When the user pool cannot be told.
    pub async fn sign_out(self) -> Result<(), SignInError> {
        match &self.tokens.refresh {
            Some(refresh_token) => self.user_pool.revoke(refresh_token).await,
            None => Ok(()),
        }
    }
}

impl Tokens {
    /// The user's address or name, as the id token has it.
    fn user(&self) -> Option<String> {
        let payload = BASE64_URL_SAFE_NO_PAD
            .decode(self.id.split('.').nth(1)?)
            .ok()?;
        let claims: Value = serde_json::from_slice(&payload).ok()?;
        let claim = claims
            .get("email")
            .or_else(|| claims.get("cognito:username"))?;
        claim.as_str().map(str::to_owned)
    }
}

fn ahead(received_ms: i64, expires_ms: i64) -> i64 {
    expires_ms - AHEAD_MS.min((expires_ms - received_ms).max(0) / 5)
}

impl fmt::Debug for Tokens {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Tokens")
            .field("expires_ms", &self.expires_ms)
            .finish_non_exhaustive()
    }
}
