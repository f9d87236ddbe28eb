//! Who may ask: the secrets for `s3s` to verify signatures with, and the session tokens that it
//! does not look at.

use http::{Request, header};
use s3s::auth::{S3Auth, SecretKey};
use s3s::{S3Error, S3ErrorCode, S3Result, s3_error};
use sha2::{Digest, Sha256};

use crate::credentials::Credentials;

/// Looks secrets up for `s3s`.
pub(crate) struct Secrets(pub(crate) Credentials);

#[async_trait::async_trait]
impl S3Auth for Secrets {
    async fn get_secret_key(&self, access_key: &str) -> S3Result<SecretKey> {
        match self.0.find(access_key) {
            Some(secret) => Ok(SecretKey::from(secret.access_key)),
            None => Err(s3_error!(
                InvalidAccessKeyId,
                "The AWS Access Key Id you provided does not exist in our records."
            )),
        }
    }
}

/// Refuses a temporary key that is over or comes without its token, wherever the request carries
/// them: in headers, or in the query of a presigned address.
pub(crate) fn check_session<B>(
    request: &Request<B>,
    credentials: &Credentials,
    now_ms: u64,
) -> Result<(), S3Error> {
    let Some(secret) = access_key_id(request).and_then(|id| credentials.find(&id)) else {
        // An unknown key is `s3s`'s to refuse.
        return Ok(());
    };
    let in_header = request.headers().get("x-amz-security-token");
    let token = in_header
        .and_then(|value| value.to_str().ok().map(str::to_owned))
        .or_else(|| query(request, "X-Amz-Security-Token"));
    let digest = |token: &str| Sha256::digest(token);
    if token.as_deref().map(digest) != secret.session_token.as_deref().map(digest) {
        return Err(s3_error!(
            InvalidToken,
            "The provided token is malformed or otherwise invalid."
        ));
    }
    if secret
        .expires_ms
        .is_some_and(|expires_ms| expires_ms <= now_ms)
    {
        return Err(S3Error::with_message(
            S3ErrorCode::ExpiredToken,
            "The provided token has expired.",
        ));
    }
    Ok(())
}

fn access_key_id<B>(request: &Request<B>) -> Option<String> {
    let header = request
        .headers()
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let credential = match header {
        Some(header) => header.split_once("Credential=")?.1.to_owned(),
        None => query(request, "X-Amz-Credential")?,
    };
    credential.split('/').next().map(str::to_owned)
}

fn query<B>(request: &Request<B>, wanted: &str) -> Option<String> {
    let parameters = request.uri().query()?.split('&');
    let (_, value) = parameters
        .filter_map(|parameter| parameter.split_once('='))
        .find(|(name, _)| *name == wanted)?;
    percent_encoding::percent_decode_str(value)
        .decode_utf8()
        .ok()
        .map(std::borrow::Cow::into_owned)
}
