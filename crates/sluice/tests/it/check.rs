//! What `sluice check` says of pipelines that could run, and of single records.

use std::fs;
use std::path::Path;

use crate::bad_input::said;
use crate::stack::{pipelines, sluice};
use crate::trial::{LOG_MESSAGE_WITHOUT_EVENTS, gzip};

#[test]
fn a_record_is_dry_run_and_its_fate_explained() {
    let folder = tempfile::tempdir().unwrap();
    let check_bytes = |record: &[u8]| {
        let file = folder.path().join("record");
        fs::write(&file, record).unwrap();
        let pipeline = pipelines().join("user-activity.yaml");
        sluice(&["check", "--record"])
            .arg(file)
            .arg(Path::new(&pipeline))
            .output()
            .unwrap()
    };
    let check = |record: &str| check_bytes(record.as_bytes());
    let fine = check(r#"{"user_id":"user_1","event":"click","timestamp":5}"#);
    assert!(fine.status.success());
    assert!(String::from_utf8_lossy(&fine.stdout).contains("stored as    user_1_5.json"));
    let poison = check("{");
    assert_eq!(poison.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&poison.stdout).contains("quarantined  not-json"));
    let ping = check_bytes(&gzip(LOG_MESSAGE_WITHOUT_EVENTS));
    let said = String::from_utf8_lossy(&ping.stdout).into_owned();
    assert!(said.contains("decoded      base64, gzip"), "{said}");
    assert!(said.contains("filtered     it is a message of CloudWatch Logs without events"));
    let event = r#"{"user_id":"user_1","event":"click","timestamp":5,"note":"#;
    let large = check(&format!("{event}\"{}\"}}", "~".repeat(1024 * 1024)));
    assert_eq!(large.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&large.stdout).contains("refused      by a stream"));
}

#[test]
fn generated_records_that_share_a_key_are_told_of_with_their_fate() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("same.txt"), "{\"id\": 7}").unwrap();
    for (rule, fate) in [
        ("suffix", "get one of their own beside it"),
        ("overwrite", "replace it"),
        ("quarantine", "are quarantined"),
    ] {
        let text = format!(
            "stream: {{name: same-stream, shards: 1}}\nbucket: same-keys\n\
             process: {{function: Same}}\n\
             object: {{layout: record, key: '{{{{ id }}}}.json', on_collision: {rule}}}\n\
             generate: {{template: same.txt}}\n"
        );
        fs::write(folder.path().join("same.yaml"), text).unwrap();
        let output = sluice(&["check", "--pipelines"])
            .arg(folder.path())
            .output()
            .unwrap();
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        let wanted = format!("99 of the 100 have the key of another, and {fate}");
        assert!(printed.contains(&wanted), "{printed}{}", said(&output));
    }
}

/// What `sluice check` says of a pipeline of layout `batch` and what it generates.
fn checked(object: &str, template: &str, arguments: &[&str]) -> (String, String) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("one.txt"), template).unwrap();
    fs::write(folder.path().join("record"), template).unwrap();
    let text = format!(
        "stream: {{name: one-stream, shards: 1}}\nbucket: one-bucket\nprocess: {{function: One, program: '.seen = true'}}\n\
         object: {{layout: batch, {object}}}\ngenerate: {{template: one.txt}}\n"
    );
    fs::write(folder.path().join("one.yaml"), text).unwrap();
    let output = sluice(&["check"])
        .args(arguments)
        .arg("one.yaml")
        .current_dir(folder.path())
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    (printed, said(&output))
}

#[test]
fn milliseconds_that_the_late_policy_moves_are_told_of() {
    let object = "key: 'dt=%Y-%m-%d/', timestamp: at, late_after_seconds: 86400, on_late: arrival";
    let record = r#"{"at": 1795316400000}"#;
    let meant = "as milliseconds it would be 2026-11-22 03:00:00 UTC";
    let (printed, warned) = checked(object, record, &[]);
    assert!(printed.contains("one.yaml: ok"), "{printed}{warned}");
    assert!(
        warned.contains("100 of 100 generated records are late"),
        "{warned}"
    );
    assert!(warned.contains(meant), "{warned}");
    let (printed, warned) = checked(object, record, &["--record", "record"]);
    let late = printed
        .lines()
        .find(|line| line.starts_with("  late         "));
    assert!(
        late.is_some_and(|late| late.contains(meant)),
        "{printed}{warned}"
    );
    // There is a program, and no filter.
    assert!(!printed.contains("filter"), "{printed}");
}

#[test]
fn a_folder_is_printed_as_one_and_doubted_where_hive_would_write_another() {
    let object = "key: 'orders/region={{ region }}/'";
    let (printed, warned) = checked(object, r#"{"region": "eu"}"#, &[]);
    assert!(printed.contains("such as orders/region=eu/,"), "{printed}");
    assert!(!warned.contains("Hive"), "{warned}");
    let (_, warned) = checked(object, r#"{"region": "x=y"}"#, &[]);
    assert!(warned.contains("`region=x=y` holds `=`"), "{warned}");
}

#[test]
fn two_pipelines_that_store_one_stream_in_one_folder_are_doubted() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, prefix: &str| {
        let text = format!(
            "stream: {{name: one-stream, shards: 1}}\nbucket: one-bucket\nprocess: {{function: {name}}}\n\
             object: {{key: '{prefix}/{{{{ id }}}}.json'}}\n"
        );
        fs::write(folder.path().join(format!("{name}.yaml")), text).unwrap();
    };
    let check = || {
        let output = sluice(&["check", "--pipelines"])
            .arg(folder.path())
            .output();
        let output = output.unwrap();
        assert!(output.status.success(), "{}", said(&output));
        said(&output)
    };
    write("one", "orders");
    write("other", "orders-too");
    let warned = check();
    assert!(!warned.contains("and so does"), "{warned}");
    write("other", "orders");
    let warned = check();
    assert!(
        warned.contains("s3://one-bucket/orders/, and so does"),
        "{warned}"
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_small_record_of_many_values_is_refused_in_the_memory_of_a_function() {
    use std::io::Write as _;

    let folder = tempfile::tempdir().unwrap();
    let text = format!(
        r#"{{"user_id":1,"timestamp":0,"p":[{}{{}}]}}"#,
        r#"{"a":0},"#.repeat(1_500_000)
    );
    let file = fs::File::create(folder.path().join("record")).unwrap();
    let mut encoder = flate2::write::GzEncoder::new(file, flate2::Compression::best());
    encoder.write_all(text.as_bytes()).unwrap();
    let file = encoder.finish().unwrap();
    assert!(file.metadata().unwrap().len() < 20_000);
    let output = std::process::Command::new("sh")
        // In KiB, of addresses, of which not all are used.
        .args(["-c", "ulimit -v 524288; exec \"$@\"", "sh"])
        .arg(env!("CARGO_BIN_EXE_sluice"))
        .args(["check", "--record", "record"])
        .arg(pipelines().join("user-activity.yaml"))
        .current_dir(folder.path())
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(
        printed.contains("quarantined  too-large"),
        "{printed}{}",
        said(&output)
    );
}

#[test]
fn the_pipelines_that_ship_are_fine() {
    let output = sluice(&["check", "--pipelines"])
        .arg(pipelines())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(
        String::from_utf8_lossy(&output.stdout)
            .matches(": ok; of 100")
            .count(),
        6
    );
}
