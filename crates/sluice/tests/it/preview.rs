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

#[test]
fn threads_share_the_records_and_not_their_order() {
    let arguments = ["--pipeline", "user-activity", "--seed", "7", "-n", "30000"];
    let time = ["--time", "2026-11-20T18:00:00Z"];
    let with = |threads: &str| preview(&[&arguments[..], &time, &["--threads", threads]].concat());
    let alone = with("1");
    assert_eq!(alone.lines().count(), 30_000);
    assert!(
        alone == with("4"),
        "four threads print something else than one"
    );
    assert!(alone.starts_with(&preview(&[&arguments[..4], &time].concat())));
}

#[test]
fn a_file_ends_with_the_record_that_makes_it_large_enough() {
    for threads in ["1", "3"] {
        let printed = preview(&[
            "--pipeline",
            "user-activity",
            "--bytes",
            "100000",
            "--threads",
            threads,
        ]);
        let last = printed.lines().last().unwrap().len();
        assert!(
            (100_000..100_000 + last + 1).contains(&printed.len()),
            "{}",
            printed.len()
        );
    }
}

#[test]
fn a_record_that_cannot_be_rendered_is_told_after_those_before_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("growing.tmpl");
    let growing = r"{{let n = sequence.next}}{{#repeat n}}{{#repeat 60000}}x{{/repeat}}{{/repeat}}";
    std::fs::write(&file, growing).unwrap();
    let mut command = sluice(&["preview", "-n", "30", "--template"]);
    let output = command.arg(&file).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("record 16 cannot be rendered"), "{said}");
    assert_eq!(output.stdout.split(|byte| *byte == b'\n').count(), 17);
}
