//! What became of an invocation, in the words that AWS's Invoke answers with.

use std::fmt;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::time::Duration;

use bytes::Bytes;
use serde_json::json;

use super::function::VERSION;

/// One invocation and what became of it.
#[derive(Debug)]
pub struct Invoked {
    /// A UUID; the process saw it as `Lambda-Runtime-Aws-Request-Id`.
    pub request_id: String,
    /// Always `$LATEST`.
    pub executed_version: &'static str,
    /// From handing over the event to the end of the answer; zero when nothing ran.
    pub duration: Duration,
    /// What became of it.
    pub outcome: InvokeOutcome,
}

/// What the caller is told.
#[derive(Debug)]
pub enum InvokeOutcome {
    /// The function answered.
    Success {
        /// The answer, any bytes.
        body: Bytes,
    },
    /// The function ran and failed (`X-Amz-Function-Error`).
    FunctionError {
        /// How it failed.
        kind: FunctionErrorKind,
        /// JSON with `errorMessage` and `errorType`: the function's own words where it has any.
        body: Bytes,
    },
    /// The function did not run, so nothing happened because of this invocation.
    CouldNotInvoke(CouldNotInvoke),
}

/// How a function failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FunctionErrorKind {
    /// The function reported an error for this event and lives on.
    Unhandled,
    /// The process reported that it cannot start.
    InitError,
    /// The process ended without an answer.
    ExitError,
    /// The deadline passed and the process was killed.
    Timedout,
    /// The answer was larger than 6 MiB.
    ResponseSizeTooLarge,
}

/// Why a function did not run.
#[derive(Debug, thiserror::Error)]
pub enum CouldNotInvoke {
    /// There is no such function.
    #[error("function {0} does not exist; register it first")]
    UnknownFunction(String),
    /// The event is larger than Lambda takes.
    #[error("the event has {bytes} bytes, Lambda takes at most {limit}; send a smaller one")]
    PayloadTooLarge {
        /// The size of the event.
        bytes: usize,
        /// Lambda's limit.
        limit: usize,
    },
    /// The operating system cannot start the program.
    #[error("{program} cannot be started; check that it was built and is executable")]
    Start {
        /// The program.
        program: String,
        /// What the operating system said.
        source: io::Error,
    },
    /// The function was replaced or the stack is on its way down.
    #[error("function {0} is being stopped")]
    Stopping(String),
}

impl Invoked {
    pub(super) fn not_run(request_id: String, reason: CouldNotInvoke) -> Self {
        Self {
            request_id,
            executed_version: VERSION,
            duration: Duration::ZERO,
            outcome: InvokeOutcome::CouldNotInvoke(reason),
        }
    }
}

impl FunctionErrorKind {
    /// The error type as AWS writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unhandled => "Unhandled",
            Self::InitError => "Runtime.InitError",
            Self::ExitError => "Runtime.ExitError",
            Self::Timedout => "Sandbox.Timedout",
            Self::ResponseSizeTooLarge => "Function.ResponseSizeTooLarge",
        }
    }
}

impl fmt::Display for FunctionErrorKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl InvokeOutcome {
    /// A failure that Lambda, not the function, puts into words.
    pub(super) fn failed(kind: FunctionErrorKind, request_id: &str, message: &str) -> Self {
        let body = json!({
            "errorType": kind.name(),
            "errorMessage": format!("RequestId: {request_id} Error: {message}"),
        });
        Self::FunctionError {
            kind,
            body: Bytes::from(body.to_string()),
        }
    }
}

/// How AWS words the end of a process: `exit status 1`, `signal: killed`.
pub(super) fn exit_words(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(0), _) => "Runtime exited without providing a reason".to_owned(),
        (Some(code), _) => format!("Runtime exited with error: exit status {code}"),
        (None, Some(signal)) => {
            format!(
                "Runtime exited with error: signal: {}",
                signal_words(signal)
            )
        }
        (None, None) => "Runtime exited with error".to_owned(),
    }
}

/// The signals that end processes, in the words of Go's runtime, in which AWS's own is written.
fn signal_words(signal: i32) -> String {
    match signal {
        2 => "interrupt".to_owned(),
        4 => "illegal instruction".to_owned(),
        6 => "aborted".to_owned(),
        7 => "bus error".to_owned(),
        8 => "floating point exception".to_owned(),
        9 => "killed".to_owned(),
        11 => "segmentation fault".to_owned(),
        13 => "broken pipe".to_owned(),
        15 => "terminated".to_owned(),
        other => format!("signal {other}"),
    }
}
