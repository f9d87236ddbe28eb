//! A Kinesis batch in, S3 objects out: the wiring of `pipeline` into a Lambda function.

use std::{
    cell::Cell,
    io::{self, Write},
    time::SystemTime,
};

use aws_sdk_s3::{Client, config};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use pipeline::{
    Config, Event, Processor,
    config::ConfigError,
    process::Invocation,
    report::BatchResponse,
    store::{self, Bucket},
};
use tokio::time::Instant;

// One thread: a function with less than two virtual processors has nothing to run a second on.
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    tracing_subscriber::fmt()
        .json()
        .without_time() // CloudWatch adds the time
        .with_writer(io::stderr)
        .with_max_level(tracing::Level::WARN)
        .init();
    let processor = &open().inspect_err(|error| tracing::error!("cannot start: {error}"))?;
    let cold_start = &Cell::new(true);
    lambda_runtime::run(service_fn(move |event| {
        handle(processor, event, cold_start.take())
    }))
    .await
}

/// Reads the configuration and prepares the client; no request is made yet.
fn open() -> Result<Processor<Bucket>, ConfigError> {
    let variable = |name: &str| std::env::var(name).ok();
    let (config, bucket) = Config::from_env(variable)?;
    let s3 = config::Builder::from(&store::access(variable)?)
        .retry_config(store::retries())
        .timeout_config(store::timeouts());
    let bucket = Bucket::new(Client::from_conf(s3.build()), bucket);
    Ok(Processor::new(config, bucket))
}

async fn handle(
    processor: &Processor<Bucket>,
    event: LambdaEvent<Event>,
    cold_start: bool,
) -> Result<BatchResponse, Error> {
    let now = SystemTime::now();
    let deadline = event.context.deadline();
    let remaining = deadline.duration_since(now).unwrap_or_default();
    let invocation = Invocation {
        received_at: now.into(),
        deadline: Instant::now() + remaining,
        cold_start,
    };
    let report = processor.process(&event.payload, invocation).await?;
    // One write for the whole line, which CloudWatch reads metrics from.
    let line = report.line(&event.context.env_config.function_name);
    io::stdout().write_all(format!("{line}\n").as_bytes())?;
    Ok(report.response())
}
