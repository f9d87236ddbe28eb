//! Lambda's JSON becomes records, or an error that says what is wrong with it.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use pipeline::{Event, record::Data};
use proptest::prelude::*;
use serde_json::{Value, json};

const EVENT: &str = include_str!("../fixtures/kinesis-event.json");

fn with(path: &str, value: Value) -> String {
    let mut event: Value = serde_json::from_str(EVENT).unwrap();
    *event.pointer_mut(path).unwrap() = value;
    event.to_string()
}

fn error(event: &str) -> String {
    Event::read(event.as_bytes()).unwrap_err().to_string()
}

#[test]
fn an_event_as_lambda_writes_it_becomes_records() {
    let event = Event::read(EVENT.as_bytes()).unwrap();
    let record = &event.records[0];
    assert_eq!(
        record.identity.to_string(),
        "shardId-000000000006:49590338271490256608559692538361571095921575989136588898"
    );
    assert_eq!(record.partition_key, "user_1");
    assert_eq!(record.arrival.timestamp_millis(), 1_545_084_650_987);
    assert!(
        record
            .data
            .original()
            .starts_with(br#"{"user_id":"user_1""#)
    );
}

#[test]
fn broken_base64_costs_only_its_own_record_and_keeps_its_text() {
    let event = Event::read(EVENT.as_bytes()).unwrap();
    assert!(matches!(event.records[0].data, Data::Decoded(_)));
    assert_eq!(event.records[1].data, Data::NotBase64("not base64!".into()));
}

#[test]
fn escaped_base64_is_read_like_any_other() {
    let event = EVENT.replace("\"not base64!\"", "\"e30\\u003d\"");
    let event = Event::read(event.as_bytes()).unwrap();
    assert_eq!(event.records[1].data.original(), "{}");
}

#[test]
fn bytes_that_are_no_text_cost_only_their_own_record() {
    let mut event = EVENT.as_bytes().to_vec();
    let place = EVENT.find("not base64!").unwrap();
    event[place..place + 2].copy_from_slice(b"\x01\xff");
    let event = Event::read(&event).unwrap();
    assert!(matches!(event.records[0].data, Data::Decoded(_)));
    let kept = Data::NotBase64(b"\x01\xfft base64!".as_slice().into());
    assert_eq!(event.records[1].data, kept);
}

proptest! {
    #[test]
    fn every_record_has_its_own_bytes_whatever_its_neighbours_have(
        sizes in proptest::collection::vec(
            prop_oneof![8 => 0..400_usize, 4 => 20_000..50_000_usize, 1 => 60_000..200_000_usize],
            0..40,
        ),
        broken in proptest::collection::vec(any::<bool>(), 40),
    ) {
        let payload = |index: usize| {
            let size = sizes[index];
            (0..size).map(move |place| (index * 31 + place * 7 + place / 251).to_le_bytes()[0])
        };
        let text = |index: usize| {
            let text = BASE64_STANDARD.encode(payload(index).collect::<Vec<u8>>());
            if broken[index] { format!("{text}?") } else { text }
        };
        let mut event: Value = serde_json::from_str(EVENT).unwrap();
        let record = event["Records"][0].take();
        let records = (0..sizes.len()).map(|index| {
            let mut record = record.clone();
            record["eventID"] = format!("shardId-00000000000{}:{}", index % 3 / 2, index + 1).into();
            record["kinesis"]["sequenceNumber"] = (index + 1).to_string().into();
            record["kinesis"]["data"] = text(index).into();
            record
        });
        event["Records"] = records.collect();
        let read = Event::read(event.to_string().as_bytes()).unwrap();
        prop_assert_eq!(read.records.len(), sizes.len());
        for (index, record) in read.records.iter().enumerate() {
            let id = event["Records"][index]["eventID"].as_str().unwrap();
            prop_assert_eq!(record.identity.to_string(), id);
            prop_assert_eq!(matches!(record.data, Data::NotBase64(_)), broken[index]);
            let kept = if broken[index] { text(index).into_bytes() } else { payload(index).collect() };
            prop_assert!(record.data.original() == kept.as_slice(), "record {} has other bytes", index);
        }
    }
}

#[test]
fn an_event_of_another_shape_is_an_error_that_names_the_field() {
    assert!(error("{}").contains("Records"));
    assert!(error(&with("/Records/0/eventID", "nonsense".into())).contains("eventID"));
    assert!(error(&with("/Records/0/kinesis/sequenceNumber", "1".into())).contains("contradicts"));
    assert!(
        error(&with(
            "/Records/0/kinesis/approximateArrivalTimestamp",
            json!(1e300)
        ))
        .contains("approximateArrivalTimestamp")
    );
    assert!(error(&with("/Records/0/kinesis/data", json!(1))).contains("base64 string"));
    let second = error(&with("/Records/1/eventID", "nonsense".into()));
    assert!(second.contains("Records: record 1: eventID"), "{second}");
    let second = error(&with("/Records/1/kinesis/data", json!(1)));
    assert!(second.contains("Records[1].kinesis.data"), "{second}");
}

#[test]
fn a_time_without_a_fraction_is_a_time() {
    let event = with(
        "/Records/0/kinesis/approximateArrivalTimestamp",
        json!(1_545_084_650),
    );
    let event = Event::read(event.as_bytes()).unwrap();
    assert_eq!(event.records[0].arrival.timestamp(), 1_545_084_650);
}

#[test]
fn an_event_takes_no_more_memory_than_a_few_times_its_own_size() {
    for records in [1, 10, 100, 1_000] {
        let record = &serde_json::from_str::<Value>(EVENT).unwrap()["Records"][0];
        let event = json!({"Records": vec![record; records]}).to_string();
        let taken = allocation_counter::measure(|| {
            assert_eq!(
                Event::read(event.as_bytes()).unwrap().records.len(),
                records
            );
        });
        let most = taken.bytes_max;
        assert!(most < 2 * event.len() as u64, "{records}: {most} bytes");
    }
}
