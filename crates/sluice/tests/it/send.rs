//! What `sluice send` puts into a stream, and how it counts that.

mod ends;
mod refused;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use aws_sdk_kinesis::types::ShardIteratorType;
use serde_json::Value;

use crate::stack::{Stack, pipelines, sluice};

/// A template on the disk.
fn template(folder: &Path, text: &str) -> PathBuf {
    let file = folder.join("record.tmpl");
    std::fs::write(&file, text).unwrap();
    file
}

/// A run of `sluice send` to the stack.
fn send(stack: &Stack, arguments: &[&str]) -> Command {
    let port = stack.endpoint.rsplit(':').next().unwrap();
    let mut send = sluice(&["send", "--json", "--local", port, "--pipelines"]);
    send.arg(pipelines()).args(arguments);
    send
}

/// A run that is written to.
fn piped(mut send: Command) -> Child {
    send.stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The account that a run printed last, which adds up.
#[track_caller]
fn account(output: &Output) -> Value {
    let printed = String::from_utf8_lossy(&output.stdout);
    balanced(printed.lines().last().unwrap_or_default(), &said(output))
}

/// An account as it was printed, which adds up.
#[track_caller]
fn balanced(line: &str, otherwise: &str) -> Value {
    let account: Value =
        serde_json::from_str(line).unwrap_or_else(|_| panic!("{line:?} {otherwise}"));
    let number = |name: &str| account[name].as_u64().unwrap();
    let known = number("acknowledged") + number("given_up") + number("in_flight");
    assert_eq!(number("generated"), known, "{account}");
    account
}

#[track_caller]
fn acknowledged(mut send: Command) -> u64 {
    let output = send.output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    account(&output)["acknowledged"].as_u64().unwrap()
}

fn ledger(file: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(file).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
    lines.collect()
}

/// Every record of a stream: its identity, its partition key and its data.
async fn records(stack: &Stack, stream: &str) -> Vec<(String, String, String)> {
    let kinesis = stack.kinesis().await;
    let shards = kinesis.list_shards().stream_name(stream).send().await;
    let mut records = Vec::new();
    for shard in shards.unwrap().shards() {
        let iterator = kinesis
            .get_shard_iterator()
            .stream_name(stream)
            .shard_id(shard.shard_id())
            .shard_iterator_type(ShardIteratorType::TrimHorizon)
            .send();
        let mut next = iterator.await.unwrap().shard_iterator;
        while let Some(iterator) = next {
            let got = kinesis.get_records().shard_iterator(iterator).send();
            let got = got.await.unwrap();
            for record in got.records() {
                let identity = format!("{}:{}", shard.shard_id(), record.sequence_number());
                let data = String::from_utf8_lossy(record.data().as_ref()).into_owned();
                records.push((
                    identity,
                    record.partition_key.clone().unwrap_or_default(),
                    data,
                ));
            }
            let is_behind = got.millis_behind_latest().unwrap_or_default() > 0;
            next = got.next_shard_iterator.filter(|_| is_behind);
        }
    }
    records
}

#[tokio::test]
async fn a_stream_is_created_awaited_and_filled_evenly_with_the_records_of_the_seed() {
    let folder = tempfile::tempdir().unwrap();
    let stack = Stack::start(&folder.path().join("state"), &["--no-limits"]);
    let template = template(
        folder.path(),
        r#"{"id": "{{random.uuid}}", "n": {{random.number(99)}}}"#,
    );
    let template = template.to_str().unwrap();
    let file = folder.path().join("sent.ndjson");
    let to = ["--template", template, "--stream", "orders"];
    let mut run = send(&stack, &to);
    run.args(["--create-stream", "--shards", "4"]);
    run.args(["--partition-key", "even", "--seed", "7"]);
    run.args(["--records", "4000", "--ledger"]).arg(&file);
    assert_eq!(acknowledged(run), 4_000);

    let mut of_shard: BTreeMap<String, u32> = BTreeMap::new();
    let mut identities = BTreeSet::new();
    for line in ledger(&file) {
        let identity = line["identity"].as_str().unwrap().to_owned();
        let shard = identity.split(':').next().unwrap().to_owned();
        *of_shard.entry(shard).or_default() += 1;
        identities.insert(identity);
    }
    assert_eq!(of_shard.into_values().collect::<Vec<_>>(), [1_000; 4]);
    let found = records(&stack, "orders").await;
    let found_identities: BTreeSet<_> = found.iter().map(|(id, ..)| id.clone()).collect();
    assert_eq!(found_identities, identities);
    assert_eq!(found.len(), 4_000);

    let mut preview = sluice(&["preview", "--template", template, "-n", "4000"]);
    let preview = preview.args(["--seed", "7"]).output().unwrap().stdout;
    let preview = String::from_utf8(preview).unwrap();
    let expected: BTreeSet<&str> = preview.lines().collect();
    let sent: BTreeSet<&str> = found.iter().map(|(_, _, data)| data.as_str()).collect();
    assert_eq!(sent, expected);

    // It is there now, which is no error.
    let mut again = send(&stack, &to);
    again.args(["--create-stream", "--records", "1"]);
    assert_eq!(acknowledged(again), 1);
}

#[tokio::test]
async fn lines_of_stdin_are_records_until_one_cannot_be_sent() {
    let folder = tempfile::tempdir().unwrap();
    let stack = Stack::start(folder.path(), &["--no-limits"]);
    let pipe = |lines: &str| {
        let mut send = send(&stack, &["--stdin", "--stream", "lines", "--create-stream"]);
        send.args(["--shards", "1", "--partition-key", "user-{{ user.id }}"]);
        let mut child = piped(send);
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(lines.as_bytes()).unwrap();
        drop(stdin);
        child.wait_with_output().unwrap()
    };
    let good = "{\"user\":{\"id\":1}}\n\n{\"user\":{\"id\":\"b\"}}\r\n{\"user\":{\"id\":2}}";
    let output = pipe(good);
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(account(&output)["acknowledged"], 3);
    let found = records(&stack, "lines").await;
    let keys: Vec<&str> = found.iter().map(|(_, key, _)| key.as_str()).collect();
    assert_eq!(keys, ["user-1", "user-b", "user-2"]);
    assert_eq!(found[1].2, "{\"user\":{\"id\":\"b\"}}");

    let output = pipe("{\"user\":{\"id\":3}}\n{\"user\":7}\n{\"user\":{\"id\":4}}\n");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(account(&output)["acknowledged"], 1);
    let said = said(&output);
    assert!(said.contains("line 2 of standard input"), "{said}");
    assert!(said.contains("user.id"), "{said}");
}

#[tokio::test]
async fn rates_are_kept_and_a_run_ends_where_it_was_told_to() {
    let folder = tempfile::tempdir().unwrap();
    let stack = Stack::start(&folder.path().join("state"), &["--no-limits"]);
    let template = template(folder.path(), "{{random.number(9)}}");
    let to = |arguments: &[&str]| {
        let to = [
            "--template",
            template.to_str().unwrap(),
            "--stream",
            "rates",
        ];
        let mut send = send(&stack, &to);
        send.args(["--create-stream", "--shards", "1"]);
        send.args(arguments);
        acknowledged(send)
    };
    // What is due is counted, however long a step was held up.
    let constant = to(&["--rate", "300", "--seconds", "2"]);
    assert!((570..=600).contains(&constant), "{constant}");
    let ramp = to(&["--ramp", "0..600", "--over", "2", "--seconds", "2"]);
    assert!((540..=600).contains(&ramp), "{ramp}");
    let burst = to(&[
        "--rate",
        "20",
        "--burst",
        "500",
        "--every",
        "2",
        "--lasts",
        "1",
        "--seconds",
        "2",
    ]);
    assert!((480..=521).contains(&burst), "{burst}");
    // A random key has up to ten digits, and the record one.
    let bytes = to(&["--bytes", "1000"]);
    assert!((90..=200).contains(&bytes), "{bytes}");
}

#[tokio::test]
async fn a_simulated_day_follows_the_grid_without_waiting_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let stack = Stack::start(&folder.path().join("state"), &["--no-limits"]);
    let template = template(folder.path(), "{{date.simTime(YYYY-MM-DD HH)}}");
    let grid = folder.path().join("periods.json");
    // A record a second in two hours of Monday, and two in another.
    let periods = r##"{"#1-3-mu": "1", "#1-15-mu": 1, "#1-23-mu": "2", "#2-0-mu": 50}"##;
    std::fs::write(&grid, periods).unwrap();
    let to = ["--template", template.to_str().unwrap(), "--stream", "day"];
    let mut send = send(&stack, &to);
    send.args(["--create-stream", "--shards", "1", "--grid"])
        .arg(&grid);
    send.args(["--from", "2026-11-16T00:00:00+01:00"]);
    send.args(["--until", "2026-11-17T00:00:00+01:00"]);
    let sent = acknowledged(send);
    let mut of_hour: BTreeMap<String, u64> = BTreeMap::new();
    for (_, _, hour) in records(&stack, "day").await {
        *of_hour.entry(hour).or_default() += 1;
    }
    assert_eq!(of_hour.values().sum::<u64>(), sent);
    assert_eq!(of_hour.len(), 3, "{of_hour:?}");
    assert_eq!(of_hour["2026-11-16 03"], 3_600, "{of_hour:?}");
    assert_eq!(of_hour["2026-11-16 15"], 3_600, "{of_hour:?}");
    assert_eq!(of_hour["2026-11-16 23"], 7_200, "{of_hour:?}");
}

#[tokio::test]
async fn the_ledger_knows_which_records_the_pipeline_quarantines() {
    let folder = tempfile::tempdir().unwrap();
    let stack = Stack::start(&folder.path().join("state"), &["--no-limits"]);
    let file = folder.path().join("sent.ndjson");
    let mut run = send(&stack, &["--pipeline", "kdg-archive", "--records", "400"]);
    run.args([
        "--faults",
        "malformed=0.1,duplicate=0.1,late=0.1,hot-key=0.1",
    ]);
    run.arg("--ledger").arg(&file);
    assert_eq!(acknowledged(run), 400);
    let ledger = ledger(&file);
    let with = |fault: &str| {
        let lines = ledger.iter().filter(|line| line["fault"] == fault);
        let identities = lines.map(|line| line["identity"].as_str().unwrap().to_owned());
        identities.collect::<BTreeSet<_>>()
    };
    let malformed = with("malformed");
    for fault in ["malformed", "duplicate", "late", "hot-key"] {
        let count = with(fault).len();
        assert!((15..80).contains(&count), "{fault}: {count}");
    }
    let duplicate = ledger.iter().find(|line| line["fault"] == "duplicate");
    assert!(duplicate.unwrap()["of"].is_u64());

    let count = malformed.len();
    let kept = stack
        .until_objects("kdg-archive", "quarantine/", count)
        .await;
    let stored = stack
        .until_objects("kdg-archive", "kinesis/", 400 - count)
        .await;
    assert_eq!(stored.len(), 400 - count);
    let s3 = stack.s3().await;
    let mut quarantined = BTreeSet::new();
    for key in kept {
        let head = s3.head_object().bucket("kdg-archive").key(key).send();
        let head = head.await.unwrap();
        quarantined.insert(head.metadata().unwrap()["sluice-record"].clone());
    }
    let shorn = |identity: &String| identity.rsplit(':').next().unwrap().to_owned();
    let numbers = |set: &BTreeSet<String>| set.iter().map(shorn).collect::<BTreeSet<_>>();
    assert_eq!(numbers(&quarantined), numbers(&malformed));
}
