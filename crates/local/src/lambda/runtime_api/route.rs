//! Method and path of a Runtime API request → the answer AWS gives.
//!
//! Paths and success answers are those of the guide; the words of the errors are those of AWS's
//! own Runtime Interface Emulator (`aws-lambda-runtime-interface-emulator`, `rapi/rendering`).

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use serde_json::json;

use super::{Answer, Exchange, Init, MAX_RESPONSE_BYTES, Running};

const INVOCATION: &str = "/2018-06-01/runtime/invocation/";
const NEXT: &str = "/2018-06-01/runtime/invocation/next";
const INIT_ERROR: &str = "/2018-06-01/runtime/init/error";

type Reply = Response<Full<Bytes>>;

/// A request body, or only its size when it is larger than Lambda takes.
enum Body {
    Whole(Bytes),
    TooLarge(usize),
}

pub(super) async fn answer(exchange: &Exchange, request: Request<Incoming>) -> Reply {
    let path = request.uri().path().to_owned();
    if request.method() == Method::GET && path == NEXT {
        return next(exchange).await;
    }
    if request.method() != Method::POST {
        return refusal(StatusCode::NOT_FOUND, "NotFound", "there is no such path");
    }
    let Ok(body) = read(request.into_body()).await else {
        return refusal(
            StatusCode::BAD_REQUEST,
            "InvalidRequest",
            "the body ended early",
        );
    };
    if path == INIT_ERROR {
        return init_error(exchange, body);
    }
    let invocation = path
        .strip_prefix(INVOCATION)
        .and_then(|rest| rest.split_once('/'));
    match invocation {
        Some((request_id, "response")) => response(exchange, request_id, body),
        Some((request_id, "error")) => error(exchange, request_id, body),
        _ => refusal(StatusCode::NOT_FOUND, "NotFound", "there is no such path"),
    }
}

/// Waits until there is an event, however long that takes: a release build of `lambda_runtime`
/// takes any other answer for a broken service and ends.
async fn next(exchange: &Exchange) -> Reply {
    if exchange.running().is_some() {
        let message = "the invocation under way has no answer yet";
        return refusal(StatusCode::FORBIDDEN, "InvalidStateTransition", message);
    }
    exchange.report_init(Init::Ready);
    let Some(event) = exchange.events.lock().await.recv().await else {
        // The process is being killed, and would report any answer as a broken service.
        return std::future::pending().await;
    };
    let reply = Response::builder()
        .header("Content-Type", "application/json")
        .header("Lambda-Runtime-Aws-Request-Id", &event.request_id)
        .header("Lambda-Runtime-Deadline-Ms", event.deadline_ms)
        .header(
            "Lambda-Runtime-Invoked-Function-Arn",
            &exchange.function_arn,
        )
        .header(
            "Lambda-Runtime-Trace-Id",
            trace_id(&event.request_id, event.deadline_ms),
        )
        .body(Full::new(event.payload));
    *exchange.running() = Some(Running {
        request_id: event.request_id,
        answer: event.answer,
    });
    reply.unwrap_or_else(|_| {
        let message = "the event has headers that cannot be sent";
        refusal(
            StatusCode::INTERNAL_SERVER_ERROR,
            "InternalServerError",
            message,
        )
    })
}

fn response(exchange: &Exchange, request_id: &str, body: Body) -> Reply {
    match body {
        Body::Whole(body) => accepted(exchange.answer(request_id, Answer::Response(body))),
        Body::TooLarge(bytes) => {
            if !exchange.answer(request_id, Answer::ResponseTooLarge(bytes)) {
                return accepted(false);
            }
            let message =
                format!("Exceeded maximum allowed payload size ({MAX_RESPONSE_BYTES} bytes).");
            refusal(
                StatusCode::PAYLOAD_TOO_LARGE,
                "RequestEntityTooLarge",
                &message,
            )
        }
    }
}

fn error(exchange: &Exchange, request_id: &str, body: Body) -> Reply {
    accepted(exchange.answer(request_id, Answer::Error(body.into_words())))
}

fn init_error(exchange: &Exchange, body: Body) -> Reply {
    exchange.report_init(Init::Failed(body.into_words()));
    accepted(true)
}

impl Body {
    /// The body of an error report; one that is too large is only described.
    fn into_words(self) -> Bytes {
        match self {
            Self::Whole(body) => body,
            Self::TooLarge(bytes) => {
                let message = format!("the error report of {bytes} bytes was too large to keep");
                Bytes::from(json!({"errorType": "Unhandled", "errorMessage": message}).to_string())
            }
        }
    }
}

/// Reads a body to its end, so that even a sender of too much hears the answer.
async fn read(mut incoming: Incoming) -> Result<Body, hyper::Error> {
    let mut body = Vec::new();
    let mut size = 0;
    while let Some(frame) = incoming.frame().await {
        let Ok(data) = frame?.into_data() else {
            continue;
        };
        size += data.len();
        if size <= MAX_RESPONSE_BYTES {
            body.extend_from_slice(&data);
        } else {
            body = Vec::new();
        }
    }
    Ok(if size <= MAX_RESPONSE_BYTES {
        Body::Whole(Bytes::from(body))
    } else {
        Body::TooLarge(size)
    })
}

fn accepted(known: bool) -> Reply {
    if !known {
        return refusal(
            StatusCode::BAD_REQUEST,
            "InvalidRequestID",
            "Invalid request ID",
        );
    }
    json_reply(StatusCode::ACCEPTED, &json!({"status": "OK"}))
}

fn refusal(status: StatusCode, error_type: &str, message: &str) -> Reply {
    json_reply(
        status,
        &json!({"errorMessage": message, "errorType": error_type}),
    )
}

fn json_reply(status: StatusCode, body: &serde_json::Value) -> Reply {
    let mut reply = Response::new(Full::new(Bytes::from(body.to_string())));
    *reply.status_mut() = status;
    reply.headers_mut().insert(
        http::header::CONTENT_TYPE,
        http::HeaderValue::from_static("application/json"),
    );
    reply
}

/// A trace header in X-Ray's form, not sampled (X-Ray guide, `/xray/latest/devguide/xray-concepts.html`).
fn trace_id(request_id: &str, deadline_ms: u64) -> String {
    let digits: String = request_id.chars().filter(char::is_ascii_hexdigit).collect();
    let (parent, trace) = digits.split_at_checked(8).unwrap_or(("", &digits));
    format!(
        "Root=1-{:08x}-{trace:0>24.24};Parent={parent:0<16.16};Sampled=0",
        deadline_ms / 1000
    )
}
