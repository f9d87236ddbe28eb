//! Everything goes wrong at once, and every record is in the bucket in the end.
//!
//! `SLUICE_STORM` sets the number of records.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Stdio;

use pipeline::object::Compression;
use serde_json::Value;

use crate::stack::{Stack, reshard, sluice};

/// Enough for every fault to strike, where builds are slow.
const RECORDS: u32 = 3_000;

const STREAM: &str = "storm-stream";

const FAULTS: [&str; 7] = [
    "--no-limits",
    "--fault",
    "put-records=0.1",
    "--fault",
    "put-object=0.05",
    "--fault",
    "invoke=0.1",
];

/// A pipeline whose batches run out of time, are cut in half and are repeated as often as it takes.
fn pipeline(folder: &Path, object: &str) {
    let file = format!(
        "stream: {{ name: {STREAM}, shards: 4 }}
bucket: storm
process:
  function: ProcessStorm
  timeout_seconds: 3
  source:
    batch_size: 1000
    maximum_batching_window_in_seconds: 0
    maximum_retry_attempts: 1000
object: {object}
generate: {{ template: storm.tmpl, partition_key: random }}
"
    );
    std::fs::write(folder.join("storm.yaml"), file).unwrap();
    let template = r#"{"id": {{sequence.next}}, "word": "{{random.word}}"}"#;
    std::fs::write(folder.join("storm.tmpl"), template).unwrap();
}

fn records() -> u32 {
    std::env::var("SLUICE_STORM").map_or(RECORDS, |records| records.parse().unwrap())
}

/// Sends records through the storm, and gives the stack that is left.
async fn storm(folder: &Path) -> Stack {
    let state = folder.join("state");
    let stack = Stack::start_with(folder, &state, &FAULTS);
    let port = stack.port().to_owned();
    let count = records().to_string();
    let mut send = sluice(&["send", "--pipeline", "storm", "--records", &count]);
    send.args(["--local", &port, "--seed", "5", "--pipelines"]);
    send.arg(folder).arg("--ledger").arg(folder.join("sent"));
    let send = send.stdout(Stdio::null()).stderr(Stdio::piped());
    let send = send.spawn().unwrap();
    // A split and a merge, and an end without warning while records are everywhere.
    stack.until_objects("storm", "", 1).await;
    let kinesis = stack.kinesis().await;
    reshard(&kinesis, STREAM, 8).await;
    reshard(&kinesis, STREAM, 4).await;
    stack.kill();
    let stack = Stack::start_at(&port, folder, &state, &FAULTS);
    let output = send.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    stack
}

/// What `sluice reconcile` counts once nothing is missing.
fn reconciled(stack: &Stack, folder: &Path, arguments: &[&str]) -> Value {
    let mut reconcile = sluice(&["reconcile", "--pipeline", "storm", "--json"]);
    reconcile.args(["--wait", "900", "--local", stack.port()]);
    reconcile.arg("--pipelines").arg(folder).args(arguments);
    let output = reconcile.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    report["counts"].clone()
}

fn check(counts: &Value, expected: u64) {
    assert_eq!(counts["expected"], expected, "{counts}");
    assert_eq!(counts["stored"], expected, "{counts}");
    for none in ["missing", "given_up", "quarantined", "corrupt"] {
        assert_eq!(counts[none], 0, "{counts}");
    }
}

#[tokio::test]
async fn a_storm_loses_nothing_and_doubles_nothing_where_each_record_is_an_object() {
    let folder = tempfile::tempdir().unwrap();
    pipeline(folder.path(), "{ key: 'all/{{ %uuid }}.json' }");
    let stack = storm(folder.path()).await;
    // What was sent again because its answer was lost is a record of its own.
    let all = reconciled(&stack, folder.path(), &[]);
    let of_stream = all["expected"].as_u64().unwrap();
    assert!(of_stream >= u64::from(records()), "{all}");
    check(&all, of_stream);
    assert_eq!(all["duplicate"], 0, "{all}");
    let ledger = folder.path().join("sent");
    let sent = reconciled(
        &stack,
        folder.path(),
        &["--ledger", ledger.to_str().unwrap()],
    );
    check(&sent, u64::from(records()));
}

#[tokio::test]
async fn a_storm_loses_no_line_and_the_lines_that_are_double_have_one_id() {
    let folder = tempfile::tempdir().unwrap();
    pipeline(folder.path(), "{ layout: batch, key: 'all/dt=%Y-%m-%d/' }");
    let stack = storm(folder.path()).await;
    let all = reconciled(&stack, folder.path(), &[]);
    check(&all, all["expected"].as_u64().unwrap());

    // The same as counted by hand: distinct identities, and lines beyond them.
    let (mut lines, mut ids) = (0, BTreeSet::new());
    let s3 = stack.s3().await;
    for key in stack.keys("storm", "all/").await {
        let object = s3.get_object().bucket("storm").key(&key).send();
        let body = object.await.unwrap().body.collect().await.unwrap();
        let text = Compression::Gzip.decompress(&body.into_bytes()).unwrap();
        for line in text
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
        {
            let line: Value = serde_json::from_slice(line).unwrap();
            lines += 1;
            ids.insert(line["_id"].as_str().unwrap().to_owned());
        }
    }
    assert_eq!(all["stored"], ids.len());
    assert_eq!(all["repetitions"], lines - ids.len());
}
