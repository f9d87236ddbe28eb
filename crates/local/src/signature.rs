//! A signed request → who signed it, or why it is refused.
//!
//! Signature Version 4 of requests that are signed in the `Authorization` header, written from
//! AWS's description. The clients under test sign with the SDK's code; this shares none of it.
//! Source: "Create a signed AWS API request" in the AWS IAM User Guide.

mod canonical;

use std::collections::BTreeSet;

use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, Request, header};
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::credentials::{Credentials, Secret};
use canonical::canonical_request;

/// How far the time of a request may lie from the clock, in milliseconds.
///
/// Source: "Troubleshoot Signature Version 4 signing", five minutes for most services.
const TOLERANCE_MS: u64 = 5 * 60 * 1000;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// Who signed a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signer {
    /// The key that the request names.
    pub access_key_id: String,
    /// The region that the request was signed for.
    pub region: String,
}

/// Why a request is refused. The words are AWS's.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// The request has no `Authorization` header.
    #[error("Missing Authentication Token")]
    Missing,
    /// The header lacks a part, or a part cannot be read.
    #[error("{0}")]
    Incomplete(String),
    /// No such key, or not with this session token.
    #[error("The security token included in the request is invalid.")]
    UnknownKey,
    /// The key was handed out for a time that is over.
    #[error("The security token included in the request is expired")]
    ExpiredKey,
    /// The request was signed too long ago, or in the future.
    #[error("Signature expired: {signed} is not within 5 minutes of the clock of the stack")]
    ExpiredSignature {
        /// The time in the request, as the client wrote it.
        signed: String,
    },
    /// The request was signed for another service, or is not what was signed.
    #[error(
        "The request signature we calculated does not match the signature you provided. \
         Check your AWS Secret Access Key and signing method. \
         Consult the service documentation for details."
    )]
    Mismatch,
}

impl SignatureError {
    /// The name of the error in the JSON protocols.
    ///
    /// Source: "Common Errors" in the Amazon Kinesis API Reference.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing => "MissingAuthenticationTokenException",
            Self::Incomplete(_) => "IncompleteSignatureException",
            Self::UnknownKey => "UnrecognizedClientException",
            Self::ExpiredKey => "ExpiredTokenException",
            Self::ExpiredSignature { .. } | Self::Mismatch => "InvalidSignatureException",
        }
    }
}

/// Verifies that a request to `service` was signed by a key of `credentials` around `now_ms`
/// (milliseconds since the Unix epoch), and that it is what was signed.
///
/// Any region is accepted: the stack is all of them.
///
/// # Errors
///
/// The first reason to refuse it, in the order in which AWS finds them.
pub fn verify(
    request: &Request<Bytes>,
    service: &str,
    credentials: &Credentials,
    now_ms: u64,
) -> Result<Signer, SignatureError> {
    let headers = request.headers();
    let authorization = Authorization::read(headers)?;
    let date = signing_date(headers)?;
    let secret = credentials
        .find(&authorization.access_key_id)
        .ok_or(SignatureError::UnknownKey)?;
    check_session(&secret, headers, now_ms)?;
    check_time(date, now_ms)?;
    if authorization.service != service || !date.starts_with(&authorization.date) {
        return Err(SignatureError::Mismatch);
    }
    let payload_hash = hex(&Sha256::digest(request.body()));
    let claimed = headers
        .get("x-amz-content-sha256")
        .and_then(|value| value.to_str().ok());
    if claimed.is_some_and(|claimed| claimed != payload_hash) {
        return Err(SignatureError::Mismatch);
    }
    let canonical = canonical_request(request, &authorization.signed_headers, &payload_hash);
    let scope = authorization.scope();
    let to_sign = format!(
        "{ALGORITHM}\n{date}\n{scope}\n{}",
        hex(&Sha256::digest(canonical))
    );
    let key = authorization.signing_key(&secret.access_key);
    let signature = unhex(&authorization.signature).ok_or(SignatureError::Mismatch)?;
    let mut mac = keyed(&key);
    mac.update(to_sign.as_bytes());
    // Compares in constant time.
    mac.verify_slice(&signature)
        .map_err(|_| SignatureError::Mismatch)?;
    Ok(Signer {
        access_key_id: authorization.access_key_id,
        region: authorization.region,
    })
}

/// The parts of an `Authorization` header.
struct Authorization {
    access_key_id: String,
    date: String,
    region: String,
    service: String,
    signed_headers: BTreeSet<String>,
    signature: String,
}

impl Authorization {
    fn read(headers: &HeaderMap) -> Result<Self, SignatureError> {
        let value = headers
            .get(header::AUTHORIZATION)
            .ok_or(SignatureError::Missing)?;
        let value = value
            .to_str()
            .map_err(|_| incomplete("Authorization header is not text."))?;
        let parts = value.strip_prefix(ALGORITHM).ok_or_else(|| {
            incomplete(&format!(
                "Unsupported AWS 'algorithm': expected '{ALGORITHM}'."
            ))
        })?;
        let part = |name: &str| {
            parts
                .split(',')
                .filter_map(|part| part.trim().split_once('='))
                .find_map(|(found, value)| (found == name).then_some(value))
                .ok_or_else(|| {
                    incomplete(&format!(
                        "Authorization header requires '{name}' parameter."
                    ))
                })
        };
        let credential = part("Credential")?;
        let signature = part("Signature")?.to_owned();
        let signed_headers = part("SignedHeaders")?
            .split(';')
            .map(str::to_owned)
            .collect();
        // A key id could contain a slash, the four parts of the scope cannot.
        let mut scope = credential.rsplitn(5, '/');
        match (
            scope.next(),
            scope.next(),
            scope.next(),
            scope.next(),
            scope.next(),
        ) {
            (
                Some("aws4_request"),
                Some(service),
                Some(region),
                Some(date),
                Some(access_key_id),
            ) => Ok(Self {
                access_key_id: access_key_id.to_owned(),
                date: date.to_owned(),
                region: region.to_owned(),
                service: service.to_owned(),
                signed_headers,
                signature,
            }),
            _ => Err(incomplete(
                "Credential must have exactly 5 slash-delimited elements, \
                 e.g. keyid/date/region/service/aws4_request.",
            )),
        }
    }

    fn scope(&self) -> String {
        format!(
            "{}/{}/{}/aws4_request",
            self.date, self.region, self.service
        )
    }

    fn signing_key(&self, secret_access_key: &str) -> Vec<u8> {
        let start = format!("AWS4{secret_access_key}").into_bytes();
        [&self.date, &self.region, &self.service, "aws4_request"]
            .into_iter()
            .fold(start, |key, part| {
                let mut mac = keyed(&key);
                mac.update(part.as_bytes());
                mac.finalize().into_bytes().to_vec()
            })
    }
}

fn signing_date(headers: &HeaderMap) -> Result<&str, SignatureError> {
    headers
        .get("x-amz-date")
        .and_then(|value| value.to_str().ok())
        .ok_or_else(|| {
            incomplete("Authorization header requires existence of 'X-Amz-Date' header.")
        })
}

fn check_session(secret: &Secret, headers: &HeaderMap, now_ms: u64) -> Result<(), SignatureError> {
    let token = headers
        .get("x-amz-security-token")
        .map(http::HeaderValue::as_bytes);
    let expected = secret.session_token.as_deref().map(str::as_bytes);
    if !same_token(token, expected) {
        return Err(SignatureError::UnknownKey);
    }
    if secret
        .expires_ms
        .is_some_and(|expires_ms| expires_ms <= now_ms)
    {
        return Err(SignatureError::ExpiredKey);
    }
    Ok(())
}

/// Compares digests, so that the time it takes tells nothing about the token.
fn same_token(given: Option<&[u8]>, expected: Option<&[u8]>) -> bool {
    match (given, expected) {
        (Some(given), Some(expected)) => Sha256::digest(given) == Sha256::digest(expected),
        (None, None) => true,
        _ => false,
    }
}

fn check_time(date: &str, now_ms: u64) -> Result<(), SignatureError> {
    let expired = || SignatureError::ExpiredSignature {
        signed: date.to_owned(),
    };
    let format = time::macros::format_description!("[year][month][day]T[hour][minute][second]Z");
    let signed = time::PrimitiveDateTime::parse(date, format)
        .map_err(|_| incomplete("Date must be in ISO-8601 'basic format'."))?;
    let signed_ms =
        u64::try_from(signed.assume_utc().unix_timestamp() * 1000).map_err(|_| expired())?;
    if signed_ms.abs_diff(now_ms) > TOLERANCE_MS {
        Err(expired())
    } else {
        Ok(())
    }
}

fn incomplete(words: &str) -> SignatureError {
    SignatureError::Incomplete(words.to_owned())
}

fn keyed(key: &[u8]) -> Hmac<Sha256> {
    // Fully qualified: HMAC takes a key of any length, so this cannot fail; the fallback is never met.
    <Hmac<Sha256> as KeyInit>::new_from_slice(key)
        .unwrap_or_else(|_| Hmac::new(&hmac::digest::Key::<Hmac<Sha256>>::default()))
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok())
        .collect()
}
