//! The function's program as Lambda starts it.
#![allow(clippy::unwrap_used, missing_docs)]

use std::process::Command;

use serde_json::{Value, json};

#[test]
fn a_function_that_cannot_start_says_what_is_missing_in_one_line_of_json() {
    let output = Command::new(env!("CARGO_BIN_EXE_ingest-http"))
        .env_clear()
        .env("AWS_REGION", "eu-central-1")
        .output()
        .unwrap();
    assert!(!output.status.success());
    let log = String::from_utf8(output.stderr).unwrap();
    let line: Value = serde_json::from_str(log.lines().next().unwrap()).unwrap();
    assert_eq!(
        line,
        json!({"level": "ERROR", "fields": {"message": line["fields"]["message"]}})
    );
    let message = line["fields"]["message"].as_str().unwrap();
    assert!(message.starts_with("cannot start: "), "{message}");
    assert!(message.contains("INGEST"), "{message}");
}
