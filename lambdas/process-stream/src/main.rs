//! A Kinesis batch in, S3 objects out: the wiring of `pipeline` into a Lambda function.

use std::{
    cell::{Cell, LazyCell},
    io::{self, Write},
    thread,
    time::SystemTime,
};

use lambda_runtime::{Diagnostic, Error, LambdaEvent, service_fn};
use pipeline::{
    Config, Event, Processor,
    config::ConfigError,
    process::Invocation,
    report::BatchResponse,
    store::{self, Bucket},
};
use tokio::time::Instant;

// One thread for events: a function has less than two processors once it has started.
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    tracing_subscriber::fmt()
        .json()
        .without_time() // CloudWatch adds the time
        .with_target(false) // a part of the runtime, which says nothing
        .with_writer(io::stderr)
        .with_max_level(tracing::Level::WARN)
        .init();
    let open = open().inspect_err(|error| tracing::error!("cannot start: {error}"))?;
    let processor = &LazyCell::new(open);
    let cold_start = &Cell::new(true);
    lambda_runtime::run(service_fn(move |event| {
        handle(processor, event, cold_start.take())
    }))
    .await
}

/// Reads the configuration, and tells how to get at the processor; no request is made yet.
///
/// The client takes longer to prepare than all the rest, and a second thread does it while this one
/// compiles the pipeline and asks for the first event.
fn open() -> Result<impl FnOnce() -> Processor<Bucket>, ConfigError> {
    let variable = |name: &str| std::env::var(name).ok();
    let access = store::access(variable)?;
    let prepared = thread::spawn({
        let access = access.clone();
        move || store::client(&access)
    });
    let (config, bucket) = Config::from_env(variable)?;
    Ok(move || {
        let client = prepared.join().unwrap_or_else(|_| store::client(&access));
        Processor::new(config, Bucket::new(client, bucket))
    })
}

async fn handle(
    processor: &Processor<Bucket>,
    event: LambdaEvent<Event>,
    cold_start: bool,
) -> Result<BatchResponse, Diagnostic> {
    let now = SystemTime::now();
    let deadline = event.context.deadline();
    let remaining = deadline.duration_since(now).unwrap_or_default();
    let invocation = Invocation {
        received_at: now.into(),
        deadline: Instant::now() + remaining,
        cold_start,
    };
    let report = processor.process(&event.payload, invocation).await;
    let report = report.map_err(|error| Diagnostic {
        error_type: "Unaccounted".to_owned(),
        error_message: error.to_string(),
    })?;
    // One write for the whole line, which CloudWatch reads metrics from.
    let line = report.line(&event.context.env_config.function_name);
    io::stdout().write_all(format!("{line}\n").as_bytes())?;
    Ok(report.response())
}
