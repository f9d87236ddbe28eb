//! Lambda's JSON becomes records, or an error that says what is wrong with it.

use pipeline::{Event, record::Data};
use serde_json::{Value, json};

const EVENT: &str = include_str!("../fixtures/kinesis-event.json");

fn with(path: &str, value: Value) -> String {
    let mut event: Value = serde_json::from_str(EVENT).unwrap();
    *event.pointer_mut(path).unwrap() = value;
    event.to_string()
}

fn error(event: &str) -> String {
    serde_json::from_str::<Event>(event)
        .unwrap_err()
        .to_string()
}

#[test]
fn an_event_as_lambda_writes_it_becomes_records() {
    let event: Event = serde_json::from_str(EVENT).unwrap();
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
    let event: Event = serde_json::from_str(EVENT).unwrap();
    assert!(matches!(event.records[0].data, Data::Decoded(_)));
    assert_eq!(event.records[1].data, Data::NotBase64("not base64!".into()));
}

#[test]
fn escaped_base64_is_read_like_any_other() {
    let event = EVENT.replace("\"not base64!\"", "\"e30\\u003d\"");
    let event: Event = serde_json::from_str(&event).unwrap();
    assert_eq!(event.records[1].data.original(), "{}");
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
}

#[test]
fn a_time_without_a_fraction_is_a_time() {
    let event = with(
        "/Records/0/kinesis/approximateArrivalTimestamp",
        json!(1_545_084_650),
    );
    let event: Event = serde_json::from_str(&event).unwrap();
    assert_eq!(event.records[0].arrival.timestamp(), 1_545_084_650);
}
