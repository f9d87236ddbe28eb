//! The one port: a request in, the service that it is for, and its answer with CORS headers out.
//!
//! Requests to Kinesis and Firehose are checked for a valid signature here; S3 checks its own, because an upload
//! is signed over a body that has not arrived yet.

mod cors;
mod invoke;
mod route;

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use s3s::Body;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::timeout;
use uuid::Uuid;

use crate::clock::Clock;
use crate::cognito::Cognito;
use crate::credentials::Credentials;
use crate::fault::Fault;
use crate::firehose::Firehose;
use crate::kinesis::Kinesis;
use crate::lambda::Lambda;
use crate::s3::S3;
use crate::signature;
use crate::stand_in::{self, ApiFaults, StandIn};
use route::Route;

/// The largest body of a request with records: 10 MiB of them and their keys, in base64, and the
/// JSON around 500 of them.
const RECORDS_BODY_MAX_BYTES: usize = 16 * 1024 * 1024;

/// The largest body of a request to Cognito.
const COGNITO_BODY_MAX_BYTES: usize = 128 * 1024;

/// How long a retry should wait after an injected 503, in seconds.
const RETRY_AFTER_SECONDS: HeaderValue = HeaderValue::from_static("1");

/// How long a stop waits for requests that are under way.
const STOP_PATIENCE: Duration = Duration::from_secs(5);

/// How long to wait before the next connection after one could not be accepted.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// What the port leads to.
pub(crate) struct Gateway {
    pub(crate) kinesis: Kinesis,
    pub(crate) s3: S3,
    pub(crate) lambda: Lambda,
    pub(crate) firehose: Firehose,
    pub(crate) cognito: Option<Cognito>,
    pub(crate) stand_ins: Vec<StandIn>,
    pub(crate) api_faults: ApiFaults,
    pub(crate) credentials: Credentials,
    pub(crate) clock: Arc<dyn Clock>,
    /// The share of requests with records for a stream that are answered 503.
    pub(crate) put_records_fault: Fault,
    /// The share of object uploads that are answered 503 `SlowDown`.
    pub(crate) put_object_fault: Fault,
}

impl Gateway {
    /// Answers connections until told to stop; those that are open then finish their request.
    pub(crate) async fn serve(
        self: Arc<Self>,
        listener: TcpListener,
        mut stop: watch::Receiver<bool>,
    ) {
        let connections = GracefulShutdown::new();
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                _ = stop.wait_for(|stop| *stop) => break,
            };
            let stream = match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    // As when no descriptor is free: it fails at once and would again.
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            };
            // Small answers must not wait for an acknowledgement of the one before.
            let _ = stream.set_nodelay(true);
            let gateway = Arc::clone(&self);
            let service = service_fn(move |request| {
                let gateway = Arc::clone(&gateway);
                async move { Ok::<_, Infallible>(gateway.answer(request).await) }
            });
            let server = Builder::new(TokioExecutor::new());
            let connection = server
                .serve_connection(TokioIo::new(stream), service)
                .into_owned();
            let connection = connections.watch(connection);
            tokio::spawn(async move {
                if let Err(error) = connection.await {
                    tracing::debug!(error, "a connection ended early");
                }
            });
        }
        drop(listener);
        if timeout(STOP_PATIENCE, connections.shutdown())
            .await
            .is_err()
        {
            tracing::warn!("connections that did not finish were cut off");
        }
    }

    async fn answer(&self, request: Request<Incoming>) -> Response<Body> {
        let origin = request.headers().contains_key(header::ORIGIN);
        if request.method() == Method::OPTIONS && origin {
            return cors::preflight(&request);
        }
        let mut response = match Route::of(&request) {
            Route::Health => health(),
            Route::StandIn => self.stand_in(&request).await,
            Route::Invoke => invoke::invoke(self, request).await,
            Route::Cognito => self.cognito(request).await,
            Route::Firehose => match self.signed(request, "firehose").await {
                Ok(request) => self.firehose.handle(request).await.map(Body::from),
                Err(refused) => refused,
            },
            Route::Kinesis => match self.signed(request, "kinesis").await {
                Ok(request)
                    if route::brings_records(&request) && self.put_records_fault.strikes() =>
                {
                    unavailable()
                }
                Ok(request) => self.kinesis.handle(request).await.map(Body::from),
                Err(refused) => refused,
            },
            Route::S3 => self.s3(request).await,
        };
        if origin {
            cors::expose(response.headers_mut());
        }
        response
    }

    /// A request with its records, if it was signed for this service.
    async fn signed(
        &self,
        request: Request<Incoming>,
        service: &str,
    ) -> Result<Request<Bytes>, Response<Body>> {
        let request = received(request, RECORDS_BODY_MAX_BYTES).await;
        let request = request.map_err(with_status)?;
        match signature::verify(&request, service, &self.credentials, self.clock.now_ms()) {
            Ok(_) => Ok(request),
            Err(refused) => Err(json_error(refused.code(), &refused.to_string())),
        }
    }

    async fn cognito(&self, request: Request<Incoming>) -> Response<Body> {
        let Some(cognito) = &self.cognito else {
            return json_error(
                "ResourceNotFoundException",
                "this stack has no user pool; start it with --page",
            );
        };
        match received(request, COGNITO_BODY_MAX_BYTES).await {
            Ok(request) => cognito.handle(request).await.map(Body::from),
            Err(status) => with_status(status),
        }
    }

    async fn stand_in(&self, request: &Request<Incoming>) -> Response<Body> {
        let uri = request.uri();
        let path = uri.path().strip_prefix(stand_in::PATH).unwrap_or_default();
        let name = path.trim_end_matches('/');
        match self.stand_ins.iter().find(|known| known.name == name) {
            Some(known) => {
                known
                    .answer(uri.query().unwrap_or_default(), &self.api_faults)
                    .await
            }
            None => with_status(StatusCode::NOT_FOUND),
        }
    }

    async fn s3(&self, request: Request<Incoming>) -> Response<Body> {
        if route::is_upload(&request) && self.put_object_fault.strikes() {
            return slow_down();
        }
        let mut response = self.s3.handle(request.map(Body::from)).await;
        let id = Uuid::new_v4().simple().to_string();
        if let Ok(id) = HeaderValue::from_str(&id) {
            response.headers_mut().insert("x-amz-request-id", id);
        }
        response
    }
}

/// A request with the whole of its body, or the status that refuses it.
async fn received(request: Request<Incoming>, most: usize) -> Result<Request<Bytes>, StatusCode> {
    let (parts, body) = request.into_parts();
    match Limited::new(body, most).collect().await {
        Ok(body) => Ok(Request::from_parts(parts, body.to_bytes())),
        Err(error) if error.is::<LengthLimitError>() => Err(StatusCode::PAYLOAD_TOO_LARGE),
        Err(_) => Err(StatusCode::BAD_REQUEST),
    }
}

fn health() -> Response<Body> {
    let mut response = Response::new(Body::from(Bytes::from_static(br#"{"status":"ok"}"#)));
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}

fn with_status(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

/// How Kinesis says that a whole request came to nothing.
///
/// Source: "Common Errors" in the Amazon Kinesis Data Streams Service API Reference.
fn unavailable() -> Response<Body> {
    let mut response = json_error(
        "ServiceUnavailable",
        "The request has failed due to a temporary failure of the server.",
    );
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    response
}

fn json_error(code: &str, message: &str) -> Response<Body> {
    let body = serde_json::json!({ "__type": code, "message": message });
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = StatusCode::BAD_REQUEST;
    let json = HeaderValue::from_static("application/x-amz-json-1.1");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    if let Ok(code) = HeaderValue::from_str(code) {
        response.headers_mut().insert("x-amzn-errortype", code);
    }
    response
}

/// S3's way to say that a client sends too fast.
///
/// Source: "Error responses" in the Amazon S3 API Reference.
fn slow_down() -> Response<Body> {
    let body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
                <Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>";
    let mut response = Response::new(Body::from(body.to_owned()));
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/xml"),
    );
    headers.insert(header::RETRY_AFTER, RETRY_AFTER_SECONDS);
    response
}
