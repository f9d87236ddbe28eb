//! A request for somebody else's API → what that API would answer, where there is no way to it.
//!
//! What it answers is handed in; what goes wrong with it on purpose is here.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderValue, Response, StatusCode, header};
use s3s::Body;

use crate::fault::Fault;

/// Below which path the stand-ins are; no bucket can have that name.
pub const PATH: &str = "/_sluice/api/";

/// How long a slow answer takes: longer than anybody waits for one.
const SLOW: Duration = Duration::from_mins(2);

/// How long a client that asked too often is to wait, in seconds.
const RETRY_AFTER_SECONDS: HeaderValue = HeaderValue::from_static("1");

/// The answer to the query of an address.
pub type Answer = Arc<dyn Fn(&str) -> String + Send + Sync>;

/// The stand-in of one API.
#[derive(Clone)]
pub struct StandIn {
    /// Its place below [`PATH`].
    pub name: String,
    /// Makes the JSON for a query.
    pub answer: Answer,
}

/// What goes wrong with an API on purpose.
#[derive(Debug, Clone)]
pub struct ApiFaults {
    /// It answers 503.
    pub unavailable: Fault,
    /// It answers 429 and wants to be left alone for a second.
    pub limited: Fault,
    /// It answers after two minutes.
    pub slow: Fault,
    /// Its answer ends in the middle.
    pub broken: Fault,
}

impl Default for ApiFaults {
    fn default() -> Self {
        Self {
            unavailable: Fault::never(),
            limited: Fault::never(),
            slow: Fault::never(),
            broken: Fault::never(),
        }
    }
}

impl StandIn {
    /// Answers a query, unless a fault strikes.
    pub(crate) async fn answer(&self, query: &str, faults: &ApiFaults) -> Response<Body> {
        if faults.slow.strikes() {
            tokio::time::sleep(SLOW).await;
        }
        if faults.limited.strikes() {
            let mut response = json(StatusCode::TOO_MANY_REQUESTS, error("too many requests"));
            let headers = response.headers_mut();
            headers.insert(header::RETRY_AFTER, RETRY_AFTER_SECONDS);
            return response;
        }
        if faults.unavailable.strikes() {
            return json(StatusCode::SERVICE_UNAVAILABLE, error("it has gone wrong"));
        }
        let mut body = (self.answer)(query);
        if faults.broken.strikes() {
            body.truncate(body.floor_char_boundary(body.len() / 2));
        }
        json(StatusCode::OK, body)
    }
}

impl fmt::Debug for StandIn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("StandIn").field(&self.name).finish()
    }
}

fn error(message: &str) -> String {
    serde_json::json!({ "error": message }).to_string()
}

fn json(status: StatusCode, body: String) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/json; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}
