//! The headers that carry a signature → its parts, or the name of every part that is missing.

use std::collections::BTreeSet;

use http::{HeaderMap, header};

use super::{ALGORITHM, DATE_HEADER, SignatureError, incomplete};

/// What the signer says of the signature.
pub(super) struct Authorization {
    pub(super) access_key_id: String,
    /// The day of the scope.
    pub(super) date: String,
    pub(super) region: String,
    pub(super) service: String,
    pub(super) signed_headers: BTreeSet<String>,
    pub(super) signature: String,
    /// The time of the request, as the signer wrote it.
    pub(super) signed: String,
}

impl Authorization {
    /// Reads the `Authorization` and `X-Amz-Date` headers.
    pub(super) fn read(headers: &HeaderMap) -> Result<Self, SignatureError> {
        let value = headers
            .get(header::AUTHORIZATION)
            .ok_or(SignatureError::Missing)?;
        let value = value
            .to_str()
            .map_err(|_| incomplete("Authorization header is not text."))?;
        let parts = value
            .strip_prefix(ALGORITHM)
            .ok_or_else(|| incomplete("Authorization header requires 'AWS4-HMAC-SHA256'."))?;
        let part = |name: &str| {
            parts
                .split(',')
                .filter_map(|part| part.trim().split_once('='))
                .find_map(|(found, value)| (found == name && !value.is_empty()).then_some(value))
        };
        let signed = headers
            .get(DATE_HEADER)
            .and_then(|value| value.to_str().ok());
        match (
            part("Credential"),
            part("Signature"),
            part("SignedHeaders"),
            signed,
        ) {
            (Some(credential), Some(signature), Some(signed_headers), Some(signed)) => {
                let [access_key_id, date, region, service] = read_credential(credential)?;
                Ok(Self {
                    access_key_id,
                    date,
                    region,
                    service,
                    signed_headers: signed_headers.split(';').map(str::to_owned).collect(),
                    signature: signature.to_owned(),
                    signed: signed.to_owned(),
                })
            }
            (credential, signature, signed_headers, signed) => Err(name_missing(&[
                (credential, "'Credential' parameter"),
                (signature, "'Signature' parameter"),
                (signed_headers, "'SignedHeaders' parameter"),
                (signed, "existence of 'X-Amz-Date' header"),
            ])),
        }
    }

    /// What the signing key is made for.
    pub(super) fn scope(&self) -> String {
        format!(
            "{}/{}/{}/aws4_request",
            self.date, self.region, self.service
        )
    }
}

/// `keyid/date/region/service/aws4_request` → its first four elements.
fn read_credential(credential: &str) -> Result<[String; 4], SignatureError> {
    // A key id could contain a slash, the four parts of the scope cannot.
    let from_the_end: Vec<_> = credential.rsplitn(5, '/').collect();
    match from_the_end[..] {
        ["aws4_request", service, region, date, access_key_id] => {
            Ok([access_key_id, date, region, service].map(str::to_owned))
        }
        _ => Err(incomplete(
            "Credential must have exactly 5 slash-delimited elements, \
             e.g. keyid/date/region/service/aws4_request.",
        )),
    }
}

fn name_missing(parts: &[(Option<&str>, &str)]) -> SignatureError {
    let missing: Vec<_> = parts
        .iter()
        .filter(|(found, _)| found.is_none())
        .map(|(_, name)| format!("Authorization header requires {name}."))
        .collect();
    incomplete(&missing.join(" "))
}
