//! `RespondToAuthChallenge`: the proof of a password, a new one, a code, or a set-up that is done.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::Value;
use time::PrimitiveDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

use super::UserPool;
use crate::cognito::challenge::Challenge;
use crate::cognito::error::{ApiError, ErrorKind};
use crate::cognito::srp::{Claim, Verifier};
use crate::cognito::user::UserStatus;
use crate::cognito::wire::{base64, read, required};

/// Such as `Fri Nov 6 18:39:47 UTC 2026`.
const TIMESTAMP: &[BorrowedFormatItem<'static>] = format_description!(
    "[weekday repr:short] [month repr:short] [day padding:none] [hour]:[minute]:[second] UTC [year]"
);

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Request {
    client_id: Option<String>,
    challenge_name: Option<String>,
    session: Option<String>,
    #[serde(default)]
    challenge_responses: HashMap<String, String>,
}

impl Request {
    fn response(&self, name: &str) -> Result<&str, ApiError> {
        let value = self.challenge_responses.get(name).map(String::as_str);
        value.ok_or_else(|| ApiError::missing(name))
    }
}

impl UserPool {
    pub(super) fn respond_to_auth_challenge(&self, body: &[u8]) -> Result<Value, ApiError> {
        let mut request: Request = read(body)?;
        self.check_client(&required(request.client_id.take(), "clientId")?)?;
        let challenge = required(request.challenge_name.take(), "challengeName")?;
        match challenge.as_str() {
            "PASSWORD_VERIFIER" => self.prove_password(&request),
            "NEW_PASSWORD_REQUIRED" => self.choose_password(&request),
            "SOFTWARE_TOKEN_MFA" => self.show_code(&request),
            "MFA_SETUP" => self.finish_setup(&request),
            _ => Err(ApiError::new(
                ErrorKind::Validation,
                format!(
                    "1 validation error detected: Value '{challenge}' at 'challengeName' failed to \
                     satisfy constraint: Member must satisfy enum value set: [PASSWORD_VERIFIER, \
                     NEW_PASSWORD_REQUIRED, SOFTWARE_TOKEN_MFA, MFA_SETUP]"
                ),
            )),
        }
    }

    fn prove_password(&self, request: &Request) -> Result<Value, ApiError> {
        let name = request.response("USERNAME")?;
        let block = request.response("PASSWORD_CLAIM_SECRET_BLOCK")?;
        let signature = request.response("PASSWORD_CLAIM_SIGNATURE")?;
        let timestamp = request.response("TIMESTAMP")?;
        if PrimitiveDateTime::parse(timestamp, TIMESTAMP).is_err() {
            return Err(ApiError::invalid_parameter(
                "TIMESTAMP format should be EEE MMM d HH:mm:ss z yyyy in english.",
            ));
        }
        let secret_block = base64(block).ok_or_else(ApiError::wrong_password)?;
        let ticket = std::str::from_utf8(&secret_block).map_err(|_| ApiError::wrong_password())?;
        // One attempt for each challenge.
        let pending = self.state().handshakes.take(ticket, self.now_ms());
        let pending = pending.ok_or_else(ApiError::stale_session)?;
        let claim = Claim {
            pool: self.pool(),
            username: &pending.username,
            secret_block: &secret_block,
            timestamp,
        };
        let signature = base64(signature).unwrap_or_default();
        if !pending.handshake.proves(claim, &signature) {
            return Err(ApiError::wrong_password());
        }
        let mut state = self.state();
        let user = state.user(&pending.username)?;
        if !user.is_called(name) {
            return Err(ApiError::wrong_password());
        }
        user.check_status()?;
        let next = Challenge::first(user, self.settings.is_code_required());
        self.proceed(&mut state, &pending.username, next)
    }

    fn choose_password(&self, request: &Request) -> Result<Value, ApiError> {
        let (session, username) = self.session(request, Challenge::NewPassword)?;
        let password = request.response("NEW_PASSWORD")?;
        self.settings.password_policy.check(password)?;
        let verifier = Verifier::new(self.pool(), &username, password)?;
        let mut state = self.state();
        let user = state.user_mut(&username)?;
        user.verifier = verifier;
        user.status = UserStatus::Confirmed;
        let next = Challenge::after_password(user, self.settings.is_code_required());
        state.sessions.take(session, self.now_ms());
        self.proceed(&mut state, &username, next)
    }

    fn show_code(&self, request: &Request) -> Result<Value, ApiError> {
        let (session, username) = self.session(request, Challenge::Code)?;
        let code = request.response("SOFTWARE_TOKEN_MFA_CODE")?;
        let now_ms = self.now_ms();
        let mut state = self.state();
        let user = state.user_mut(&username)?;
        let totp = user.totp.as_mut().ok_or_else(ApiError::stale_session)?;
        totp.take(code, now_ms)?;
        state.sessions.take(session, now_ms);
        self.proceed(&mut state, &username, None)
    }

    fn finish_setup(&self, request: &Request) -> Result<Value, ApiError> {
        let done = Challenge::Setup { is_verified: true };
        let (session, username) = self.session(request, done)?;
        let mut state = self.state();
        state.sessions.take(session, self.now_ms());
        self.proceed(&mut state, &username, None)
    }

    /// The session of an answer and its user, if it is the answer to what was asked. The session
    /// stays good, so that a slip of the finger is not the end of it.
    fn session<'r>(
        &self,
        request: &'r Request,
        challenge: Challenge,
    ) -> Result<(&'r str, String), ApiError> {
        let name = request.response("USERNAME")?;
        let session = request.session.as_deref();
        let session = session.ok_or_else(|| ApiError::missing("Session"))?;
        let mut state = self.state();
        let found = state.sessions.find(session, self.now_ms());
        let found = found.ok_or_else(ApiError::stale_session)?.clone();
        if found.challenge != challenge || !state.user(&found.username)?.is_called(name) {
            return Err(ApiError::not_authorized("Invalid session for the user."));
        }
        Ok((session, found.username))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_a_proof_is_in_english_without_a_zero_before_the_day() {
        let is_read = |text| PrimitiveDateTime::parse(text, TIMESTAMP).is_ok();
        assert!(is_read("Fri Nov 6 18:39:47 UTC 2026"));
        assert!(is_read("Fri Nov 20 08:39:47 UTC 2026"));
        assert!(!is_read("2026-11-06T18:39:47Z"));
        assert!(!is_read("Fre Nov 6 18:39:47 UTC 2026"));
    }
}
