//! A function that does nothing: what the Lambda runtime client alone takes to start and answer.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde::de::IgnoredAny;
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(handle)).await
}

async fn handle(_: LambdaEvent<IgnoredAny>) -> Result<Value, Error> {
    Ok(json!({ "batchItemFailures": [] }))
}
