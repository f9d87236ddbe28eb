//! Setting up an authenticator app, while signing in or once signed in.

use serde::Deserialize;
use serde_json::{Value, json};

use super::UserPool;
use crate::cognito::challenge::{Challenge, Session};
use crate::cognito::error::{ApiError, ErrorKind};
use crate::cognito::totp::TotpSecret;
use crate::cognito::user::Totp;
use crate::cognito::wire::{read, required};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Request {
    access_token: Option<String>,
    session: Option<String>,
    user_code: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Preference {
    access_token: Option<String>,
    software_token_mfa_settings: Option<SoftwareToken>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SoftwareToken {
    #[serde(default)]
    enabled: bool,
}

impl UserPool {
    pub(super) fn associate_software_token(&self, body: &[u8]) -> Result<Value, ApiError> {
        let request: Request = read(body)?;
        let username = self.who(&request)?;
        let secret = TotpSecret::new()?;
        let text = secret.text();
        let mut state = self.state();
        state.user_mut(&username)?.offered = Some(secret);
        drop(state);
        self.answer(&request, false, json!({ "SecretCode": text }))
    }

    pub(super) fn verify_software_token(&self, body: &[u8]) -> Result<Value, ApiError> {
        let mut request: Request = read(body)?;
        let code = required(request.user_code.take(), "userCode")?;
        let username = self.who(&request)?;
        let mut state = self.state();
        let user = state.user_mut(&username)?;
        let refused = |words: &str| ApiError::new(ErrorKind::EnableSoftwareTokenMfa, words);
        let secret = user.offered.as_ref();
        let secret = secret.ok_or_else(|| refused("Software token MFA is not associated"))?;
        let step = secret.step_of(&code, self.now_ms());
        let step =
            step.ok_or_else(|| refused("Code mismatch and fail enable Software Token MFA"))?;
        if let Some(secret) = user.offered.take() {
            user.totp = Some(Totp::new(secret, Some(step)));
            // Whoever is signed in says for themselves whether it is asked for.
            if let (Some(totp), None) = (&mut user.totp, &request.session) {
                totp.enabled = false;
            }
        }
        drop(state);
        self.answer(&request, true, json!({ "Status": "SUCCESS" }))
    }

    pub(super) fn set_user_mfa_preference(&self, body: &[u8]) -> Result<Value, ApiError> {
        let request: Preference = read(body)?;
        let mut state = self.state();
        let username = self.bearer(&state, &required(request.access_token, "accessToken")?)?;
        if let Some(wanted) = request.software_token_mfa_settings {
            match &mut state.user_mut(&username)?.totp {
                Some(totp) => totp.enabled = wanted.enabled,
                None if wanted.enabled => {
                    return Err(ApiError::invalid_parameter(
                        "User does not have software token mfa set up.",
                    ));
                }
                None => {}
            }
        }
        Ok(json!({}))
    }

    /// Whoever is signed in, or about to be and asked to set this up.
    fn who(&self, request: &Request) -> Result<String, ApiError> {
        let mut state = self.state();
        match (&request.access_token, &request.session) {
            (Some(access_token), _) => self.bearer(&state, access_token),
            (None, Some(session)) => match state.sessions.find(session, self.now_ms()) {
                Some(Session {
                    username,
                    challenge: Challenge::Setup { .. },
                }) => Ok(username.clone()),
                Some(_) => Err(ApiError::not_authorized("Invalid session for the user.")),
                None => Err(ApiError::stale_session()),
            },
            (None, None) => Err(ApiError::missing("AccessToken or Session")),
        }
    }

    /// Adds the next session to an answer, where the last one was used.
    fn answer(
        &self,
        request: &Request,
        is_verified: bool,
        mut answer: Value,
    ) -> Result<Value, ApiError> {
        let (Some(session), None) = (&request.session, &request.access_token) else {
            return Ok(answer);
        };
        let now_ms = self.now_ms();
        let mut state = self.state();
        let taken = state.sessions.take(session, now_ms);
        let taken = taken.ok_or_else(ApiError::stale_session)?;
        let next = Session {
            challenge: Challenge::Setup { is_verified },
            ..taken
        };
        let lifetime = crate::cognito::ms(self.settings.lifetimes.challenge);
        let session = state
            .sessions
            .give(next, now_ms, now_ms.saturating_add(lifetime))?;
        answer["Session"] = session.into();
        Ok(answer)
    }
}
