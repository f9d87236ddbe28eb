//! Records that are nowhere come back from the stream.

use super::*;
use crate::trial::gzip;

/// Two records, and two that CloudWatch Logs packed into one.
fn sent() -> Vec<Vec<u8>> {
    let packed = r#"{"messageType":"DATA_MESSAGE","owner":"1","logGroup":"g","logStream":"s","subscriptionFilters":["f"],"logEvents":[{"id":"1","timestamp":1,"message":"a"},{"id":"2","timestamp":2,"message":"b"}]}"#;
    vec![
        br#"{"total":1}"#.to_vec(),
        gzip(packed.as_bytes()),
        br#"{"total":2}"#.to_vec(),
    ]
}

async fn remove(stack: &Stack, key: &str) {
    let s3 = stack.s3().await;
    let delete = s3.delete_object().bucket(BUCKET).key(key);
    delete.send().await.unwrap();
}

#[tokio::test]
async fn what_was_deleted_is_stored_again_while_the_stream_holds_it() {
    for (layout, lost) in [("record", 2), ("batch", 4)] {
        let data = tempfile::tempdir().unwrap();
        let folder = folder(&data);
        write_pipeline(&folder, layout, "timeout_seconds: 20");
        let stack = Stack::start_with(&folder, &data.path().join("stack"), &["--no-limits"]);
        put(&stack.kinesis().await, "orders-stream", &sent()).await;
        let (is_fine, before) = reconcile(&stack, &folder, "orders", &["--wait", "60"]);
        assert!(is_fine, "{before}");
        assert_counts(&before, &[("expected", 4), ("stored", 4)]);

        let all = stack.keys(BUCKET, "orders/").await;
        let gone: Vec<_> = match layout {
            // A record, and a part of one.
            "record" => vec![
                all.iter().find(|key| key.contains('-')).unwrap(),
                all.iter().rfind(|key| !key.contains('-')).unwrap(),
            ],
            _ => all.iter().collect(),
        };
        for key in gone {
            remove(&stack, key).await;
        }
        let (_, damaged) = reconcile(&stack, &folder, "orders", &[]);
        assert_counts(&damaged, &[("missing", lost)]);

        let (is_fine, line) = redrive(&stack, &folder, &["--missing"]);
        assert!(is_fine && line["applied"] == false, "{line}");
        let wanted = [("missing".to_owned(), "stored".to_owned(), lost)];
        assert_eq!(changes(&line), wanted);
        let (_, still) = reconcile(&stack, &folder, "orders", &[]);
        assert_counts(&still, &[("missing", lost)]);

        let (is_fine, line) = redrive(&stack, &folder, &["--missing", "--apply"]);
        assert!(is_fine, "{line}");
        assert_eq!(changes(&line), wanted);
        let (is_fine, after) = reconcile(&stack, &folder, "orders", &[]);
        assert!(is_fine, "{after}");
        assert_counts(&after, &[("stored", 4), ("duplicate", 0), ("missing", 0)]);
        if layout == "record" {
            assert_eq!(stack.keys(BUCKET, "orders/").await, all);
        }
        let (is_fine, line) = redrive(&stack, &folder, &["--missing", "--apply"]);
        assert!(is_fine && changes(&line).is_empty(), "{line}");
    }
}

#[tokio::test]
async fn lines_without_a_name_are_not_taken_for_missing_ones() {
    let data = tempfile::tempdir().unwrap();
    let folder = folder(&data);
    write_pipeline(&folder, "batch", "timeout_seconds: 20");
    let file = folder.join("orders.yaml");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(
        &file,
        text.replace("layout: batch", "layout: batch, id: ''"),
    )
    .unwrap();
    let stack = Stack::start_with(&folder, &data.path().join("stack"), &["--no-limits"]);
    for _ in 0..2 {
        put(&stack.kinesis().await, "orders-stream", &sent()).await;
        let (is_fine, before) = reconcile(&stack, &folder, "orders", &["--wait", "60"]);
        assert!(is_fine, "{before}");
    }
    let missing = || {
        let fixed = ["redrive", "--pipeline", "orders", "--missing", "--apply"];
        let redrive = sluice(&fixed)
            .args(["--local", stack.port(), "--pipelines"])
            .arg(&folder)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&redrive.stderr).into_owned();
        (redrive.status.code(), said)
    };
    let (code, said) = missing();
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("nothing of orders to redrive"), "{said}");
    let keys = stack.keys(BUCKET, "orders/").await;
    remove(&stack, &keys[0]).await;
    let (code, said) = missing();
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("records are missing, and nobody"), "{said}");
}
