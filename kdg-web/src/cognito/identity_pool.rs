//! A Cognito identity pool: a token of the user pool → credentials for AWS.

use serde::Deserialize;
use serde_json::json;

use super::ask;
use super::error::SignInError;
use crate::aws::suffix;
use crate::config::Pools;
use crate::http::Fetch;
use crate::message::Credentials;

const TARGET: &str = "AWSCognitoIdentityService";

/// The identity pool of a page.
#[derive(Debug, Clone)]
pub struct IdentityPool<F> {
    fetch: F,
    url: String,
    id: String,
    /// The user pool, as it is named to this one.
    provider: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Identity {
    identity_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Given {
    credentials: GivenCredentials,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GivenCredentials {
    access_key_id: String,
    secret_key: String,
    session_token: String,
    /// Seconds since the Unix epoch.
    expiration: f64,
}

impl<F: Fetch> IdentityPool<F> {
    /// The pool, at an endpoint of its own if it has one.
    pub fn new(fetch: F, pools: &Pools, endpoint: Option<&str>) -> Self {
        let region_of = |id: &str| {
            id.split_once(':')
                .map(|(region, _)| region.to_owned())
                .unwrap_or_default()
        };
        let region = region_of(&pools.identity_pool_id);
        let url = endpoint.map_or_else(
            || format!("https://cognito-identity.{region}.{}/", suffix(&region)),
            |endpoint| format!("{endpoint}/"),
        );
        let provider = format!(
            "cognito-idp.{}.{}/{}",
            pools.region,
            suffix(&pools.region),
            pools.user_pool_id
        );
        Self {
            fetch,
            url,
            id: pools.identity_pool_id.clone(),
            provider,
        }
    }

    /// The identity of whoever has this token, which stays the same.
    ///
    /// # Errors
    ///
    /// When the pool does not trust the token.
    pub async fn identity(&self, id_token: &str) -> Result<String, SignInError> {
        let input = json!({ "IdentityPoolId": self.id, "Logins": { &self.provider: id_token } });
        let identity: Identity =
            ask(&self.fetch, &self.url, format!("{TARGET}.GetId"), &input).await?;
        Ok(identity.identity_id)
    }

    /// Credentials of an identity, for an hour.
    ///
    /// # Errors
    ///
    /// When the pool does not trust the token, or has no role for the user.
    pub async fn credentials(
        &self,
        identity: &str,
        id_token: &str,
    ) -> Result<Credentials, SignInError> {
        let input = json!({ "IdentityId": identity, "Logins": { &self.provider: id_token } });
        let target = format!("{TARGET}.GetCredentialsForIdentity");
        let given: Given = ask(&self.fetch, &self.url, target, &input).await?;
        let given = given.credentials;
        #[expect(clippy::cast_possible_truncation, reason = "milliseconds fit for ages")]
        let expires_ms = (given.expiration * 1e3) as i64;
        Ok(Credentials {
            access_key_id: given.access_key_id,
            secret_access_key: given.secret_key,
            session_token: Some(given.session_token),
            expires_ms: Some(expires_ms),
        })
    }
}
