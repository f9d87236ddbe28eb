//! A request → a signed request, by AWS's Signature Version 4.
//!
//! Source: "Create a signed AWS API request" in the AWS IAM User Guide.

use std::fmt::Write as _;

use hmac::{Hmac, KeyInit as _, Mac as _};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;

use crate::http::Request;
use crate::message::Credentials;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// All but what RFC 3986 calls unreserved.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The same in a path, whose slashes stay.
const RESERVED_IN_PATH: &AsciiSet = &RESERVED.remove(b'/');

/// The service whose paths are signed as they are; those of others are encoded once more.
const S3: &str = "s3";

/// Adds the headers that prove who sends `request`, and that it is what was sent.
///
/// The path and the query of its URL are encoded already, with [`encoded`] or [`encoded_path`].
pub fn sign(
    request: &mut Request,
    service: &str,
    region: &str,
    credentials: &Credentials,
    now_ms: i64,
) {
    let (day, moment) = stamps(now_ms);
    let digest = hex(&Sha256::digest(&request.body));
    request.headers.push(("x-amz-date", moment.clone()));
    if let Some(token) = &credentials.session_token {
        request
            .headers
            .push(("x-amz-security-token", token.clone()));
    }
    if service == S3 {
        request
            .headers
            .push(("x-amz-content-sha256", digest.clone()));
    }
    let (canonical, signed_headers) = canonical(request, service, &digest);
    let scope = format!("{day}/{region}/{service}/aws4_request");
    let to_sign = format!(
        "{ALGORITHM}\n{moment}\n{scope}\n{}",
        hex(&Sha256::digest(canonical))
    );
    let secret = format!("AWS4{}", credentials.secret_access_key);
    let mut key = keyed(secret.as_bytes(), day.as_bytes());
    for part in [region, service, "aws4_request"] {
        key = keyed(&key, part.as_bytes());
    }
    let signature = hex(&keyed(&key, to_sign.as_bytes()));
    let id = &credentials.access_key_id;
    let authorization = format!(
        "{ALGORITHM} Credential={id}/{scope}, SignedHeaders={signed_headers}, Signature={signature}"
    );
    request.headers.push(("authorization", authorization));
}

/// Text as a name or a value of a query.
pub fn encoded(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// Text as a path, in which slashes stay.
pub fn encoded_path(text: &str) -> String {
    utf8_percent_encode(text, RESERVED_IN_PATH).to_string()
}

/// The keyed digest by HMAC-SHA256.
pub(crate) fn keyed(key: &[u8], data: &[u8]) -> [u8; 32] {
    // A key may have any length, so that there is always a digest.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return [0; 32];
    };
    mac.update(data);
    mac.finalize().into_bytes().into()
}

/// Bytes in hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to text cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// The request in the form that is signed, and the names of the headers in it.
fn canonical(request: &Request, service: &str, digest: &str) -> (String, String) {
    let after = request
        .url
        .split_once("://")
        .map_or(&*request.url, |(_, after)| after);
    let (before_query, query) = after.split_once('?').unwrap_or((after, ""));
    let path = before_query.find('/').map_or("/", |at| &before_query[at..]);
    let path = if service == S3 {
        path.to_owned()
    } else {
        encoded_path(path)
    };
    let mut parameters: Vec<String> = query
        .split('&')
        .filter(|parameter| !parameter.is_empty())
        .map(|parameter| {
            if parameter.contains('=') {
                parameter.to_owned()
            } else {
                format!("{parameter}=")
            }
        })
        .collect();
    // By name, and then by value: as whole texts `a=` would come behind `a-b=`.
    parameters.sort_by(|one, other| one.split_once('=').cmp(&other.split_once('=')));
    let mut headers: Vec<(&str, &str)> = request
        .headers
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    headers.push(("host", request.host()));
    headers.sort_unstable();
    let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
    let names = names.join(";");
    let mut text = format!("{}\n{path}\n{}\n", request.method, parameters.join("&"));
    for (name, value) in headers {
        let words: Vec<&str> = value.split_ascii_whitespace().collect();
        let _ = writeln!(text, "{name}:{}", words.join(" "));
    }
    let _ = write!(text, "\n{names}\n{digest}");
    (text, names)
}

/// The day and the second of a time, in UTC: `20261122` and `20261122T013000Z`.
fn stamps(now_ms: i64) -> (String, String) {
    let now = OffsetDateTime::from_unix_timestamp(now_ms.div_euclid(1000))
        .unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let day = format!(
        "{:04}{:02}{:02}",
        now.year(),
        u8::from(now.month()),
        now.day()
    );
    let moment = format!(
        "{day}T{:02}{:02}{:02}Z",
        now.hour(),
        now.minute(),
        now.second()
    );
    (day, moment)
}
