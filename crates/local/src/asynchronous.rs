//! An event that nobody waits for → an invocation, and two more when it fails.
//!
//! Source: "Invoking a Lambda function asynchronously" and "How Lambda handles errors and retries
//! with asynchronous invocation", `lambda/latest/dg/invocation-async-error-handling.html`.

use std::time::Duration;

use bytes::Bytes;

use crate::lambda::InvokeOutcome;
use crate::mapping::Invoke;

/// The pauses before a failed event is tried again.
pub const RETRY_PAUSES: [Duration; 2] = [Duration::from_mins(1), Duration::from_mins(2)];

/// What became of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// How often the function was invoked.
    pub attempts: u32,
    /// What the last attempt failed with; `None` when it succeeded.
    pub error: Option<String>,
}

/// Invokes a function until it accepts the event or every retry has failed, which is said in the
/// log of the stack: there is no failure destination.
///
/// Stops before a retry once `stopped` is ready.
pub async fn invoke(
    function: &dyn Invoke,
    name: &str,
    event: Bytes,
    pauses: &[Duration],
    stopped: impl Future<Output = ()>,
) -> Settled {
    tokio::pin!(stopped);
    let mut pauses = pauses.iter();
    let mut attempts = 0;
    loop {
        attempts += 1;
        let outcome = function.invoke(name, event.clone()).await.outcome;
        let Some(error) = error(&outcome) else {
            return Settled {
                attempts,
                error: None,
            };
        };
        let settled = Settled {
            attempts,
            error: Some(error),
        };
        let error = settled.error.as_deref().unwrap_or_default();
        let Some(pause) = pauses.next() else {
            tracing::error!(
                function = name,
                attempts,
                error,
                "an event was given up; look into the function's log"
            );
            return settled;
        };
        let seconds = pause.as_secs();
        tracing::warn!(
            function = name,
            attempts,
            error,
            "an event failed and is tried again in {seconds} s"
        );
        tokio::select! {
            () = tokio::time::sleep(*pause) => {}
            () = &mut stopped => {
                tracing::warn!(function = name, "an event that failed is not tried again: the stack stops");
                return settled;
            }
        }
    }
}

/// What an invocation failed with, in the function's words.
fn error(outcome: &InvokeOutcome) -> Option<String> {
    match outcome {
        InvokeOutcome::Success { .. } => None,
        InvokeOutcome::FunctionError { kind, body } => {
            let words: Option<serde_json::Value> = serde_json::from_slice(body).ok();
            let message = words
                .as_ref()
                .and_then(|words| words["errorMessage"].as_str());
            Some(format!("{kind}: {}", message.unwrap_or("no message")))
        }
        InvokeOutcome::CouldNotInvoke(reason) => Some(reason.to_string()),
    }
}
