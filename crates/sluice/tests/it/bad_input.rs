use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::stack::{functions, pipelines, sluice};

const BROKEN: &str = "\
stream:
  name: broken stream
bucket: Broken
process:
  function: ProcessBroken
  filter: .age >= nope(
object:
  key: '{{ %nonsense }}.json'
";

pub(crate) fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn broken_folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("broken.yaml"), BROKEN).unwrap();
    folder
}

/// What `sluice check` says of a folder that it refuses.
#[track_caller]
fn refused(folder: &Path) -> String {
    let check = sluice(&["check", "--pipelines"]).arg(folder).output();
    let output = check.unwrap();
    assert_eq!(output.status.code(), Some(1));
    said(&output)
}

#[test]
fn every_problem_of_a_file_is_named_with_its_line_and_its_remedy() {
    let folder = broken_folder();
    let said = refused(folder.path());
    for place in [
        "broken.yaml:2:",
        "broken.yaml:3:",
        "broken.yaml:6:",
        "broken.yaml:8:",
    ] {
        assert!(said.contains(place), "{place} is missing in\n{said}");
    }
    for field in ["stream.name", "bucket", "process.filter", "object.key"] {
        assert!(said.contains(field), "{field} is missing in\n{said}");
    }
}

#[test]
fn demo_and_local_say_of_a_broken_file_what_check_says() {
    let folder = broken_folder();
    let run = |command: &str| {
        let output = sluice(&[command, "--pipelines"])
            .arg(folder.path())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1), "{command}");
        said(&output)
    };
    let check = run("check");
    assert_eq!(run("demo"), check);
    assert_eq!(run("local"), check);
}

#[test]
fn files_that_contradict_each_other_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let template = pipelines().join("kdg-archive.json.tmpl");
    fs::copy(template, folder.path().join("kdg-archive.json.tmpl")).unwrap();
    let one = fs::read_to_string(pipelines().join("kdg-archive.yaml")).unwrap();
    fs::write(folder.path().join("one.yaml"), &one).unwrap();
    let other = one.replace("shards: 1", "shards: 2");
    // In the names of roles, capital letters are no difference.
    let other = other.replace("ProcessKdgArchive", "ProcessKDGArchive");
    fs::write(folder.path().join("two.yaml"), other).unwrap();
    let said = refused(folder.path());
    for part in [
        "two.yaml: process.function: ProcessKDGArchive is the function of",
        "two.yaml: stream.shards: kdg-archive-stream has another number of shards in",
    ] {
        assert!(said.contains(part), "{part} is missing in\n{said}");
    }
}

#[test]
fn sending_without_region_or_credentials_says_what_to_set() {
    let send = |variables: &[(&str, &str)]| {
        let output = sluice(&["send", "--pipeline", "kdg-archive", "--records", "1"])
            .arg("--pipelines")
            .arg(pipelines())
            .env_clear()
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_CONFIG_FILE", "/nonexistent")
            .env("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
            .envs(variables.iter().copied())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1));
        said(&output)
    };
    let region = send(&[]);
    assert!(region.contains("set AWS_REGION"), "{region}");
    let credentials = send(&[("AWS_REGION", "eu-west-1")]);
    assert!(credentials.contains("set AWS_PROFILE"), "{credentials}");
}

#[test]
fn output_that_nobody_reads_to_its_end_is_no_failure() {
    for arguments in [["completions", "bash"], ["check", "--pipelines"]] {
        let mut command = sluice(&arguments);
        if arguments[0] == "check" {
            command.arg(pipelines());
        }
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let status = command.stdout(writer).status().unwrap();
        assert!(status.success(), "{arguments:?}: {status}");
    }
}

#[test]
fn a_command_for_a_function_that_is_not_there_is_refused() {
    let run = |over: &str| {
        let data = tempfile::tempdir().unwrap();
        let output = sluice(&["demo", "--function", over, "--pipelines"])
            .arg(pipelines())
            .arg("--data")
            .arg(data.path())
            .arg("--functions")
            .arg(functions())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1), "{over}");
        said(&output)
    };
    let unknown = run("ProcessNothing=python3 -m handler");
    assert!(unknown.contains("ProcessKdgArchive"), "{unknown}");
    let missing = run("ProcessKdgArchive=/nowhere/handler");
    assert!(missing.contains("/nowhere/handler"), "{missing}");
}

#[test]
fn an_unknown_field_names_the_nearest_known_one() {
    let folder = tempfile::tempdir().unwrap();
    let good = fs::read_to_string(pipelines().join("kdg-archive.yaml")).unwrap();
    fs::write(
        folder.path().join("typo.yaml"),
        good.replace("bucket:", "buket:"),
    )
    .unwrap();
    let said = refused(folder.path());
    assert!(said.contains("buket") && said.contains("bucket"), "{said}");
}

#[test]
fn a_port_in_use_is_one_sentence_that_says_what_to_do() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let data = tempfile::tempdir().unwrap();
    let output = sluice(&["local", "--port", &port, "--data"])
        .arg(data.path())
        .arg("--pipelines")
        .arg(pipelines())
        .arg("--functions")
        .arg(functions())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let expected = format!(
        "error: port {port} on 127.0.0.1 is in use; stop what listens there or choose another with --port\n"
    );
    assert_eq!(said(&output), expected);
}

#[test]
fn a_missing_binary_says_how_to_build_it() {
    let empty = tempfile::tempdir().unwrap();
    let data = tempfile::tempdir().unwrap();
    let output = sluice(&["local", "--port", "0", "--functions"])
        .arg(empty.path())
        .arg("--data")
        .arg(data.path())
        .arg("--pipelines")
        .arg(pipelines())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        said(&output).contains("cargo build --package process-stream"),
        "{}",
        said(&output)
    );
}

#[test]
fn an_unknown_pipeline_names_those_that_are_there() {
    let output = sluice(&["preview", "--pipeline", "nope", "--pipelines"])
        .arg(pipelines())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        said(&output).contains(
            "choose one of call-events, kdg-archive, mock-data, page-views, random-user, \
             user-activity"
        ),
        "{}",
        said(&output)
    );
}

#[test]
fn bad_usage_exits_with_2() {
    for arguments in [
        &["nope"][..],
        &["send"],
        &["demo", "--records", "0"],
        &["demo", "--fault", "x=1"],
    ] {
        let output = sluice(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    }
}

#[test]
fn what_is_wrong_with_an_ingest_is_named_with_its_line_and_its_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let good = fs::read_to_string(pipelines().join("random-user.yaml")).unwrap();
    let wrong = good
        .replace("rate(1 minute)", "rate(1 minutes)")
        .replace("https://", "http://")
        .replace(".dob.age", "nope(.dob.age)");
    fs::write(folder.path().join("random-user.yaml"), wrong).unwrap();
    let template = "random-user.json.tmpl";
    fs::copy(pipelines().join(template), folder.path().join(template)).unwrap();
    let said = refused(folder.path());
    for part in [
        "random-user.yaml:8:20: ingest.schedule: EventBridge refuses `1 minutes`; write rate(1 minute)",
        "random-user.yaml:9:8: ingest.url: would be fetched unencrypted; write https",
        "random-user.yaml:16:14: ingest.program: ",
    ] {
        assert!(said.contains(part), "{part} is missing in\n{said}");
    }
}

#[test]
fn a_schedule_that_would_never_pause_is_refused() {
    let output = sluice(&["local", "--schedule-every", "0", "--pipelines"])
        .arg(pipelines())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("choose more than 0 seconds"));
}

#[test]
fn a_function_that_cannot_start_says_what_is_missing_in_one_line_of_json() {
    for (function, missing) in [
        ("process-stream", "AWS_ACCESS_KEY_ID"),
        ("ingest-http", "INGEST"),
    ] {
        let mut start = Command::new(functions().join(function));
        let output = start.env_clear().output().unwrap();
        assert!(!output.status.success());
        let said = said(&output);
        let line: Value = serde_json::from_str(said.lines().next().unwrap()).unwrap();
        let message = line["fields"]["message"].as_str().unwrap();
        assert_eq!(
            line,
            json!({"level": "ERROR", "fields": {"message": message}})
        );
        assert!(message.starts_with("cannot start: "), "{message}");
        assert!(message.contains(missing), "{message}");
    }
}
