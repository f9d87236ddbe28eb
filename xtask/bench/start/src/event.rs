//! What a function is told when it starts: where everything is, and one record.

use std::net::SocketAddr;

use anyhow::Context;
use serde_json::{Value, json};

/// An event as Lambda delivers it, whose first record can be stored.
const EVENT: &str = include_str!("../../../../crates/pipeline/tests/fixtures/kinesis-event.json");

/// The event of one record.
///
/// # Errors
///
/// When the fixture is no event.
pub(crate) fn event() -> anyhow::Result<String> {
    let mut event: Value = serde_json::from_str(EVENT)?;
    let records = event["Records"].as_array_mut();
    records.context("the fixture has no records")?.truncate(1);
    Ok(event.to_string())
}

/// The variables of a function whose Lambda and S3 are at this address.
pub(crate) fn environment(address: SocketAddr) -> [(&'static str, String); 11] {
    let pipeline = json!({
        "name": "bench",
        "object": {"key": "kinesis/{{ %sequence_number }}.json"},
    });
    [
        ("AWS_LAMBDA_RUNTIME_API", address.to_string()),
        ("AWS_ENDPOINT_URL", format!("http://{address}")),
        ("AWS_REGION", "us-east-1".to_owned()),
        ("AWS_ACCESS_KEY_ID", "AKIDBENCH".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "no-secret".to_owned()),
        ("AWS_LAMBDA_FUNCTION_NAME", "Bench".to_owned()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256".to_owned()),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".to_owned()),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "bench".to_owned()),
        ("BUCKET", "bench".to_owned()),
        ("PIPELINE", pipeline.to_string()),
    ]
}
