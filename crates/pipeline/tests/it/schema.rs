//! What a pipeline's JSON Schema says of a record.

use pipeline::config::Settings;
use pipeline::decode::Packing;
use pipeline::outcome::QuarantineReason;
use pipeline::schema::Schema;
use pipeline::verdict::Intent;
use pipeline::{Config, verdict};
use serde_json::{Value, json};

use crate::memory::{record, settings};

fn with(schema: Value) -> Config {
    let settings = Settings {
        schema: Some(schema),
        ..settings("{{ %sequence_number }}")
    };
    Config::new(&settings).unwrap()
}

fn order() -> Value {
    json!({
        "type": "object",
        "required": ["id"],
        "properties": {
            "id": {"$ref": "#/$defs/id"},
            "items": {"type": "array", "prefixItems": [{"type": "string"}], "items": false},
            "at": {"type": "string", "format": "date-time"},
        },
        "$defs": {"id": {"type": "integer", "minimum": 1}},
    })
}

fn violation(json: &str) -> (String, String, String) {
    match verdict(&with(order()), &record(1, json), Packing::None).intent {
        Intent::Quarantine(QuarantineReason::SchemaViolation {
            keyword,
            path,
            message,
        }) => (keyword, path, message),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_record_that_breaks_the_schema_says_which_keyword_and_where() {
    for (json, keyword, path) in [
        ("[]", "type", "the root"),
        ("{}", "required", "the root"),
        (r#"{"id": 0}"#, "minimum", "/id"),
        (r#"{"id": 1, "items": [7]}"#, "type", "/items/0"),
        (r#"{"id": 1, "items": ["a", "b"]}"#, "items", "/items/1"),
        (r#"{"id": 1, "at": "yesterday"}"#, "format", "/at"),
    ] {
        let (got_keyword, got_path, _) = violation(json);
        assert_eq!(
            (got_keyword.as_str(), got_path.as_str()),
            (keyword, path),
            "{json}"
        );
    }
}

#[test]
fn the_reason_does_not_repeat_what_the_record_holds() {
    let (_, _, message) = violation(r#"{"id": "a secret"}"#);
    assert!(!message.contains("secret"), "{message}");
    assert!(message.contains("integer"), "{message}");
}

#[test]
fn a_record_that_follows_the_schema_is_stored() {
    let good = r#"{"id": 1, "items": ["a"], "at": "2026-11-21T00:00:00Z"}"#;
    let intent = verdict(&with(order()), &record(1, good), Packing::None).intent;
    assert!(matches!(intent, Intent::Store { .. }), "{intent:?}");
}

#[test]
fn what_is_no_schema_is_refused_where_it_is_wrong() {
    let error = Schema::compile(&json!({"properties": {"a": {"type": "text"}}})).unwrap_err();
    assert_eq!(error.path, "/properties/a/type");
    for foreign in ["https://example.com/schema.json", "file:///etc/passwd"] {
        assert!(
            Schema::compile(&json!({"$ref": foreign})).is_err(),
            "{foreign}"
        );
    }
}
