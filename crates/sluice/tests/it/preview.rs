use serde_json::Value;

use crate::stack::{pipelines, sluice};

fn preview(arguments: &[&str]) -> String {
    let output = sluice(&["preview", "--pipelines"])
        .arg(pipelines())
        .args(arguments)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn samples_are_lines_of_json() {
    let printed = preview(&["--pipeline", "user-activity", "-n", "20"]);
    assert_eq!(printed.lines().count(), 20);
    for line in printed.lines() {
        let record: Value = serde_json::from_str(line).unwrap();
        assert!(record["timestamp"].is_u64());
        assert!(
            ["login", "logout", "purchase", "click"].contains(&record["event"].as_str().unwrap())
        );
    }
}

#[test]
fn one_seed_and_one_time_give_one_array_of_strings() {
    let arguments = [
        "--pipeline",
        "user-activity",
        "-n",
        "3",
        "--seed",
        "7",
        "--time",
        "2026-11-20T18:00:00+01:00",
        "--json",
    ];
    let first = preview(&arguments);
    assert_eq!(first, preview(&arguments));
    let records: Vec<String> = serde_json::from_str(&first).unwrap();
    assert_eq!(records.len(), 3);
    assert!(records.iter().all(|record| record.contains("1795194000")));
}

#[test]
fn the_errors_of_a_template_come_all_at_once_with_their_places() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("broken.tmpl");
    std::fs::write(&file, "{{random.nunber(5)}}\n{{date.now(X)}} {{nope}}").unwrap();
    let output = sluice(&["preview", "--template"])
        .arg(&file)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("line 1, column 1") && said.contains("did you mean random.number?"),
        "{said}"
    );
    assert!(said.contains("line 2, column 17"), "{said}");
}
