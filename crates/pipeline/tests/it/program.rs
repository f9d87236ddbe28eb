//! Filters and programs: what they make of a record, and what is refused before there is one.

use pipeline::{
    Config,
    config::{ConfigError, Settings},
    decode::{Packing, Step},
    outcome::QuarantineReason,
    program::{compile_filter, compile_program},
    record::Data,
    verdict,
    verdict::Intent,
};

use crate::memory::{record, settings};

fn pipeline(filter: &str, program: &str) -> Config {
    let settings = Settings {
        filter: Some(filter.to_owned()),
        program: Some(program.to_owned()),
        ..settings("{{ %sequence_number }}")
    };
    Config::new(&settings).unwrap()
}

fn intent(filter: &str, program: &str, json: &str) -> Intent {
    verdict(&pipeline(filter, program), &record(1, json), Packing::None).intent
}

fn body(filter: &str, program: &str, json: &str) -> String {
    match intent(filter, program, json) {
        Intent::Store { body, .. } => String::from_utf8(body.to_vec()).unwrap(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_filter_keeps_what_is_true_and_leaves_the_bytes_alone() {
    let filter = "int!(.age) >= 21";
    assert_eq!(body(filter, "", r#"{ "age": 21 }"#), r#"{ "age": 21 }"#);
    assert_eq!(intent(filter, "", r#"{"age":20}"#), Intent::Filter);
}

#[test]
fn a_program_changes_the_record() {
    let program = r#". = {"name": .first + " " + .last, "n": to_int!(.n)}"#;
    let program = program.replace(
        ".first + \" \" + .last",
        "string!(.first) + \" \" + string!(.last)",
    );
    assert_eq!(
        body("", &program, r#"{"first":"A","last":"B","n":"7"}"#),
        r#"{"n":7,"name":"A B"}"#
    );
}

#[test]
fn a_program_knows_the_record_that_it_is_run_on() {
    let program = ". = [%shard_id, %sequence_number, %partition_key, to_unix_timestamp(%arrival)]";
    assert_eq!(
        body("", program, "{}"),
        r#"["shardId-000000000000","1","key",1700000000]"#
    );
}

#[test]
fn abort_drops_the_record() {
    let program = r#"if .kind == "noise" { abort }"#;
    assert_eq!(intent("", program, r#"{"kind":"noise"}"#), Intent::Filter);
    assert_eq!(
        body("", program, r#"{"kind":"news"}"#),
        r#"{"kind":"news"}"#
    );
}

#[test]
fn a_record_on_which_a_program_fails_is_quarantined_with_the_message() {
    for (filter, program, json) in [
        ("int!(.age) >= 21", "", r#"{"age":"x"}"#),
        ("int!(.age) >= 21", "", "[1]"),
        ("", ".n = to_int!(.n)", r#"{"n":"x"}"#),
        ("", "assert!(false, \"no\")", "{}"),
    ] {
        let intent = intent(filter, program, json);
        let Intent::Quarantine(QuarantineReason::ProgramError(message)) = intent else {
            panic!("{filter}{program} on {json}: {intent:?}");
        };
        assert!(message.contains("failed: "), "{message}");
    }
}

#[test]
fn an_integer_that_a_program_would_round_is_quarantined_and_left_alone_by_a_filter() {
    let json = r#"{"id":18446744073709551615}"#;
    assert_eq!(
        intent("true", ".seen = true", json),
        Intent::Quarantine(QuarantineReason::NumberTooLarge(
            "18446744073709551615".to_owned()
        ))
    );
    assert_eq!(body("exists(.id)", "", json), json);
    assert_eq!(intent("false", ".seen = true", json), Intent::Filter);
    let largest = r#"{"id":9223372036854775807}"#;
    assert_eq!(body("", ".id = .id", largest), largest);
}

#[test]
fn a_filter_that_is_not_a_boolean_is_refused() {
    let error = compile_filter(".age").unwrap_err().to_string();
    assert!(error.contains("a filter is true or false"), "{error}");
    assert!(compile_filter("exists(.age)").is_ok());
}

#[test]
fn a_filter_only_looks() {
    let error = compile_filter(".age = 1\ntrue").unwrap_err().to_string();
    assert!(error.contains("read-only"), "{error}");
}

#[test]
fn what_may_fail_has_to_be_handled_before_there_is_a_record() {
    let error = compile_filter("to_int(.age) >= 21").unwrap_err();
    assert!(error.to_string().contains("unhandled error"), "{error}");
    assert!(error.to_string().contains("append `!`"), "{error}");
}

#[test]
fn every_mistake_of_a_program_is_found_with_its_place() {
    let error = compile_program(".a = undefined(1)\n.b = upcase(2)\n").unwrap_err();
    let offsets: Vec<_> = error
        .problems
        .iter()
        .map(|problem| problem.offset)
        .collect();
    assert_eq!(offsets.len(), 2, "{error}");
    assert!((5..14).contains(&offsets[0]), "{error}");
    assert!(offsets[1] > 17, "{error}");
}

#[test]
fn what_depends_on_time_chance_or_surroundings_is_refused_with_a_way_out() {
    for (program, word) in [
        (".t = now()", "%arrival"),
        (".t = uuid_v4()", "%sequence_number"),
        (".t = uuid_v7()", "%sequence_number"),
        (".t = random_int(1, 2)", "%sequence_number"),
        (".t = parse_syslog!(.m)", "parse_regex"),
        (
            ".t = get_env_var!(\"HOME\")",
            "write the value into the program",
        ),
        (".t = dns_lookup!(\"a\")", "let the producer"),
        ("log(\"x\")", "payloads"),
    ] {
        let error = compile_program(program).unwrap_err().to_string();
        assert!(error.contains(word), "{program}: {error}");
        assert!(!error.contains("undefined"), "{program}: {error}");
    }
}

#[test]
fn a_verdict_says_which_layers_were_opened() {
    let config = pipeline("", "");
    let opened = |data: Data| {
        let mut record = record(1, "");
        record.data = data;
        verdict(&config, &record, Packing::None).opened
    };
    assert_eq!(opened(Data::NotBase64("%".into())), []);
    assert_eq!(
        opened(Data::Decoded("\u{ff}".into())),
        [Step::Base64, Step::Text]
    );
    assert_eq!(opened(Data::Decoded(vec![0xff].into())), [Step::Base64]);
    assert_eq!(
        opened(Data::Decoded("{}".into())),
        [Step::Base64, Step::Text, Step::Json]
    );
}

#[test]
fn a_function_reads_its_settings_with_or_without_nulls() {
    let read = |pipeline: &'static str| {
        Config::from_env(move |name| match name {
            "PIPELINE" => Some(pipeline.to_owned()),
            "BUCKET" => Some("bucket".to_owned()),
            _ => None,
        })
    };
    let (config, bucket) = read(r#"{"name":"a","object":{"key":"{{ id }}"}}"#).unwrap();
    assert_eq!((config.name.as_str(), bucket.as_str()), ("a", "bucket"));
    assert!(config.transform.is_none());
    let nulls = r#"{"name":"a","filter":null,"program":"","object":{"key":"{{ id }}","layout":null,"timestamp":null,"on_collision":null}}"#;
    assert!(read(nulls).unwrap().0.transform.is_none());
    let error = read(r#"{"name":"a","filter":".x","object":{"key":"k"}}"#).unwrap_err();
    assert!(matches!(error, ConfigError::Filter(_)), "{error}");
    let error = read(r#"{"name":"a","object":{"key":"k"},"colour":1}"#).unwrap_err();
    assert!(error.to_string().contains("colour"), "{error}");
}

#[test]
fn a_variable_that_is_missing_is_named() {
    let error = Config::from_env(|_| None).unwrap_err();
    assert!(error.to_string().contains("PIPELINE is not set"), "{error}");
    let error = Config::from_env(|name| {
        (name == "PIPELINE").then(|| r#"{"name":"a","object":{"key":"k"}}"#.to_owned())
    })
    .unwrap_err();
    assert!(error.to_string().contains("BUCKET is not set"), "{error}");
}

#[test]
fn settings_survive_the_way_through_the_environment() {
    let settings = Settings {
        filter: Some("true".to_owned()),
        ..settings("{{ id }}")
    };
    let [(name, json), bucket] = settings.environment("b").unwrap();
    assert_eq!((name, bucket), ("PIPELINE", ("BUCKET", "b".to_owned())));
    assert_eq!(serde_json::from_str::<Settings>(&json).unwrap(), settings);
}

#[test]
fn metadata_that_no_record_has_is_refused_by_its_name() {
    let error = compile_program(".a = %sequence_numer").unwrap_err();
    let problem = &error.problems[0];
    assert_eq!(problem.offset, 5);
    assert!(problem.message.contains("%sequence_numer"), "{error}");
    assert!(problem.remedy.contains("%sequence_number"), "{error}");
    assert!(compile_program(".a = %sequence_number").is_ok());
}
