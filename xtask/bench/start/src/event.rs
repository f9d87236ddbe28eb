//! What a function is told when it starts: where everything is, and one record.

use std::net::SocketAddr;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde_json::json;

const SEQUENCE_NUMBER: &str = "49590338271490256608559692538361571095921575989136588898";

/// The event of one record.
pub(crate) fn event() -> String {
    let record = json!({
        "kinesis": {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": "device-2",
            "sequenceNumber": SEQUENCE_NUMBER,
            "data": BASE64_STANDARD.encode(r#"{"sensorId": 2, "temperature": 71}"#),
            "approximateArrivalTimestamp": 1_795_271_832.123,
        },
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": format!("shardId-000000000000:{SEQUENCE_NUMBER}"),
        "eventName": "aws:kinesis:record",
        "invokeIdentityArn": "arn:aws:iam::000000000000:role/bench",
        "awsRegion": "us-east-1",
        "eventSourceARN": "arn:aws:kinesis:us-east-1:000000000000:stream/bench",
    });
    json!({ "Records": [record] }).to_string()
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
