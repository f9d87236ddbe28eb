//! A schedule in, records of an HTTP API out: the wiring of `ingest` into a Lambda function.

use std::{cell::Cell, fmt, io, io::Write as _};

use aws_sdk_kinesis as kinesis;
use ingest::{Ingest, fetch::Patience, keep::Quarantine, run::Invocation, transport};
use lambda_runtime::{Diagnostic, Error, LambdaEvent, service_fn};
use pipeline::{config::IngestConfig, report::write_warnings, store};
use serde_json::Value;

/// The ingest of this function.
type Function = Ingest<transport::Stream, Quarantine>;

/// Why a run has failed, by name and in words, also where the runtime logs it.
struct Failed(&'static str, String);

impl fmt::Debug for Failed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.1)
    }
}

impl From<Failed> for Diagnostic {
    fn from(failed: Failed) -> Self {
        Self {
            error_type: failed.0.to_owned(),
            error_message: failed.1,
        }
    }
}

/// The allocator of musl, which packages are linked with, is slow.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

// One thread: a function with less than two virtual processors has nothing to run a second on.
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    write_warnings()?;
    let ingest = &open().inspect_err(|error| tracing::error!("cannot start: {error}"))?;
    let cold_start = &Cell::new(true);
    lambda_runtime::run(service_fn(move |event| {
        handle(ingest, event, cold_start.take())
    }))
    .await
}

/// Reads the configuration and prepares the clients; no request is made yet.
fn open() -> Result<Function, Error> {
    let variable = |name: &str| std::env::var(name).ok();
    let config = IngestConfig::from_env(variable)?;
    let aws = store::access(variable)?;
    let client = kinesis::config::Builder::from(&aws)
        .retry_config(transport::retries())
        .timeout_config(transport::timeouts());
    let stream = kinesis::Client::from_conf(client.build());
    let stream = transport::Stream::new(stream, &config.stream);
    let (bucket, name) = (config.bucket.clone(), config.name.clone());
    let quarantine = Quarantine::new(store::client(&aws), bucket, name);
    let ingest = Ingest::new(&config, Patience::default(), stream, quarantine)?;
    Ok(ingest)
}

/// Runs once; the event says nothing that a run needs.
async fn handle(
    ingest: &Function,
    event: LambdaEvent<Value>,
    cold_start: bool,
) -> Result<Value, Failed> {
    let invocation = Invocation::until(event.context.deadline(), cold_start);
    let report = ingest.run(invocation).await;
    // One write for the whole line, which CloudWatch reads metrics from.
    let line = report.line(&event.context.env_config.function_name);
    let written = io::stdout().write_all(format!("{line}\n").as_bytes());
    written.map_err(|error| Failed("NotLogged", error.to_string()))?;
    let response = report.response();
    response.map_err(|error| Failed(error.name(), error.to_string()))
}
