//! Whole runs, against an API on this machine and a stream and a bucket that fail on demand.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ingest::Ingest;
use ingest::keep::{Keep, KeepError, Kept};
use ingest::report::RunReport;
use ingest::run::Invocation;
use ingest::transport::PutRecords;
use kdg::{Answer, Record, RequestFailure};
use pipeline::config::{IngestConfig, IngestSettings};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::api::{Api, Reply, ok, status};
use crate::fetch::patience;

const PROGRAM: &str = r#"
    if .nat == "XX" { abort }
    . = {"name": .name, "age": int!(.age)}
"#;

/// A stream that answers as it is told to.
#[derive(Clone, Default)]
struct Stream {
    stored: Arc<Mutex<Vec<Record>>>,
    requests: Arc<AtomicUsize>,
    mood: Mood,
}

#[derive(Clone, Copy, Default, PartialEq)]
enum Mood {
    #[default]
    Fine,
    /// Refuses every other record for want of capacity.
    Busy,
    /// Refuses every request for good.
    Gone,
    /// Never answers.
    Silent,
}

impl PutRecords for Stream {
    async fn put_records(&self, records: Vec<Record>) -> Result<Vec<Answer>, RequestFailure> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        match self.mood {
            Mood::Gone => return Err(RequestFailure::Fatal("no such stream".into())),
            Mood::Silent => std::future::pending().await,
            Mood::Fine | Mood::Busy => {}
        }
        let mut stored = self.stored.lock().unwrap();
        let answer = |(number, record): (usize, Record)| {
            if self.mood == Mood::Busy && number % 2 == 1 {
                return Answer::Throttled;
            }
            stored.push(record);
            Answer::Acknowledged {
                shard_id: "shardId-000000000000".to_owned(),
                sequence_number: stored.len().to_string(),
            }
        };
        Ok(records.into_iter().enumerate().map(answer).collect())
    }
}

/// A bucket, which may be closed.
#[derive(Clone, Default)]
struct Bucket {
    objects: Arc<Mutex<BTreeMap<String, Kept>>>,
    is_closed: bool,
}

impl Keep for Bucket {
    async fn keep(&self, kept: &Kept) -> Result<(), KeepError> {
        if self.is_closed {
            return Err(KeepError::new("403 AccessDenied"));
        }
        let key = kept.key("people");
        self.objects.lock().unwrap().insert(key, kept.clone());
        Ok(())
    }
}

#[derive(Default)]
struct World {
    stream: Stream,
    bucket: Bucket,
}

impl World {
    async fn run(&self, api: &Api, time: Duration) -> RunReport {
        let settings = IngestSettings {
            name: "people".to_owned(),
            url: format!("{}?key=secret", api.url),
            records: Some(".results".to_owned()),
            partition_key: Some("{{ login.uuid }}".to_owned()),
            program: Some(PROGRAM.to_owned()),
        };
        let config = IngestConfig::new(&settings, "stream".to_owned(), "bucket".to_owned());
        let ports = (self.stream.clone(), self.bucket.clone());
        let ingest = Ingest::new(&config.unwrap(), patience(), ports.0, ports.1).unwrap();
        let invocation = Invocation {
            deadline: Instant::now() + time,
            cold_start: true,
        };
        let report = ingest.run(invocation).await;
        assert!(report.counts.is_balanced(), "{report:?}");
        let line = report.line("acme-People").to_string();
        assert!(!line.contains("secret") && !line.contains("Ann"), "{line}");
        report
    }

    fn stored(&self) -> Vec<Value> {
        let stored = self.stream.stored.lock().unwrap();
        let data = stored.iter().map(|record| &record.data);
        data.map(|data| serde_json::from_slice(data).unwrap())
            .collect()
    }

    fn kept(&self) -> Vec<(String, Kept)> {
        self.bucket
            .objects
            .lock()
            .unwrap()
            .clone()
            .into_iter()
            .collect()
    }
}

const MINUTE: Duration = Duration::from_mins(1);

fn person(name: &str, age: &Value) -> Value {
    json!({"name": name, "age": age, "nat": "DE", "login": {"uuid": format!("id-{name}")}})
}

fn people(people: &[Value]) -> Reply {
    ok(&json!({"results": people, "info": {"page": 1}}).to_string())
}

#[tokio::test]
async fn each_record_is_mapped_and_sent_with_a_key_of_its_own() {
    let api = Api::start([people(&[
        person("Ann", &json!(20)),
        person("Bo", &json!(30)),
    ])])
    .await;
    let world = World::default();
    let report = world.run(&api, MINUTE).await;
    let expected = [
        json!({"name": "Ann", "age": 20}),
        json!({"name": "Bo", "age": 30}),
    ];
    assert_eq!(world.stored(), expected);
    let keys: Vec<_> = world
        .stream
        .stored
        .lock()
        .unwrap()
        .iter()
        .map(|record| record.partition_key.clone())
        .collect();
    assert_eq!(keys, ["id-Ann", "id-Bo"]);
    assert_eq!(report.response().unwrap()["sent"], 2);
    let line = report.line("acme-People");
    assert_eq!(line["ingest_fetched"], 2);
    assert_eq!(line["ingest_attempts"], 1);
    assert_eq!(line["ingest_failed"], 0);
    assert_eq!(line["status"], 200);
    assert_eq!(line["source"], format!("{}?…", api.url));
    assert_eq!(line["_aws"]["CloudWatchMetrics"][0]["Namespace"], "sluice");
}

#[tokio::test]
async fn an_api_that_fails_twice_costs_two_more_attempts_and_no_record() {
    let answer = people(&[person("Ann", &json!(20))]);
    let api = Api::start([status(503), status(503), answer]).await;
    let world = World::default();
    let line = world.run(&api, MINUTE).await.line("acme-People");
    assert_eq!(
        (&line["ingest_attempts"], &line["ingest_sent"]),
        (&json!(3), &json!(1))
    );
}

#[tokio::test]
async fn a_dead_api_fails_the_run_with_its_status() {
    let api = Api::start([status(503)]).await;
    let report = World::default().run(&api, MINUTE).await;
    let line = report.line("acme-People");
    assert_eq!(
        (&line["ingest_failed"], &line["status"]),
        (&json!(1), &json!(503))
    );
    assert!(
        line["error"]
            .as_str()
            .unwrap()
            .contains("the API answered 503"),
        "{line}"
    );
    let error = report.response().unwrap_err().to_string();
    assert!(
        error.contains("?…: the API answered 503, after 5 attempts"),
        "{error}"
    );
}

#[tokio::test]
async fn a_record_that_cannot_be_mapped_is_kept_and_costs_no_other() {
    let mut keyless = person("Cy", &json!(50));
    keyless["login"] = json!({});
    let mut dropped = person("Dot", &json!(60));
    dropped["nat"] = json!("XX");
    let bad = person("Bo", &json!("old"));
    let huge = person(&"h".repeat(1024 * 1024), &json!(1));
    let all = [
        person("Ann", &json!(20)),
        bad.clone(),
        bad.clone(),
        keyless,
        dropped,
        huge,
    ];
    let api = Api::start([people(&all)]).await;
    let world = World::default();
    let report = world.run(&api, MINUTE).await;
    assert_eq!(world.stored(), [json!({"name": "Ann", "age": 20})]);
    let counts = &report.counts;
    assert_eq!(
        (counts.sent, counts.filtered, counts.quarantined()),
        (1, 1, 4)
    );
    assert!(report.failure.is_none());
    let kept = world.kept();
    assert_eq!(kept.len(), 4, "the same bytes twice are two objects");
    let of_program: Vec<_> = kept
        .iter()
        .filter(|(key, _)| key.starts_with("quarantine/people/ingest-program-error/"))
        .collect();
    assert_eq!(of_program.len(), 2);
    assert_eq!(of_program[0].1.body, bad.to_string());
    assert!(of_program[0].1.error.contains("the program failed"));
    assert_eq!(
        report.line("acme-People")["quarantined_by_reason"]["ingest-partition-key"],
        1
    );
    assert_eq!(
        report.line("acme-People")["quarantined_by_reason"]["ingest-invalid"],
        1
    );

    // A run that is repeated keeps nothing twice.
    world.run(&api, MINUTE).await;
    assert_eq!(world.kept().len(), 4);
}

#[tokio::test]
async fn throttling_delays_records_and_loses_none() {
    let all: Vec<_> = (0..700)
        .map(|n| person(&format!("p{n}"), &json!(n)))
        .collect();
    let api = Api::start([people(&all)]).await;
    let mut world = World::default();
    world.stream.mood = Mood::Busy;
    let report = world.run(&api, MINUTE).await;
    assert_eq!(report.counts.sent, 700);
    assert!(report.counts.throttled > 0);
    let mut ages: Vec<_> = world
        .stored()
        .iter()
        .map(|p| p["age"].as_u64().unwrap())
        .collect();
    ages.sort_unstable();
    assert_eq!(ages, (0..700).collect::<Vec<_>>());
}

#[tokio::test]
async fn what_the_stream_does_not_take_is_kept_and_fails_the_run() {
    for (mood, why) in [
        (Mood::Gone, "no such stream"),
        (Mood::Silent, "before the end of the run"),
    ] {
        let api = Api::start([people(&[person("Ann", &json!(20))])]).await;
        let mut world = World::default();
        world.stream.mood = mood;
        let report = world.run(&api, Duration::from_secs(2)).await;
        assert_eq!((report.counts.sent, report.counts.given_up), (0, 1));
        let error = report.response().unwrap_err().to_string();
        assert!(error.contains("1 of 1 records were given up"), "{error}");
        assert!(
            error.contains(why) && error.contains("all of what was not sent is kept"),
            "{error}"
        );
        let kept = world.kept();
        assert!(kept[0].0.starts_with("quarantine/people/ingest-given-up/"));
        assert_eq!(kept[0].1.body, r#"{"age":20,"name":"Ann"}"#);
        assert_eq!(kept[0].1.partition_key.as_deref(), Some("id-Ann"));
    }
}

#[tokio::test]
async fn what_is_nowhere_is_said_to_be_lost() {
    let api = Api::start([people(&[person("Bo", &json!("old"))])]).await;
    let mut world = World::default();
    world.bucket.is_closed = true;
    let report = world.run(&api, MINUTE).await;
    assert_eq!(report.line("acme-People")["ingest_lost"], 1);
    let error = report.response().unwrap_err().to_string();
    assert!(
        error.contains("1 of 1 records can neither be sent nor kept"),
        "{error}"
    );
    assert!(error.contains("403 AccessDenied"), "{error}");
}

#[tokio::test]
async fn an_answer_without_records_is_kept_as_it_came() {
    for (answer, why) in [
        ("<html>down for repair</html>", "not JSON"),
        (r#"{"results": [1, 2"#, "not JSON"),
        (
            r#"{"error": "Ann has gone wrong"}"#,
            "nothing at `.results`",
        ),
        (r#"["Ann"]"#, "nothing at `.results`"),
        (r#"{"results": "Ann"}"#, "neither an array nor an object"),
    ] {
        let api = Api::start([ok(answer)]).await;
        let world = World::default();
        let report = world.run(&api, MINUTE).await;
        let error = report.response().unwrap_err().to_string();
        assert!(error.contains(why) && error.contains("is kept"), "{error}");
        let kept = world.kept();
        assert!(kept[0].0.starts_with("quarantine/people/ingest-answer/"));
        assert_eq!(kept[0].1.body, answer);
    }
}

#[tokio::test]
async fn an_answer_may_be_one_record_or_none() {
    let one = json!({"results": person("Ann", &json!(20))}).to_string();
    let api = Api::start([ok(&one)]).await;
    assert_eq!(World::default().run(&api, MINUTE).await.counts.sent, 1);
    let api = Api::start([people(&[])]).await;
    let report = World::default().run(&api, MINUTE).await;
    assert_eq!(report.counts.fetched, 0);
    assert!(report.failure.is_none());
}

#[tokio::test]
async fn a_slow_api_leaves_no_time_unused_and_none_overdrawn() {
    let api = Api::start([Reply::Silence]).await;
    let began = Instant::now();
    let report = World::default().run(&api, Duration::from_secs(2)).await;
    assert!(
        began.elapsed() < Duration::from_secs(2),
        "{:?}",
        began.elapsed()
    );
    assert!(report.attempts > 1, "{report:?}");
    assert_eq!(report.status, None);
    assert!(
        report
            .response()
            .unwrap_err()
            .to_string()
            .contains("did not answer in time")
    );
}

#[tokio::test]
async fn a_stream_that_is_gone_is_not_asked_for_every_record() {
    let all: Vec<_> = (0..9000)
        .map(|n| person(&format!("p{n}"), &json!(n)))
        .collect();
    let api = Api::start([people(&all)]).await;
    let mut world = World::default();
    world.stream.mood = Mood::Gone;
    let report = world.run(&api, MINUTE).await;
    assert_eq!((report.counts.given_up, report.counts.lost), (9000, 0));
    assert_eq!(world.kept().len(), 9000);
    assert!(world.stream.requests.load(Ordering::Relaxed) <= 8);
    let error = report.response().unwrap_err().to_string();
    assert!(error.contains("no such stream"), "{error}");
}
