//! Who may ask. `s3s` verifies signatures with the secrets from here; session tokens and the end
//! of a key, which it does not look at, are checked here for the key that it has verified.

use std::sync::Arc;

use http::{HeaderMap, Uri};
use s3s::access::{S3Access, S3AccessContext};
use s3s::auth::{S3Auth, SecretKey};
use s3s::{S3Result, s3_error};
use sha2::{Digest, Sha256};

use crate::clock::Clock;
use crate::credentials::{Credentials, Secret};

/// The keys, and the time that some of them end at.
#[derive(Clone)]
pub(crate) struct Access {
    pub(crate) credentials: Credentials,
    pub(crate) clock: Arc<dyn Clock>,
}

#[async_trait::async_trait]
impl S3Auth for Access {
    async fn get_secret_key(&self, access_key: &str) -> S3Result<SecretKey> {
        Ok(SecretKey::from(self.find(access_key)?.access_key))
    }
}

#[async_trait::async_trait]
impl S3Access for Access {
    async fn check(&self, request: &mut S3AccessContext<'_>) -> S3Result<()> {
        let Some(signer) = request.credentials() else {
            return Err(s3_error!(AccessDenied, "Access Denied"));
        };
        if is_old_signature(request.headers(), request.uri()) {
            return Err(s3_error!(
                InvalidRequest,
                "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256."
            ));
        }
        let secret = self.find(&signer.access_key)?;
        let token = session_token(request.headers(), request.uri());
        let digest = |token: &String| Sha256::digest(token);
        // Digests, so that the time it takes tells nothing about the token.
        if token.as_ref().map(digest) != secret.session_token.as_ref().map(digest) {
            return Err(s3_error!(
                InvalidToken,
                "The provided token is malformed or otherwise invalid."
            ));
        }
        let now_ms = self.clock.now_ms();
        if secret.expires_ms.is_some_and(|end_ms| end_ms <= now_ms) {
            return Err(s3_error!(ExpiredToken, "The provided token has expired."));
        }
        Ok(())
    }
}

impl Access {
    fn find(&self, access_key_id: &str) -> S3Result<Secret> {
        let unknown = || {
            s3_error!(
                InvalidAccessKeyId,
                "The AWS Access Key Id you provided does not exist in our records."
            )
        };
        self.credentials.find(access_key_id).ok_or_else(unknown)
    }
}

/// Whether the request bears a signature of version 2, which ends never.
fn is_old_signature(headers: &HeaderMap, uri: &Uri) -> bool {
    let authorization = headers.get(http::header::AUTHORIZATION);
    let in_header = authorization.is_some_and(|value| value.as_bytes().starts_with(b"AWS "));
    let mut parameters = uri.query().unwrap_or_default().split('&');
    in_header || parameters.any(|parameter| parameter.starts_with("Signature="))
}

/// The token, in a header or in the query of a presigned address.
fn session_token(headers: &HeaderMap, uri: &Uri) -> Option<String> {
    if let Some(token) = headers.get("x-amz-security-token") {
        return token.to_str().ok().map(str::to_owned);
    }
    let parameters = uri.query()?.split('&');
    let (_, token) = parameters
        .filter_map(|parameter| parameter.split_once('='))
        .find(|(name, _)| *name == "X-Amz-Security-Token")?;
    let token = percent_encoding::percent_decode_str(token).decode_utf8();
    token.ok().map(std::borrow::Cow::into_owned)
}
