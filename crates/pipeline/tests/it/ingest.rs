//! The section `ingest` of a pipeline file, and what a deployed function gets of it.

use std::time::Duration;

use pipeline::{
    Pipeline,
    config::{IngestConfig, RecordsPath},
    program::{Mapping, Transformed},
};
use vrl::value::Value;

const GOOD: &str = "\
stream:
  name: stream
bucket: bucket
ingest:
  function: IngestUsers
  schedule: rate(1 minute)
  url: https://randomuser.me/api/?results=100
  records: .results
  partition_key: '{{ login.uuid }}'
  program: |
    . = {\"first_name\": .name.first}
process:
  function: function
object:
  key: '{{ id }}.json'
";

/// The one problem of the good file with something in the place of something else.
fn with(from: &str, to: &str) -> String {
    let source = GOOD.replace(from, to);
    assert_ne!(source, GOOD);
    let problems = Pipeline::parse("test", &source).unwrap_err().to_string();
    assert_eq!(problems.lines().count(), 1, "{problems}");
    problems
}

fn map(program: &str, value: &str) -> Transformed {
    let value: Value = serde_json::from_str(value).unwrap();
    Mapping::compile(Some(program)).unwrap().run(value)
}

#[test]
fn an_ingest_has_defaults_for_what_is_left_out() {
    let pipeline = Pipeline::parse("test", GOOD).unwrap();
    let ingest = pipeline.ingest().unwrap();
    assert_eq!(ingest.function, "IngestUsers");
    assert_eq!(ingest.schedule.to_string(), "rate(1 minute)");
    assert_eq!(ingest.timeout, Duration::from_mins(1));
    assert_eq!(ingest.memory_mib, 256);
}

#[test]
fn a_file_without_an_ingest_has_none() {
    let start = GOOD.find("ingest:").unwrap();
    let end = GOOD.find("process:").unwrap();
    let without = format!("{}{}", &GOOD[..start], &GOOD[end..]);
    assert!(
        Pipeline::parse("test", &without)
            .unwrap()
            .ingest()
            .is_none()
    );
}

#[test]
fn what_is_wrong_is_said_with_its_place_and_a_remedy() {
    for (from, to, place, part) in [
        (
            "IngestUsers",
            "Ingest.Users",
            "5:13: ingest.function",
            "choose another name",
        ),
        (
            "rate(1 minute)",
            "rate(1 minutes)",
            "6:20: ingest.schedule",
            "write rate(1 minute)",
        ),
        (
            "rate(1 minute)",
            "cron(0 10 * * * *)",
            "6:27: ingest.schedule",
            "write `?`",
        ),
        ("https://", "http://", "7:8: ingest.url", "write https"),
        ("https://", "ftp://", "7:8: ingest.url", "not fetched"),
        (
            "https://",
            "https://me:secret@",
            "7:8: ingest.url",
            "password",
        ),
        (
            "https://randomuser.me",
            "randomuser.me",
            "7:8: ingest.url",
            "not a web address",
        ),
        (
            ".results",
            "results",
            "8:12: ingest.records",
            "such as `.results`",
        ),
        (
            ".results",
            "'.a[-1]'",
            "8:13: ingest.records",
            "such as `.results`",
        ),
        (
            "'{{ login.uuid }}'",
            "even",
            "9:18: ingest.partition_key",
            "`random`",
        ),
        (
            "'{{ login.uuid }}'",
            "'{{ %uuid }}'",
            "9:19: ingest.partition_key",
            "only once",
        ),
        (
            "'{{ login.uuid }}'",
            "'{{ a[0] }}'",
            "9:23: ingest.partition_key",
            "items.0.id",
        ),
        (
            ".name.first",
            "now()",
            "11:24: ingest.program",
            "process.program",
        ),
        (
            ".name.first",
            "%arrival",
            "11:24: ingest.program",
            "not known",
        ),
        (
            "  records:",
            "  timeout_seconds: 901\n  records:",
            "8:20: ingest.timeout_seconds",
            "1 to 900",
        ),
        (
            "  records:",
            "  memory_mib: 1\n  records:",
            "8:15: ingest.memory_mib",
            "128 to 10240",
        ),
        (
            "  schedule:",
            "  shedule:",
            "6:3: ingest.shedule",
            "did you mean `schedule`",
        ),
    ] {
        let problem = with(from, to);
        assert!(problem.contains(place), "{place} is not in {problem}");
        assert!(problem.contains(part), "{part} is not in {problem}");
    }
}

#[test]
fn a_loopback_address_may_be_unencrypted() {
    for url in [
        "http://127.0.0.1:8080/x",
        "http://localhost/",
        "http://[::1]:1/",
    ] {
        let source = GOOD.replace("https://randomuser.me/api/?results=100", url);
        Pipeline::parse("test", &source).unwrap();
    }
}

#[test]
fn a_program_that_leaves_no_room_in_the_environment_is_refused() {
    let long = format!(". = {{\"first_name\": \"{}\"}}", "x".repeat(4000));
    let problem = with(". = {\"first_name\": .name.first}", &long);
    assert!(
        problem.contains("ingest: ") && problem.contains("INGEST"),
        "{problem}"
    );
    assert!(problem.contains("shorten ingest.program"), "{problem}");
}

#[test]
fn what_a_function_gets_is_what_the_file_says() {
    let pipeline = Pipeline::parse("test", GOOD).unwrap();
    let settings = &pipeline.ingest().unwrap().settings;
    let variables = settings.environment("dev-stream", "dev-bucket").unwrap();
    let read = |name: &str| {
        let of_name = variables.iter().find(|(known, _)| *known == name);
        of_name.map(|(_, value)| value.clone())
    };
    let config = IngestConfig::from_env(read).unwrap();
    assert_eq!(
        (&*config.stream, &*config.bucket),
        ("dev-stream", "dev-bucket")
    );
    assert_eq!(config.records.to_string(), ".results");
    assert_eq!(config.partition_key.as_deref(), Some("{{ login.uuid }}"));
    let missing = |gone: &'static str| {
        IngestConfig::from_env(|name| read(name).filter(|_| name != gone)).unwrap_err()
    };
    for name in ["INGEST", "STREAM", "BUCKET"] {
        assert!(missing(name).to_string().contains(name));
    }
}

#[test]
fn settings_that_terraform_writes_as_null_are_absent() {
    let json = r#"{"name":"x","url":"https://x","records":null,"partition_key":"","program":null}"#;
    let config = IngestConfig::from_env(|name| match name {
        "INGEST" => Some(json.to_owned()),
        _ => Some("name".to_owned()),
    });
    let config = config.unwrap();
    assert_eq!(config.records, RecordsPath::default());
    assert_eq!(config.partition_key, None);
}

#[test]
fn a_program_maps_drops_or_fails() {
    let program = r#"if .age == null { abort }; . = {"years": int!(.age)}"#;
    let changed = map(program, r#"{"age": 5, "more": 1}"#);
    let Transformed::Changed(value) = changed else {
        panic!("{changed:?}")
    };
    assert_eq!(serde_json::to_string(&value).unwrap(), r#"{"years":5}"#);
    assert_eq!(map(program, "{}"), Transformed::Dropped);
    let failed = map(program, r#"{"age": "x"}"#);
    assert!(matches!(failed, Transformed::Failed(_)), "{failed:?}");
}
