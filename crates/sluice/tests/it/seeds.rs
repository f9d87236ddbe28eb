//! Each pipeline that ships does what its description promises.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use crate::stack::{Stack, pipelines, put, sluice};

/// Sends records of a pipeline, and gives the identity of each.
fn send(stack: &Stack, pipeline: &str, records: &str, ledger: &Path) -> Vec<String> {
    let port = stack.endpoint.rsplit(':').next().unwrap();
    let mut send = sluice(&["send", "--pipeline", pipeline, "--records", records]);
    send.args(["--seed", "3", "--local", port, "--pipelines"]);
    send.arg(pipelines()).arg("--ledger").arg(ledger);
    let output = send.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    let lines = std::fs::read_to_string(ledger).unwrap();
    let identity = |line: &str| {
        let line: Value = serde_json::from_str(line).unwrap();
        line["identity"].as_str().unwrap().to_owned()
    };
    lines.lines().map(identity).collect()
}

async fn json(stack: &Stack, bucket: &str, key: &str) -> Value {
    let object = stack.s3().await.get_object().bucket(bucket).key(key).send();
    let body = object.await.unwrap().body.collect().await.unwrap();
    serde_json::from_slice(&body.into_bytes()).unwrap()
}

#[tokio::test]
async fn mock_data_that_was_encoded_twice_is_unwrapped_and_kept_by_its_id() {
    let folder = tempfile::tempdir().unwrap();
    let stack = Stack::start(&folder.path().join("state"), &["--no-limits"]);
    send(&stack, "mock-data", "50", &folder.path().join("sent"));
    let bucket = "s3-bucket-assignment-01";
    let keys = stack.until_objects(bucket, "data/", 50).await;
    assert_eq!(keys.len(), 50);
    for key in &keys {
        let record = json(&stack, bucket, key).await;
        assert_eq!(
            *key,
            format!("data/{}.json", record["id"].as_str().unwrap())
        );
    }
    // A producer that encodes once is read as well.
    let twice = BASE64_STANDARD.encode(br#"{"id": "twice"}"#).into_bytes();
    let once = br#"{"id": "once"}"#.to_vec();
    put(
        &stack.kinesis().await,
        "kinesis-stream-hw-03",
        &[once, twice],
    )
    .await;
    stack.until_objects(bucket, "data/once", 1).await;
    stack.until_objects(bucket, "data/twice", 1).await;
    assert_eq!(json(&stack, bucket, "data/twice.json").await["id"], "twice");
}

#[tokio::test]
async fn call_events_go_evenly_through_four_shards_and_their_users_become_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let stack = Stack::start(&folder.path().join("state"), &["--no-limits"]);
    let sent = send(&stack, "call-events", "400", &folder.path().join("sent"));
    let mut of_shard: BTreeMap<&str, u32> = BTreeMap::new();
    for identity in &sent {
        *of_shard
            .entry(identity.split(':').next().unwrap())
            .or_default() += 1;
    }
    assert_eq!(of_shard.into_values().collect::<Vec<_>>(), [100; 4]);
    let (bucket, prefix) = ("aforb-consumer-data", "mandir-event-records/");
    let keys = stack.until_objects(bucket, prefix, 400).await;
    assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), 400);
    for key in keys.iter().take(20) {
        let record = json(&stack, bucket, key).await;
        assert!(record["user"]["user_id"].is_u64(), "{record}");
        assert!(record["event"]["property"]["call_id"].is_string());
        assert!(record["geo_location"].is_null());
    }
}

#[tokio::test]
async fn a_call_event_whose_user_is_no_number_is_kept_apart_with_its_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let stack = Stack::start(&folder.path().join("state"), &["--no-limits"]);
    let records = [
        &br#"{"user": {"user_id": "x7"}}"#[..],
        br#"{"user": {"user_id": null}}"#,
        br#"{"user": {}}"#,
        br#"{"user": {"user_id": "-7"}}"#,
        br#"{"user": {"user_id": 12}}"#,
    ];
    let records = records.map(<[u8]>::to_vec);
    put(&stack.kinesis().await, "AForB_callevents", &records).await;
    let bucket = "aforb-consumer-data";
    let stored = stack
        .until_objects(bucket, "mandir-event-records/", 2)
        .await;
    let kept = stack.until_objects(bucket, "quarantine/", 3).await;
    let mut users = BTreeSet::new();
    for key in stored {
        users.insert(json(&stack, bucket, &key).await["user"]["user_id"].as_i64());
    }
    assert_eq!(users, BTreeSet::from([Some(-7), Some(12)]));
    for key in kept {
        assert!(key.contains("/program-error/"), "{key}");
        let bytes = json(&stack, bucket, &key).await.to_string();
        assert!(bytes.contains("user"), "{bytes}");
    }
}
