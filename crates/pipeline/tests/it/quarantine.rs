//! Records that can never succeed cost nobody but themselves, and nothing of them is lost.

use std::collections::BTreeMap;

use pipeline::{
    Config, Processor,
    config::OnCollision,
    object::{MAX_METADATA_BYTES, Object},
    outcome::QuarantineReason,
    record::{Data, Record},
};
use serde_json::json;

use crate::memory::{Fault, Memory, config, process, record, settings};
use crate::unpack::logs;

#[tokio::test(start_paused = true)]
async fn ten_poison_records_among_a_thousand_cost_ten_records() {
    let poison: [&[u8]; 5] = [b"", b"not json", b"\xff\xfe", b" \n", b"{\"half\":"];
    let brackets = "[".repeat(1 << 20);
    let memory = Memory::default();
    let processor = Processor::new(config("{{ %sequence_number }}.json"), memory.clone());
    let batch = (0..1000).map(|number| match number % 100 {
        50 if number < 500 => record(number, poison[usize::try_from(number / 100).unwrap()]),
        50 => record(number, brackets.clone()),
        _ => record(number, "{}"),
    });
    let report = process(&processor, batch.collect()).await;
    assert_eq!(report.counts.stored, 990);
    assert_eq!(
        report.counts.quarantined,
        BTreeMap::from([("empty", 2), ("not-json", 7), ("not-utf8", 1)])
    );
    assert_eq!(report.retry_from, None);
    let key = "quarantine/test/not-utf8/shardId-000000000000-250";
    assert_eq!(memory.objects.borrow()[key].body.as_ref(), b"\xff\xfe");
    assert_eq!(
        memory.body("quarantine/test/not-json/shardId-000000000000-950"),
        brackets
    );
}

#[tokio::test(start_paused = true)]
async fn a_broken_envelope_is_kept_as_it_came() {
    let memory = Memory::default();
    let processor = Processor::new(config("{{ %sequence_number }}.json"), memory.clone());
    let mut broken = record(1, "");
    broken.data = Data::NotBase64("%%%".into());
    process(&processor, vec![broken]).await;
    let key = "quarantine/test/not-base64/shardId-000000000000-1";
    assert_eq!(memory.body(key), "%%%");
}

#[tokio::test(start_paused = true)]
async fn a_replayed_quarantine_is_the_same_object() {
    let memory = Memory::default();
    memory.faults.borrow_mut().insert(0, Fault::Unanswered);
    let processor = Processor::new(config("{{ id }}.json"), memory.clone());
    let report = process(&processor, vec![record(1, "{}")]).await;
    assert_eq!(report.retry_from.unwrap().0.as_str(), "1");
    let report = process(&processor, vec![record(1, "{}")]).await;
    assert_eq!(report.counts.quarantined["key-unrenderable"], 1);
    assert_eq!(memory.keys().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn where_the_pipeline_says_so_a_taken_key_is_a_reason() {
    let mut settings = settings("{{ user }}.json");
    settings.object.on_collision = Some(OnCollision::Quarantine);
    let memory = Memory::default();
    let processor = Processor::new(Config::new(&settings).unwrap(), memory.clone());
    let batch = || vec![record(1, r#"{"user":"a"}"#), record(2, r#"{"user":"a"}"#)];
    for _ in 0..2 {
        let report = process(&processor, batch()).await;
        assert_eq!(
            (report.counts.stored, report.counts.quarantined["key-taken"]),
            (1, 1)
        );
    }
    assert_eq!(
        memory.keys(),
        ["a.json", "quarantine/test/key-taken/shardId-000000000000-2"]
    );
}

#[test]
fn the_metadata_stays_within_the_limit_and_in_printable_ascii() {
    let mut worst = record(1, "");
    worst.partition_key = "\u{10ffff}".repeat(256);
    worst.identity = format!("{}:{}", "s".repeat(128), "9".repeat(129))
        .parse()
        .unwrap();
    let reason = QuarantineReason::ProgramError("\u{10ffff}\r\n".repeat(1000));
    let object = Object::quarantined(&"p".repeat(64), &worst, &reason);
    let metadata = object.stamp.to_metadata();
    let bytes: usize = metadata
        .iter()
        .chain(&object.metadata)
        .inspect(|(_, value)| {
            assert!(value.bytes().all(|byte| matches!(byte, b' '..=b'~')));
        })
        .map(|(name, value)| name.len() + value.len())
        .sum();
    assert!(bytes <= MAX_METADATA_BYTES, "{bytes}");
    assert!(object.key.len() <= 1024);
}

#[test]
fn a_short_partition_key_and_a_short_reason_are_kept_whole() {
    let mut short = record(1, "");
    short.partition_key = "käse 1".to_owned();
    let object = Object::quarantined("test", &short, &QuarantineReason::NotBase64);
    let metadata: BTreeMap<_, _> = object.metadata.into_iter().collect();
    assert_eq!(metadata["sluice-partition-key"], "k%C3%A4se%201");
    assert_eq!(metadata["sluice-reason"], "not-base64");
    assert_eq!(metadata["sluice-error"], "the record's data is not base64");
}

/// A pipeline whose program takes minutes on a [`slow`] record.
fn quadratic() -> Config {
    let mut settings = settings("{{ %sequence_number }}.json");
    // Looks for a `b` up to the end, for each of the letters.
    settings.program =
        Some(".text = replace(string(.text) ?? string!(.message), r'a*b|a', \"\")".to_owned());
    Config::new(&settings).unwrap()
}

fn slow(sequence_number: u64) -> Record {
    let text = "a".repeat(1 << 20);
    record(sequence_number, format!("{{\"text\":\"{text}\"}}"))
}

fn quick(sequence_number: u64) -> Record {
    record(sequence_number, "{\"text\":\"ab\"}")
}

#[tokio::test(start_paused = true)]
async fn a_record_whose_program_takes_minutes_is_kept_and_the_others_go_on() {
    let memory = Memory::default();
    let processor = Processor::new(quadratic(), memory.clone());
    let report = process(&processor, vec![quick(1), slow(2), quick(3)]).await;
    assert_eq!(report.retry_from, None);
    assert_eq!(report.counts.stored, 2);
    assert_eq!(report.counts.quarantined, BTreeMap::from([("too-slow", 1)]));
    let key = "quarantine/test/too-slow/shardId-000000000000-2";
    assert_eq!(memory.objects.borrow()[key].body.len(), (1 << 20) + 11);
}

#[tokio::test(start_paused = true)]
async fn a_slow_record_behind_another_gets_its_own_time_before_it_is_given_up() {
    let memory = Memory::default();
    let processor = Processor::new(quadratic(), memory.clone());
    let report = process(&processor, vec![slow(1), slow(2), quick(3)]).await;
    assert_eq!(report.retry_from.unwrap().0.as_str(), "2");
    assert_eq!(report.counts.quarantined, BTreeMap::from([("too-slow", 1)]));
    assert_eq!(report.counts.retry["out-of-time"], 2);
    let report = process(&processor, vec![slow(2), quick(3)]).await;
    assert_eq!(report.retry_from, None);
    assert_eq!(report.counts.stored, 1);
    assert_eq!(report.counts.quarantined, BTreeMap::from([("too-slow", 1)]));
}

#[tokio::test]
async fn a_large_record_that_is_quick_is_stored() {
    let memory = Memory::default();
    let processor = Processor::new(quadratic(), memory.clone());
    let text = "b".repeat(64 * 1024);
    let batch = vec![record(1, format!("{{\"text\":\"c{text}\"}}"))];
    let report = process(&processor, batch).await;
    assert_eq!(report.counts.stored, 1);
    assert_eq!(memory.body("1.json"), "{\"text\":\"c\"}");
}

/// Each delivery begins with the first part again.
#[tokio::test(start_paused = true)]
async fn slow_parts_of_one_record_are_given_up_one_after_the_other() {
    let memory = Memory::default();
    let processor = Processor::new(quadratic(), memory.clone());
    let (quickly, slowly) = ("ab".to_owned(), "a".repeat(1 << 20));
    let event = |message: &String| json!({"id": "1", "timestamp": 1, "message": message});
    let events = [&quickly, &slowly, &quickly, &slowly, &quickly].map(event);
    let packed = logs("DATA_MESSAGE", &json!(events));
    let batch = || vec![record(1, packed.clone()), quick(2)];
    let report = process(&processor, batch()).await;
    assert_eq!(report.retry_from.unwrap().0.as_str(), "1");
    let report = process(&processor, batch()).await;
    assert_eq!(report.retry_from, None);
    assert_eq!(report.counts.stored, 4);
    assert_eq!(report.counts.quarantined, BTreeMap::from([("too-slow", 2)]));
}
