//! Small text that becomes many values: it is quarantined before it takes a function's memory.

use std::io::Write as _;

use flate2::{Compression, write::GzEncoder};
use md5::{Digest as _, Md5};
use pipeline::config::Settings;
use pipeline::decode::{MAX_TREE_BYTES, Packing, unpack};
use pipeline::layout::Layout;
use pipeline::verdict::{Intent, verdict};
use pipeline::{Config, Processor};
use serde_json::json;

use crate::memory::{Memory, process, record, settings};

/// What a record may take for a moment beside its text: values by the schema's library and by
/// VRL's, and lists that grow.
const MOST_BYTES: usize = 2 * MAX_TREE_BYTES;

/// Parts of a list that are heavy for their length, or that lists and maps grow by.
const PARTS: [&str; 8] = [
    r#"{"a":0}"#,
    r#"{"":0}"#,
    "{}",
    "[0]",
    "0",
    r#""a""#,
    "[[[[0]]]]",
    r#"{"a":0,"b":0,"c":0,"d":0,"e":0,"f":0,"g":0,"h":0,"i":0,"j":0,"k":0,"l":0}"#,
];

fn config(source: &str) -> Config {
    let mut settings = Settings {
        schema: Some(json!({"type": "object"})),
        program: Some(source.to_owned()),
        ..settings("dt=%Y-%m-%d/{{ id }}")
    };
    settings.object.timestamp = Some("at".to_owned());
    Config::new(&settings).unwrap()
}

fn list_of(part: &str, count: usize) -> String {
    let list = vec![part; count].join(",");
    format!(r#"{{"id":1,"at":1700000000,"p":[{list}]}}"#)
}

fn map_of(count: usize) -> String {
    let members: Vec<_> = (0..count).map(|place| format!("\"{place}\":0")).collect();
    format!(
        r#"{{"id":1,"at":1700000000,"p":{{{}}}}}"#,
        members.join(",")
    )
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// What becomes of a record, and how much memory was held for it at most.
fn judged(config: &Config, text: String) -> (Intent, usize) {
    let record = record(1, text);
    let mut intent = None;
    let held = allocation_counter::measure(|| {
        intent = Some(verdict(config, &record, Packing::None).intent);
    });
    (intent.unwrap(), usize::try_from(held.bytes_max).unwrap())
}

/// Makes larger and larger records until one is too large, from far less than could be.
#[track_caller]
fn is_bounded(config: &Config, text: impl Fn(usize) -> String, what: &str) {
    let mut count = 300_000 / (what.len() + 1);
    let mut stored = 0;
    loop {
        let text = text(count);
        let bytes = text.len();
        let (intent, held) = judged(config, text);
        assert!(held < MOST_BYTES, "{what}: {bytes} bytes held {held}");
        match intent {
            Intent::Store { .. } => stored += 1,
            Intent::Quarantine(reason) => {
                assert_eq!(reason.code(), "too-large", "{what}: {reason}");
                assert!(stored > 0, "{what}");
                return;
            }
            Intent::Filter => panic!("nothing filters"),
        }
        count += count / 2;
    }
}

#[test]
fn no_record_takes_more_memory_than_a_function_has_for_it() {
    let config = config(".seen = true");
    for part in PARTS {
        is_bounded(&config, |count| list_of(part, count), part);
    }
    is_bounded(&config, map_of, "a map");
}

#[tokio::test(start_paused = true)]
async fn small_records_that_open_to_many_values_do_not_add_up_in_a_batch() {
    let bomb = gzip(&list_of(r#"{"a":0}"#, 1_500_000));
    assert!(bomb.len() < 20_000, "{}", bomb.len());
    let records: Vec<_> = (1..=4).map(|number| record(number, bomb.clone())).collect();
    for layout in [Layout::Record, Layout::Batch] {
        let memory = Memory::default();
        let mut settings = settings("{{ id }}/");
        settings.object.layout = layout;
        settings.object.key = match layout {
            Layout::Record => "{{ id }}".to_owned(),
            Layout::Batch => "{{ id }}/".to_owned(),
        };
        let processor = Processor::new(Config::new(&settings).unwrap(), memory.clone());
        let report = process(&processor, records.clone()).await;
        assert_eq!(report.counts.quarantined["too-large"], 4);
    }
}

#[test]
fn a_record_that_nobody_looks_into_may_have_any_number_of_values() {
    let config = Config::new(&settings("{{ %sequence_number }}")).unwrap();
    let text = list_of("{}", 1_000_000);
    let bytes = text.len();
    let (intent, held) = judged(&config, text);
    assert!(matches!(intent, Intent::Store { .. }), "{intent:?}");
    assert!(held < bytes, "{held}");
}

#[test]
fn a_message_of_cloudwatch_with_more_than_can_be_held_stays_whole_and_is_kept_apart() {
    let config = Config::new(&settings("{{ %sequence_number }}")).unwrap();
    let message = |group: &str, events: &str| {
        gzip(&format!(
            r#"{{"messageType":"DATA_MESSAGE","owner":"1","logGroup":"{group}","logStream":"s","subscriptionFilters":[],"logEvents":[{events}]}}"#
        ))
    };
    let events = |count: usize| vec![r#"{"id":"1"}"#; count].join(",");
    for (group, events) in [
        ("g".to_owned(), events(500_000)),
        ("g".repeat(1_000_000), events(1_000)),
        ("g".to_owned(), vec!["{}"; 200_000].join(",")),
    ] {
        let record = record(1, message(&group, &events));
        let mut code = "";
        let held = allocation_counter::measure(|| {
            let unpacked = unpack(&record);
            let [whole] = unpacked.records.as_ref() else {
                panic!("{} records", unpacked.records.len())
            };
            code = match verdict(&config, whole, unpacked.packing).intent {
                Intent::Quarantine(reason) => reason.code(),
                other => panic!("{other:?}"),
            };
        });
        assert_eq!(code, "too-large");
        assert!(held.bytes_max < MOST_BYTES as u64, "{held:?}");
    }
}

#[test]
fn an_aggregate_whose_keys_would_take_more_than_can_be_held_is_not_taken_apart() {
    // One key of 100 kB, and a thousand records that have it.
    let mut message = vec![0x0a];
    message.extend(varint(100_000));
    message.extend(vec![b'k'; 100_000]);
    for _ in 0..1_000 {
        message.extend([0x1a, 4, 0x08, 0, 0x1a, 0]);
    }
    let checksum = Md5::digest(&message);
    let whole = [&[0xf3, 0x89, 0x9a, 0xc2], &message[..], checksum.as_slice()].concat();
    assert_eq!(unpack(&record(1, whole)).packing, Packing::None);
}

/// A number as protobuf writes it.
pub(crate) fn varint(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number > 0x7f {
        bytes.push(u8::try_from(number & 0x7f).unwrap() | 0x80);
        number >>= 7;
    }
    bytes.push(u8::try_from(number).unwrap());
    bytes
}
