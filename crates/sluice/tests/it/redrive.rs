//! `sluice redrive`: what was set aside is processed again after a fix.

mod missing;
mod outcomes;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::reconcile::{assert_counts, reconcile};
use crate::stack::{Stack, put, records, sluice};

const BUCKET: &str = "orders-lake";

/// A folder with a pipeline whose function runs this, in either layout.
fn write_pipeline(folder: &Path, layout: &str, process: &str) {
    let key = match layout {
        "record" => "orders/{{ %sequence_number }}.json",
        _ => "orders/",
    };
    fs::create_dir_all(folder).unwrap();
    fs::write(
        folder.join("orders.yaml"),
        format!(
            "stream: {{name: orders-stream, shards: 1}}\nbucket: {BUCKET}\n\
             process: {{function: Orders, {process}}}\nobject: {{layout: {layout}, key: '{key}'}}\n"
        ),
    )
    .unwrap();
}

fn redrive(stack: &Stack, folder: &Path, more: &[&str]) -> (bool, Value) {
    redrive_of("orders", stack, folder, more)
}

/// Runs a redrive of a pipeline; tells whether nothing was left to do, and what it printed.
pub(crate) fn redrive_of(
    pipeline: &str,
    stack: &Stack,
    folder: &Path,
    more: &[&str],
) -> (bool, Value) {
    let fixed = [
        "redrive",
        "--pipeline",
        pipeline,
        "--json",
        "--local",
        stack.port(),
    ];
    let output = sluice(&fixed)
        .arg("--pipelines")
        .arg(folder)
        .args(more)
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let line = serde_json::from_str(&printed).unwrap_or_else(|_| panic!("{printed}{said}"));
    (output.status.success(), line)
}

/// What the line says became of how many.
pub(crate) fn changes(line: &Value) -> Vec<(String, String, u64)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let of = |change: &Value| {
        let count = change["count"].as_u64().unwrap();
        (text(&change["from"]), text(&change["to"]), count)
    };
    line["changes"].as_array().unwrap().iter().map(of).collect()
}

fn folder(data: &tempfile::TempDir) -> PathBuf {
    data.path().join("pipelines")
}

#[tokio::test]
async fn quarantined_records_are_stored_once_their_pipeline_understands_them() {
    for layout in ["record", "batch"] {
        let data = tempfile::tempdir().unwrap();
        let folder = folder(&data);
        write_pipeline(&folder, layout, "program: '.total = to_int!(.total)'");
        let stack = Stack::start_with(&folder, &data.path().join("stack"), &["--no-limits"]);
        let sent: Vec<_> = ["1", "\"x\"", "\"y\"", "\"drop\"", "2"]
            .iter()
            .map(|total| format!("{{\"total\":{total}}}").into_bytes())
            .chain([b"not json".to_vec()])
            .collect();
        put(&stack.kinesis().await, "orders-stream", &sent).await;
        let before = reconcile(&stack, &folder, "orders", &["--wait", "60"]).1;
        assert_counts(
            &before,
            &[("quarantined", 4), ("stored", 2), ("missing", 0)],
        );

        let fixed = "filter: '.total != \"drop\"', program: '.total = to_int(.total) ?? 0'";
        write_pipeline(&folder, layout, fixed);
        let keys = stack.keys(BUCKET, "").await;
        let error = "quarantined, program-error".to_owned();
        let broken = "quarantined, not-json".to_owned();
        let wanted = [
            (broken.clone(), broken, 1),
            (error.clone(), "filtered".to_owned(), 1),
            (error, "stored".to_owned(), 2),
        ];
        let (is_fine, line) = redrive(&stack, &folder, &[]);
        assert!(is_fine && line["applied"] == false, "{line}");
        assert_eq!(changes(&line), wanted);
        if layout == "batch" {
            let sample = line["changes"][2]["samples"][0].as_str().unwrap();
            assert!(sample.ends_with("  orders/"), "{sample}");
        }
        assert_eq!(
            stack.keys(BUCKET, "").await,
            keys,
            "a dry run changed something"
        );

        let (is_fine, line) = redrive(&stack, &folder, &["--apply"]);
        assert!(is_fine, "{line}");
        assert_eq!(changes(&line), wanted);
        assert_eq!(line["deleted_objects"], 3);
        let left = stack.keys(BUCKET, "quarantine/").await;
        assert_eq!(left.len(), 1, "{left:?}");
        let (is_fine, after) = reconcile(&stack, &folder, "orders", &[]);
        assert!(is_fine, "{after}");
        let wanted = [
            ("quarantined", 1),
            ("filtered", 1),
            ("stored", 4),
            ("duplicate", 0),
        ];
        assert_counts(&after, &wanted);

        let keys = stack.keys(BUCKET, "").await;
        let (is_fine, line) = redrive(&stack, &folder, &["--apply", "--reason", "not-json"]);
        assert!(is_fine && line["deleted_objects"] == 0, "{line}");
        assert_eq!(
            stack.keys(BUCKET, "").await,
            keys,
            "the second time changed something"
        );
    }
}

#[tokio::test]
async fn a_record_that_is_quarantined_for_another_reason_is_kept_under_that() {
    let data = tempfile::tempdir().unwrap();
    let folder = folder(&data);
    write_pipeline(&folder, "record", "program: '.total = to_int!(.total)'");
    let stack = Stack::start_with(&folder, &data.path().join("stack"), &["--no-limits"]);
    put(
        &stack.kinesis().await,
        "orders-stream",
        &[b"{\"total\":\"x\"}".to_vec()],
    )
    .await;
    stack.until_objects(BUCKET, "quarantine/", 1).await;
    write_pipeline(&folder, "record", "schema: orders.schema.json");
    let schema = "{\"properties\":{\"total\":{\"type\":\"integer\"}}}";
    fs::write(folder.join("orders.schema.json"), schema).unwrap();
    let (is_fine, line) = redrive(&stack, &folder, &["--apply"]);
    assert!(is_fine && line["deleted_objects"] == 1, "{line}");
    let left = stack.keys(BUCKET, "quarantine/").await;
    assert_eq!(left.len(), 1);
    assert!(
        left[0].starts_with("quarantine/orders/schema-violation/"),
        "{left:?}"
    );
    let wrong = redrive_fails(&stack, &folder, &["--reason", "empty"]);
    assert!(wrong.contains("choose one of schema-violation"), "{wrong}");
}

#[tokio::test]
async fn a_dry_run_foresees_which_records_would_find_their_key_taken() {
    let data = tempfile::tempdir().unwrap();
    let folder = folder(&data);
    let write = |program: &str| {
        fs::create_dir_all(&folder).unwrap();
        let text = format!(
            "stream: {{name: orders-stream, shards: 1}}\nbucket: {BUCKET}\n\
             process: {{function: Orders, program: '{program}'}}\n\
             object: {{layout: record, key: 'orders/{{{{ id }}}}.json', on_collision: quarantine}}\n"
        );
        fs::write(folder.join("orders.yaml"), text).unwrap();
    };
    write(".total = to_int!(.total)");
    let stack = Stack::start_with(&folder, &data.path().join("stack"), &["--no-limits"]);
    let sent: Vec<_> = [("a", "1"), ("a", "\"x\""), ("b", "\"x\""), ("b", "\"y\"")]
        .iter()
        .map(|(id, total)| format!("{{\"id\":\"{id}\",\"total\":{total}}}").into_bytes())
        .collect();
    put(&stack.kinesis().await, "orders-stream", &sent).await;
    stack.until_objects(BUCKET, "quarantine/", 3).await;
    stack.until_objects(BUCKET, "orders/", 1).await;
    write(".total = to_int(.total) ?? 0");
    let foreseen = changes(&redrive(&stack, &folder, &[]).1);
    let error = "quarantined, program-error".to_owned();
    let wanted = [
        (error.clone(), "quarantined, key-taken".to_owned(), 2),
        (error, "stored".to_owned(), 1),
    ];
    assert_eq!(foreseen, wanted);
    assert_eq!(changes(&redrive(&stack, &folder, &["--apply"]).1), foreseen);
}

fn redrive_fails(stack: &Stack, folder: &Path, more: &[&str]) -> String {
    let fixed = [
        "redrive",
        "--pipeline",
        "orders",
        "--local",
        stack.port(),
        "--pipelines",
    ];
    let output = sluice(&fixed).arg(folder).args(more).output().unwrap();
    assert!(!output.status.success());
    String::from_utf8(output.stderr).unwrap()
}

/// Replaces an object of the failure destination.
async fn put_failure(stack: &Stack, key: &str, body: &Value) {
    let put = stack.s3().await.put_object().bucket(BUCKET).key(key);
    let body = body.to_string().into_bytes();
    put.body(body.into()).send().await.unwrap();
}

#[tokio::test]
async fn batches_that_were_given_up_are_processed_from_their_object_or_from_the_stream() {
    let data = tempfile::tempdir().unwrap();
    let folder = folder(&data);
    write_pipeline(
        &folder,
        "record",
        "source: {maximum_retry_attempts: 0, bisect_batch_on_function_error: false}",
    );
    // A function that ends before it has taken the batch, so that nothing of it is stored.
    let arguments = ["--no-limits", "--function", "Orders=/bin/false"];
    let stack = Stack::start_with(&folder, &data.path().join("stack"), &arguments);
    let kinesis = stack.kinesis().await;
    put(&kinesis, "orders-stream", &records(5)).await;
    let (is_fine, balance) = reconcile(&stack, &folder, "orders", &["--wait", "60"]);
    assert!(!is_fine);
    assert_counts(&balance, &[("given_up", 5), ("missing", 0), ("stored", 0)]);
    let objects = stack.keys(BUCKET, "aws/lambda/").await;
    assert_eq!(balance["given_up"][0]["object"], objects[0]);
    let object = stack
        .s3()
        .await
        .get_object()
        .bucket(BUCKET)
        .key(&objects[0]);
    let body = object.send().await.unwrap().body.collect().await.unwrap();
    let mut body: Value = serde_json::from_slice(&body.to_vec()).unwrap();
    // Without its payload its records have to come from the stream again.
    body.as_object_mut().unwrap().remove("payload").unwrap();
    put_failure(&stack, &objects[0], &body).await;
    put(&kinesis, "orders-stream", &records(2)).await;
    let balance = reconcile(&stack, &folder, "orders", &["--wait", "60"]).1;
    assert_counts(&balance, &[("given_up", 7), ("missing", 0)]);

    let keys = stack.keys(BUCKET, "").await;
    let (is_fine, line) = redrive(&stack, &folder, &["--from-failures"]);
    assert!(is_fine, "{line}");
    let all_stored = [("given up".to_owned(), "stored".to_owned(), 7)];
    assert_eq!(changes(&line), all_stored);
    assert_eq!(
        stack.keys(BUCKET, "").await,
        keys,
        "a dry run changed something"
    );
    let (is_fine, line) = redrive(&stack, &folder, &["--from-failures", "--apply"]);
    assert!(is_fine, "{line}");
    assert_eq!(changes(&line), all_stored);
    assert_eq!(
        stack.keys(BUCKET, "aws/lambda/").await,
        Vec::<String>::new()
    );
    let (is_fine, balance) = reconcile(&stack, &folder, "orders", &[]);
    assert!(is_fine, "{balance}");
    assert_counts(
        &balance,
        &[("stored", 7), ("duplicate", 0), ("given_up", 0)],
    );
    let keys = stack.keys(BUCKET, "").await;
    let (is_fine, line) = redrive(&stack, &folder, &["--from-failures", "--apply"]);
    assert!(is_fine && line["deleted_objects"] == 0, "{line}");
    assert_eq!(
        stack.keys(BUCKET, "").await,
        keys,
        "the second time changed something"
    );

    body["KinesisBatchInfo"]["startSequenceNumber"] = json!("7");
    put_failure(&stack, &objects[0], &body).await;
    let (is_fine, line) = redrive(&stack, &folder, &["--from-failures", "--apply"]);
    assert!(!is_fine);
    let problem = line["problems"][0].as_str().unwrap();
    assert!(problem.contains("from 7 up to 4"), "{problem}");
    assert!(problem.ends_with("no longer in orders-stream"), "{problem}");
    assert_eq!(
        stack.keys(BUCKET, "aws/lambda/").await,
        [objects[0].clone()]
    );
}

#[tokio::test]
async fn a_batch_of_which_a_part_was_stored_is_completed_and_nothing_is_doubled() {
    let data = tempfile::tempdir().unwrap();
    let folder = folder(&data);
    let once = "source: {maximum_retry_attempts: 1, bisect_batch_on_function_error: false}";
    write_pipeline(&folder, "record", once);
    let faults = ["--no-limits", "--fault", "invoke=1"];
    let stack = Stack::start_with(&folder, &data.path().join("stack"), &faults);
    put(&stack.kinesis().await, "orders-stream", &records(400)).await;
    stack.until_objects(BUCKET, "aws/lambda/", 1).await;
    let before = reconcile(&stack, &folder, "orders", &["--wait", "60"]).1;
    let count = |name: &str| before["counts"][name].as_u64().unwrap();
    assert_eq!(count("stored") + count("given_up"), 400, "{before}");
    let (is_fine, line) = redrive(&stack, &folder, &["--from-failures", "--apply"]);
    assert!(is_fine, "{line}");
    let (is_fine, balance) = reconcile(&stack, &folder, "orders", &[]);
    assert!(is_fine, "{balance}");
    assert_counts(
        &balance,
        &[("stored", 400), ("objects", 400), ("given_up", 0)],
    );
}
