//! `InitiateAuth`: by password, which is then proven without being sent, or by refresh token.

use std::collections::HashMap;

use data_encoding::{BASE64, HEXLOWER};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::Sha256;
use uuid::Uuid;

use super::UserPool;
use crate::cognito::error::{ApiError, ErrorKind};
use crate::cognito::srp::{Handshake, SALT_BYTES, Verifier};
use crate::cognito::wire::{read, required};

/// A challenge that waits for its proof.
pub(super) struct Pending {
    pub(super) username: String,
    pub(super) handshake: Handshake,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Request {
    auth_flow: Option<String>,
    client_id: Option<String>,
    #[serde(default)]
    auth_parameters: HashMap<String, String>,
}

impl UserPool {
    pub(super) fn initiate_auth(&self, body: &[u8]) -> Result<Value, ApiError> {
        let request: Request = read(body)?;
        let flow = required(request.auth_flow, "authFlow")?;
        self.check_client(&required(request.client_id, "clientId")?)?;
        let parameter = |name: &str| {
            let value = request.auth_parameters.get(name);
            value.ok_or_else(|| ApiError::missing(name))
        };
        match flow.as_str() {
            "USER_SRP_AUTH" => self.challenge(parameter("USERNAME")?, parameter("SRP_A")?),
            "REFRESH_TOKEN_AUTH" | "REFRESH_TOKEN" => self.refresh(parameter("REFRESH_TOKEN")?),
            "USER_PASSWORD_AUTH" | "USER_AUTH" | "CUSTOM_AUTH" => Err(ApiError::invalid_parameter(
                format!("{flow} flow not enabled for this client"),
            )),
            "ADMIN_NO_SRP_AUTH" | "ADMIN_USER_PASSWORD_AUTH" => Err(ApiError::invalid_parameter(
                "Initiate Auth method not supported.",
            )),
            _ => Err(ApiError::new(
                ErrorKind::Validation,
                format!(
                    "1 validation error detected: Value '{flow}' at 'authFlow' failed to satisfy \
                     constraint: Member must satisfy enum value set: [USER_SRP_AUTH, \
                     REFRESH_TOKEN_AUTH, REFRESH_TOKEN, CUSTOM_AUTH, ADMIN_NO_SRP_AUTH, \
                     USER_PASSWORD_AUTH, ADMIN_USER_PASSWORD_AUTH, USER_AUTH]"
                ),
            )),
        }
    }

    /// Whoever asks is challenged: a name that is not there gets a salt as well, always the same.
    fn challenge(&self, name: &str, client_public: &str) -> Result<Value, ApiError> {
        let known = {
            let state = self.state();
            let user = state.users.iter().find(|user| user.is_called(name));
            user.map(|user| (user.username.clone(), user.verifier.clone()))
        };
        let (username, verifier) = known.unwrap_or_else(|| self.pretend(name));
        let handshake = Handshake::begin(client_public, &verifier)?;
        let server_public = handshake.server_public();
        let pending = Pending {
            username: username.clone(),
            handshake,
        };
        let now_ms = self.now_ms();
        let expires_ms =
            now_ms.saturating_add(crate::cognito::ms(self.settings.lifetimes.challenge));
        let ticket = self.state().handshakes.give(pending, now_ms, expires_ms)?;
        Ok(json!({
            "ChallengeName": "PASSWORD_VERIFIER",
            "ChallengeParameters": {
                "SALT": HEXLOWER.encode(&verifier.salt),
                "SRP_B": server_public,
                "SECRET_BLOCK": BASE64.encode(ticket.as_bytes()),
                "USERNAME": username,
                "USER_ID_FOR_SRP": username,
            },
        }))
    }

    /// What looks like a user, so that nobody can find out who is one.
    fn pretend(&self, name: &str) -> (String, Verifier) {
        let drawn = |what: &str| {
            // HMAC takes a key of any length, so the fallback is never met.
            let mut mac = <Hmac<Sha256>>::new_from_slice(&self.pretence)
                .unwrap_or_else(|_| Hmac::new(&hmac::digest::Key::<Hmac<Sha256>>::default()));
            mac.update(what.as_bytes());
            mac.update(name.to_lowercase().as_bytes());
            mac.finalize().into_bytes()
        };
        let mut salt = [0; SALT_BYTES];
        salt.copy_from_slice(&drawn("salt")[..SALT_BYTES]);
        let verifier = Verifier::of_exponent(salt, &drawn("exponent"));
        let username = if name.contains('@') {
            let mut id = [0; 16];
            id.copy_from_slice(&drawn("name")[..16]);
            // Of the version that users' ids have.
            uuid::Builder::from_sha1_bytes(id).into_uuid().to_string()
        } else {
            name.to_owned()
        };
        (username, verifier)
    }

    fn refresh(&self, refresh_token: &str) -> Result<Value, ApiError> {
        let state = self.state();
        let (id, sign_in): (Uuid, _) = state.sign_ins.refresh(refresh_token, self.now_ms())?;
        state.user(&sign_in.username)?.check_status()?;
        self.tokens(&state, &sign_in.username, id, sign_in.since_ms, None)
    }
}
