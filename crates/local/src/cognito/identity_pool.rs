//! An identity pool: whoever shows an ID token of the user pool gets keys for a while.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Settings;
use super::error::{ApiError, ErrorKind};
use super::token::{MS_PER_SECOND, Signer, unverified};
use super::user_pool::UserPool;
use super::wire::{read, required};
use crate::clock::Clock;
use crate::credentials::Credentials;

/// An identity pool with one provider, and no guests.
pub(crate) struct IdentityPool {
    id: String,
    /// How the user pool is called among the logins.
    provider: String,
    client_id: String,
    credentials_ms: u64,
    clock: Arc<dyn Clock>,
    signer: Signer,
    credentials: Credentials,
    /// Every identity that was told to somebody.
    told: Mutex<HashSet<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GetId {
    identity_pool_id: Option<String>,
    #[serde(default)]
    logins: HashMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GetCredentials {
    identity_id: Option<String>,
    #[serde(default)]
    logins: HashMap<String, String>,
}

impl IdentityPool {
    pub(crate) fn new(
        settings: &Settings,
        provider: String,
        clock: Arc<dyn Clock>,
        signer: Signer,
        credentials: Credentials,
    ) -> Self {
        Self {
            id: settings.identity_pool_id.clone(),
            provider,
            client_id: settings.client_id.clone(),
            credentials_ms: super::ms(settings.lifetimes.credentials),
            clock,
            signer,
            credentials,
            told: Mutex::default(),
        }
    }

    /// Performs an operation of the API. Whether a sign-in was ended is the user pool's to say, as
    /// with AWS's `ServerSideTokenCheck`.
    pub(crate) fn perform(
        &self,
        operation: &str,
        body: &[u8],
        users: &UserPool,
    ) -> Result<Value, ApiError> {
        match operation {
            "GetId" => self.get_id(read(body)?, users),
            "GetCredentialsForIdentity" => self.get_credentials(read(body)?, users),
            _ => Err(ApiError::new(
                ErrorKind::UnknownOperation,
                format!("the local identity pool does not perform {operation}"),
            )),
        }
    }

    fn get_id(&self, request: GetId, users: &UserPool) -> Result<Value, ApiError> {
        let pool = required(request.identity_pool_id, "identityPoolId")?;
        if pool != self.id {
            return Err(ApiError::new(
                ErrorKind::ResourceNotFound,
                format!("IdentityPool '{pool}' not found."),
            ));
        }
        let identity = self.identity(self.login(&request.logins, users)?);
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.insert(identity.clone());
        Ok(json!({ "IdentityId": identity }))
    }

    fn get_credentials(
        &self,
        request: GetCredentials,
        users: &UserPool,
    ) -> Result<Value, ApiError> {
        let asked = required(request.identity_id, "identityId")?;
        let identity = self.identity(self.login(&request.logins, users)?);
        if asked != identity {
            let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
            return Err(if told.contains(&asked) {
                ApiError::not_authorized(
                    "Logins don't match. Please include at least one valid login for this \
                     identity or identity pool.",
                )
            } else {
                let message = format!("Identity '{asked}' not found.");
                ApiError::new(ErrorKind::ResourceNotFound, message)
            });
        }
        let expires_ms = self.clock.now_ms().saturating_add(self.credentials_ms);
        let key = self.credentials.issue(Some(expires_ms));
        Ok(json!({
            "IdentityId": identity,
            "Credentials": {
                "AccessKeyId": key.access_key_id,
                "SecretKey": key.secret_access_key,
                "SessionToken": key.session_token,
                "Expiration": expires_ms / MS_PER_SECOND,
            },
        }))
    }

    /// Who shows these logins.
    fn login(&self, logins: &HashMap<String, String>, users: &UserPool) -> Result<Uuid, ApiError> {
        if logins.is_empty() {
            return Err(ApiError::not_authorized(
                "Unauthenticated access is not supported for this identity pool.",
            ));
        }
        let token = logins.get(&self.provider);
        let token = token.ok_or_else(|| {
            ApiError::not_authorized(
                "Token is not from a supported provider of this identity pool.",
            )
        })?;
        let refused =
            |words: &str| ApiError::not_authorized(format!("Invalid login token. {words}"));
        let claims = self.signer.verify(token).ok_or_else(|| {
            refused(match unverified(token) {
                Some(_) => "Token signature is not valid.",
                None => "Not a valid OpenId Connect identity token.",
            })
        })?;
        if claims.iss != format!("https://{}", self.provider) {
            return Err(refused("Issuer doesn't match providerName"));
        }
        match &claims.aud {
            // As when an access token is shown.
            None => return Err(refused("Missing a required claim: aud")),
            Some(aud) if *aud != self.client_id => {
                return Err(refused("Incorrect token audience."));
            }
            Some(_) => {}
        }
        let now = self.clock.now_ms() / MS_PER_SECOND;
        if claims.exp <= now {
            return Err(refused(&format!("Token expired: {} >= {now}", claims.exp)));
        }
        if !users.is_signed_in(&claims) {
            return Err(refused("Token has been revoked."));
        }
        Ok(claims.sub)
    }

    /// The identity of a user, the same whenever they sign in.
    fn identity(&self, sub: Uuid) -> String {
        let region = self.id.split(':').next().unwrap_or_default();
        let name = format!("{}/{}/{sub}", self.id, self.provider);
        let id = Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes());
        format!("{region}:{id}")
    }
}
