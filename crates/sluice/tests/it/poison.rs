use std::fs;
use std::path::Path;

use crate::reconcile::{assert_counts, reconcile};
use crate::stack::{Stack, put, sequence_numbers, sluice};

/// One thousand records, ten of which can never be stored.
fn with_poison() -> Vec<Vec<u8>> {
    let nested = vec![b'['; 1024 * 1024 - 64];
    let poison = [
        (3, b"not json".to_vec()),
        (104, b"{\"half\":".to_vec()),
        (205, b"\xff\xfe".to_vec()),
        (306, b"{\"a\":\"\xc3\"}".to_vec()),
        (407, Vec::new()),
        (508, b"   ".to_vec()),
        (609, nested.clone()),
        (710, nested),
        (811, b"{} {}".to_vec()),
        (912, b"\0".to_vec()),
    ];
    let mut records = crate::stack::records(1_000);
    for (at, data) in poison {
        records[at] = data;
    }
    records
}

#[tokio::test]
async fn a_poison_record_costs_one_record_and_never_blocks_its_shard() {
    let data = tempfile::tempdir().unwrap();
    let stack = Stack::start(data.path(), &["--no-limits"]);
    let records = with_poison();
    let acknowledged = put(&stack.kinesis().await, "kdg-archive-stream", &records).await;
    let stored = stack.until_objects("kdg-archive", "kinesis/", 990).await;
    let kept = stack.until_objects("kdg-archive", "quarantine/", 10).await;
    assert_eq!(stored.len(), 990);
    assert_eq!(kept.len(), 10);
    assert!(sequence_numbers(&stored).is_subset(&acknowledged));
    let s3 = stack.s3().await;
    let mut bodies = Vec::new();
    for key in &kept {
        let object = s3
            .get_object()
            .bucket("kdg-archive")
            .key(key)
            .send()
            .await
            .unwrap();
        let metadata = object.metadata().unwrap().clone();
        let reason = key.split('/').nth(2).unwrap();
        assert_eq!(metadata["sluice-reason"], reason);
        assert!(!metadata["sluice-error"].is_empty());
        assert!(
            acknowledged
                .iter()
                .any(|number| metadata["sluice-record"].ends_with(number))
        );
        bodies.push(object.body.collect().await.unwrap().to_vec());
    }
    let is_poison = |record: &&Vec<u8>| !record.starts_with(b"{\"number\"");
    let mut sent: Vec<_> = records.iter().filter(is_poison).cloned().collect();
    bodies.sort();
    sent.sort();
    assert_eq!(bodies.len(), sent.len());
    assert!(
        bodies == sent,
        "the bytes that were kept are not those that were sent"
    );
    assert!(
        stack.keys("kdg-archive", "aws/").await.is_empty(),
        "no batch was given up"
    );
}

/// A pipeline whose program looks up to the end of a record for each letter.
fn quadratic(folder: &Path) {
    fs::create_dir(folder).unwrap();
    let program = r#".text = replace(string!(.text), r'a*b|a', "c")"#;
    let text = format!(
        "stream: {{name: slow-stream, shards: 1}}\nbucket: slow-records\n\
         process:\n  function: Slow\n  timeout_seconds: 6\n  program: |\n    {program}\n\
         object: {{layout: record, key: '{{{{ %sequence_number }}}}.json'}}\n"
    );
    fs::write(folder.join("slow.yaml"), text).unwrap();
}

fn slow() -> Vec<u8> {
    format!("{{\"text\":\"{}\"}}", "a".repeat(1 << 19)).into_bytes()
}

fn quick() -> Vec<u8> {
    b"{\"text\":\"ab\"}".to_vec()
}

#[tokio::test]
async fn so_many_slow_records_that_a_function_ends_itself_cost_no_other() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().join("pipelines");
    quadratic(&folder);
    let stack = Stack::start_with(&folder, &data.path().join("stack"), &["--no-limits"]);
    let mut records = vec![slow(); 6];
    records.extend(vec![quick(); 6]);
    put(&stack.kinesis().await, "slow-stream", &records).await;
    let (is_fine, balance) = reconcile(&stack, &folder, "slow", &["--wait", "120"]);
    assert!(is_fine, "{balance}");
    let wanted = [("expected", 12), ("stored", 6), ("quarantined", 6)];
    assert_counts(&balance, &wanted);
}

#[tokio::test]
async fn a_record_whose_program_takes_minutes_is_kept_and_its_shard_goes_on() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().join("pipelines");
    quadratic(&folder);
    let stack = Stack::start_with(&folder, &data.path().join("stack"), &["--no-limits"]);
    let slow = slow();
    let mut records = vec![quick(), slow.clone(), quick()];
    put(&stack.kinesis().await, "slow-stream", &records).await;
    let kept = stack.until_objects("slow-records", "quarantine/", 1).await;
    assert!(kept[0].starts_with("quarantine/slow/too-slow/"), "{kept:?}");
    // The function still works at it, and takes others as well.
    records = vec![quick(); 50];
    put(&stack.kinesis().await, "slow-stream", &records).await;
    let (is_fine, balance) = reconcile(&stack, &folder, "slow", &["--wait", "60"]);
    assert!(is_fine, "{balance}");
    assert_counts(
        &balance,
        &[
            ("expected", 53),
            ("stored", 52),
            ("missing", 0),
            ("duplicate", 0),
        ],
    );
    assert_eq!(balance["quarantined_by_reason"]["too-slow"], 1);

    let record = data.path().join("record");
    fs::write(&record, &slow).unwrap();
    let checked = sluice(&["check", "--record"])
        .arg(&record)
        .arg(folder.join("slow.yaml"))
        .output()
        .unwrap();
    assert_eq!(checked.status.code(), Some(1));
    let printed = String::from_utf8_lossy(&checked.stdout).into_owned();
    assert!(printed.contains("quarantined  too-slow"), "{printed}");
}
