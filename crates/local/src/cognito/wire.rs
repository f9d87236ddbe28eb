//! JSON in and out: the target names an operation, the body its input.

use bytes::Bytes;
use data_encoding::BASE64;
use http::{HeaderValue, Response, StatusCode, header};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use uuid::Uuid;

use super::error::{ApiError, ErrorKind};

/// Reads the input of an operation; members that it does not know are passed over.
pub(crate) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    let body = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(body)
        .map_err(|error| ApiError::new(ErrorKind::Serialization, error.to_string()))
}

/// A member that the model requires.
pub(crate) fn required<T>(member: Option<T>, name: &str) -> Result<T, ApiError> {
    member.ok_or_else(|| {
        let message = format!(
            "1 validation error detected: Value null at '{name}' failed to satisfy constraint: \
             Member must not be null"
        );
        ApiError::new(ErrorKind::Validation, message)
    })
}

/// Bytes in base64, with its padding.
pub(crate) fn base64(text: &str) -> Option<Vec<u8>> {
    BASE64.decode(text.as_bytes()).ok()
}

pub(crate) fn response(answer: Result<Value, ApiError>) -> Response<Bytes> {
    let (status, body, error) = match answer {
        Ok(body) => (StatusCode::OK, body, None),
        Err(error) => {
            let body = json!({ "__type": error.kind.name(), "message": error.message });
            let status = match error.kind {
                ErrorKind::InternalError => StatusCode::INTERNAL_SERVER_ERROR,
                _ => StatusCode::BAD_REQUEST,
            };
            (status, body, Some(error))
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
        // With the colon, as AWS sends it.
        if let Ok(name) = format!("{}:", error.kind.name()).parse() {
            headers.insert("x-amzn-errortype", name);
        }
        if let Ok(message) = error.message.parse() {
            headers.insert("x-amzn-errormessage", message);
        }
    }
    response
}
