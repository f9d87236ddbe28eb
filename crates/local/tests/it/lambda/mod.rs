//! Functions that run as child processes: this very test binary, started once more.

mod environment;
mod failure;
mod logs;
mod pool;
mod process;
mod runtime_api;
mod stack;

use std::collections::BTreeMap;
use std::env;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use local::clock::SystemClock;
use local::lambda::{Config, Function, FunctionErrorKind, InvokeOutcome, Invoked, Lambda};
use serde_json::Value;
use tempfile::TempDir;

/// Longer than anything here takes, shorter than a reader's patience.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Stack {
    pub(crate) lambda: Lambda,
    directory: TempDir,
}

impl Stack {
    pub(crate) fn new() -> Self {
        Self::with_idle_limit(Duration::from_mins(15))
    }

    fn with_idle_limit(idle_limit: Duration) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let config = Config {
            region: "eu-central-1".to_owned(),
            clock: Arc::new(SystemClock),
            log_directory: directory.path().join("logs"),
            idle_limit,
            seed: 7,
        };
        let lambda = Lambda::new(config).unwrap();
        lambda.register(function("Echo")).unwrap();
        Self { lambda, directory }
    }

    async fn invoke(&self, event: &str) -> Invoked {
        let payload = Bytes::from(event.to_owned());
        tokio::time::timeout(PATIENCE, self.lambda.invoke("Echo", payload))
            .await
            .unwrap()
    }

    /// Invokes, expects success, and reads the answer as JSON.
    async fn answer(&self, event: &str) -> Value {
        success(self.invoke(event).await)
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.directory.path().join("logs/Echo.log")).unwrap()
    }
}

/// This test binary, acting as a Lambda process.
pub(crate) fn function(name: &str) -> Function {
    Function {
        name: name.to_owned(),
        program: env::current_exe().unwrap(),
        arguments: process::ARGUMENTS.map(str::to_owned).to_vec(),
        environment: BTreeMap::from([(process::SWITCH.to_owned(), "on".to_owned())]),
        timeout: Duration::from_secs(10),
        memory_mib: 128,
        maximum_concurrency: 4,
    }
}

fn success(invoked: Invoked) -> Value {
    match invoked.outcome {
        InvokeOutcome::Success { body } => serde_json::from_slice(&body).unwrap(),
        other => panic!("expected success, got {other:?}"),
    }
}

fn failure(invoked: Invoked) -> (FunctionErrorKind, Value) {
    match invoked.outcome {
        InvokeOutcome::FunctionError { kind, body } => {
            (kind, serde_json::from_slice(&body).unwrap())
        }
        other => panic!("expected a function error, got {other:?}"),
    }
}

/// Waits until `done`, looking often.
pub(crate) async fn eventually(what: &str, mut done: impl FnMut() -> bool) {
    let patience = tokio::time::Instant::now() + PATIENCE;
    while !done() {
        assert!(
            tokio::time::Instant::now() < patience,
            "waited in vain: {what}"
        );
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Whether a process runs; one that waits for its exit status to be collected does not.
fn runs(process_id: u64) -> bool {
    std::fs::read_to_string(format!("/proc/{process_id}/stat"))
        .is_ok_and(|stat| !stat.contains(") Z "))
}
