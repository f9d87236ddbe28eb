//! JSON in and out: the target names an operation, the body its input.

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header};
use serde_json::{Value, json};
use uuid::Uuid;

use super::Streams;
use super::error::{ApiError, INTERNAL, THROTTLED};
use super::operation;

/// The version of the API.
const TARGET_PREFIX: &str = "Firehose_20150804.";

pub(super) fn answer(streams: &Streams, request: &Request<Bytes>) -> Response<Bytes> {
    let target = request.headers().get("x-amz-target");
    let target = target.and_then(|target| target.to_str().ok());
    let operation = target.and_then(|target| target.strip_prefix(TARGET_PREFIX));
    let operation = operation.unwrap_or_default();
    response(operation::perform(streams, operation, request.body()))
}

pub(super) fn response(answer: Result<Value, ApiError>) -> Response<Bytes> {
    let (status, body, error) = match answer {
        Ok(body) => (StatusCode::OK, body, None),
        Err(error) => {
            let status = match error.name {
                INTERNAL => StatusCode::INTERNAL_SERVER_ERROR,
                THROTTLED => StatusCode::SERVICE_UNAVAILABLE,
                _ => StatusCode::BAD_REQUEST,
            };
            let body = json!({ "__type": error.name, "message": error.message });
            (status, body, Some(error.name))
        }
    };
    let mut response = Response::new(Bytes::from(body.to_string()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    let json = HeaderValue::from_static("application/x-amz-json-1.1");
    headers.insert(header::CONTENT_TYPE, json);
    if let Ok(id) = Uuid::new_v4().to_string().parse() {
        headers.insert("x-amzn-requestid", id);
    }
    if let Some(error) = error {
        headers.insert("x-amzn-errortype", HeaderValue::from_static(error));
    }
    response
}
