//! Requests by a client that is no browser, and one that fails now and then.

use std::cell::Cell;
use std::rc::Rc;
use std::time::{SystemTime, UNIX_EPOCH};

use kdg_web::http::{Fetch, Request, Response, Unanswered};

/// Carries requests over the network.
#[derive(Debug, Clone, Default)]
pub(crate) struct Carrier(reqwest::Client);

/// Carries all requests, but some puts of records fail: by turns on the way there and on the way back.
#[derive(Debug, Clone, Default)]
pub(crate) struct Unreliable {
    pub(crate) carrier: Carrier,
    /// Every so-manieth.
    pub(crate) every: usize,
    pub(crate) seen: Rc<Cell<usize>>,
}

impl Fetch for Carrier {
    async fn fetch(&self, request: Request) -> Result<Response, Unanswered> {
        let host = request.host().to_owned();
        let unreachable = |error: reqwest::Error| Unanswered::Unreachable {
            host: host.clone(),
            reason: error.to_string(),
        };
        let method = request.method.parse().unwrap();
        let mut asked = self.0.request(method, &request.url).body(request.body);
        for (name, value) in request.headers {
            asked = asked.header(name, value);
        }
        let answer = asked.send().await.map_err(unreachable)?;
        let text =
            |value: &reqwest::header::HeaderValue| value.to_str().unwrap_or_default().to_owned();
        let headers = answer
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), text(value)));
        Ok(Response {
            status: answer.status().as_u16(),
            headers: headers.collect(),
            body: answer.bytes().await.map_err(unreachable)?.to_vec(),
        })
    }
}

impl Fetch for Unreliable {
    async fn fetch(&self, request: Request) -> Result<Response, Unanswered> {
        let is_put = request
            .headers
            .iter()
            .any(|(_, value)| value.ends_with(".PutRecords"));
        if !is_put {
            return self.carrier.fetch(request).await;
        }
        let seen = self.seen.get() + 1;
        self.seen.set(seen);
        if !seen.is_multiple_of(self.every) {
            return self.carrier.fetch(request).await;
        }
        if seen.is_multiple_of(2 * self.every) {
            self.carrier.fetch(request).await?;
        }
        Ok(Response {
            status: 500,
            headers: Vec::new(),
            body: br#"{"__type":"InternalFailure"}"#.to_vec(),
        })
    }
}

/// Milliseconds since the Unix epoch.
pub(crate) fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(since.as_millis()).unwrap()
}
