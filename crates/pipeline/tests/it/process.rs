//! A batch from its records to its report, against a bucket in memory.

use std::time::{Duration, SystemTime};

use pipeline::{Config, Processor, config::OnCollision, config::Settings, process::Invocation};
use serde_json::json;
use tokio::time::Instant;

use crate::memory::{Fault, Memory, config, process, process_within, record, settings};

const BY_USER: &str = "{{ user }}.json";

fn by_user(on_collision: OnCollision) -> Config {
    let mut settings: Settings = settings(BY_USER);
    settings.object.on_collision = Some(on_collision);
    Config::new(&settings).unwrap()
}

#[tokio::test(start_paused = true)]
async fn every_record_becomes_one_object_with_its_own_bytes() {
    let memory = Memory::default();
    let processor = Processor::new(config("{{ %sequence_number }}.json"), memory.clone());
    let report = process(
        &processor,
        vec![record(1, "{\"a\": 1}"), record(2, " [2] ")],
    )
    .await;
    assert_eq!(
        (
            report.counts.stored,
            report.counts.objects,
            report.counts.bytes
        ),
        (2, 2, 13)
    );
    assert_eq!(memory.body("1.json"), "{\"a\": 1}");
    assert_eq!(memory.body("2.json"), " [2] ");
    assert_eq!(
        serde_json::to_value(report.response()).unwrap(),
        json!({"batchItemFailures": []})
    );
}

#[tokio::test(start_paused = true)]
async fn two_events_of_one_user_in_one_second_are_two_objects() {
    let memory = Memory::default();
    let processor = Processor::new(by_user(OnCollision::Suffix), memory.clone());
    let batch = vec![record(7, r#"{"user":"a"}"#), record(8, r#"{"user":"a"}"#)];
    let report = process(&processor, batch).await;
    assert_eq!(report.counts.stored, 2);
    assert_eq!(memory.keys(), ["a-8.json", "a.json"]);
}

#[tokio::test(start_paused = true)]
async fn a_key_shared_by_many_costs_one_put_a_record() {
    let memory = Memory::default();
    let processor = Processor::new(by_user(OnCollision::Suffix), memory.clone());
    for batch in 0..4 {
        let records = (0..100).map(|n| record(batch * 100 + n, r#"{"user":"a"}"#));
        assert_eq!(
            process(&processor, records.collect()).await.counts.stored,
            100
        );
    }
    assert_eq!(memory.puts.get(), 400);
    assert_eq!(memory.keys().len(), 400);
}

#[tokio::test(start_paused = true)]
async fn no_more_puts_are_under_way_at_once_than_allowed() {
    let memory = Memory::default();
    let processor = Processor::new(config("{{ %sequence_number }}"), memory.clone());
    let report = process(&processor, (0..500).map(|n| record(n, "{}")).collect()).await;
    assert_eq!(report.counts.stored, 500);
    assert_eq!(memory.most_in_flight.get(), 64);
}

#[tokio::test(start_paused = true)]
async fn only_the_lowest_retried_sequence_number_is_reported() {
    let memory = Memory::default();
    memory
        .faults
        .borrow_mut()
        .extend([(1, Fault::Lost), (3, Fault::Lost)]);
    let processor = Processor::new(config("{{ %sequence_number }}"), memory);
    // As text, "10" comes before "9".
    let report = process(&processor, (8..12).map(|n| record(n, "{}")).collect()).await;
    assert_eq!(report.counts.retry["unavailable"], 2);
    assert_eq!(
        serde_json::to_value(report.response()).unwrap(),
        json!({"batchItemFailures": [{"itemIdentifier": "9"}]})
    );
}

#[tokio::test(start_paused = true)]
async fn a_put_that_hangs_does_not_outlive_the_deadline() {
    let memory = Memory::default();
    memory.faults.borrow_mut().insert(0, Fault::Hangs);
    let processor = Processor::new(config("{{ %sequence_number }}"), memory.clone());
    let began = Instant::now();
    let batch = vec![record(1, "{}"), record(2, "{}")];
    let report = process_within(&processor, batch, Duration::from_secs(10)).await;
    assert_eq!(began.elapsed(), Duration::from_secs(9));
    assert_eq!(
        (report.counts.stored, report.counts.retry["out-of-time"]),
        (1, 1)
    );
    assert_eq!(report.retry_from.unwrap().0.as_str(), "1");
}

#[tokio::test(start_paused = true)]
async fn without_time_no_put_is_begun() {
    let memory = Memory::default();
    let processor = Processor::new(config("{{ %sequence_number }}"), memory.clone());
    // 64 puts at a time, 20 ms each, and 75 ms to spend: four rounds are begun, three end.
    let batch = (0..1000).map(|n| record(n, "{}")).collect();
    let report = process_within(&processor, batch, Duration::from_millis(100)).await;
    assert_eq!(report.counts.stored, 3 * 64);
    assert_eq!(report.counts.retry["out-of-time"], 1000 - 3 * 64);
    assert_eq!(memory.puts.get(), 4 * 64);
}

#[tokio::test(start_paused = true)]
async fn followers_wait_for_a_leader_whose_put_failed() {
    let memory = Memory::default();
    memory.faults.borrow_mut().insert(0, Fault::Unanswered);
    let processor = Processor::new(by_user(OnCollision::Suffix), memory.clone());
    let batch = || vec![record(1, r#"{"user":"a"}"#), record(2, r#"{"user":"a"}"#)];
    let report = process(&processor, batch()).await;
    assert_eq!(
        (
            report.counts.retry["timeout"],
            report.counts.retry["behind"]
        ),
        (1, 1)
    );
    let report = process(&processor, batch()).await;
    assert_eq!((report.counts.stored, report.counts.objects), (2, 1));
    assert_eq!(memory.keys(), ["a-2.json", "a.json"]);
}

#[tokio::test(start_paused = true)]
async fn overwrite_keeps_the_newest_and_a_replay_of_an_older_one_changes_nothing() {
    let memory = Memory::default();
    let processor = Processor::new(by_user(OnCollision::Overwrite), memory.clone());
    let old = || record(1, r#"{"user":"a","n":1}"#);
    let new = || record(2, r#"{"user":"a","n":2}"#);
    assert_eq!(process(&processor, vec![old()]).await.counts.objects, 1);
    assert_eq!(process(&processor, vec![new()]).await.counts.objects, 1);
    let replay = process(&processor, vec![old()]).await;
    assert_eq!((replay.counts.stored, replay.counts.objects), (1, 0));
    assert_eq!(memory.body("a.json"), r#"{"user":"a","n":2}"#);
    assert_eq!(memory.keys(), ["a.json"]);
}

#[tokio::test(start_paused = true)]
async fn overwrite_writes_only_the_newest_of_a_batch() {
    let memory = Memory::default();
    let processor = Processor::new(by_user(OnCollision::Overwrite), memory.clone());
    let batch = (0..9).map(|n| record(n, format!(r#"{{"user":"a","n":{n}}}"#)));
    let report = process(&processor, batch.collect()).await;
    assert_eq!((report.counts.stored, report.counts.objects), (9, 1));
    assert_eq!(memory.body("a.json"), r#"{"user":"a","n":8}"#);
    assert_eq!(memory.puts.get(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_batch_whose_overwrite_failed_is_retried_as_a_whole() {
    let memory = Memory::default();
    memory.faults.borrow_mut().insert(0, Fault::Lost);
    let processor = Processor::new(by_user(OnCollision::Overwrite), memory);
    let batch = vec![record(1, r#"{"user":"a"}"#), record(2, r#"{"user":"a"}"#)];
    let report = process(&processor, batch).await;
    assert_eq!(report.retry_from.unwrap().0.as_str(), "1");
    assert_eq!(report.counts.stored, 0);
}

#[tokio::test(start_paused = true)]
async fn two_pipelines_in_one_bucket_do_not_take_each_other_for_a_replay() {
    let memory = Memory::default();
    let mut other = settings(BY_USER);
    "other".clone_into(&mut other.name);
    let first = Processor::new(by_user(OnCollision::Suffix), memory.clone());
    let second = Processor::new(Config::new(&other).unwrap(), memory.clone());
    process(&first, vec![record(1, r#"{"user":"a"}"#)]).await;
    process(&second, vec![record(1, r#"{"user":"a"}"#)]).await;
    assert_eq!(memory.keys(), ["a-1.json", "a.json"]);
}

#[tokio::test(start_paused = true)]
async fn an_empty_batch_is_a_batch() {
    let processor = Processor::new(config("{{ %sequence_number }}"), Memory::default());
    let report = process(&processor, Vec::new()).await;
    assert_eq!(report.counts.received, 0);
    assert_eq!(report.response().batch_item_failures, []);
}

#[tokio::test(start_paused = true)]
async fn the_line_is_in_embedded_metric_format_and_holds_no_payload() {
    use pipeline::Event;

    let memory = Memory::default();
    memory.faults.borrow_mut().insert(1, Fault::Lost);
    let mut settings = settings("{{ %sequence_number }}");
    settings.filter = Some(".secret != \"drop\"".to_owned());
    let processor = Processor::new(Config::new(&settings).unwrap(), memory);
    let records = vec![
        record(1, r#"{"secret":"keep"}"#),
        record(2, r#"{"secret":"keep"}"#),
        record(3, r#"{"secret":"drop"}"#),
        record(4, "secret"),
    ];
    let invocation = Invocation {
        received_at: chrono::DateTime::from_timestamp_millis(1_700_000_001_000).unwrap(),
        deadline: Instant::now() + Duration::from_secs(10),
        cold_start: true,
    };
    let report = processor
        .process(&Event { records }, invocation)
        .await
        .unwrap();
    let line = serde_json::to_value(report.line("acme-Test")).unwrap();
    for (name, count) in [
        ("received", 4),
        ("stored", 1),
        ("filtered", 1),
        ("quarantined", 1),
        ("retried", 1),
        ("objects", 1),
        ("bytes", 17),
    ] {
        assert_eq!(line[name], count, "{name}");
    }
    // From arrival at 1.001 s before the invocation's start until 20 ms after it.
    assert_eq!(line["arrival_to_stored_ms"], json!([1019]));
    assert_eq!(line["quarantined_not_json"], 1);
    assert_eq!(line["retried_by_reason"], json!({"unavailable": 1}));
    assert_eq!(line["shard"], "shardId-000000000000");
    assert_eq!(
        (
            &line["first_sequence_number"],
            &line["last_sequence_number"]
        ),
        (&json!("1"), &json!("4"))
    );
    assert_eq!(line["cold_start"], true);
    crate::deployed::is_as_captured("process-log-line.json", &line);
    let directive = &line["_aws"]["CloudWatchMetrics"][0];
    assert_eq!(directive["Namespace"], "sluice");
    assert_eq!(
        directive["Dimensions"],
        json!([["FunctionName", "Pipeline"]])
    );
    for metric in directive["Metrics"].as_array().unwrap() {
        let value = &line[metric["Name"].as_str().unwrap()];
        assert!(
            value.is_number() || value.is_array(),
            "{metric} has no value"
        );
    }
    assert!(!line.to_string().contains("secret"), "{line}");
}

#[tokio::test]
async fn an_event_that_cannot_be_read_fails_the_batch_and_says_where_it_is_wrong() {
    let processor = Processor::new(by_user(OnCollision::Suffix), Memory::default());
    let invocation = || Invocation::begin(SystemTime::now() + Duration::from_secs(10), true);
    let event = r#"{"Records":[{"eventID":"s:1","kinesis":{"data":"e30="}}]}"#;
    let refused = processor.handle(event.into(), invocation()).await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.name(), "MalformedEvent");
    assert!(
        refused.to_string().contains("Records[0].kinesis"),
        "{refused}"
    );
    let event = include_str!("../fixtures/kinesis-event.json");
    let report = processor.handle(event.into(), invocation()).await.unwrap();
    assert_eq!(report.counts.received, 2);
}
