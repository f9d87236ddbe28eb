//! Records that a producer packed several of into one.

use std::io::Write as _;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use flate2::{Compression, write::GzEncoder};
use md5::{Digest as _, Md5};
use pipeline::Processor;
use pipeline::decode::{Packing, unpack};
use pipeline::record::{Data, Record};
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::memory::{Memory, SHARD, config, process, record};

/// An aggregate that AWS's own library made, and what it was made of.
#[derive(Deserialize)]
struct Vector {
    name: String,
    aggregate: String,
    records: Vec<Packed>,
}

#[derive(Deserialize)]
struct Packed {
    key: String,
    data: String,
}

fn bytes(base64: &str) -> Vec<u8> {
    BASE64_STANDARD.decode(base64).unwrap()
}

fn vectors() -> Vec<Vector> {
    let python = include_str!("../fixtures/aggregates/python.json");
    let node = include_str!("../fixtures/aggregates/node.json");
    let of = |text| serde_json::from_str::<Vec<Vector>>(text).unwrap();
    [of(python), of(node)].into_iter().flatten().collect()
}

fn aggregate(message: &[u8]) -> Vec<u8> {
    let checksum = Md5::digest(message);
    [&[0xf3, 0x89, 0x9a, 0xc2], message, checksum.as_slice()].concat()
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn logs(message_type: &str, events: &Value) -> Vec<u8> {
    let message = json!({
        "messageType": message_type, "owner": "123456789012", "logGroup": "/aws/app",
        "logStream": "one", "subscriptionFilters": ["all"], "logEvents": events,
    });
    gzip(&message.to_string())
}

#[track_caller]
fn is_one(record: &Record, packing: Packing) {
    let unpacked = unpack(record);
    assert_eq!(unpacked.packing, packing);
    assert_eq!(unpacked.records.as_ref(), std::slice::from_ref(record));
}

#[test]
fn what_the_libraries_of_aws_aggregated_comes_out_as_it_went_in() {
    let vectors = vectors();
    assert!(vectors.len() >= 9);
    for vector in vectors {
        let outer = record(7, bytes(&vector.aggregate));
        let unpacked = unpack(&outer);
        let parts = vector.records.len();
        assert_eq!(
            unpacked.packing,
            Packing::Aggregate { parts },
            "{}",
            vector.name
        );
        assert_eq!(unpacked.records.len(), parts);
        for ((place, got), packed) in (0..).zip(unpacked.records.iter()).zip(&vector.records) {
            let expected = Record {
                identity: outer.identity.within(place),
                partition_key: packed.key.clone(),
                arrival: outer.arrival,
                data: Data::Decoded(bytes(&packed.data).into()),
            };
            assert_eq!(got, &expected, "{}", vector.name);
        }
    }
}

#[test]
fn an_aggregate_that_is_not_whole_is_an_ordinary_record() {
    let whole = bytes(&vectors()[1].aggregate);
    let mut flipped = whole.clone();
    *flipped.last_mut().unwrap() ^= 1;
    is_one(&record(1, flipped), Packing::None);
    for cut in 0..whole.len() {
        is_one(&record(1, whole[..cut].to_vec()), Packing::None);
    }
    // A record that names a key which is not there, no record at all, and what is no protobuf.
    is_one(
        &record(1, aggregate(b"\x1a\x04\x08\x05\x1a\x00")),
        Packing::None,
    );
    is_one(&record(1, aggregate(b"\x0a\x01a")), Packing::None);
    is_one(&record(1, aggregate(b"\xff\xff\xff")), Packing::None);
}

#[test]
fn an_aggregate_of_more_records_than_a_function_can_hold_is_one_record() {
    let of =
        |count| aggregate(&[b"\x0a\x01a", &b"\x1a\x04\x08\x00\x1a\x00".repeat(count)[..]].concat());
    let most = record(1, of(100_000));
    assert_eq!(unpack(&most).records.len(), 100_000);
    is_one(&record(1, of(100_001)), Packing::None);
}

#[test]
fn tags_and_fields_that_are_not_known_are_passed_over() {
    // Key table ["a"]; a record of key 0, data "{}", a tag {"k": "v"}, and a field 9.
    let message = b"\x0a\x01a\x1a\x10\x08\x00\x1a\x02{}\x22\x06\x0a\x01k\x12\x01v\x48\x01";
    let outer = record(1, aggregate(message));
    let unpacked = unpack(&outer);
    assert_eq!(unpacked.packing, Packing::Aggregate { parts: 1 });
    assert_eq!(unpacked.records[0].data, Data::Decoded(b"{}"[..].into()));
}

#[test]
fn what_was_taken_out_of_a_record_is_never_taken_apart_itself() {
    let message = b"\x0a\x01a\x1a\x06\x08\x00\x1a\x02{}";
    let mut inner = record(1, aggregate(message));
    assert_eq!(unpack(&inner).packing, Packing::Aggregate { parts: 1 });
    inner.identity = inner.identity.within(0);
    is_one(&inner, Packing::None);
}

#[test]
fn log_events_are_records_that_say_where_they_come_from() {
    let events = json!([
        {"id": "1", "timestamp": 1_700_000_000_000_u64, "message": "{\"level\":\"info\"}"},
        {"id": "2", "timestamp": 1_700_000_000_001_u64, "message": "plain"},
    ]);
    let outer = record(5, logs("DATA_MESSAGE", &events));
    let unpacked = unpack(&outer);
    assert_eq!(unpacked.packing, Packing::LogEvents);
    assert_eq!(unpacked.records.len(), 2);
    let second = &unpacked.records[1];
    assert_eq!(second.identity.to_string(), format!("{SHARD}:5:1"));
    let got: Value = serde_json::from_slice(second.data.original()).unwrap();
    let expected = json!({
        "owner": "123456789012", "logGroup": "/aws/app", "logStream": "one",
        "id": "2", "timestamp": 1_700_000_000_001_u64, "message": "plain",
    });
    assert_eq!(got, expected);
}

#[test]
fn compressed_records_that_only_look_like_log_messages_are_ordinary_ones() {
    for text in [
        r#"{"messageType":"DATA_MESSAGE"}"#,
        r#"{"messageType":"OTHER","owner":"","logGroup":"","logStream":"","logEvents":[]}"#,
        r#"{"messageType":"DATA_MESSAGE","owner":"","logGroup":"","logStream":"","logEvents":[1]}"#,
        "{\"messageType\"",
    ] {
        is_one(&record(1, gzip(text)), Packing::None);
    }
    is_one(
        &record(1, r#"{"messageType":"DATA_MESSAGE"}"#),
        Packing::None,
    );
}

#[tokio::test(start_paused = true)]
async fn every_record_of_an_aggregate_has_its_own_outcome() {
    let memory = Memory::default();
    let processor = Processor::new(config("{{ %sequence_number }}.json"), memory.clone());
    let mixed = b"\x0a\x01a\x1a\x06\x08\x00\x1a\x02{}\x1a\x05\x08\x00\x1a\x01{";
    let logs = logs(
        "CONTROL_MESSAGE",
        &json!([{"id": "", "timestamp": 0, "message": "CWL"}]),
    );
    let records = vec![
        record(1, aggregate(mixed)),
        record(2, "{}"),
        record(3, logs),
    ];
    for stored_before in [false, true] {
        let report = process(&processor, records.clone()).await;
        let counts = &report.counts;
        assert_eq!((counts.received, counts.stored, counts.filtered), (4, 2, 1));
        assert_eq!(counts.quarantined["not-json"], 1);
        assert_eq!(counts.objects, if stored_before { 0 } else { 2 });
    }
    let quarantined = format!("quarantine/test/not-json/{SHARD}-1-1");
    assert_eq!(memory.keys(), ["1-0.json", "2.json", quarantined.as_str()]);
    assert_eq!(memory.body(&quarantined), "{");
}

proptest! {
    #[test]
    fn no_bytes_behind_the_magic_ones_are_too_much(message: Vec<u8>) {
        let outer = record(1, aggregate(&message));
        prop_assert!(!unpack(&outer).records.is_empty());
    }
}
