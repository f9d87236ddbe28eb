//! What the page says of a record is what `sluice check --record` says.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use chrono::Utc;
use serde_json::{Value, json};

use crate::stack::{pipelines, sluice};

/// Asks as the page does.
fn judged(name: &str, file: &str, beside: &Value, record: &[u8]) -> Value {
    let question = json!({
        "name": name,
        "file": file,
        "beside": beside,
        "record": BASE64_STANDARD.encode(record),
        "writing": "base64",
        "arrivalMs": Utc::now().timestamp_millis(),
    });
    serde_json::from_str(&trial::judge(&question.to_string())).unwrap()
}

/// An answer as the command line would print it.
fn printed(answer: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let records = answer["records"].as_array().unwrap();
    let mut lines = Vec::new();
    for tried in records {
        if let Some(place) = tried["place"].as_u64() {
            lines.push(format!("  record       {place} of {}", records.len()));
        }
        let decoded: Vec<_> = tried["decoded"]
            .as_array()
            .unwrap()
            .iter()
            .map(text)
            .collect();
        lines.push(format!("  decoded      {}", decoded.join(", ")));
        if tried["passed"] == true {
            lines.push("  filter       passed".into());
        }
        if let Some(late) = tried["late"].as_str() {
            lines.push(format!("  late         {late}"));
        }
        let fate = &tried["fate"];
        match fate["is"].as_str().unwrap() {
            "stored" => {
                lines.push(format!("  stored as    {}", text(&fate["key"])));
                lines.push(format!("  with body    {}", text(&fate["body"])));
            }
            "filtered" => {
                lines.push(format!("  filtered     {}", text(&fate["because"])));
            }
            _ => {
                let (code, reason) = (text(&fate["code"]), text(&fate["reason"]));
                lines.push(format!("  quarantined  {code} ({reason})"));
                lines.push(format!("  kept below   {}", text(&fate["folder"])));
            }
        }
    }
    lines
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// What CloudWatch Logs sends to learn whether it can.
pub(crate) const LOG_MESSAGE_WITHOUT_EVENTS: &[u8] = br#"{"messageType":"CONTROL_MESSAGE","owner":"CloudwatchLogs","logGroup":"","logStream":"","subscriptionFilters":[],"logEvents":[]}"#;

/// For each pipeline a record that is stored, and what else it treats in a way of its own.
fn records() -> Vec<(&'static str, Vec<u8>)> {
    let now = Utc::now().to_rfc3339();
    let view = format!(r#"{{"visitor":"1.2.3.4","page":"/a","viewed_at":"{now}"}}"#);
    let event = br#"{"user_id":"user_1","event":"click","timestamp":5}"#;
    let mut records = vec![
        ("user-activity", event.to_vec()),
        ("user-activity", gzip(event)),
        ("user-activity", br#"{"event":"click"}"#.to_vec()),
        ("page-views", view.clone().into_bytes()),
        ("page-views", view.replace("\"/a\"", "\"a\"").into_bytes()),
        ("page-views", br#"{"visitor":""}"#.to_vec()),
        ("page-views", br#"{"visitor":"1.2.3.4"}"#.to_vec()),
        ("page-views", view.replace("1.2.3.4", "").into_bytes()),
        (
            "page-views",
            view.replace(&now, "2001-01-01T00:00:00Z").into_bytes(),
        ),
        ("user-activity", b"\xef\xbb\xbf{}".to_vec()),
        (
            "user-activity",
            br#"{"user_id":1,"timestamp":1e400}"#.to_vec(),
        ),
        (
            "call-events",
            br#"{"event":"call","user":{"user_id":"17"}}"#.to_vec(),
        ),
        (
            "call-events",
            br#"{"event":"call","user":{"user_id":"x"}}"#.to_vec(),
        ),
        (
            "mock-data",
            BASE64_STANDARD.encode(br#"{"id":7}"#).into_bytes(),
        ),
        ("mock-data", br#"{"id":"../7"}"#.to_vec()),
        ("kdg-archive", "{\"who\":\"Zoë\"}\n".as_bytes().to_vec()),
        (
            "random-user",
            br#"{"first_name":"Ada","last_name":"L","age":36}"#.to_vec(),
        ),
        (
            "random-user",
            br#"{"first_name":"Bo","last_name":"L","age":20}"#.to_vec(),
        ),
        ("random-user", br#"{"age":"old"}"#.to_vec()),
        ("user-activity", gzip(LOG_MESSAGE_WITHOUT_EVENTS)),
    ];
    for name in ["user-activity", "kdg-archive", "page-views"] {
        for broken in [
            &b"{"[..],
            b"",
            b"\xff\xfe",
            b"\x1f\x8b\x08",
            b"\x28\xb5\x2f\xfd\x00",
        ] {
            records.push((name, broken.to_vec()));
        }
    }
    records
}

#[test]
fn the_page_says_of_a_record_what_the_command_line_says() {
    let folder = tempfile::tempdir().unwrap();
    let pipelines = pipelines();
    for (name, record) in records() {
        let path = folder.path().join("record");
        fs::write(&path, &record).unwrap();
        let file = Path::new(&pipelines).join(format!("{name}.yaml"));
        let checked = sluice(&["check", "--record"])
            .arg(&path)
            .arg(&file)
            .output()
            .unwrap();
        let said = String::from_utf8(checked.stdout).unwrap();
        let schema = Path::new(&pipelines).join("page-views.schema.json");
        let beside = json!({"page-views.schema.json": fs::read_to_string(schema).unwrap()});
        let answer = judged(name, &fs::read_to_string(&file).unwrap(), &beside, &record);
        assert_eq!(answer["is"], "tried", "{answer}");
        assert_eq!(answer["bytes"], record.len());
        let lines: Vec<_> = said.lines().skip(1).collect();
        assert_eq!(printed(&answer), lines, "{name}");
    }
}

#[test]
fn the_page_says_of_a_wrong_file_what_the_command_line_says() {
    let folder = tempfile::tempdir().unwrap();
    let good = fs::read_to_string(Path::new(&pipelines()).join("random-user.yaml")).unwrap();
    let template = "random-user.json.tmpl";
    fs::copy(
        Path::new(&pipelines()).join(template),
        folder.path().join(template),
    )
    .unwrap();
    for wrong in [
        good.replace("int!(.age) >= 21", "nope(.age)"),
        good.replace("int!(.age) >= 21", "now() > %arrival"),
        good.replace("{{ last_name }}", "{{ last_name"),
        good.replace("layout: record", "layout: recrod"),
        good.replace("  filter:", "  schema: users.json\n  filter:"),
        good.replace("shards: 1", "shards: none"),
        "stream: [".to_owned(),
        String::new(),
    ] {
        let file = folder.path().join("random-user.yaml");
        fs::write(&file, &wrong).unwrap();
        let record = folder.path().join("record");
        fs::write(&record, "{}").unwrap();
        let checked = sluice(&["check", "--record"])
            .arg(&record)
            .arg(&file)
            .output()
            .unwrap();
        assert!(!checked.status.success(), "{wrong}");
        let said = String::from_utf8(checked.stderr).unwrap();
        let said = said.replace(&file.display().to_string(), "random-user.yaml");
        let answer = judged("random-user", &wrong, &json!({}), b"{}");
        assert_eq!(answer["is"], "wrong", "{answer}");
        let problems = answer["problems"].as_array().unwrap();
        assert!(!problems.is_empty());
        for problem in problems {
            let text = problem["text"].as_str().unwrap();
            assert!(said.contains(text), "{text} is missing in\n{said}");
        }
        assert_eq!(
            said.matches("random-user.yaml").count(),
            problems.len(),
            "{said}"
        );
    }
}

#[test]
fn every_pipeline_that_ships_can_be_tried_as_it_is() {
    let folder = pipelines();
    let mut there: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "yaml"))
        .map(|path| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            (name, fs::read_to_string(path).unwrap())
        })
        .collect();
    let ready: Value = serde_json::from_str(&trial::shipped()).unwrap();
    assert_eq!(ready["is"], "ready");
    let mut shipped = Vec::new();
    for one in ready["shipped"].as_array().unwrap() {
        let text = |member: &str| one[member].as_str().unwrap().to_owned();
        let (name, file, schema) = (text("name"), text("file"), text("schema"));
        let beside = json!({format!("{name}.schema.json"): schema});
        let answer = judged(&name, &file, &beside, b"{}");
        assert_eq!(answer["is"], "tried", "{name}: {answer}");
        shipped.push((name, file));
    }
    there.sort();
    shipped.sort();
    assert_eq!(shipped, there);
}
