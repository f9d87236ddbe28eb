//! What survives: a restart, `kill -9`, a write cut short.

use std::collections::BTreeMap;
use std::fs;
use std::fs::OpenOptions;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::Request;
use local::clock::{Clock, ManualClock, SystemClock};
use local::fault::Fault;
use local::kinesis::{Config, Kinesis, OpenError, Position, StreamRecord};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::server::START_MS;

const SHARD: &str = "shardId-000000000000";

/// Tells the process that is to be killed where to write.
const FOLDER: &str = "KINESIS_FOLDER_TO_BE_KILLED_IN";

fn config(folder: &Path, clock: impl Clock) -> Config {
    Config {
        directory: folder.to_owned(),
        region: "eu-west-1".to_owned(),
        enforce_limits: false,
        state_change: Duration::ZERO,
        clock: Arc::new(clock),
        throttle: Fault::never(),
    }
}

fn open(folder: &Path, clock: &ManualClock) -> Kinesis {
    Kinesis::open(config(folder, clock.clone())).unwrap()
}

async fn call(kinesis: &Kinesis, operation: &str, members: Value) -> Value {
    let request = Request::post("/")
        .header("x-amz-target", format!("Kinesis_20131202.{operation}"))
        .header("content-type", "application/x-amz-json-1.1")
        .body(Bytes::from(members.to_string()))
        .unwrap();
    let response = kinesis.handle(request).await;
    assert!(response.status().is_success(), "{:?}", response.body());
    serde_json::from_slice(response.body()).unwrap_or_default()
}

async fn put(kinesis: &Kinesis, data: &str) -> String {
    let data = STANDARD.encode(data);
    let members = json!({"StreamName": "s", "PartitionKey": "key", "Data": data});
    let answer = call(kinesis, "PutRecord", members).await;
    answer["SequenceNumber"].as_str().unwrap().to_owned()
}

fn read(kinesis: &Kinesis, shard: &str) -> Vec<StreamRecord> {
    let from = Position::TrimHorizon;
    kinesis
        .read("s", shard, &from, usize::MAX, usize::MAX)
        .unwrap()
        .records
}

fn newest_segment(folder: &Path) -> PathBuf {
    let shard = folder.join("s.stream").join(SHARD);
    let segments = fs::read_dir(shard)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    segments.max().unwrap()
}

#[tokio::test]
async fn streams_settings_and_records_survive_a_restart() {
    let (folder, clock) = (TempDir::new().unwrap(), ManualClock::at(START_MS));
    let kinesis = open(folder.path(), &clock);
    kinesis.create_stream("s", Some(1)).unwrap();
    let tags = json!({"StreamName": "s", "Tags": {"team": "a"}});
    call(&kinesis, "AddTagsToStream", tags.clone()).await;
    let first = put(&kinesis, "before").await;
    let split = json!({"StreamName": "s", "ShardToSplit": SHARD, "NewStartingHashKey": "9999"});
    call(&kinesis, "SplitShard", split).await;
    let shards = kinesis.shards("s").unwrap();
    let before = read(&kinesis, SHARD);
    drop(kinesis);

    let kinesis = open(folder.path(), &clock);
    assert_eq!(kinesis.shards("s").unwrap(), shards);
    assert_eq!(read(&kinesis, SHARD), before);
    assert_eq!(before[0].sequence_number, first);
    let listed = call(&kinesis, "ListTagsForStream", json!({"StreamName": "s"})).await;
    assert_eq!(listed["Tags"][0]["Value"], "a");
    kinesis.create_stream("s", Some(7)).unwrap();
    assert_eq!(kinesis.shards("s").unwrap(), shards);
}

#[tokio::test]
async fn sequence_numbers_rise_over_a_restart_and_a_clock_that_stepped_back() {
    let folder = TempDir::new().unwrap();
    let mut numbers = Vec::new();
    for hours_back in 0..4 {
        let clock = ManualClock::at(START_MS - hours_back * 3_600_000);
        let kinesis = open(folder.path(), &clock);
        kinesis.create_stream("s", Some(1)).unwrap();
        numbers.push(put(&kinesis, "a").await);
        numbers.push(put(&kinesis, "b").await);
        let arrivals: Vec<_> = read(&kinesis, SHARD)
            .iter()
            .map(|record| record.arrival_ms)
            .collect();
        assert!(arrivals.is_sorted());
    }
    assert!(
        numbers.windows(2).all(|pair| pair[0] < pair[1]),
        "{numbers:?}"
    );
}

#[tokio::test]
async fn no_record_arrives_expired_when_the_clock_was_set_back_by_days() {
    let folder = TempDir::new().unwrap();
    let kinesis = open(folder.path(), &ManualClock::at(START_MS));
    kinesis.create_stream("s", Some(1)).unwrap();
    let shorten = json!({"StreamName": "s", "RetentionPeriodHours": 24});
    call(&kinesis, "DecreaseStreamRetentionPeriod", shorten).await;
    drop(kinesis);
    let kinesis = open(folder.path(), &ManualClock::at(START_MS - 72 * 3_600_000));
    put(&kinesis, "data").await;
    assert_eq!(read(&kinesis, SHARD).len(), 1);
}

#[tokio::test]
async fn sequence_numbers_rise_even_when_every_record_has_expired() {
    let (folder, clock) = (TempDir::new().unwrap(), ManualClock::at(START_MS));
    let kinesis = open(folder.path(), &clock);
    kinesis.create_stream("s", Some(1)).unwrap();
    let before = put(&kinesis, "before").await;
    let expired = newest_segment(folder.path());
    clock.advance(Duration::from_hours(25));
    assert!(read(&kinesis, SHARD).is_empty());
    assert!(!expired.exists());
    drop(kinesis);
    let kinesis = open(folder.path(), &clock);
    assert!(put(&kinesis, "after").await > before);
    assert_eq!(read(&kinesis, SHARD).len(), 1);
}

#[tokio::test]
async fn a_write_that_was_cut_short_is_cut_off_and_written_over() {
    let (folder, clock) = (TempDir::new().unwrap(), ManualClock::at(START_MS));
    let kinesis = open(folder.path(), &clock);
    kinesis.create_stream("s", Some(1)).unwrap();
    put(&kinesis, "whole").await;
    put(&kinesis, "cut").await;
    drop(kinesis);
    let segment = newest_segment(folder.path());
    let length = fs::metadata(&segment).unwrap().len();
    for cut in 1..20 {
        let file = OpenOptions::new().write(true).open(&segment).unwrap();
        file.set_len(length - cut).unwrap();
        let kinesis = open(folder.path(), &clock);
        assert_eq!(read(&kinesis, SHARD).len(), 1);
        put(&kinesis, "cut").await;
        let records = read(&kinesis, SHARD);
        assert_eq!(&records[1].data[..], b"cut");
        assert_eq!(fs::metadata(&segment).unwrap().len(), length);
    }
}

#[tokio::test]
async fn a_folder_serves_one_process_and_only_what_was_finished_in_it() {
    let (folder, clock) = (TempDir::new().unwrap(), ManualClock::at(START_MS));
    let unfinished = folder.path().join("unfinished.stream").join(SHARD);
    fs::create_dir_all(&unfinished).unwrap();
    let kinesis = open(folder.path(), &clock);
    assert!(!unfinished.exists());
    let error = Kinesis::open(config(folder.path(), clock.clone())).unwrap_err();
    assert!(matches!(error, OpenError::InUse { .. }));
    drop(kinesis);
    fs::create_dir(folder.path().join("s.stream")).unwrap();
    fs::write(folder.path().join("s.stream").join("stream.json"), "{}").unwrap();
    let error = Kinesis::open(config(folder.path(), clock.clone())).unwrap_err();
    assert!(matches!(error, OpenError::Description { .. }));
}

/// This test runs itself once more as the process that is killed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_acknowledged_record_survives_kill_9() {
    if let Ok(folder) = std::env::var(FOLDER) {
        write_until_killed(Path::new(&folder)).await;
    }
    let folder = TempDir::new().unwrap();
    let mut writer = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "kinesis::durability::every_acknowledged_record_survives_kill_9",
        ])
        .arg("--nocapture")
        .env(FOLDER, folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(writer.stdout.take().unwrap()).lines();
    let mut acknowledged = BTreeMap::new();
    for line in lines {
        let line = line.unwrap();
        if let Some((number, data)) = line
            .strip_prefix("ack ")
            .and_then(|ack| ack.split_once(' '))
        {
            acknowledged.insert(number.to_owned(), data.to_owned());
        }
        if acknowledged.len() == 2_000 {
            writer.kill().unwrap();
        }
    }
    writer.wait().unwrap();
    assert!(acknowledged.len() >= 2_000);

    let kinesis = Kinesis::open(config(folder.path(), SystemClock)).unwrap();
    let mut stored = BTreeMap::new();
    for shard in kinesis.shards("s").unwrap() {
        for record in read(&kinesis, &shard.id) {
            let data = String::from_utf8(record.data.to_vec()).unwrap();
            stored.insert(record.sequence_number, data);
        }
    }
    for (number, data) in &acknowledged {
        assert_eq!(stored.get(number), Some(data));
    }
}

async fn write_until_killed(folder: &Path) -> ! {
    let kinesis = Kinesis::open(config(folder, SystemClock)).unwrap();
    kinesis.create_stream("s", Some(2)).unwrap();
    for writer in 0..4 {
        let kinesis = kinesis.clone();
        tokio::spawn(async move {
            for batch in 0.. {
                write_batch(&kinesis, writer, batch).await;
            }
        });
    }
    std::future::pending().await
}

async fn write_batch(kinesis: &Kinesis, writer: u32, batch: u32) {
    let data = |record: u32| format!("{writer}/{batch}/{record}");
    let records: Vec<_> = (0..20)
        .map(|record| json!({"PartitionKey": data(record), "Data": STANDARD.encode(data(record))}))
        .collect();
    let answer = call(
        kinesis,
        "PutRecords",
        json!({"StreamName": "s", "Records": records}),
    )
    .await;
    let mut acknowledged = String::new();
    for (record, result) in (0..).zip(answer["Records"].as_array().unwrap()) {
        let number = result["SequenceNumber"].as_str().unwrap();
        acknowledged.extend(["ack ", number, " ", &data(record), "\n"]);
    }
    std::io::stdout()
        .write_all(acknowledged.as_bytes())
        .unwrap();
}
