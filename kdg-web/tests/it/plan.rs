//! What the form asks for.

use kdg_web::plan::{Field, Plan};
use serde_json::json;

pub(crate) fn plan(changes: &serde_json::Value) -> Plan {
    let mut plan = json!({
        "template": "{{random.number(50)}}",
        "target": {"kind": "stream", "name": "events"},
    });
    for (name, value) in changes.as_object().unwrap() {
        plan[name] = value.clone();
    }
    serde_json::from_value(plan).unwrap()
}

fn wrong(changes: &serde_json::Value) -> Vec<(Field, String)> {
    let errors = plan(changes).validate().unwrap_err();
    errors
        .into_iter()
        .map(|error| (error.field, error.message))
        .collect()
}

#[test]
fn a_template_and_a_stream_are_enough() {
    let checked = plan(&json!({})).validate().unwrap();
    assert_eq!(checked.ending, kdg::Ending::LineFeed);
    assert_eq!(checked.key, Some(kdg::KeyRule::Random));
}

#[test]
fn everything_that_is_wrong_is_told_at_once_with_its_field() {
    let fields: Vec<Field> = wrong(&json!({
        "template": "{{random.nubmer}}",
        "target": {"kind": "stream", "name": "my events"},
        "rate": {"kind": "constant", "perSecond": -1},
        "partitionKey": {"kind": "template", "text": "{{ user"},
        "faults": {"malformed": 0.7, "late": 0.7},
        "stop": {"records": 0, "bytes": 0, "minutes": -2},
    }))
    .into_iter()
    .map(|(field, _)| field)
    .collect();
    let expected = [
        Field::Template,
        Field::Target,
        Field::PartitionKey,
        Field::Rate,
        Field::Faults,
        Field::StopRecords,
        Field::StopBytes,
        Field::StopMinutes,
    ];
    assert_eq!(fields, expected);
}

#[test]
fn each_message_says_what_to_do() {
    let cases = [
        (
            json!({"target": {"kind": "firehose", "name": ""}}),
            "pick a delivery stream, or type the name of one",
        ),
        (
            json!({"rate": {"kind": "grid", "periods": {}, "smooth": true}}),
            "no hour of the week has records, fill in one",
        ),
        (
            json!({"rate": {"kind": "grid", "periods": {"#9-1-mu": "5"}, "smooth": true}}),
            "#9-1-mu names no hour, write #DAY-HOUR-mu or #DAY-HOUR-sig with a day from 0 (Sunday) to 6 and an hour from 0 to 23",
        ),
        (
            json!({"time": {"kind": "simulated", "fromMs": 0, "untilMs": 1000, "speed": null}}),
            "a simulated time needs a rate, choose one",
        ),
        (
            json!({
                "rate": {"kind": "constant", "perSecond": 1},
                "time": {"kind": "simulated", "fromMs": 1000, "untilMs": 0, "speed": 2},
            }),
            "the simulated time ends before it begins, swap the two",
        ),
        (
            json!({
                "rate": {"kind": "constant", "perSecond": 1},
                "time": {"kind": "simulated", "fromMs": 1000, "untilMs": 1000, "speed": 2},
            }),
            "the simulated time ends when it begins, choose a later end",
        ),
        (
            json!({"rate": {"kind": "ramp", "from": 0, "to": 10, "seconds": -1}}),
            "-1 is no number of seconds, write one such as 90 or 0.5",
        ),
        (
            json!({"stop": {"minutes": 0}}),
            "a run takes some time, write a number of minutes above 0, or nothing",
        ),
    ];
    for (changes, expected) in cases {
        let errors = wrong(&changes);
        assert_eq!(errors.len(), 1, "{errors:?}");
        assert_eq!(errors[0].1, expected);
    }
}

#[test]
fn a_compressed_record_has_no_line_feed() {
    let checked = plan(&json!({"gzip": true})).validate().unwrap();
    assert_eq!(checked.ending, kdg::Ending::Nothing);
}

#[test]
fn a_simulation_ends_sooner_the_faster_it_passes() {
    let checked = plan(&json!({
        "rate": {"kind": "grid", "periods": {"#4-0-mu": "5"}, "smooth": false},
        "time": {"kind": "simulated", "fromMs": 1000, "untilMs": 61000, "speed": 20},
    }));
    let checked = checked.validate().unwrap();
    assert_eq!(checked.begins_ms(7), 1000);
    assert_eq!(
        checked.simulation.unwrap().ends(),
        Some(std::time::Duration::from_secs(3))
    );
}
