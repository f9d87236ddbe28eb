//! A signed request → who signed it, or why it is refused.
//!
//! Signature Version 4 of requests that are signed in the `Authorization` header, written from
//! AWS's description. The clients under test sign with the SDK's code; this shares none of it.
//! Source: "Create a signed AWS API request" in the AWS IAM User Guide.

mod authorization;
mod canonical;
#[cfg(test)]
mod tests;

use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, Request};
use sha2::{Digest, Sha256};
use thiserror::Error;
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

use crate::credentials::{Credentials, Secret};
use authorization::Authorization;
use canonical::canonical_request;

/// How far the time of a request may lie from the clock, in milliseconds.
///
/// Source: "Troubleshoot Signature Version 4 signing", five minutes for most services.
const TOLERANCE_MS: u64 = 5 * 60 * 1000;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

const DATE_HEADER: &str = "x-amz-date";

/// ISO 8601 in its basic form, in UTC.
const DATE_FORMAT: &[BorrowedFormatItem<'static>] =
    format_description!("[year][month][day]T[hour][minute][second]Z");

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
    /// The request lacks what a signature is made of, all of it named, or a part cannot be read.
    #[error("{0}")]
    Incomplete(String),
    /// No such key, or not with this session token.
    #[error("The security token included in the request is invalid.")]
    UnknownKey,
    /// The key was handed out for a time that is over.
    #[error("The security token included in the request is expired")]
    ExpiredKey,
    /// The request was signed too long ago.
    #[error("Signature expired: {signed} is now earlier than {earliest} ({now} - 5 min.)")]
    Expired {
        /// The time in the request.
        signed: String,
        /// The earliest time that would do.
        earliest: String,
        /// The time here.
        now: String,
    },
    /// The request was signed in the future.
    #[error("Signature not yet current: {signed} is still later than {latest} ({now} + 5 min.)")]
    NotYetCurrent {
        /// The time in the request.
        signed: String,
        /// The latest time that would do.
        latest: String,
        /// The time here.
        now: String,
    },
    /// The request was signed for another service.
    #[error("Credential should be scoped to correct service: '{expected}'.")]
    WrongService {
        /// The service that was asked.
        expected: String,
    },
    /// The day of the key is not that of the request.
    #[error(
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: \
         '{scope}' != '{day}', from '{signed}'."
    )]
    WrongDay {
        /// The day in the scope.
        scope: String,
        /// The day of the request.
        day: String,
        /// The time in the request.
        signed: String,
    },
    /// The signature does not cover the host, so it would hold anywhere.
    #[error("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")]
    UnsignedHost,
    /// The request is not what was signed, or the secret is wrong.
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
            Self::Expired { .. }
            | Self::NotYetCurrent { .. }
            | Self::WrongService { .. }
            | Self::WrongDay { .. }
            | Self::UnsignedHost
            | Self::Mismatch => "InvalidSignatureException",
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
    let secret = credentials
        .find(&authorization.access_key_id)
        .ok_or(SignatureError::UnknownKey)?;
    check_session(&secret, headers, now_ms)?;
    check_time(&authorization.signed, now_ms)?;
    check_scope(&authorization, service)?;
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
        "{ALGORITHM}\n{}\n{scope}\n{}",
        authorization.signed,
        hex(&Sha256::digest(canonical))
    );
    let key = signing_key(&authorization, &secret);
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

fn check_time(signed: &str, now_ms: u64) -> Result<(), SignatureError> {
    let at = time::PrimitiveDateTime::parse(signed, DATE_FORMAT)
        .map_err(|_| incomplete("Date must be in ISO-8601 'basic format'."))?;
    // A time before the epoch is expired all the same.
    let at_ms = u64::try_from(at.assume_utc().unix_timestamp() * 1000).unwrap_or(0);
    let (signed, now) = (signed.to_owned(), iso_date(now_ms));
    if at_ms.saturating_add(TOLERANCE_MS) < now_ms {
        let earliest = iso_date(now_ms - TOLERANCE_MS);
        return Err(SignatureError::Expired {
            signed,
            earliest,
            now,
        });
    }
    if at_ms > now_ms.saturating_add(TOLERANCE_MS) {
        let latest = iso_date(now_ms + TOLERANCE_MS);
        return Err(SignatureError::NotYetCurrent {
            signed,
            latest,
            now,
        });
    }
    Ok(())
}

fn iso_date(ms: u64) -> String {
    let seconds = i64::try_from(ms / 1000).unwrap_or(i64::MAX);
    OffsetDateTime::from_unix_timestamp(seconds)
        .ok()
        .and_then(|time| time.format(DATE_FORMAT).ok())
        .unwrap_or_default()
}

fn check_scope(authorization: &Authorization, service: &str) -> Result<(), SignatureError> {
    let signed = &authorization.signed;
    let day = signed.split('T').next().unwrap_or_default();
    if authorization.date != day {
        return Err(SignatureError::WrongDay {
            scope: authorization.date.clone(),
            day: day.to_owned(),
            signed: signed.clone(),
        });
    }
    if authorization.service != service {
        return Err(SignatureError::WrongService {
            expected: service.to_owned(),
        });
    }
    let covers = |name: &str| authorization.signed_headers.contains(name);
    if !covers("host") && !covers(":authority") {
        return Err(SignatureError::UnsignedHost);
    }
    Ok(())
}

fn signing_key(authorization: &Authorization, secret: &Secret) -> Vec<u8> {
    let start = format!("AWS4{}", secret.access_key).into_bytes();
    [
        &authorization.date,
        &authorization.region,
        &authorization.service,
        "aws4_request",
    ]
    .into_iter()
    .fold(start, |key, part| {
        let mut mac = keyed(&key);
        mac.update(part.as_bytes());
        mac.finalize().into_bytes().to_vec()
    })
}

fn incomplete(words: &str) -> SignatureError {
    SignatureError::Incomplete(words.to_owned())
}

fn keyed(key: &[u8]) -> Hmac<Sha256> {
    // HMAC takes a key of any length, so the fallback is never met.
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
