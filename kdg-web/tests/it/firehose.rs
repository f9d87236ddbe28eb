//! Records for a delivery stream, and what is in its bucket afterwards.

use std::collections::BTreeSet;
use std::time::Duration;

use kdg::{Answer, Record};
use kdg_web::aws::firehose::{PutRecordBatches, list_delivery_streams};
use kdg_web::aws::{Kind, s3};
use kdg_web::message::EndedBy;
use local::fault::Fault;
use local::firehose::{Buffering, Settings};
use local::stack::{Config, Faults};
use serde_json::json;

use crate::run::{alone, identified, run};
use crate::stack::{Running, start_as};

async fn delivery_stream(throttled: f64) -> Running {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings {
        name: "clicks".to_owned(),
        bucket: "clicks-bucket".to_owned(),
        prefix: "raw/".to_owned(),
        buffer: Buffering {
            bytes: 1,
            interval: Duration::from_secs(1),
        },
    };
    let faults = Faults {
        put_record_batch: Fault::new(throttled, 3),
        ..Faults::default()
    };
    let config = Config {
        delivery_streams: vec![settings],
        faults,
        ..Config::new(folder.path())
    };
    start_as(folder, config).await
}

#[tokio::test]
async fn what_firehose_acknowledged_arrives_in_the_bucket() {
    let running = delivery_stream(0.3).await;
    let client = running.client();
    assert_eq!(list_delivery_streams(&client).await.unwrap(), ["clicks"]);
    let plan = identified(
        &json!({"target": {"kind": "firehose", "name": "clicks"}, "stop": {"records": 2000}}),
    );
    let summary = run(client.clone(), plan, alone).await;
    assert_eq!(
        (summary.totals.acknowledged, summary.ended_by),
        (2000, EndedBy::Records)
    );
    assert!(summary.totals.throttled > 100, "{:?}", summary.totals);
    let mut lines = BTreeSet::new();
    // Every object is written a moment after its records were taken.
    while lines.len() < 2000 {
        lines.clear();
        for object in s3::latest(&client, "clicks-bucket", "raw/", 1000)
            .await
            .unwrap()
            .objects
        {
            let data = s3::read_object(&client, "clicks-bucket", &object.key)
                .await
                .unwrap();
            lines.extend(String::from_utf8(data).unwrap().lines().map(str::to_owned));
        }
    }
    assert_eq!(lines.len(), 2000);
}

#[tokio::test]
async fn the_bytes_of_a_run_are_those_that_lie_in_the_bucket() {
    let running = delivery_stream(0.3).await;
    let plan = identified(
        &json!({"target": {"kind": "firehose", "name": "clicks"}, "stop": {"bytes": 1100}}),
    );
    let summary = run(running.client(), plan, alone).await;
    // 36 characters and a line feed each: the 30th record passes 1,100 bytes.
    assert_eq!(
        (summary.totals.acknowledged, summary.totals.bytes),
        (30, 30 * 37)
    );
}

#[tokio::test]
async fn a_batch_that_is_too_large_for_one_request_is_sent_in_parts() {
    let running = delivery_stream(0.0).await;
    let record = |tag| Record {
        data: vec![b'x'; 1_000_000],
        partition_key: "1".to_owned(),
        explicit_hash_key: None,
        tag,
    };
    let records: Vec<Record> = (0..9).map(record).collect();
    let answers = PutRecordBatches::new("clicks", &records)
        .send(&running.client())
        .await
        .unwrap();
    assert_eq!(answers.len(), 9);
    assert!(
        answers
            .iter()
            .all(|answer| matches!(answer, Answer::Acknowledged { .. }))
    );
    let missing = PutRecordBatches::new("clocks", &records[..1])
        .send(&running.client())
        .await
        .unwrap_err();
    assert_eq!(missing.kind, Kind::NotFound);
}

#[tokio::test]
async fn a_record_that_firehose_would_refuse_is_not_sent() {
    let running = delivery_stream(0.0).await;
    let mut plan = identified(&json!({"target": {"kind": "firehose", "name": "clicks"}}));
    plan.template = "x".repeat(1_024_001);
    plan.stop.records = Some(3);
    let summary = run(running.client(), plan, alone).await;
    assert_eq!((summary.totals.generated, summary.totals.given_up), (3, 3));
    let not_sent = summary.not_sent.unwrap();
    assert_eq!(
        (not_sent.records, not_sent.first, not_sent.words.as_str()),
        (3, 1, "the record has 1024002 bytes, Firehose takes 1024000")
    );
}

#[tokio::test]
async fn records_that_are_filled_up_are_as_large_as_firehose_takes() {
    let running = delivery_stream(0.0).await;
    let plan = identified(&json!({
        "target": {"kind": "firehose", "name": "clicks"},
        "faults": {"oversize": 0.5},
        "stop": {"records": 12},
    }));
    let summary = run(running.client(), plan, alone).await;
    assert_eq!(summary.totals.acknowledged, 12);
    let oversize = summary.faults["oversize"];
    assert!(oversize > 0);
    assert_eq!(
        summary.totals.bytes,
        oversize * 1_024_000 + (12 - oversize) * 37
    );
}
