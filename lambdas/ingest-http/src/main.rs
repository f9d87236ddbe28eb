//! A schedule in, records of an HTTP API out: the wiring of `ingest` into a Lambda function.

use std::io::{self, Write as _};
use std::{cell::Cell, time::SystemTime};

use aws_sdk_kinesis as kinesis;
use ingest::{Ingest, fetch::Patience, keep::Quarantine, run::Invocation, transport};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use pipeline::{config::IngestConfig, store};
use serde_json::Value;
use tokio::time::Instant;

/// The ingest of this function.
type Function = Ingest<transport::Stream, Quarantine>;

// One thread: a function with less than two virtual processors has nothing to run a second on.
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    tracing_subscriber::fmt()
        .json()
        .without_time() // CloudWatch adds the time
        .with_writer(io::stderr)
        .with_max_level(tracing::Level::WARN)
        .init();
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
    let quarantine = Quarantine::new(
        store::client(&aws),
        config.bucket.clone(),
        config.name.clone(),
    );
    let ingest = Ingest::new(&config, Patience::default(), stream, quarantine)?;
    Ok(ingest)
}

/// Runs once; the event says nothing that a run needs.
async fn handle(
    ingest: &Function,
    event: LambdaEvent<Value>,
    cold_start: bool,
) -> Result<Value, Error> {
    let deadline = event.context.deadline();
    let remaining = deadline
        .duration_since(SystemTime::now())
        .unwrap_or_default();
    let invocation = Invocation {
        deadline: Instant::now() + remaining,
        cold_start,
    };
    let report = ingest.run(invocation).await;
    // One write for the whole line, which CloudWatch reads metrics from.
    let line = report.line(&event.context.env_config.function_name);
    io::stdout().write_all(format!("{line}\n").as_bytes())?;
    Ok(report.response()?)
}
