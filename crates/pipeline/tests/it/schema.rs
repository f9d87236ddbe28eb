//! What a pipeline's JSON Schema says of a record.

use std::fs;

use pipeline::config::Settings;
use pipeline::decode::Packing;
use pipeline::outcome::QuarantineReason;
use pipeline::schema::Schema;
use pipeline::verdict::Intent;
use pipeline::{Config, Pipeline, verdict};
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
        let refused = Schema::compile(&json!({"$ref": foreign})).unwrap_err();
        let said = refused.to_string();
        assert!(said.contains(foreign), "{said}");
        assert!(said.contains("in the one file"), "{said}");
        assert!(!said.contains("resolve"), "{said}");
    }
}

#[test]
fn a_schema_of_another_draft_is_refused_by_name() {
    let of = |draft: &str| {
        Schema::check_draft(&json!({"$schema": draft, "dependencies": {"card": ["address"]}}))
    };
    for draft in ["", "#"] {
        let draft = format!("https://json-schema.org/draft/2020-12/schema{draft}");
        assert!(of(&draft).is_ok(), "{draft}");
    }
    for draft in [
        "http://json-schema.org/draft-07/schema#",
        "https://json-schema.org/draft/2019-09/schema",
        "https://example.com/own",
    ] {
        let refused = of(draft).unwrap_err();
        assert_eq!(refused.path, "/$schema");
        let said = refused.to_string();
        assert!(said.contains(draft) && said.contains("2020-12"), "{said}");
    }
    assert!(Schema::check_draft(&json!({"type": "object"})).is_ok());
    let folder = tempfile::tempdir().unwrap();
    let schema = r#"{"$schema":"http://json-schema.org/draft-07/schema#"}"#;
    fs::write(folder.path().join("old.json"), schema).unwrap();
    let file = folder.path().join("old.yaml");
    let pipeline = "stream: {name: s, shards: 1}\nbucket: old-bucket\n\
                    process: {function: Old, schema: old.json}\nobject: {key: '{{ id }}'}\n";
    fs::write(&file, pipeline).unwrap();
    let said = Pipeline::read(&file).unwrap_err().to_string();
    assert!(
        said.contains("process.schema") && said.contains("draft-07"),
        "{said}"
    );
}

#[test]
fn a_pattern_that_could_take_for_ever_is_refused_with_what_to_leave_out() {
    for pattern in [r"^(?=(a+)+$)a", r"^(a|aa)+\1$"] {
        let schema = json!({"properties": {"a": {"pattern": pattern}}});
        let error = Schema::compile(&schema).unwrap_err();
        assert!(error.path.starts_with("/properties/a"), "{error}");
        let said = error.to_string();
        assert!(
            said.contains("without lookaround and backreferences"),
            "{said}"
        );
    }
}
