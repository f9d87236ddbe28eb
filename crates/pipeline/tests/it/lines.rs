//! Layout `batch`: many records an object, one line each.

use std::io::Read as _;
use std::time::Duration;

use flate2::read::GzDecoder;
use md5::{Digest as _, Md5};
use pipeline::config::Settings;
use pipeline::decode::Packing;
use pipeline::layout::{Layout, OnLate};
use pipeline::object::{Compression, Object};
use pipeline::record::Record;
use pipeline::report::BatchReport;
use pipeline::verdict::Intent;
use pipeline::{Config, Processor};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::memory::{Fault, Memory, SHARD, process, process_within, record, settings};
use crate::unpack::logs;
use crate::weight::varint;

fn batch(key: &str) -> Settings {
    let mut settings = settings(key);
    settings.object.layout = Layout::Batch;
    settings.object.compression = Some(Compression::None);
    settings
}

fn processor(settings: &Settings, memory: &Memory) -> Processor<Memory> {
    Processor::new(Config::new(settings).unwrap(), memory.clone())
}

fn metadata(object: &Object, name: &str) -> String {
    let metadata = object.stamp.to_metadata();
    let found = metadata.into_iter().find(|(known, _)| *known == name);
    found.unwrap().1
}

fn by_user(records: &[(u64, &str)]) -> Vec<Record> {
    let record = |(number, user): &(u64, &str)| record(*number, json!({"user": user}).to_string());
    records.iter().map(record).collect()
}

/// The identities of all lines in the bucket, as often as they are there.
fn ids(memory: &Memory) -> Vec<String> {
    let mut ids = Vec::new();
    for key in memory.keys() {
        for line in memory.body(&key).lines() {
            let line: Value = serde_json::from_str(line).unwrap();
            ids.push(line["_id"].as_str().unwrap().to_owned());
        }
    }
    ids.sort();
    ids
}

#[tokio::test(start_paused = true)]
async fn records_are_lines_of_the_object_of_their_own_partition() {
    let memory = Memory::default();
    let processor = processor(&batch("events/user={{ user }}/dt=%Y-%m-%d/"), &memory);
    let records = by_user(&[(7, "a"), (8, "b"), (9, "a")]);
    let report = process(&processor, records.clone()).await;
    assert_eq!((report.counts.stored, report.counts.objects), (3, 2));
    assert_eq!(report.counts.arrival_to_stored_ms.len(), 3);
    let key = |user, first, last| {
        format!("events/user={user}/dt=2023-11-14/{SHARD}-{first}-{last}.ndjson")
    };
    assert_eq!(memory.keys(), [key("a", 7, 9), key("b", 8, 8)]);
    let line = |number| format!("{{\"_id\":\"{SHARD}:{number}\",\"user\":\"a\"}}\n");
    assert_eq!(memory.body(&key("a", 7, 9)), line(7) + &line(9));
    let objects = memory.objects.borrow().clone();
    let object = &objects[&key("a", 7, 9)];
    assert_eq!(object.content_type, "application/x-ndjson");
    for (name, value) in [
        ("sluice-pipeline", "test"),
        ("sluice-shard", SHARD),
        ("sluice-first-sequence-number", "7"),
        ("sluice-last-sequence-number", "9"),
        ("sluice-count", "2"),
        // As `sha256sum` says of the two lines.
        (
            "sluice-sha256",
            "d51fd016cd6ae52a078ef3de940515ff63375c316be6c69fcf2406db922723d4",
        ),
    ] {
        assert_eq!(metadata(object, name), value, "{name}");
    }

    // The same delivery again writes nothing.
    let again = process(&processor, records).await;
    assert_eq!((again.counts.stored, again.counts.objects), (3, 0));
    assert_eq!(memory.objects.borrow().clone(), objects);
}

#[tokio::test(start_paused = true)]
async fn objects_are_compressed_as_the_pipeline_says() {
    for (compression, ending) in [
        (Compression::Gzip, ".ndjson.gz"),
        (Compression::Zstd, ".ndjson.zst"),
    ] {
        let memory = Memory::default();
        let mut settings = batch("all/");
        settings.object.compression = Some(compression);
        let processor = processor(&settings, &memory);
        process(&processor, by_user(&[(1, "a"), (2, "b")])).await;
        let [(key, object)] = &memory
            .objects
            .borrow()
            .clone()
            .into_iter()
            .collect::<Vec<_>>()[..]
        else {
            panic!("one object")
        };
        assert!(key.ends_with(ending), "{key}");
        let mut text = String::new();
        match compression {
            Compression::Gzip => {
                GzDecoder::new(&object.body[..])
                    .read_to_string(&mut text)
                    .unwrap();
            }
            _ => text = String::from_utf8(zstd::decode_all(&object.body[..]).unwrap()).unwrap(),
        }
        assert_eq!(text.lines().count(), 2);
        assert!(text.ends_with("}\n"), "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_delivery_that_is_cut_differently_repeats_lines_with_the_same_identity() {
    let memory = Memory::default();
    let processor = processor(&batch("all/"), &memory);
    let records = by_user(&[(1, "a"), (2, "b"), (3, "c")]);
    process(&processor, records.clone()).await;
    process(&processor, records[1..].to_vec()).await;
    assert_eq!(memory.keys().len(), 2);
    let mut ids = ids(&memory);
    assert_eq!(ids.len(), 5);
    ids.dedup();
    assert_eq!(ids.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn other_content_under_the_same_name_stays_and_gets_a_neighbour() {
    let memory = Memory::default();
    let processor = processor(&batch("all/"), &memory);
    let records = by_user(&[(1, "a"), (2, "b"), (3, "c")]);
    process(&processor, vec![records[0].clone(), records[2].clone()]).await;
    // Parallel deliveries of one shard may leave out what lies between the same ends.
    for _ in 0..2 {
        process(&processor, records.clone()).await;
    }
    let keys = memory.keys();
    assert_eq!(keys.len(), 2, "{keys:?}");
    assert!(
        keys[0].starts_with(&format!("all/{SHARD}-1-3-")),
        "{keys:?}"
    );
    assert_eq!(ids(&memory).len(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_record_without_a_place_for_its_identity_is_kept_apart() {
    let memory = Memory::default();
    let records = vec![record(1, "[1]"), record(2, r#"{"_id":7}"#), record(3, "{}")];
    let report = process(&processor(&batch("all/"), &memory), records.clone()).await;
    assert_eq!(report.counts.stored, 1);
    assert_eq!(report.counts.quarantined["not-an-object"], 1);
    assert_eq!(report.counts.quarantined["id-taken"], 1);

    // The same holds when the fields are looked at, and for a program's result.
    let mut program = batch("n={{ n }}/");
    program.program = Some(".n = 1; ._id = 2".to_owned());
    let report = process(
        &processor(&program, &Memory::default()),
        vec![record(3, "{}")],
    )
    .await;
    assert_eq!(report.counts.quarantined["id-taken"], 1);

    let mut without = batch("all/");
    without.object.id = Some(String::new());
    let memory = Memory::default();
    let report = process(&processor(&without, &memory), records).await;
    assert_eq!(report.counts.stored, 3);
    assert_eq!(memory.body(&memory.keys()[0]), "[1]\n{\"_id\":7}\n{}\n");
}

#[tokio::test(start_paused = true)]
async fn late_records_go_where_the_pipeline_sends_them() {
    // All records arrive on 2023-11-14.
    let records = vec![
        record(1, r#"{"at":"2023-11-14T01:00:00Z"}"#),
        record(2, r#"{"at":"2023-11-01T00:00:00Z"}"#),
        record(3, r#"{"at":"2099-01-01T00:00:00Z"}"#),
    ];
    let days = |on_late: Option<OnLate>, after: Option<u32>| {
        let mut settings = batch("dt=%Y-%m-%d/");
        settings.object.timestamp = Some("at".to_owned());
        settings.object.late_after_seconds = after;
        settings.object.on_late = on_late;
        let records = records.clone();
        async move {
            let memory = Memory::default();
            let report = process(&processor(&settings, &memory), records).await;
            let keys = memory.keys().into_iter();
            let days: Vec<_> = keys
                .filter_map(|key| Some(key.strip_prefix("dt=")?[..10].to_owned()))
                .collect();
            (days, report.counts.quarantined)
        }
    };
    let (own, _) = days(None, None).await;
    assert_eq!(own, ["2023-11-01", "2023-11-14", "2099-01-01"]);
    let (arrival, _) = days(None, Some(86_400)).await;
    assert_eq!(arrival, ["2023-11-14"]);
    let (rest, quarantined) = days(Some(OnLate::Quarantine), Some(86_400)).await;
    assert_eq!(rest, ["2023-11-14"]);
    assert_eq!(quarantined["late"], 2);
}

#[tokio::test(start_paused = true)]
async fn records_that_are_moved_because_they_are_late_are_counted_once_they_are_stored() {
    let mut settings = batch("dt=%Y-%m-%d/");
    settings.object.timestamp = Some("at".to_owned());
    settings.object.late_after_seconds = Some(86_400);
    let records = vec![
        record(1, r#"{"at":"2023-11-14T01:00:00Z"}"#),
        record(2, r#"{"at":1699999999000}"#),
        record(3, r#"{"at":"2099-01-01T00:00:00Z"}"#),
    ];
    let memory = Memory::default();
    memory.faults.borrow_mut().insert(0, Fault::Lost);
    let processor = processor(&settings, &memory);
    let line = |report: &BatchReport| serde_json::to_value(report.line("acme")).unwrap();
    let failed = process(&processor, records.clone()).await;
    assert_eq!((failed.counts.stored, failed.counts.late), (0, 0));
    assert_eq!(line(&failed).get("late"), None);
    let report = process(&processor, records.clone()).await;
    assert_eq!((report.counts.stored, report.counts.late), (3, 2));
    let line = line(&report);
    assert_eq!(line["late"], 2);
    let metrics = &line["_aws"]["CloudWatchMetrics"][0]["Metrics"];
    let late = json!({"Name": "late", "Unit": "Count"});
    assert!(metrics.as_array().unwrap().contains(&late), "{metrics}");

    settings.object.on_late = Some(OnLate::Quarantine);
    let config = Config::new(&settings).unwrap();
    match pipeline::verdict(&config, &records[1], Packing::None).intent {
        Intent::Quarantine(reason) => {
            assert_eq!(reason.code(), "late");
            let said = reason.to_string();
            assert!(
                said.contains("as milliseconds it would be 2023-11-14"),
                "{said}"
            );
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_partition_that_fails_is_retried_from_its_first_record() {
    let memory = Memory::default();
    memory.faults.borrow_mut().insert(1, Fault::Lost);
    let processor = processor(&batch("user={{ user }}/"), &memory);
    let report = process(
        &processor,
        by_user(&[(1, "a"), (2, "b"), (3, "a"), (4, "b")]),
    )
    .await;
    assert_eq!(report.counts.stored, 2);
    assert_eq!(report.counts.retry["unavailable"], 2);
    let response = serde_json::to_value(report.response()).unwrap();
    assert_eq!(
        response,
        json!({"batchItemFailures": [{"itemIdentifier": "2"}]})
    );
}

/// Records of which each becomes 3 MB of white space within an object: too much for one segment.
fn growing() -> Vec<Record> {
    let large = format!("{{{}}}", " ".repeat(3_000_000));
    let compressed = zstd::encode_all(large.as_bytes(), 1).unwrap();
    (1..=7)
        .map(|number| record(number, compressed.clone()))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn what_comes_again_behind_a_failure_is_not_stored_before() {
    let memory = Memory::default();
    memory.faults.borrow_mut().insert(0, Fault::Lost);
    let processor = processor(&batch("all/"), &memory);
    let time = Duration::from_mins(1);
    let report = process_within(&processor, growing(), time).await;
    assert_eq!((report.counts.stored, memory.puts.get()), (0, 1));
    assert!(report.counts.retry["behind"] > 0);
    let again = process_within(&processor, growing(), time).await;
    assert_eq!(again.counts.stored, 7);
    assert_eq!(ids(&memory).len(), 7);
}

#[tokio::test(start_paused = true)]
async fn payloads_that_grow_are_worked_on_in_parts_and_all_of_them_settled() {
    let memory = Memory::default();
    let processor = processor(&batch("all/"), &memory);
    let time = Duration::from_mins(1);
    let report = process_within(&processor, growing(), time).await;
    assert_eq!(report.counts.stored, 7);
    assert!(report.counts.objects >= 2, "{}", report.counts.objects);
    assert_eq!(ids(&memory).len(), 7);
}

#[tokio::test(start_paused = true)]
async fn parts_of_an_aggregate_that_grow_are_worked_on_in_parts_as_well() {
    let mut message = b"\x0a\x01a".to_vec();
    for part in growing() {
        let data = part.data.original();
        let (length, whole) = (data.len(), data.len() + 3 + varint(data.len()).len());
        message.push(0x1a);
        message.extend(varint(whole));
        message.extend([0x08, 0, 0x1a]);
        message.extend(varint(length));
        message.extend(data);
    }
    let checksum = Md5::digest(&message);
    let whole = [&[0xf3, 0x89, 0x9a, 0xc2], &message[..], checksum.as_slice()].concat();
    let memory = Memory::default();
    let processor = processor(&batch("all/"), &memory);
    let report = process_within(&processor, vec![record(1, whole)], Duration::from_mins(1)).await;
    assert_eq!(report.counts.stored, 7);
    assert!(report.counts.objects >= 2, "{}", report.counts.objects);
    assert_eq!(ids(&memory).len(), 7);
}

proptest! {
    #[test]
    fn however_a_batch_is_delivered_and_fails_no_record_is_missing_in_the_end(
        users in prop::collection::vec(0_u8..4, 1..40),
        faults in prop::collection::btree_map(0_usize..30, prop_oneof![
            Just(Fault::Lost), Just(Fault::Unanswered), Just(Fault::Hangs)
        ], 0..10),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(async {
            let memory = Memory::default();
            memory.faults.borrow_mut().extend(faults);
            let processor = processor(&batch("user={{ user }}/"), &memory);
            let mut left: Vec<Record> = (1..)
                .zip(&users)
                .map(|(number, user)| record(number, json!({"user": user}).to_string()))
                .collect();
            let mut deliveries = 0;
            while !left.is_empty() {
                deliveries += 1;
                prop_assert!(deliveries < 100);
                let report = process(&processor, left.clone()).await;
                let from = report.retry_from.map(|(from, _)| from);
                left.retain(|record| {
                    from.as_ref().is_some_and(|from| record.identity.sequence_number() >= from)
                });
            }
            let mut ids = ids(&memory);
            ids.dedup();
            prop_assert_eq!(ids.len(), users.len());
            Ok(())
        })?;
    }
}

#[tokio::test(start_paused = true)]
async fn parts_of_a_record_that_are_delivered_again_are_found_in_their_object() {
    let memory = Memory::default();
    let processor = processor(&batch("events/"), &memory);
    let event = |message: &str| json!({"id": "1", "timestamp": 1, "message": message});
    let packed = logs("DATA_MESSAGE", &json!([event("a"), event("b")]));
    for delivery in 0..3 {
        let report = process(&processor, vec![record(1, packed.clone())]).await;
        let counts = (report.counts.stored, report.counts.objects);
        assert_eq!(
            counts,
            (2, usize::from(delivery == 0)),
            "delivery {delivery}"
        );
    }
    let [key] = memory.keys().try_into().unwrap();
    let objects = memory.objects.borrow();
    assert_eq!(metadata(&objects[&key], "sluice-parts"), "0-1");
}
