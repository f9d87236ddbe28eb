//! Cross-origin headers, so that a page of another origin may call the stack.
//!
//! Measured on AWS by kinesalite: a preflight echoes what it is asked for, and every answer to a
//! page, errors included, exposes the headers that the SDKs read.

use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Request, Response};
use s3s::Body;

/// How long a browser may remember a preflight, in seconds.
const MAX_AGE: HeaderValue = HeaderValue::from_static("172800");

const ANY_ORIGIN: HeaderValue = HeaderValue::from_static("*");

const EXPOSED: HeaderValue = HeaderValue::from_static(
    "x-amzn-RequestId,x-amzn-ErrorType,x-amz-request-id,x-amz-id-2,x-amzn-ErrorMessage,Date,ETag,Content-Range",
);

/// Answers a preflight: what the page asks for is allowed.
///
/// The request that follows must be signed; but everybody knows the keys of the local stack, so any
/// page that its user visits could read and write there.
pub(crate) fn preflight<B>(request: &Request<B>) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    let asked = request.headers();
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, ANY_ORIGIN);
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, MAX_AGE);
    let mut echo = |from: HeaderName, to: HeaderName| {
        if let Some(value) = asked.get(from) {
            headers.insert(to, value.clone());
        }
    };
    echo(
        header::ACCESS_CONTROL_REQUEST_HEADERS,
        header::ACCESS_CONTROL_ALLOW_HEADERS,
    );
    echo(
        header::ACCESS_CONTROL_REQUEST_METHOD,
        header::ACCESS_CONTROL_ALLOW_METHODS,
    );
    response
}

/// Lets a page read an answer.
pub(crate) fn expose(headers: &mut HeaderMap) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, ANY_ORIGIN);
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
}
