//! `sluice reconcile`: every record of a stream held against the bucket.

use std::path::Path;
use std::process::Output;

use aws_sdk_s3::primitives::ByteStream;
use serde_json::Value;

use crate::stack::{Stack, pipelines, put, records, sluice};

/// Runs a comparison; tells whether it was content, and what it printed.
pub(crate) fn reconcile(
    stack: &Stack,
    folder: &Path,
    pipeline: &str,
    more: &[&str],
) -> (bool, Value) {
    let output = run(stack, folder, pipeline, &[&["--json"], more].concat());
    let printed = String::from_utf8(output.stdout).unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let balance = serde_json::from_str(&printed).unwrap_or_else(|_| panic!("{printed}{said}"));
    (output.status.success(), balance)
}

fn run(stack: &Stack, folder: &Path, pipeline: &str, more: &[&str]) -> Output {
    let fixed = ["reconcile", "--pipeline", pipeline, "--local", stack.port()];
    sluice(&fixed)
        .arg("--pipelines")
        .arg(folder)
        .args(more)
        .output()
        .unwrap()
}

#[track_caller]
pub(crate) fn assert_counts(balance: &Value, wanted: &[(&str, u64)]) {
    for (name, count) in wanted {
        assert_eq!(balance["counts"][name], *count, "{name}: {balance}");
    }
}

async fn copy(stack: &Stack, bucket: &str, from: &str, to: &str) {
    let copy = stack.s3().await.copy_object().bucket(bucket).key(to);
    copy.copy_source(format!("{bucket}/{from}"))
        .send()
        .await
        .unwrap();
}

async fn delete(stack: &Stack, bucket: &str, key: &str) {
    let delete = stack.s3().await.delete_object().bucket(bucket).key(key);
    delete.send().await.unwrap();
}

/// Sends a pipeline's own test traffic.
fn send(stack: &Stack, pipeline: &str, records: &str, more: &[&str]) {
    let sent = sluice(&[
        "send",
        "--pipeline",
        pipeline,
        "--records",
        records,
        "--local",
        stack.port(),
    ])
    .arg("--pipelines")
    .arg(pipelines())
    .args(more)
    .status();
    assert!(sent.unwrap().success());
}

#[tokio::test]
async fn an_object_that_is_gone_is_missing_and_one_that_was_copied_is_a_duplicate() {
    let data = tempfile::tempdir().unwrap();
    let ledger = data.path().join("sent.ndjson");
    let ledger = ledger.to_str().unwrap();
    let stack = Stack::start(&data.path().join("stack"), &["--no-limits"]);
    send(&stack, "kdg-archive", "300", &["--ledger", ledger]);
    let (is_fine, balance) = reconcile(&stack, &pipelines(), "kdg-archive", &["--wait", "60"]);
    assert!(is_fine, "{balance}");
    let healthy = [
        ("expected", 300),
        ("stored", 300),
        ("missing", 0),
        ("duplicate", 0),
    ];
    assert_counts(&balance, &healthy);

    let keys = stack.keys("kdg-archive", "kinesis/").await;
    copy(&stack, "kdg-archive", &keys[1], "kinesis/again.json").await;
    delete(&stack, "kdg-archive", &keys[0]).await;
    let stem = |key: &str| key["kinesis/".len()..].trim_end_matches(".json").to_owned();
    let identity = |key: &str| format!("shardId-000000000000:{}", stem(key));
    for of_ledger in [&[][..], &["--ledger", ledger]] {
        let (is_fine, balance) = reconcile(&stack, &pipelines(), "kdg-archive", of_ledger);
        assert!(!is_fine);
        assert_counts(
            &balance,
            &[("stored", 299), ("missing", 1), ("duplicate", 1)],
        );
        assert_eq!(balance["missing"][0]["identity"], identity(&keys[0]));
        assert_eq!(balance["missing"][0]["should_be"], "stored");
        let duplicate = &balance["duplicate"][0];
        assert_eq!(duplicate["identity"], identity(&keys[1]));
        assert_eq!(duplicate["objects"][0], keys[1]);
        assert_eq!(duplicate["objects"][1], "kinesis/again.json");
    }
    let output = run(&stack, &pipelines(), "kdg-archive", &[]);
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(
        printed.contains(&format!("missing:\n  {}", identity(&keys[0]))),
        "{printed}"
    );
    let (is_fine, balance) = reconcile(&stack, &pipelines(), "kdg-archive", &["--since", "0s"]);
    assert!(is_fine, "{balance}");
    assert_counts(&balance, &[("expected", 0), ("missing", 0)]);
    let later = ["--since", "2999-01-01T00:00:00Z"];
    let output = run(&stack, &pipelines(), "kdg-archive", &later);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("--since is in the future"), "{said}");
}

#[tokio::test]
async fn records_that_the_ledger_alone_remembers_are_compared_by_their_identity() {
    let data = tempfile::tempdir().unwrap();
    let stack = Stack::start(&data.path().join("stack"), &["--no-limits"]);
    put(&stack.kinesis().await, "kdg-archive-stream", &records(3)).await;
    let ledger = data.path().join("sent.ndjson");
    std::fs::write(
        &ledger,
        "{\"record\":0,\"identity\":\"shardId-000000000000:7\",\"fault\":\"late\"}\n{\"record\":1,\"given_up\":\"x\"}\n",
    )
    .unwrap();
    let ledger = ["--ledger", ledger.to_str().unwrap()];
    let (is_fine, balance) = reconcile(&stack, &pipelines(), "kdg-archive", &ledger);
    assert!(!is_fine);
    let wanted = [
        ("expected", 1),
        ("missing", 1),
        ("beside_ledger", 3),
        ("no_longer_retained", 1),
    ];
    assert_counts(&balance, &wanted);
    assert_eq!(balance["missing"][0]["fault"], "late");
    std::fs::write(ledger[1], "{}\n").unwrap();
    let output = run(&stack, &pipelines(), "kdg-archive", &ledger);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        said.contains("sent.ndjson:1: this is no line of a ledger"),
        "{said}"
    );
}

#[tokio::test]
async fn lines_that_are_there_twice_are_named_and_a_changed_object_is_corrupt() {
    let data = tempfile::tempdir().unwrap();
    let stack = Stack::start(data.path(), &["--no-limits"]);
    send(&stack, "page-views", "500", &[]);
    let (is_fine, balance) = reconcile(&stack, &pipelines(), "page-views", &["--wait", "60"]);
    assert!(is_fine, "{balance}");
    let healthy = [
        ("expected", 500),
        ("stored", 500),
        ("missing", 0),
        ("duplicate", 0),
    ];
    assert_counts(&balance, &healthy);

    let keys = stack.keys("page-views-lake", "views/").await;
    let again = keys[0].replace("shardId", "again-shardId");
    copy(&stack, "page-views-lake", &keys[0], &again).await;
    let (is_fine, balance) = reconcile(&stack, &pipelines(), "page-views", &[]);
    assert!(
        is_fine,
        "lines that are there twice are in order: {balance}"
    );
    let lines = balance["counts"]["repetitions"].as_u64().unwrap();
    assert!(lines > 0);
    assert_counts(
        &balance,
        &[("stored", 500), ("missing", 0), ("duplicate", lines)],
    );
    assert_eq!(balance["duplicate"].as_array().unwrap().len() as u64, lines);

    let s3 = stack.s3().await;
    let cut = s3.get_object().bucket("page-views-lake").key(&again);
    let cut = cut.send().await.unwrap();
    let metadata = cut.metadata.clone();
    let body = cut.body.collect().await.unwrap().to_vec();
    let put = s3.put_object().bucket("page-views-lake").key(&again);
    put.set_metadata(metadata)
        .body(ByteStream::from(body[..body.len() / 2].to_vec()))
        .send()
        .await
        .unwrap();
    delete(&stack, "page-views-lake", &keys[0]).await;
    let (is_fine, balance) = reconcile(&stack, &pipelines(), "page-views", &[]);
    assert!(!is_fine);
    assert_counts(
        &balance,
        &[("stored", 500 - lines), ("missing", lines), ("corrupt", 1)],
    );
    assert_eq!(balance["corrupt"][0]["object"], again);
}

#[tokio::test]
async fn what_is_filtered_and_quarantined_is_counted_and_named() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().join("pipelines");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(
        folder.join("odd.yaml"),
        "stream: {name: odd-stream, shards: 2}\nbucket: odd-numbers\n\
         process: {function: Odd, filter: 'mod!(.number, 2) == 1'}\n\
         object: {layout: record, key: '{{ number }}.json'}\n",
    )
    .unwrap();
    let stack = Stack::start_with(&folder, &data.path().join("stack"), &["--no-limits"]);
    let mut sent = records(40);
    sent[3] = b"not json".to_vec();
    put(&stack.kinesis().await, "odd-stream", &sent).await;
    let (is_fine, balance) = reconcile(&stack, &folder, "odd", &["--wait", "60"]);
    assert!(is_fine, "{balance}");
    let wanted = [
        ("stored", 19),
        ("filtered", 20),
        ("quarantined", 1),
        ("missing", 0),
    ];
    assert_counts(&balance, &wanted);
    assert_eq!(balance["quarantined_by_reason"]["not-json"], 1);
    assert_eq!(balance["filtered"].as_array().unwrap().len(), 20);
    let object = balance["quarantined"][0]["object"].as_str().unwrap();
    assert!(
        object.starts_with("quarantine/odd/not-json/shardId-"),
        "{object}"
    );
}

#[tokio::test]
async fn nothing_is_missing_when_a_third_of_the_invocations_is_killed() {
    let data = tempfile::tempdir().unwrap();
    let stack = Stack::start(data.path(), &["--no-limits", "--fault", "invoke=0.3"]);
    for (pipeline, is_record) in [("kdg-archive", true), ("page-views", false)] {
        send(&stack, pipeline, "2000", &[]);
        let (is_fine, balance) = reconcile(&stack, &pipelines(), pipeline, &["--wait", "120"]);
        assert!(is_fine, "{balance}");
        assert_counts(
            &balance,
            &[("expected", 2_000), ("stored", 2_000), ("missing", 0)],
        );
        if is_record {
            assert_counts(&balance, &[("duplicate", 0), ("objects", 2_000)]);
        }
    }
}

/// Puts other bytes under a key, with the metadata that was there.
async fn replace(stack: &Stack, bucket: &str, key: &str) {
    let s3 = stack.s3().await;
    let old = s3.get_object().bucket(bucket).key(key).send();
    let metadata = old.await.unwrap().metadata;
    let put = s3.put_object().bucket(bucket).key(key);
    put.set_metadata(metadata)
        .body(ByteStream::from_static(b"{}"))
        .send()
        .await
        .unwrap();
}

#[tokio::test]
async fn a_body_that_was_replaced_is_corrupt_and_its_record_missing() {
    let data = tempfile::tempdir().unwrap();
    let stack = Stack::start(data.path(), &["--no-limits"]);
    send(&stack, "kdg-archive", "20", &[]);
    let broken = [b"not json".to_vec()];
    put(&stack.kinesis().await, "kdg-archive-stream", &broken).await;
    let (is_fine, balance) = reconcile(&stack, &pipelines(), "kdg-archive", &["--wait", "60"]);
    assert!(is_fine, "{balance}");
    assert_counts(&balance, &[("stored", 20), ("quarantined", 1)]);
    let stored = &stack.keys("kdg-archive", "kinesis/").await[0];
    let kept = &stack.keys("kdg-archive", "quarantine/").await[0];
    for key in [stored, kept] {
        replace(&stack, "kdg-archive", key).await;
    }
    let (is_fine, balance) = reconcile(&stack, &pipelines(), "kdg-archive", &[]);
    assert!(!is_fine);
    assert_counts(
        &balance,
        &[
            ("stored", 19),
            ("quarantined", 0),
            ("missing", 2),
            ("corrupt", 2),
        ],
    );
    assert_eq!(balance["corrupt"][0]["object"], *stored);
    assert_eq!(balance["corrupt"][1]["object"], *kept);
}

#[tokio::test]
async fn what_was_stored_before_the_key_changed_is_found_where_it_was() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().join("pipelines");
    std::fs::create_dir(&folder).unwrap();
    let write = |prefix: &str| {
        let text = format!(
            "stream: {{name: moved-stream, shards: 1}}\nbucket: moved\n\
             process: {{function: Moved}}\n\
             object: {{layout: record, key: '{prefix}{{{{ number }}}}.json'}}\n"
        );
        std::fs::write(folder.join("moved.yaml"), text).unwrap();
    };
    write("old/");
    let stack = Stack::start_with(&folder, &data.path().join("stack"), &["--no-limits"]);
    put(&stack.kinesis().await, "moved-stream", &records(7)).await;
    stack.until_objects("moved", "old/", 7).await;
    write("new/");
    let output = run(&stack, &folder, "moved", &[]);
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("below new/; --also-in PREFIX"), "{said}");
    let output = run(&stack, &folder, "moved", &["--also-in", "older/"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("below new/ and older/; --also-in"), "{said}");
    let places = [
        "--also-in",
        "old/",
        "--also-in",
        "new/",
        "--also-in",
        "old/",
    ];
    let (is_fine, balance) = reconcile(&stack, &folder, "moved", &places);
    assert!(is_fine, "{balance}");
    let wanted = [("stored", 7), ("missing", 0), ("duplicate", 0)];
    assert_counts(&balance, &wanted);
}

#[tokio::test]
async fn lines_are_known_by_the_name_that_their_identity_had_when_they_were_written() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().join("pipelines");
    std::fs::create_dir(&folder).unwrap();
    let write = |id: &str| {
        let text = format!(
            "stream: {{name: renamed-stream, shards: 1}}\nbucket: renamed\n\
             process: {{function: Renamed}}\n\
             object: {{layout: batch, key: lines/, id: {id}}}\n"
        );
        std::fs::write(folder.join("renamed.yaml"), text).unwrap();
    };
    write("_id");
    let stack = Stack::start_with(&folder, &data.path().join("stack"), &["--no-limits"]);
    put(&stack.kinesis().await, "renamed-stream", &records(9)).await;
    let (is_fine, balance) = reconcile(&stack, &folder, "renamed", &["--wait", "60"]);
    assert!(is_fine, "{balance}");
    write("record");
    let (is_fine, balance) = reconcile(&stack, &folder, "renamed", &[]);
    assert!(is_fine, "{balance}");
    assert_counts(&balance, &[("stored", 9), ("missing", 0), ("corrupt", 0)]);
}

#[tokio::test]
async fn lines_that_name_no_record_are_held_against_their_digest_and_their_copies_are_counted() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().join("pipelines");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(
        folder.join("plain.yaml"),
        "stream: {name: plain-stream, shards: 1}\nbucket: plain-lake\n\
         process: {function: Plain}\nobject: {layout: batch, key: lines/, id: ''}\n",
    )
    .unwrap();
    let stack = Stack::start_with(&folder, &data.path().join("stack"), &["--no-limits"]);
    put(&stack.kinesis().await, "plain-stream", &records(30)).await;
    let (is_fine, balance) = reconcile(&stack, &folder, "plain", &["--wait", "60"]);
    assert!(is_fine, "{balance}");
    assert_counts(&balance, &[("stored", 30), ("missing", 0), ("corrupt", 0)]);
    let key = stack.keys("plain-lake", "lines/").await.remove(0);
    let again = key.replace("shardId", "again-shardId");
    copy(&stack, "plain-lake", &key, &again).await;
    let balance = reconcile(&stack, &folder, "plain", &[]).1;
    let lines = balance["counts"]["duplicate"].as_u64().unwrap();
    assert!(lines > 0, "{balance}");
    assert_counts(&balance, &[("stored", 30), ("missing", 0)]);
    assert_eq!(balance["copies"].as_array().unwrap().len(), 1);
    delete(&stack, "plain-lake", &again).await;
    replace(&stack, "plain-lake", &key).await;
    let (is_fine, balance) = reconcile(&stack, &folder, "plain", &[]);
    assert!(!is_fine);
    assert_counts(
        &balance,
        &[("stored", 30 - lines), ("missing", lines), ("corrupt", 1)],
    );
}
