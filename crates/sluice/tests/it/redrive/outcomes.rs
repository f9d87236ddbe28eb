//! What a redrive says became of each record, where others have been stored meanwhile.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::{BUCKET, changes, folder, put_failure, redrive, write_pipeline};
use crate::reconcile::{assert_counts, reconcile};
use crate::stack::{Stack, put, records, until};

/// A pipeline of one key for each id, where this becomes of records that share one.
fn write_collisions(folder: &Path, on_collision: &str, program: &str) {
    fs::create_dir_all(folder).unwrap();
    let text = format!(
        "stream: {{name: orders-stream, shards: 1}}\nbucket: {BUCKET}\n\
         process: {{function: Orders, program: '{program}'}}\n\
         object: {{layout: record, key: 'orders/{{{{ id }}}}.json', on_collision: {on_collision}}}\n"
    );
    fs::write(folder.join("orders.yaml"), text).unwrap();
}

async fn body(stack: &Stack, key: &str) -> String {
    let s3 = stack.s3().await;
    let object = s3
        .get_object()
        .bucket(BUCKET)
        .key(key)
        .send()
        .await
        .unwrap();
    let body = object.body.collect().await.unwrap().to_vec();
    String::from_utf8(body).unwrap()
}

#[tokio::test]
async fn where_newer_records_replace_older_ones_a_redrive_says_which_gave_way() {
    let data = tempfile::tempdir().unwrap();
    let folder = folder(&data);
    write_collisions(&folder, "overwrite", ".total = to_int!(.total)");
    let stack = Stack::start_with(&folder, &data.path().join("stack"), &["--no-limits"]);
    // Of each pair one is set aside: of `a` the older, of `b` the newer.
    let sent: Vec<_> = [("a", "\"x\""), ("a", "1"), ("b", "1"), ("b", "\"x\"")]
        .iter()
        .map(|(id, total)| format!("{{\"id\":\"{id}\",\"total\":{total}}}").into_bytes())
        .collect();
    put(&stack.kinesis().await, "orders-stream", &sent).await;
    stack.until_objects(BUCKET, "quarantine/", 2).await;
    stack.until_objects(BUCKET, "orders/", 2).await;
    write_collisions(&folder, "overwrite", ".total = to_int(.total) ?? 0");
    let error = "quarantined, program-error".to_owned();
    let wanted = [
        (
            error.clone(),
            "stored in place of an older record".to_owned(),
            1,
        ),
        (error, "superseded by a newer record".to_owned(), 1),
    ];
    assert_eq!(changes(&redrive(&stack, &folder, &[]).1), wanted);
    assert_eq!(changes(&redrive(&stack, &folder, &["--apply"]).1), wanted);
    let a = body(&stack, "orders/a.json").await;
    assert_eq!(a, r#"{"id":"a","total":1}"#);
    let b = body(&stack, "orders/b.json").await;
    assert_eq!(b, r#"{"id":"b","total":0}"#);
    let (is_fine, balance) = reconcile(&stack, &folder, "orders", &[]);
    assert!(is_fine, "{balance}");
    assert_counts(
        &balance,
        &[("stored", 2), ("superseded", 2), ("quarantined", 0)],
    );
}

#[tokio::test]
async fn of_a_batch_that_was_given_up_only_what_is_missing_is_said_to_be_stored() {
    for layout in ["record", "batch"] {
        let data = tempfile::tempdir().unwrap();
        let folder = folder(&data);
        let state = data.path().join("stack");
        write_pipeline(&folder, layout, "source: {batch_size: 1000}");
        let stack = Stack::start_with(&folder, &state, &["--no-limits"]);
        let kinesis = stack.kinesis().await;
        // In several milliseconds, of which half are no whole number of them as an `f64`.
        let mut numbers = BTreeSet::new();
        for records in records(70).chunks(5) {
            numbers.extend(put(&kinesis, "orders-stream", records).await);
        }
        let before = reconcile(&stack, &folder, "orders", &["--wait", "60"]).1;
        assert_counts(&before, &[("stored", 70), ("missing", 0)]);
        stack.kill();
        let once = "source: {maximum_retry_attempts: 0, bisect_batch_on_function_error: false}";
        write_pipeline(&folder, layout, once);
        let arguments = ["--no-limits", "--function", "Orders=/bin/false"];
        let stack = Stack::start_with(&folder, &state, &arguments);
        put(&stack.kinesis().await, "orders-stream", &records(50)).await;
        stack.until_objects(BUCKET, "aws/lambda/", 1).await;
        let balance = reconcile(&stack, &folder, "orders", &["--wait", "60"]).1;
        assert_counts(&balance, &[("given_up", 50), ("stored", 70)]);
        // As if the batch had begun with those that were stored before it failed.
        let key = &stack.keys(BUCKET, "aws/lambda/").await[0];
        let mut failure: Value = serde_json::from_str(&body(&stack, key).await).unwrap();
        failure.as_object_mut().unwrap().remove("payload");
        let info = &mut failure["KinesisBatchInfo"];
        info["startSequenceNumber"] = numbers.first().unwrap().as_str().into();
        info["batchSize"] = json!(120);
        put_failure(&stack, key, &failure).await;

        let given_up = "given up".to_owned();
        let wanted = [
            (given_up.clone(), "stored".to_owned(), 50),
            (given_up, "stored already".to_owned(), 70),
        ];
        let dry = redrive(&stack, &folder, &["--from-failures"]).1;
        assert_eq!(changes(&dry), wanted, "{layout}");
        let (is_fine, line) = redrive(&stack, &folder, &["--from-failures", "--apply"]);
        assert!(is_fine, "{line}");
        assert_eq!(changes(&line), wanted, "{layout}");
        let (is_fine, balance) = reconcile(&stack, &folder, "orders", &[]);
        assert!(is_fine, "{balance}");
        let wanted = [("stored", 120), ("duplicate", 0), ("given_up", 0)];
        assert_counts(&balance, &wanted);
    }
}

#[tokio::test]
async fn a_record_keeps_the_longest_partition_key_there_is() {
    let data = tempfile::tempdir().unwrap();
    let folder = folder(&data);
    let write = |program: &str| {
        write_pipeline(&folder, "record", &format!("program: '{program}'"));
    };
    write(".total = to_int!(.total)");
    let stack = Stack::start_with(&folder, &data.path().join("stack"), &["--no-limits"]);
    let kinesis = stack.kinesis().await;
    let keys = ["\u{6f22}".repeat(200), "\u{10ffff}".repeat(256)];
    for key in &keys {
        let put = kinesis.put_record().stream_name("orders-stream");
        let put = put.partition_key(key).data(b"{\"total\":\"x\"}"[..].into());
        put.send().await.unwrap();
    }
    let kept = stack.until_objects(BUCKET, "quarantine/", 2).await;
    // One is as an earlier version kept it, of which the stream still knows the key.
    let s3 = stack.s3().await;
    let old = s3.get_object().bucket(BUCKET).key(&kept[0]);
    let mut metadata = old.send().await.unwrap().metadata.unwrap();
    let cut = format!("{}...", "%E6%BC%A2".repeat(85));
    metadata.insert("sluice-partition-key".to_owned(), cut);
    let replace = s3.put_object().bucket(BUCKET).key(&kept[0]);
    let replace = replace.set_metadata(Some(metadata));
    let body_of_old = b"{\"total\":\"x\"}".to_vec();
    replace.body(body_of_old.into()).send().await.unwrap();

    write(".total = to_int(.total) ?? 0; .key = %partition_key");
    let (_, balance) = reconcile(&stack, &folder, "orders", &[]);
    assert_eq!(balance["counts"]["redrivable"], 2, "{balance}");
    let (is_fine, line) = redrive(&stack, &folder, &["--apply"]);
    assert!(is_fine && line["deleted_objects"] == 2, "{line}");
    let mut found = Vec::new();
    for key in stack.keys(BUCKET, "orders/").await {
        let stored: Value = serde_json::from_str(&body(&stack, &key).await).unwrap();
        found.push(stored["key"].as_str().unwrap().to_owned());
    }
    assert_eq!(found, keys);
}

#[tokio::test]
async fn a_record_that_no_event_holds_is_named_with_its_size_and_stored_by_a_redrive() {
    let data = tempfile::tempdir().unwrap();
    let folder = folder(&data);
    let once = "source: {maximum_retry_attempts: 0}";
    write_pipeline(&folder, "record", once);
    let stack = Stack::start_with(&folder, &data.path().join("stack"), &["--no-limits"]);
    let kinesis = stack.kinesis().await;
    let described = kinesis
        .describe_stream_summary()
        .stream_name("orders-stream");
    let described = described.send().await.unwrap();
    let arn = described.stream_description_summary().unwrap().stream_arn();
    let raise = kinesis.update_max_record_size().stream_arn(arn);
    raise.max_record_size_in_kib(10_240).send().await.unwrap();
    let large = format!("{{\"text\":\"{}\"}}", "x".repeat(5 << 20));
    let put = async || {
        let put = kinesis.put_record().stream_name("orders-stream");
        let put = put.partition_key("k").data(large.as_bytes().into());
        put.send().await.map_err(|error| format!("{error:?}"))
    };
    until(put).await;
    let balance = reconcile(&stack, &folder, "orders", &["--wait", "60"]).1;
    assert_counts(&balance, &[("given_up", 1), ("missing", 0)]);
    let why = balance["given_up"][0]["why"].as_str().unwrap();
    let bytes = large.len();
    assert!(
        why.starts_with(&format!("its {bytes} bytes are more")),
        "{why}"
    );
    let (is_fine, line) = redrive(&stack, &folder, &["--from-failures", "--apply"]);
    assert!(is_fine && line["deleted_objects"] == 1, "{line}");
    let (is_fine, balance) = reconcile(&stack, &folder, "orders", &[]);
    assert!(is_fine, "{balance}");
    assert_counts(&balance, &[("stored", 1), ("given_up", 0)]);
}
