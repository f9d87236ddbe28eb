//! `GetUser`, `GlobalSignOut` and `RevokeToken`: what a client does with the tokens that it has.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{State, UserPool};
use crate::cognito::error::{ApiError, ErrorKind};
use crate::cognito::token::{MS_PER_SECOND, unverified};
use crate::cognito::wire::{read, required};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Bearer {
    access_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Revocation {
    token: Option<String>,
    client_id: Option<String>,
}

impl UserPool {
    pub(super) fn get_user(&self, body: &[u8]) -> Result<Value, ApiError> {
        let request: Bearer = read(body)?;
        let state = self.state();
        let username = self.bearer(&state, &required(request.access_token, "accessToken")?)?;
        let user = state.user(&username)?;
        let attributes = user.attributes().into_iter();
        let attributes: Vec<_> = attributes
            .map(|(name, value)| json!({ "Name": name, "Value": value }))
            .collect();
        let mut answer = json!({ "Username": user.username, "UserAttributes": attributes });
        if user.needs_code(false) {
            answer["PreferredMfaSetting"] = "SOFTWARE_TOKEN_MFA".into();
            answer["UserMFASettingList"] = json!(["SOFTWARE_TOKEN_MFA"]);
        }
        Ok(answer)
    }

    pub(super) fn global_sign_out(&self, body: &[u8]) -> Result<Value, ApiError> {
        let request: Bearer = read(body)?;
        let mut state = self.state();
        let username = self.bearer(&state, &required(request.access_token, "accessToken")?)?;
        state.sign_ins.revoke_all(&username);
        Ok(json!({}))
    }

    /// Revoking what is no token of ours, or revoked already, is no error (RFC 7009, section 2.2).
    pub(super) fn revoke_token(&self, body: &[u8]) -> Result<Value, ApiError> {
        let request: Revocation = read(body)?;
        let token = required(request.token, "token")?;
        self.check_client(&required(request.client_id, "clientId")?)?;
        if unverified(&token).is_some() {
            return Err(ApiError::new(
                ErrorKind::UnsupportedTokenType,
                "Unsupported token type",
            ));
        }
        self.state().sign_ins.revoke(&token);
        Ok(json!({}))
    }

    /// The user of an access token that is good.
    pub(super) fn bearer(&self, state: &State, access_token: &str) -> Result<String, ApiError> {
        let claims = self.signer.verify(access_token);
        let claims = claims.filter(|claims| {
            claims.token_use == "access"
                && claims.iss == self.issuer
                && claims.client_id.as_ref() == Some(&self.settings.client_id)
        });
        let claims = claims.ok_or_else(|| ApiError::not_authorized("Invalid Access Token"))?;
        if claims.exp <= self.now_ms() / MS_PER_SECOND {
            return Err(ApiError::not_authorized("Access Token has expired"));
        }
        if !state.sign_ins.is_good(claims.origin_jti) {
            return Err(ApiError::not_authorized("Access Token has been revoked"));
        }
        let username = claims.username.unwrap_or_default();
        state.user(&username)?.check_status()?;
        Ok(username)
    }
}
