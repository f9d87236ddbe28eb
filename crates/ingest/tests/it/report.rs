//! The line that Terraform's alarms are tested against.
//! `SLUICE_CAPTURE=1 cargo test -p ingest` writes it anew.

use std::{env, fs, path::Path, time::Duration};

use ingest::report::{Counts, RunReport};
use serde_json::Value;

#[test]
fn terraform_is_tested_against_the_line_of_a_run() {
    let report = RunReport {
        pipeline: "random-user".to_owned(),
        source: "https://randomuser.me/api/?…".to_owned(),
        at: chrono::DateTime::from_timestamp_millis(1_700_000_000_000).unwrap(),
        duration: Duration::from_millis(345),
        cold_start: true,
        attempts: 1,
        status: Some(200),
        counts: Counts {
            fetched: 100,
            sent: 100,
            ..Counts::default()
        },
        failure: None,
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let path = root.join("terraform/tests/ingest-log-line.json");
    let now: Value =
        serde_json::from_str(&report.line("acme-IngestRandomUserData").to_string()).unwrap();
    if env::var_os("SLUICE_CAPTURE").is_some() {
        fs::write(&path, format!("{now:#}\n")).unwrap();
    }
    let captured: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    assert_eq!(
        captured, now,
        "the line is another: capture it again with SLUICE_CAPTURE=1"
    );
}
