//! A name and a password → credentials, renewed as long as the session lasts.
//!
//! ```text
//! user pool ─ srp ─▶ challenges ─▶ tokens ─▶ identity pool ─▶ credentials
//!      ▲                             │
//!      └────────── refresh ──────────┘
//! ```

pub mod error;
pub mod identity_pool;
pub mod session;
pub mod srp;
pub mod user_pool;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::http::{Fetch, Request};

pub use error::SignInError;
pub use session::{Session, Tokens};
pub use user_pool::{Step, UserPool};

/// Asks a service of Cognito, which takes these operations unsigned.
async fn ask<F: Fetch, A: DeserializeOwned>(
    fetch: &F,
    url: &str,
    target: String,
    input: &impl Serialize,
) -> Result<A, SignInError> {
    let unreadable =
        |error: serde_json::Error| SignInError::here("UnreadableAnswer", error.to_string());
    let request = Request {
        method: "POST",
        url: url.to_owned(),
        headers: vec![
            ("content-type", "application/x-amz-json-1.1".to_owned()),
            ("x-amz-target", target),
        ],
        body: serde_json::to_vec(input).map_err(unreadable)?,
    };
    let response = fetch.fetch(request).await?;
    if response.status != 200 {
        return Err(SignInError::of(&response));
    }
    // Some operations answer with nothing at all.
    let body = if response.body.is_empty() {
        b"{}"
    } else {
        &*response.body
    };
    serde_json::from_slice(body).map_err(unreadable)
}
