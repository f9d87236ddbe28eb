//! Key templates: what they render, what they refuse, and what no record can make of them.

use chrono::DateTime;
use pipeline::layout::{KeyTemplate, Layout, MAX_KEY_BYTES, Unrenderable, is_reserved};
use proptest::prelude::*;
use vrl::value::Value;

use crate::memory::record;

fn render(template: &str, json: &str) -> Result<String, Unrenderable> {
    let value: Value = serde_json::from_str(json).unwrap();
    KeyTemplate::parse(template, Layout::Record, None)
        .unwrap()
        .render(&record(42, json), &value)
}

fn refused(template: &str) -> String {
    KeyTemplate::parse(template, Layout::Record, None)
        .unwrap_err()
        .to_string()
}

#[test]
fn fields_are_written_as_text_and_numbers_as_json() {
    let json = r#"{"s":"x","i":-7,"f":1.5,"b":true,"o":{"p":["q"]},"odd name":"y"}"#;
    assert_eq!(
        render("{{ s }}_{{i}}_{{ f }}_{{ b }}.json", json).unwrap(),
        "x_-7_1.5_true.json"
    );
    assert_eq!(render("{{ .o.p[0] }}", json).unwrap(), "q");
    assert_eq!(render("{{ \"odd name\" }}", json).unwrap(), "y");
}

#[test]
fn the_literal_prefix_ends_where_a_record_or_the_time_decides() {
    let prefix = |template: &str, layout| {
        KeyTemplate::parse(template, layout, None)
            .unwrap()
            .literal_prefix()
    };
    assert_eq!(prefix("data/{{ id }}.json", Layout::Record), "data/");
    assert_eq!(prefix("{{ id }}/data.json", Layout::Record), "");
    assert_eq!(prefix("a b/dt=%Y-%m-%d/", Layout::Batch), "a b/dt=");
    assert_eq!(prefix("100%%/{{ id }}", Layout::Record), "100%/");
    assert_eq!(prefix("all/of it/", Layout::Batch), "all/of it");
}

#[test]
fn metadata_is_a_function_of_the_record() {
    let template = "{{ %shard_id }}/{{ %sequence_number }}/{{ %partition_key }}/{{ %uuid }}";
    let key = render(template, "{}").unwrap();
    assert_eq!(key, render(template, "[]").unwrap());
    let uuid = key
        .strip_prefix("shardId-000000000000/42/key/")
        .expect("the first three are known");
    assert_eq!(uuid::Uuid::parse_str(uuid).unwrap().get_version_num(), 5);
}

#[test]
fn specifiers_are_filled_from_the_arrival_time() {
    assert_eq!(
        render("year=%Y/%m/%d/%H-{{ %sequence_number }}.100%%", "{}").unwrap(),
        "year=2023/11/14/22-42.100%"
    );
}

#[test]
fn milliseconds_are_named_and_never_become_a_year_of_five_digits() {
    let template = KeyTemplate::parse("%Y", Layout::Record, Some("at")).unwrap();
    for (json, as_millis) in [
        (r#"{"at": 1795316400000}"#, "2026-11-22 03:00:00 UTC"),
        (r#"{"at": 1795316400000.0}"#, "2026-11-22 03:00:00 UTC"),
        (r#"{"at": 253402300800}"#, "1978-01-11 21:31:40.800 UTC"),
    ] {
        let value: Value = serde_json::from_str(json).unwrap();
        let refused = template.render(&record(1, json), &value).unwrap_err();
        let said = refused.to_string();
        let meant = format!("as milliseconds it would be {as_millis}");
        assert!(said.contains(&meant), "{json}: {said}");
    }
    for (json, year) in [
        (r#"{"at": 253402300799}"#, "9999"),
        (r#"{"at": -1000000000}"#, "1938"),
    ] {
        let value: Value = serde_json::from_str(json).unwrap();
        assert_eq!(template.render(&record(1, json), &value).unwrap(), year);
    }
}

#[test]
fn specifiers_are_filled_from_the_field_that_is_named() {
    let template = KeyTemplate::parse("%Y-%m-%dT%H:%M:%S", Layout::Record, Some("at")).unwrap();
    let at = |json: &str| {
        let value: Value = serde_json::from_str(json).unwrap();
        template.render(&record(1, json), &value)
    };
    for json in [
        r#"{"at": 0}"#,
        r#"{"at": 0.4}"#,
        r#"{"at": "1970-01-01T01:00:00+01:00"}"#,
    ] {
        assert_eq!(at(json).unwrap(), "1970-01-01T00:00:00", "{json}");
    }
    assert_eq!(at("{}"), Err(Unrenderable::Missing("`at`".to_owned())));
    for json in [
        r#"{"at": "yesterday"}"#,
        r#"{"at": 1e300}"#,
        r#"{"at": []}"#,
    ] {
        assert_eq!(
            at(json),
            Err(Unrenderable::NoTime("`at`".to_owned())),
            "{json}"
        );
    }
}

#[test]
fn a_record_without_a_usable_value_has_no_key() {
    for (json, expected) in [
        ("{}", Unrenderable::Missing("`id`".to_owned())),
        ("[1]", Unrenderable::Missing("`id`".to_owned())),
        (r#"{"id":null}"#, Unrenderable::Missing("`id`".to_owned())),
        (r#"{"id":{}}"#, Unrenderable::Compound("`id`".to_owned())),
        (r#"{"id":[1]}"#, Unrenderable::Compound("`id`".to_owned())),
        (r#"{"id":""}"#, Unrenderable::Blank("`id`".to_owned())),
        (
            r#"{"id":"a/b"}"#,
            Unrenderable::Unconfined("`id`".to_owned()),
        ),
        (
            r#"{"id":"a..b"}"#,
            Unrenderable::Unconfined("`id`".to_owned()),
        ),
        (
            r#"{"id":"a\nb"}"#,
            Unrenderable::Unconfined("`id`".to_owned()),
        ),
        (
            r#"{"id":18446744073709551615}"#,
            Unrenderable::Rounded("`id`".to_owned()),
        ),
    ] {
        assert_eq!(render("data/{{ id }}.json", json), Err(expected), "{json}");
    }
}

#[test]
fn two_harmless_values_do_not_add_up_to_a_parent() {
    let json = r#"{"a":".","b":"."}"#;
    assert_eq!(render("{{ a }}{{ b }}", json), Err(Unrenderable::Misplaced));
}

#[test]
fn a_value_does_not_lead_into_a_reserved_prefix() {
    let json = r#"{"a":"quarantine","b":"aws"}"#;
    assert_eq!(render("{{ a }}/x", json), Err(Unrenderable::Misplaced));
    assert_eq!(
        render("{{ b }}/lambda/x", json),
        Err(Unrenderable::Misplaced)
    );
}

#[test]
fn a_folder_of_lines_is_none_that_is_reserved() {
    let folder = |template: &str| KeyTemplate::parse(template, Layout::Batch, None);
    for template in ["quarantine/", "aws/lambda/", "aws/lambda/x/"] {
        let error = folder(template).unwrap_err().to_string();
        assert!(error.contains("reserved prefix"), "{template}: {error}");
    }
    let value: Value = serde_json::from_str(r#"{"a":"quarantine","b":"lambda"}"#).unwrap();
    for template in ["{{ a }}/", "aws/{{ b }}/"] {
        let rendered = folder(template).unwrap().render(&record(42, "{}"), &value);
        assert_eq!(rendered, Err(Unrenderable::Misplaced), "{template}");
    }
}

#[test]
fn a_key_longer_than_s3_takes_is_refused() {
    let json = |length| format!(r#"{{"id":"{}"}}"#, "k".repeat(length));
    assert!(render("{{ id }}", &json(MAX_KEY_BYTES)).is_ok());
    assert_eq!(
        render("{{ id }}", &json(MAX_KEY_BYTES + 1)),
        Err(Unrenderable::TooLong(MAX_KEY_BYTES))
    );
}

#[test]
fn a_template_that_could_not_work_is_refused_with_a_remedy() {
    for (template, message) in [
        ("", "the key is empty"),
        ("{{ id", "has no `}}`"),
        ("{{ }}", "names nothing"),
        ("{{ a b }}", "is not the path of a field"),
        (
            "{{ a[99999999999999999999] }}",
            "is not the path of a field",
        ),
        (
            "{{ %arrival }}",
            "use one of %sequence_number, %shard_id, %partition_key, %uuid",
        ),
        ("%Q.json", "is not valid for strftime"),
        ("a%nb", "control character"),
        ("quarantine/{{ id }}", "reserved prefix"),
        ("aws/lambda/{{ id }}", "reserved prefix"),
        ("/{{ id }}", "without a `/` at either end"),
        ("a//{{ id }}", "without a `/` at either end"),
        ("a/{{ id }}/", "without a `/` at either end"),
        ("a/../{{ id }}", "`..` between its slashes"),
    ] {
        let error = refused(template);
        assert!(error.contains(message), "{template}: {error}");
    }
}

#[test]
fn an_error_points_into_the_template() {
    let error = KeyTemplate::parse("data/{{ id }}/{{ %what }}", Layout::Record, None).unwrap_err();
    assert_eq!(error.offset, 14);
}

proptest! {
    // Any text at all in two fields: 2,000 cases meet every special character in either.
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_record_leaves_the_literal_prefix(
        first in any::<String>(),
        second in "[a./\\\\\u{0}\n-]{0,6}",
        partition_key in any::<String>(),
    ) {
        let template = KeyTemplate::parse(
            "data/%Y/{{ first }}{{ second }}/{{ %partition_key }}.json",
            Layout::Record,
            None,
        ).unwrap();
        let json = serde_json::json!({"first": first, "second": second}).to_string();
        let value: Value = serde_json::from_str(&json).unwrap();
        let mut record = record(1, json);
        record.partition_key = partition_key;
        if let Ok(key) = template.render(&record, &value) {
            prop_assert!(key.starts_with("data/2023/"));
            prop_assert_eq!(key.matches('/').count(), 3);
            prop_assert!(key.split('/').all(|part| !matches!(part, "" | "." | "..")));
            prop_assert!(!key.contains(char::is_control));
            prop_assert!(key.len() <= MAX_KEY_BYTES);
        }
    }

    #[test]
    fn no_record_reaches_a_reserved_prefix(
        first in "quarantine|aws|a|",
        second in "lambda|quarantine|\\.|",
    ) {
        let template = KeyTemplate::parse("{{ first }}/{{ second }}/x", Layout::Record, None).unwrap();
        let json = serde_json::json!({"first": first, "second": second}).to_string();
        let value: Value = serde_json::from_str(&json).unwrap();
        if let Ok(key) = template.render(&record(1, json), &value) {
            prop_assert!(!is_reserved(&key), "{}", key);
        }
    }

    #[test]
    fn a_replayed_record_has_the_same_key(millis in 0_i64..4_000_000_000_000, user in "[a-z]{1,9}") {
        let template = KeyTemplate::parse("%Y/%m/%d/{{ user }}-{{ %uuid }}", Layout::Record, None).unwrap();
        let json = serde_json::json!({"user": user}).to_string();
        let value: Value = serde_json::from_str(&json).unwrap();
        let mut record = record(1, json);
        record.arrival = DateTime::from_timestamp_millis(millis).unwrap();
        let key = template.render(&record, &value);
        prop_assert!(key.is_ok());
        prop_assert_eq!(key, template.render(&record.clone(), &value));
    }
}
