//! A function that does nothing, started as the samples of AWS's runtime client start theirs: with
//! a thread for each processor, which is one where it is measured, and with what writes its log.

use lambda_runtime::{Error, LambdaEvent, service_fn, tracing};
use serde::de::IgnoredAny;
use serde_json::{Value, json};

#[tokio::main]
async fn main() -> Result<(), Error> {
    tracing::init_default_subscriber();
    lambda_runtime::run(service_fn(handle)).await
}

async fn handle(_: LambdaEvent<IgnoredAny>) -> Result<Value, Error> {
    Ok(json!({ "batchItemFailures": [] }))
}
