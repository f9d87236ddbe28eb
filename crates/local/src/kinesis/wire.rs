//! HTTP request → operation → HTTP response.
//!
//! Checks come in the order in which AWS makes them: size, method, content type, body, operation, members.
//! Who signs and from which origin is the caller's concern.

mod blob;
mod format;
mod timestamp;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, Method, Request, Response, StatusCode};
use serde::Serialize;
use serde::de::IgnoredAny;
use uuid::Uuid;

pub(crate) use self::blob::Blob;
pub(crate) use self::format::Format;
pub(crate) use self::timestamp::Timestamp;
use super::error::{ApiError, ErrorKind};
use super::limits::REQUEST_BYTES;
use super::operation;
use super::operation::Operation;
use super::streams::Streams;

const TARGET: HeaderName = HeaderName::from_static("x-amz-target");
const TARGET_PREFIX: &str = "Kinesis_20131202.";

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
const EXTENDED_REQUEST_ID: HeaderName = HeaderName::from_static("x-amz-id-2");

/// What AWS answers to a request that names no operation: XML, whatever the content type.
const NO_OPERATION: &str = "<AccessDeniedException>\n  <Message>Unable to determine service/operation name \
                            to be authorized</Message>\n</AccessDeniedException>\n";

const UNKNOWN_CONTENT_TYPE: &str = "<UnknownOperationException/>\n";

#[derive(Serialize)]
struct ErrorBody<'a> {
    #[serde(rename = "__type")]
    name: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
    /// The one error that AWS writes with a capital letter.
    #[serde(rename = "Message", skip_serializing_if = "Option::is_none")]
    serialization_message: Option<&'a str>,
}

/// Answers one request.
pub(crate) fn answer(streams: &Streams, request: &Request<Bytes>) -> Response<Bytes> {
    let (headers, body) = (request.headers(), request.body());
    if body.len() > REQUEST_BYTES {
        return response(StatusCode::PAYLOAD_TOO_LARGE, None, Bytes::new());
    }
    let target = text(headers, &TARGET);
    if request.method() != Method::POST {
        return xml(StatusCode::FORBIDDEN, NO_OPERATION);
    }
    let Some(format) = Format::of_content_type(text(headers, &CONTENT_TYPE)) else {
        return if target.contains('.') {
            xml(StatusCode::NOT_FOUND, UNKNOWN_CONTENT_TYPE)
        } else {
            xml(StatusCode::FORBIDDEN, NO_OPERATION)
        };
    };
    match perform(streams, format, target, body) {
        Ok(answer) => response(StatusCode::OK, Some(format), answer),
        Err(error) => error_response(format, &error),
    }
}

/// Answers a request whose handling broke off.
pub(crate) fn internal_failure(headers: &HeaderMap) -> Response<Bytes> {
    let format = Format::of_content_type(text(headers, &CONTENT_TYPE)).unwrap_or(Format::Json);
    let error = ApiError::new(ErrorKind::InternalFailure, "Internal Service Failure");
    error_response(format, &error)
}

fn perform(
    streams: &Streams,
    format: Format,
    target: &str,
    body: &[u8],
) -> Result<Bytes, ApiError> {
    let name = target.strip_prefix(TARGET_PREFIX).unwrap_or_default();
    match Operation::named(name) {
        Ok(operation) => operation::perform(operation, streams, format, body),
        Err(unknown) => {
            // AWS parses first: a broken body is reported even for an operation that doesn't exist.
            format.decode::<IgnoredAny>(body)?;
            Err(unknown)
        }
    }
}

fn error_response(format: Format, error: &ApiError) -> Response<Bytes> {
    let is_serialization = error.kind == ErrorKind::Serialization;
    let message = Some(error.message.as_str());
    let body = ErrorBody {
        name: error.kind.name(),
        message: message.filter(|_| !is_serialization),
        serialization_message: message.filter(|_| is_serialization),
    };
    let body = format.encode(&body).unwrap_or_default();
    response(error.kind.status(), Some(format), body)
}

fn xml(status: StatusCode, body: &'static str) -> Response<Bytes> {
    response(status, None, Bytes::from_static(body.as_bytes()))
}

fn response(status: StatusCode, format: Option<Format>, body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    let (id, extended_id) = (Uuid::new_v4(), Uuid::new_v4());
    if let Ok(value) = id.to_string().parse() {
        headers.insert(REQUEST_ID, value);
    }
    let extended_id = STANDARD.encode([id.into_bytes(), extended_id.into_bytes()].concat());
    if let Ok(value) = extended_id.parse() {
        headers.insert(EXTENDED_REQUEST_ID, value);
    }
    if let Some(Ok(value)) = format.map(|format| format.content_type().parse()) {
        headers.insert(CONTENT_TYPE, value);
    }
    response
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> &'a str {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default()
}
