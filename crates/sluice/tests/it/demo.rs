use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::stack::{functions, pipelines, sluice};

/// Runs a demo and returns the line for programs.
fn demo(arguments: &[&str]) -> Value {
    demo_of(&pipelines(), arguments)
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let data = tempfile::tempdir().unwrap();
    sluice(&["demo", "--json", "--seed", "7"])
        .arg("--data")
        .arg(data.path())
        .arg("--pipelines")
        .arg(folder)
        .arg("--functions")
        .arg(functions())
        .args(arguments)
        .output()
        .unwrap()
}

fn demo_of(folder: &Path, arguments: &[&str]) -> Value {
    let output = run(folder, arguments);
    let (printed, said) = (
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    );
    assert!(output.status.success(), "{printed}\n{said}");
    serde_json::from_str(printed.lines().last().unwrap()).unwrap()
}

/// Every record has one outcome, and the files on disk are the stored records.
fn assert_balanced(row: &Value, records: u64) {
    let count = |name: &str| {
        row[name]
            .as_u64()
            .unwrap_or_else(|| panic!("{name} is missing: {row}"))
    };
    assert_eq!(count("generated"), records);
    assert_eq!(count("acknowledged"), records);
    assert_eq!(
        count("stored") + count("filtered") + count("quarantined"),
        records
    );
    assert!(count("objects") <= count("stored"));
}

#[test]
fn every_record_of_every_pipeline_is_accounted_for() {
    let summary = demo(&["--records", "500"]);
    assert_eq!(summary["unaccounted"], 0);
    let each = [
        "user-activity",
        "kdg-archive",
        "mock-data",
        "call-events",
        "random-user",
    ];
    for name in each.iter().chain(&["page-views"]) {
        let row = &summary["pipelines"][name];
        assert_balanced(row, 500);
        if each.contains(name) {
            assert_eq!(row["objects"], row["stored"]);
        }
        assert_eq!(row["retried"], 0);
        assert!(row["p99_ms"].as_f64() >= row["p50_ms"].as_f64());
        assert!(row["records_per_s"].as_f64() > Some(0.0));
    }
}

#[test]
fn two_pipelines_that_share_stream_and_bucket_each_account_for_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let template = pipelines().join("kdg-archive.json.tmpl");
    fs::copy(template, folder.path().join("kdg-archive.json.tmpl")).unwrap();
    let one = fs::read_to_string(pipelines().join("kdg-archive.yaml")).unwrap();
    let other = one
        .replace("ProcessKdgArchive", "ProcessKdgCopy")
        .replace("kinesis/", "copy/");
    fs::write(folder.path().join("one.yaml"), one).unwrap();
    fs::write(folder.path().join("two.yaml"), other).unwrap();

    let summary = demo_of(folder.path(), &["--records", "200"]);

    assert_eq!(summary["unaccounted"], 0);
    for name in ["one", "two"] {
        assert_balanced(&summary["pipelines"][name], 200);
        assert_eq!(summary["pipelines"][name]["received"], 200);
    }
}

#[test]
fn metrics_that_do_not_tell_what_is_in_the_bucket_fail_the_demo() {
    let folder = tempfile::tempdir().unwrap();
    let silent = folder.path().join("silent");
    let function = functions().join("process-stream");
    let script = format!("#!/bin/sh\nexec {} > /dev/null\n", function.display());
    fs::write(&silent, script).unwrap();
    fs::set_permissions(&silent, fs::Permissions::from_mode(0o755)).unwrap();
    let instead = format!("ProcessKdgArchive={}", silent.display());
    let one = ["--pipeline", "kdg-archive", "--records", "20"];
    let output = run(
        &pipelines(),
        &[&one[..], &["--function", &instead]].concat(),
    );
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("the function's metrics say"), "{said}");
}

#[test]
fn a_pipeline_that_is_named_twice_runs_once() {
    let twice = ["--pipeline", "kdg-archive", "--pipeline", "kdg-archive"];
    let summary = demo(&[&twice[..], &["--records", "50"]].concat());
    assert_balanced(&summary["pipelines"]["kdg-archive"], 50);
}

#[test]
fn nothing_is_lost_or_doubled_when_the_function_is_killed_at_its_work() {
    let summary = demo(&["--records", "2000", "--fault", "invoke=0.3"]);
    assert_eq!(summary["unaccounted"], 0);
    let mut retried = 0;
    for row in summary["pipelines"].as_object().unwrap().values() {
        assert_balanced(row, 2000);
        retried += row["retried"].as_u64().unwrap();
    }
    assert!(retried > 0, "the fault never struck: {summary}");
}

#[test]
fn nothing_is_lost_or_doubled_when_one_upload_in_ten_fails() {
    let summary = demo(&["--records", "1000", "--fault", "put-object=0.1"]);
    assert_eq!(summary["unaccounted"], 0);
    for row in summary["pipelines"].as_object().unwrap().values() {
        assert_balanced(row, 1000);
    }
}

#[test]
fn nothing_is_lost_or_doubled_when_a_third_of_the_entries_is_throttled() {
    let summary = demo(&["--records", "2000", "--fault", "put-records=0.33"]);
    assert_eq!(summary["unaccounted"], 0);
    for row in summary["pipelines"].as_object().unwrap().values() {
        assert_balanced(row, 2000);
    }
}

#[test]
fn a_pipeline_can_be_run_alone() {
    let summary = demo(&["--records", "10", "--pipeline", "kdg-archive"]);
    let names: Vec<_> = summary["pipelines"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["kdg-archive"]);
}

#[test]
fn a_folder_that_is_not_ours_is_never_emptied() {
    let folder = tempfile::tempdir().unwrap();
    let precious = folder.path().join("precious.txt");
    fs::write(&precious, "x").unwrap();
    let output = sluice(&["demo", "--data"])
        .arg(folder.path())
        .arg("--pipelines")
        .arg(pipelines())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("name another folder with --data"));
    assert!(precious.exists());
}

#[test]
fn records_that_want_one_key_are_accounted_for_whatever_the_pipeline_does_with_them() {
    for on_collision in ["overwrite", "quarantine"] {
        let folder = tempfile::tempdir().unwrap();
        let template = pipelines().join("user-activity.json.tmpl");
        fs::copy(template, folder.path().join("user-activity.json.tmpl")).unwrap();
        let pipeline = fs::read_to_string(pipelines().join("user-activity.yaml")).unwrap();
        let pipeline = pipeline.replace(
            "on_collision: suffix",
            &format!("on_collision: {on_collision}"),
        );
        fs::write(folder.path().join("user-activity.yaml"), pipeline).unwrap();
        let summary = demo_of(folder.path(), &["--records", "60"]);
        let row = &summary["pipelines"]["user-activity"];
        assert_eq!(summary["unaccounted"], 0, "{on_collision}: {row}");
        let settled = row["stored"].as_u64().unwrap() + row["quarantined"].as_u64().unwrap();
        assert_eq!(settled, 60, "{on_collision}: {row}");
        assert!(row["objects"].as_u64().unwrap() < 60);
    }
}

/// Says what was printed to stderr so far, as soon as that has these words.
fn until_said(lines: &mut impl Iterator<Item = std::io::Result<String>>, words: &str) {
    let said = lines.map(Result::unwrap).find(|line| line.contains(words));
    assert!(said.is_some(), "{words} was never said");
}

#[test]
fn a_demo_that_is_interrupted_accounts_for_what_it_has_sent() {
    let data = tempfile::tempdir().unwrap();
    let mut demo = sluice(&["demo", "--json", "--records", "1000000", "--data"])
        .arg(data.path())
        .arg("--pipelines")
        .arg(pipelines())
        .arg("--functions")
        .arg(functions())
        .args(["--pipeline", "kdg-archive"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(demo.stderr.take().unwrap()).lines();
    // The demo says each few seconds how it stands.
    until_said(&mut lines, "acknowledged");
    let id = demo.id().to_string();
    let sent = Command::new("kill").args(["-INT", &id]).status();
    assert!(sent.unwrap().success());
    let said: Vec<_> = lines.map(Result::unwrap).collect();
    let said = said.join("\n");
    let output = demo.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    let printed = String::from_utf8(output.stdout).unwrap();
    let summary: Value = serde_json::from_str(printed.trim()).unwrap();
    assert_eq!(summary["interrupted"], true);
    assert_eq!(summary["unaccounted"], 0, "{said}");
    let row = &summary["pipelines"]["kdg-archive"];
    let count = |name: &str| row[name].as_u64().unwrap();
    let acknowledged = count("acknowledged");
    assert!(acknowledged > 0 && acknowledged < 1_000_000, "{row}");
    assert_eq!(acknowledged, count("stored") + count("filtered"), "{row}");
    let words =
        format!("interrupted in kdg-archive: of 1000000 records {acknowledged} were acknowledged");
    assert!(said.contains(&words), "{said}");
    let settled = format!("given up; {acknowledged} are settled");
    assert!(said.contains(&settled), "{said}");
    assert!(said.contains("p99 ms"), "{said}");
    let log = data.path().join("logs/ProcessKdgArchive.log");
    let log = fs::read_to_string(log).unwrap();
    assert!(!log.contains("Error"), "{log}");
}
