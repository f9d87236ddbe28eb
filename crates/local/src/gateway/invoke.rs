//! Lambda's `Invoke`: an event over HTTP → the function's answer.
//!
//! Source: "Invoke" in the Lambda API Reference (`lambda/latest/api/API_Invoke.html`).

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use percent_encoding::percent_decode_str;
use s3s::Body;

use super::Gateway;
use crate::asynchronous::{self, RETRY_PAUSES};
use crate::lambda::{CouldNotInvoke, InvokeOutcome, MAX_REQUEST_BYTES, VERSION};
use crate::signature;

/// What stands before and behind the name of the function in the path.
pub(super) const PREFIX: &str = "/2015-03-31/functions/";
const SUFFIX: &str = "/invocations";

const INVOCATION_TYPE: &str = "x-amz-invocation-type";
const EXECUTED_VERSION: &str = "x-amz-executed-version";
const FUNCTION_ERROR: &str = "x-amz-function-error";

/// How every failure of a function is called, whatever it was.
const UNHANDLED: HeaderValue = HeaderValue::from_static("Unhandled");

/// Runs a function and answers with what it answers, or at once where nobody waits for it.
pub(super) async fn invoke(gateway: &Gateway, request: Request<Incoming>) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let Ok(body) = Limited::new(body, MAX_REQUEST_BYTES).collect().await else {
        let message = "the event is larger than Lambda takes";
        let status = StatusCode::PAYLOAD_TOO_LARGE;
        return error(status, "RequestTooLargeException", message);
    };
    let request = Request::from_parts(parts, body.to_bytes());
    let now_ms = gateway.clock.now_ms();
    if let Err(refused) = signature::verify(&request, "lambda", &gateway.credentials, now_ms) {
        return error(StatusCode::FORBIDDEN, refused.code(), &refused.to_string());
    }
    let name = function(request.uri().path());
    let Some(name) = name.filter(|name| gateway.lambda.stats(name).is_some()) else {
        let message = "there is no such function here; the pipeline files name those that are";
        return error(StatusCode::NOT_FOUND, "ResourceNotFoundException", message);
    };
    let kind = request.headers().get(INVOCATION_TYPE);
    let kind = kind
        .map_or(&b"RequestResponse"[..], HeaderValue::as_bytes)
        .to_vec();
    // Without an event the function gets an empty one.
    let event = match request.into_body() {
        event if event.is_empty() => Bytes::from_static(b"{}"),
        event => event,
    };
    match &kind[..] {
        b"RequestResponse" => answer(gateway.lambda.invoke(&name, event).await.outcome),
        b"Event" => {
            let lambda = Arc::new(gateway.lambda.clone());
            tokio::spawn(async move {
                let never = std::future::pending();
                asynchronous::invoke(&*lambda, &name, event, &RETRY_PAUSES, never).await
            });
            status(StatusCode::ACCEPTED)
        }
        b"DryRun" => status(StatusCode::NO_CONTENT),
        _ => error(
            StatusCode::BAD_REQUEST,
            "InvalidParameterValueException",
            "InvocationType is RequestResponse, Event or DryRun",
        ),
    }
}

/// The name of the function in a path, where it may be an ARN and have a qualifier.
fn function(path: &str) -> Option<String> {
    let named = path.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)?;
    let named = percent_decode_str(named).decode_utf8().ok()?;
    let (_, name) = named.rsplit_once(":function:").unwrap_or(("", &named));
    Some(name.split(':').next().unwrap_or(name).to_owned())
}

fn answer(outcome: InvokeOutcome) -> Response<Body> {
    let (body, is_error) = match outcome {
        InvokeOutcome::Success { body } => (body, false),
        InvokeOutcome::FunctionError { body, .. } => (body, true),
        InvokeOutcome::CouldNotInvoke(reason) => {
            let (status, code) = match reason {
                CouldNotInvoke::PayloadTooLarge { .. } => {
                    (StatusCode::PAYLOAD_TOO_LARGE, "RequestTooLargeException")
                }
                CouldNotInvoke::UnknownFunction(_) => {
                    (StatusCode::NOT_FOUND, "ResourceNotFoundException")
                }
                CouldNotInvoke::Start { .. } | CouldNotInvoke::Stopping(_) => {
                    (StatusCode::BAD_GATEWAY, "ResourceNotReadyException")
                }
            };
            return error(status, code, &reason.to_string());
        }
    };
    let mut response = Response::new(Body::from(body));
    let headers = response.headers_mut();
    headers.insert(EXECUTED_VERSION, HeaderValue::from_static(VERSION));
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    if is_error {
        headers.insert(FUNCTION_ERROR, UNHANDLED);
    }
    response
}

fn status(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

fn error(status: StatusCode, code: &str, message: &str) -> Response<Body> {
    let body = serde_json::json!({ "Type": "User", "Message": message, "message": message });
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    if let Ok(code) = HeaderValue::from_str(code) {
        headers.insert("x-amzn-errortype", code);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_named_by_name_or_by_arn() {
        for named in [
            "Ingest",
            "Ingest:$LATEST",
            "arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3AIngest",
            "arn:aws:lambda:us-east-1:000000000000:function:Ingest:$LATEST",
        ] {
            let path = format!("{PREFIX}{named}{SUFFIX}");
            assert_eq!(function(&path).as_deref(), Some("Ingest"), "{named}");
        }
        assert_eq!(function("/2015-03-31/functions/"), None);
    }
}
