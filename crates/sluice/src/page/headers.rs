//! What a browser may do with the page: no more than where it is deployed, but for
//! speaking to the stack.

use http::header::{self, HeaderMap, HeaderValue};

/// The page runs its own scripts and WebAssembly. It speaks to the stack, and to AWS or whatever
/// endpoint its user names; nothing else is loaded from anywhere.
const CONTENT_SECURITY_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self'; \
     img-src 'self' data:; font-src 'self'; manifest-src 'self'; \
     connect-src 'self' https: http://127.0.0.1:* http://localhost:*; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// A page that was built again is seen at once, and one that was not is not sent again.
const REVALIDATED: HeaderValue = HeaderValue::from_static("no-cache");

/// As Terraform has it for the deployed page.
const NEVER_KEPT: HeaderValue = HeaderValue::from_static("no-store");

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Adds what every answer has.
pub(super) fn secure(headers: &mut HeaderMap) {
    headers.insert(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY);
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

pub(super) fn of_file(headers: &mut HeaderMap) {
    headers.insert(header::CACHE_CONTROL, REVALIDATED);
}

pub(super) fn of_config(headers: &mut HeaderMap) {
    headers.insert(header::CACHE_CONTROL, NEVER_KEPT);
    headers.insert(header::CONTENT_TYPE, JSON);
}
