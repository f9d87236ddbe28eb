//! Tokens: what a sign-in is shown by, signed and readable.
//!
//! JSON Web Tokens with RS256. The key is made at the start and forgotten at the end, so that no
//! token of another stack is ever good here.

use std::fmt;
use std::sync::{Arc, OnceLock};

use data_encoding::BASE64URL_NOPAD;
use rsa::RsaPrivateKey;
use rsa::pkcs1v15::{Signature, SigningKey, VerifyingKey};
use rsa::signature::{Keypair as _, SignatureEncoding as _, Signer as _, Verifier as _};
use rsa::traits::PublicKeyParts as _;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::error::ApiError;

/// Bits of the key.
const KEY_BITS: usize = 2048;

/// The lifetime of a token is told in whole seconds.
pub(crate) const MS_PER_SECOND: u64 = 1000;

/// What an access token may be used for.
const ACCESS_SCOPE: &str = "aws.cognito.signin.user.admin";

/// What signs tokens, and tells whether it did. Clones share the key, which is made when it is
/// first needed.
#[derive(Clone)]
pub(crate) struct Signer(Arc<OnceLock<Option<Key>>>);

struct Key {
    signing: SigningKey<Sha256>,
    verifying: VerifyingKey<Sha256>,
    id: String,
}

/// What every token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Claims {
    #[serde(with = "text")]
    pub(crate) sub: Uuid,
    pub(crate) iss: String,
    /// `id` or `access`.
    pub(crate) token_use: String,
    /// The sign-in that the token goes back to.
    #[serde(with = "text")]
    pub(crate) origin_jti: Uuid,
    pub(crate) auth_time: u64,
    pub(crate) exp: u64,
    pub(crate) iat: u64,
    #[serde(with = "text")]
    pub(crate) jti: Uuid,
    /// Of an ID token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) aud: Option<String>,
    #[serde(rename = "cognito:username", skip_serializing_if = "Option::is_none")]
    pub(crate) cognito_username: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) email_verified: Option<bool>,
    /// Of an access token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) client_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) scope: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) username: Option<String>,
}

/// Whom tokens are for, and since when and until when.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) client_id: &'a str,
    pub(crate) sub: Uuid,
    pub(crate) username: &'a str,
    pub(crate) email: Option<&'a str>,
    pub(crate) origin_jti: Uuid,
    /// Seconds since the Unix epoch, as are the following.
    pub(crate) auth_time: u64,
    pub(crate) now: u64,
    pub(crate) expires: u64,
}

impl Subject<'_> {
    pub(crate) fn id_token(&self) -> Claims {
        Claims {
            aud: Some(self.client_id.to_owned()),
            cognito_username: Some(self.username.to_owned()),
            email: self.email.map(str::to_owned),
            email_verified: self.email.map(|_| true),
            ..self.claims("id")
        }
    }

    pub(crate) fn access_token(&self) -> Claims {
        Claims {
            client_id: Some(self.client_id.to_owned()),
            scope: Some(ACCESS_SCOPE.to_owned()),
            username: Some(self.username.to_owned()),
            ..self.claims("access")
        }
    }

    fn claims(&self, token_use: &str) -> Claims {
        Claims {
            sub: self.sub,
            iss: self.issuer.to_owned(),
            token_use: token_use.to_owned(),
            origin_jti: self.origin_jti,
            auth_time: self.auth_time,
            exp: self.expires,
            iat: self.now,
            jti: Uuid::new_v4(),
            aud: None,
            cognito_username: None,
            email: None,
            email_verified: None,
            client_id: None,
            scope: None,
            username: None,
        }
    }
}

impl Signer {
    /// A signer whose key is being made on a thread of its own.
    pub(crate) fn new() -> Self {
        let signer = Self(Arc::new(OnceLock::new()));
        let made = signer.clone();
        std::thread::spawn(move || made.key().map(drop));
        signer
    }

    /// Signs claims.
    ///
    /// # Errors
    ///
    /// The system gives no randomness to make a key of.
    pub(crate) fn sign(&self, claims: &Claims) -> Result<String, ApiError> {
        let key = self.key()?;
        let part = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
        let head = part(&json!({ "kid": key.id, "alg": "RS256" }));
        let body = serde_json::to_value(claims).map_err(|_| ApiError::internal())?;
        let signed = format!("{head}.{}", part(&body));
        let signature = key.signing.sign(signed.as_bytes()).to_vec();
        Ok(format!("{signed}.{}", BASE64URL_NOPAD.encode(&signature)))
    }

    /// The claims of a token, if it was signed here and by nothing else than RS256.
    pub(crate) fn verify(&self, token: &str) -> Option<Claims> {
        let key = self.key().ok()?;
        let (signed, signature) = token.rsplit_once('.')?;
        let (head, body) = signed.split_once('.')?;
        let head: Value = decoded(head)?;
        if head["alg"] != "RS256" || head["kid"] != key.id.as_str() {
            return None;
        }
        let signature = BASE64URL_NOPAD.decode(signature.as_bytes()).ok()?;
        let signature = Signature::try_from(&signature[..]).ok()?;
        key.verifying.verify(signed.as_bytes(), &signature).ok()?;
        decoded(body)
    }

    /// The public key, as clients look it up (RFC 7517).
    pub(crate) fn key_set(&self) -> Result<Value, ApiError> {
        let key = self.key()?;
        let public: &rsa::RsaPublicKey = key.verifying.as_ref();
        let text = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
        Ok(json!({ "keys": [{
            "alg": "RS256",
            "e": text(&public.e_bytes()),
            "kid": key.id,
            "kty": "RSA",
            "n": text(&public.n_bytes()),
            "use": "sig",
        }] }))
    }

    fn key(&self) -> Result<&Key, ApiError> {
        self.0
            .get_or_init(Key::new)
            .as_ref()
            .ok_or_else(ApiError::internal)
    }
}

impl Key {
    fn new() -> Option<Self> {
        let mut random = rsa::rand_core::UnwrapErr(getrandom::SysRng);
        let key = RsaPrivateKey::new(&mut random, KEY_BITS);
        let key = key.inspect_err(|error| tracing::error!(%error, "no key to sign tokens"));
        let signing = SigningKey::new(key.ok()?);
        let verifying = signing.verifying_key();
        let public: &rsa::RsaPublicKey = verifying.as_ref();
        let id = BASE64URL_NOPAD.encode(&Sha256::digest(public.n_bytes()));
        Some(Self {
            signing,
            verifying,
            id,
        })
    }
}

/// Ids as tokens hold them.
mod text {
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};
    use uuid::Uuid;

    pub(super) fn serialize<S: Serializer>(id: &Uuid, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(id)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Uuid, D::Error> {
        let text = String::deserialize(from)?;
        Uuid::parse_str(&text).map_err(D::Error::custom)
    }
}

/// What a token says of itself, whoever signed it.
pub(crate) fn unverified(token: &str) -> Option<Value> {
    decoded(token.split('.').nth(1)?)
}

fn decoded<T: DeserializeOwned>(part: &str) -> Option<T> {
    serde_json::from_slice(&BASE64URL_NOPAD.decode(part.as_bytes()).ok()?).ok()
}

impl fmt::Debug for Signer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Signer").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims() -> Claims {
        let subject = Subject {
            issuer: "https://issuer",
            client_id: "client",
            sub: Uuid::nil(),
            username: "ada",
            email: None,
            origin_jti: Uuid::nil(),
            auth_time: 1,
            now: 2,
            expires: 3,
        };
        subject.id_token()
    }

    #[test]
    fn only_what_was_signed_here_is_believed() {
        let signer = Signer::new();
        let token = signer.sign(&claims()).unwrap();
        assert_eq!(signer.verify(&token), Some(claims_like(&signer, &token)));
        let parts: Vec<_> = token.split('.').collect();
        let other = BASE64URL_NOPAD.encode(br#"{"alg":"none"}"#);
        let changed = BASE64URL_NOPAD.encode(br#"{"sub":"root"}"#);
        for forged in [
            format!("{other}.{}.", parts[1]),
            format!("{other}.{}.{}", parts[1], parts[2]),
            format!("{}.{changed}.{}", parts[0], parts[2]),
            format!("{}.{}.{}", parts[0], parts[1], parts[1]),
            format!("{}.{}", parts[0], parts[1]),
            String::new(),
        ] {
            assert_eq!(signer.verify(&forged), None, "{forged}");
        }
        let stranger = Signer::new();
        assert_eq!(signer.verify(&stranger.sign(&claims()).unwrap()), None);
    }

    fn claims_like(signer: &Signer, token: &str) -> Claims {
        let jti = signer.verify(token).unwrap().jti;
        Claims { jti, ..claims() }
    }
}
