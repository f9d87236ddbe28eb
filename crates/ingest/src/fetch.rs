//! An address → the bytes that it answers with, in spite of an API that fails now and then.

use std::error::Error;
use std::num::NonZeroU32;
use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::header::{ACCEPT, HeaderMap, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode, Url, redirect};
use thiserror::Error;
use tokio::time::{Instant, sleep, timeout_at};

/// How many bytes an answer may have.
pub const MAX_ANSWER_BYTES: usize = 32 * 1024 * 1024;

/// How often an answer may lead elsewhere.
const MAX_REDIRECTS: usize = 5;

/// How many attempts the time of a fetch is cut into: one may hang, and another still succeed.
const SHARES: u32 = 3;

/// What is asked, and how patiently.
#[derive(Debug, Clone)]
pub struct Source {
    client: Client,
    url: Url,
    patience: Patience,
}

/// How a failing API is asked again.
#[derive(Debug, Clone)]
pub struct Patience {
    /// How often it is asked, the first time included.
    pub max_attempts: NonZeroU32,
    /// The longest pause after the first attempt; it doubles, and a random part of it is waited.
    pub base: Duration,
    /// The longest pause after any attempt.
    pub cap: Duration,
}

/// What was answered.
#[derive(Debug)]
pub struct Fetched {
    /// The answer.
    pub body: Vec<u8>,
    /// Its status.
    pub status: u16,
    /// How often it was asked for.
    pub attempts: u32,
}

/// Nothing was answered that is of use.
#[derive(Debug, Error)]
#[error("{last}, after {attempts} attempts{because}")]
pub struct FetchError {
    /// How often it was asked for.
    pub attempts: u32,
    /// What became of the last attempt.
    pub last: Failure,
    /// Why there was no other attempt.
    because: &'static str,
}

/// What became of an attempt.
#[derive(Debug, Error)]
pub enum Failure {
    /// The API answered, and not with what it was asked for.
    #[error("the API answered {status}")]
    Status {
        /// The status.
        status: u16,
        /// How long it wants to be left alone.
        retry_after: Option<Duration>,
    },
    /// There was no answer, or not all of it, in time.
    #[error("the API did not answer in time")]
    Timeout,
    /// The answer is longer than a function can hold.
    #[error("the API answered more than {MAX_ANSWER_BYTES} bytes, ask it for less at a time")]
    TooLarge,
    /// The API cannot be reached, or the connection broke.
    #[error("the API cannot be reached: {0}")]
    Network(String),
}

impl Default for Patience {
    /// Five attempts within the time there is, with pauses of up to 10 s.
    fn default() -> Self {
        Self {
            max_attempts: NonZeroU32::new(5).unwrap_or(NonZeroU32::MIN),
            base: Duration::from_millis(500),
            cap: Duration::from_secs(10),
        }
    }
}

/// Why nothing can be asked.
#[derive(Debug, Error)]
pub enum SourceError {
    /// What `ingest.url` says is no address.
    #[error("ingest.url is not a web address: {0}; correct the pipeline's file")]
    Url(String),
    /// The client cannot be set up, as on a machine without certificates.
    #[error("the HTTP client cannot be set up: {0}")]
    Client(String),
}

impl Source {
    /// Prepares to ask this address; no request is made yet.
    ///
    /// # Errors
    ///
    /// When the address is none, or the machine's certificates cannot be read.
    pub fn new(url: &str, patience: Patience) -> Result<Self, SourceError> {
        let url = Url::parse(url).map_err(|error| SourceError::Url(error.to_string()))?;
        let client = Client::builder()
            .user_agent(concat!("sluice/", env!("CARGO_PKG_VERSION")))
            .redirect(redirects())
            .build()
            .map_err(|error| SourceError::Client(innermost(&error)))?;
        Ok(Self {
            client,
            url,
            patience,
        })
    }

    /// The address as it may be shown: what it asks for may hold a secret.
    pub fn shown(&self) -> String {
        let mut shown = self.url.clone();
        let asks = shown.query().is_some();
        shown.set_query(None);
        shown.set_fragment(None);
        // Both fail only for addresses that cannot have them.
        let _ = shown.set_username("");
        let _ = shown.set_password(None);
        format!("{shown}{}", if asks { "?…" } else { "" })
    }

    /// Asks until there is an answer, there is no use in asking, or the time is up.
    ///
    /// # Errors
    ///
    /// What became of the last attempt, and how many there were.
    pub async fn fetch(&self, until: Instant) -> Result<Fetched, FetchError> {
        let share = until.saturating_duration_since(Instant::now()) / SHARES;
        let mut attempts = 0;
        loop {
            attempts += 1;
            let deadline = until.min(Instant::now() + share);
            let attempt = timeout_at(deadline, self.attempt()).await;
            let last = match attempt.unwrap_or(Err(Failure::Timeout)) {
                Ok((status, body)) => {
                    return Ok(Fetched {
                        body,
                        status,
                        attempts,
                    });
                }
                Err(last) => last,
            };
            let because = if !last.may_pass() {
                ""
            } else if attempts >= self.patience.max_attempts.get() {
                ", which are all"
            } else {
                let pause = last.pause().unwrap_or_else(|| self.pause(attempts));
                if Instant::now() + pause < until {
                    sleep(pause).await;
                    continue;
                }
                ", and there is no time for another"
            };
            return Err(FetchError {
                attempts,
                last,
                because,
            });
        }
    }

    async fn attempt(&self) -> Result<(u16, Vec<u8>), Failure> {
        let request = self.client.get(self.url.clone());
        let request = request.header(ACCEPT, "application/json");
        let answer = request.send().await.map_err(network)?;
        let status = answer.status();
        if !status.is_success() {
            return Err(Failure::Status {
                status: status.as_u16(),
                retry_after: retry_after(answer.headers()),
            });
        }
        Ok((status.as_u16(), read(answer).await?))
    }

    fn pause(&self, attempts: u32) -> Duration {
        let doublings = attempts.saturating_sub(1).min(31);
        let longest = self.patience.base.saturating_mul(1 << doublings);
        longest.min(self.patience.cap).mul_f64(fastrand::f64())
    }
}

impl FetchError {
    /// The status of the last answer, if there was one.
    pub fn status(&self) -> Option<u16> {
        match self.last {
            Failure::Status { status, .. } => Some(status),
            _ => None,
        }
    }
}

impl Failure {
    /// Whether the same request may succeed later.
    fn may_pass(&self) -> bool {
        match self {
            Self::Status { status, .. } => matches!(status, 408 | 425 | 429 | 500..=599),
            Self::Timeout | Self::Network(_) => true,
            Self::TooLarge => false,
        }
    }

    /// The pause that the API asks for.
    fn pause(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}

async fn read(mut answer: Response) -> Result<Vec<u8>, Failure> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(network)? {
        if body.len() + chunk.len() > MAX_ANSWER_BYTES {
            return Err(Failure::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Follows a few redirects, and none that leaves encryption behind.
fn redirects() -> redirect::Policy {
    redirect::Policy::custom(|attempt| {
        let was_https = attempt.previous().last().map(Url::scheme) == Some("https");
        if attempt.previous().len() > MAX_REDIRECTS {
            attempt.error("it redirects too often")
        } else if was_https && attempt.url().scheme() != "https" {
            attempt.error("it redirects from https to http")
        } else {
            attempt.follow()
        }
    })
}

/// Seconds or a date ("Retry-After", RFC 9110, section 10.2.3).
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?;
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let then = DateTime::parse_from_rfc2822(text).ok()?;
    Some((then.to_utc() - Utc::now()).to_std().unwrap_or_default())
}

fn network(error: reqwest::Error) -> Failure {
    if error.is_timeout() {
        return Failure::Timeout;
    }
    match error.status() {
        Some(status) if status != StatusCode::OK => Failure::Status {
            status: status.as_u16(),
            retry_after: None,
        },
        _ => Failure::Network(innermost(&error.without_url())),
    }
}

/// The first cause, which is what a person can do something about.
fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
