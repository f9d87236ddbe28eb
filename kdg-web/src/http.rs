//! One request, one answer: the port to whatever carries them.

mod browser;

use std::time::Duration;

use thiserror::Error;

pub use browser::Browser;
pub(crate) use browser::wait;

/// How long an answer is waited for: a full request takes a while over a slow line.
pub const ANSWER_PATIENCE: Duration = Duration::from_secs(20);

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// With scheme and host; path and query are encoded.
    pub url: String,
    /// In lower case, without `host`, which whoever carries the request adds.
    pub headers: Vec<(&'static str, String)>,
    /// Empty for a `GET`.
    pub body: Vec<u8>,
}

/// What is answered, whatever its status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// 200 to 599.
    pub status: u16,
    /// What a browser lets a page read of them, in lower case.
    pub headers: Vec<(String, String)>,
    /// All of it.
    pub body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Unanswered {
    /// No connection, or an answer that a page may not read: browsers do not tell which.
    #[error("no connection to {host}: {reason}")]
    Unreachable {
        /// With its port.
        host: String,
        /// In the words of whoever carried the request.
        reason: String,
    },
    /// The content security policy of the page does not let it ask there.
    #[error("the page may not connect to {host}: its content security policy does not name it")]
    Blocked {
        /// With its port.
        host: String,
    },
    /// It takes longer than [`ANSWER_PATIENCE`].
    #[error("no answer from {host} in {} s", ANSWER_PATIENCE.as_secs())]
    Late {
        /// With its port.
        host: String,
    },
}

/// Carries requests.
pub trait Fetch: Clone + 'static {
    /// Asks, and waits for all of the answer.
    fn fetch(&self, request: Request) -> impl Future<Output = Result<Response, Unanswered>>;
}

impl Request {
    /// The host of the URL with its port, as the header `host` has it.
    pub fn host(&self) -> &str {
        host(&self.url)
    }
}

impl Response {
    /// The value of a header, whose name is in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(header, _)| header == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// The host of a URL with its port.
pub fn host(url: &str) -> &str {
    let after = url.split_once("://").map_or(url, |(_, after)| after);
    after.split(['/', '?']).next().unwrap_or(after)
}
