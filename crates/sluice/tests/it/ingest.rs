//! The pipeline random-user: from an API that fails in every way to objects in a bucket.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::thread;

use serde_json::{Value, json};

use crate::reconcile::{assert_counts, reconcile};
use crate::redrive::{changes, redrive_of};
use crate::stack::{Stack, pipelines, put};

const FUNCTION: &str = "IngestRandomUserData";
const BUCKET: &str = "random-user-data-bucket";
const STREAM: &str = "RandomUserStream";

/// The address of an API that answers with these statuses, one a request, and then with `body`.
fn api(failures: &'static [u16], body: Value) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/api/?results=3", listener.local_addr().unwrap());
    thread::spawn(move || {
        let mut failures = failures.iter();
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).unwrap();
            let (status, body) = match failures.next() {
                Some(status) => (*status, String::new()),
                None => (200, body.to_string()),
            };
            let length = body.len();
            let head = format!(
                "HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n"
            );
            stream.write_all((head + &body).as_bytes()).unwrap();
        }
    });
    url
}

/// The pipeline with something in the place of something else, in a folder of its own.
fn changed(folder: &Path, from: &str, to: &str) {
    fs::create_dir_all(folder).unwrap();
    let template = "random-user.json.tmpl";
    fs::copy(pipelines().join(template), folder.join(template)).unwrap();
    let pipeline = fs::read_to_string(pipelines().join("random-user.yaml")).unwrap();
    let other = pipeline.replace(from, to);
    assert_ne!(other, pipeline);
    fs::write(folder.join("random-user.yaml"), other).unwrap();
}

/// The lines of metrics that a function has printed.
fn metrics(data: &Path, function: &str) -> Vec<Value> {
    let log = fs::read_to_string(data.join(format!("logs/{function}.log"))).unwrap();
    let lines = log
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter(|line| line["_aws"].is_object()).collect()
}

async fn objects(stack: &Stack, keys: &[String]) -> BTreeMap<String, Value> {
    let s3 = stack.s3().await;
    let mut objects = BTreeMap::new();
    for key in keys {
        let object = s3
            .get_object()
            .bucket(BUCKET)
            .key(key)
            .send()
            .await
            .unwrap();
        let body = object.body.collect().await.unwrap().into_bytes();
        objects.insert(key.clone(), serde_json::from_slice(&body).unwrap());
    }
    objects
}

#[tokio::test]
async fn users_come_on_their_schedule_and_adults_are_kept_under_their_names() {
    let folder = tempfile::tempdir().unwrap();
    let stack = Stack::start(&folder.path().join("state"), &["--schedule-every", "1"]);
    let keys = stack.until_objects(BUCKET, "", 150).await;
    assert_eq!(stack.keys(BUCKET, "quarantine/").await, [""; 0]);
    let fields = [
        "age",
        "first_name",
        "gender",
        "last_name",
        "latitude",
        "longitude",
    ];
    for (key, user) in objects(&stack, &keys[..40]).await {
        let named: Vec<_> = user.as_object().unwrap().keys().collect();
        assert_eq!(named, fields, "{key}");
        assert!(user["age"].as_u64() >= Some(21), "{key}: {user}");
        let text = |name: &str| user[name].as_str().unwrap().to_owned();
        let stem = format!("{}_{}", text("first_name"), text("last_name"));
        assert!(key.starts_with(&stem), "{key}: {user}");
    }
}

#[tokio::test]
async fn namesakes_both_survive_and_whoever_is_under_21_is_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("state");
    let stack = Stack::start(&data, &[]);
    let user = |first: &str, age: u64| {
        let user = json!({"first_name": first, "last_name": "Smith", "age": age});
        user.to_string().into_bytes()
    };
    let users = [
        user("Ada", 30),
        user("Ada", 40),
        user("Bo", 20),
        user("Cy", 21),
    ];
    put(&stack.kinesis().await, STREAM, &users).await;
    let keys = stack.until_objects(BUCKET, "", 3).await;
    let found: BTreeSet<_> = objects(&stack, &keys)
        .await
        .into_values()
        .map(|user| {
            (
                user["first_name"].as_str().unwrap().to_owned(),
                user["age"].as_u64(),
            )
        })
        .collect();
    let expected = [("Ada", 30), ("Ada", 40), ("Cy", 21)];
    assert_eq!(
        found,
        expected
            .map(|(name, age)| (name.to_owned(), Some(age)))
            .into()
    );
    assert!(keys.contains(&"Ada_Smith.json".to_owned()), "{keys:?}");
    assert!(keys.contains(&"Cy_Smith.json".to_owned()), "{keys:?}");
}

#[tokio::test]
async fn an_api_that_fails_twice_is_asked_again_and_a_bad_record_costs_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let person = |first: &str, last: Value| {
        json!({
            "name": {"first": first, "last": last}, "dob": {"age": 50}, "gender": "female",
            "location": {"coordinates": {"latitude": "1", "longitude": "2"}},
            "login": {"uuid": first},
        })
    };
    let mut keyless = person("Bo", json!("B"));
    keyless["login"] = Value::Null;
    let people = [
        person("Ada", json!("A")),
        keyless.clone(),
        person("Cy", json!("C")),
    ];
    let url = api(&[503, 503], json!({ "results": people }));
    let (mine, data) = (folder.path().join("pipelines"), folder.path().join("state"));
    changed(&mine, "https://randomuser.me/api/?results=100", &url);
    let stack = Stack::start_with(&mine, &data, &["--no-schedules"]);
    let (failed, answer) = stack.invoke(FUNCTION).await;
    assert!(!failed, "{answer}");
    assert_eq!(
        (&answer["sent"], &answer["quarantined"]),
        (&json!(2), &json!(1))
    );
    let line = &metrics(&data, FUNCTION)[0];
    assert_eq!(line["ingest_attempts"], 3);
    assert_eq!(
        (&line["ingest_fetched"], &line["status"]),
        (&json!(3), &json!(200))
    );
    stack.until_objects(BUCKET, "Ada_A", 1).await;
    stack.until_objects(BUCKET, "Cy_C", 1).await;
    let kept = stack
        .keys(BUCKET, "quarantine/random-user/ingest-partition-key/")
        .await;
    let kept = objects(&stack, &kept).await;
    assert_eq!(kept.into_values().collect::<Vec<_>>(), [keyless]);
}

#[tokio::test]
async fn a_dead_api_fails_the_run_and_says_so_in_answer_log_and_metric() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("state");
    let stack = Stack::start(&data, &["--fault", "api-unavailable=1"]);
    let (failed, answer) = stack.invoke(FUNCTION).await;
    assert!(failed, "{answer}");
    let error = answer["errorMessage"].as_str().unwrap();
    assert!(
        error.contains("the API answered 503, after 5 attempts"),
        "{error}"
    );
    assert_eq!(answer["errorType"], "NotFetched");
    let log = fs::read_to_string(data.join(format!("logs/{FUNCTION}.log"))).unwrap();
    let failed: Vec<Value> = log
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .filter(|line: &Value| line["level"] == "ERROR")
        .collect();
    let in_words = json!({"level": "ERROR", "fields": {"message": error}});
    assert_eq!(failed, [in_words], "{log}");
    let line = &metrics(&data, FUNCTION)[0];
    assert_eq!(
        (&line["ingest_failed"], &line["status"]),
        (&json!(1), &json!(503))
    );
    assert_eq!(line["ingest_attempts"], 5);
    let metrics = line["_aws"]["CloudWatchMetrics"][0]["Metrics"]
        .as_array()
        .unwrap();
    assert!(metrics.contains(&json!({"Name": "ingest_failed", "Unit": "Count"})));
    assert!(
        !line.to_string().contains("results=100"),
        "the query is not shown: {line}"
    );
}

#[tokio::test]
async fn a_stream_that_throttles_gets_every_record_in_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("state");
    let stack = Stack::start(&data, &["--fault", "put-records=0.5"]);
    let (failed, answer) = stack.invoke(FUNCTION).await;
    assert!(!failed && answer["sent"] == 100, "{answer}");
    let line = &metrics(&data, FUNCTION)[0];
    assert!(line["ingest_throttled"].as_u64() > Some(0), "{line}");
    assert_eq!(line["ingest_given_up"], 0);
}

#[tokio::test]
async fn a_slow_api_is_given_up_before_the_run_is_over() {
    let folder = tempfile::tempdir().unwrap();
    let (mine, data) = (folder.path().join("pipelines"), folder.path().join("state"));
    changed(&mine, "  records:", "  timeout_seconds: 6\n  records:");
    let arguments = ["--no-schedules", "--fault", "api-slow=1"];
    let stack = Stack::start_with(&mine, &data, &arguments);
    let (failed, answer) = stack.invoke(FUNCTION).await;
    let error = answer["errorMessage"].as_str().unwrap();
    assert!(
        failed && error.contains("did not answer in time"),
        "{error}"
    );
    assert!(metrics(&data, FUNCTION)[0]["ingest_attempts"].as_u64() > Some(1));
}

/// Users as the API tells them, of which the last has no key.
fn users() -> Vec<Value> {
    let user = |first: &str, age: u64| {
        json!({
            "name": {"first": first, "last": "S"}, "dob": {"age": age}, "gender": "female",
            "location": {"coordinates": {"latitude": "1", "longitude": "2"}},
            "login": {"uuid": first},
        })
    };
    let mut keyless = user("Di", 40);
    keyless["login"] = Value::Null;
    vec![user("Ada", 30), user("Bo", 31), user("Cy", 32), keyless]
}

#[tokio::test]
async fn what_a_run_could_not_map_is_sent_once_the_pipeline_maps_it() {
    let folder = tempfile::tempdir().unwrap();
    let (mine, data) = (folder.path().join("pipelines"), folder.path().join("state"));
    let url = api(&[], json!({ "results": users() }));
    changed(&mine, "https://randomuser.me/api/?results=100", &url);
    let file = mine.join("random-user.yaml");
    let whole = fs::read_to_string(&file).unwrap();
    fs::write(&file, whole.replace(": .dob.age,", ": int!(.dob.years),")).unwrap();
    let stack = Stack::start_with(&mine, &data, &["--no-schedules"]);
    let (failed, answer) = stack.invoke(FUNCTION).await;
    assert!(!failed && answer["quarantined"] == 4, "{answer}");
    let redrive = |more: &[&str]| redrive_of("random-user", &stack, &mine, more);
    let error = "quarantined, ingest-program-error".to_owned();
    let keyless = "quarantined, ingest-partition-key".to_owned();

    let still = [(error.clone(), error.clone(), 4)];
    let (is_fine, line) = redrive(&["--apply"]);
    assert!(is_fine && line["deleted_objects"] == 0, "{line}");
    assert_eq!(changes(&line), still, "what is as broken as before stays");
    let (is_fine, balance) = reconcile(&stack, &mine, "random-user", &[]);
    assert!(is_fine, "{balance}");
    let wanted = [("quarantined_by_ingest", 4), ("quarantined", 0)];
    assert_counts(&balance, &wanted);
    assert_eq!(balance["of_unknown_origin"], json!([]));

    fs::write(&file, &whole).unwrap();
    let wanted = [
        (error.clone(), keyless.clone(), 1),
        (error.clone(), "sent".to_owned(), 3),
    ];
    let keys = stack.keys(BUCKET, "").await;
    let (is_fine, line) = redrive(&[]);
    assert!(is_fine && changes(&line) == wanted, "{line}");
    assert_eq!(
        stack.keys(BUCKET, "").await,
        keys,
        "a dry run changed something"
    );
    let (is_fine, line) = redrive(&["--apply"]);
    assert!(is_fine && line["deleted_objects"] == 4, "{line}");
    assert_eq!(changes(&line), wanted);
    let wait = ["--wait", "60"];
    let (is_fine, balance) = reconcile(&stack, &mine, "random-user", &wait);
    assert!(is_fine, "{balance}");
    let wanted = [("expected", 3), ("stored", 3), ("quarantined_by_ingest", 1)];
    assert_counts(&balance, &wanted);
    let stored = ["Ada_S.json", "Bo_S.json", "Cy_S.json"];
    let found = stack.keys(BUCKET, "").await;
    assert_eq!(found[..3], stored, "{found:?}");
    assert!(
        found[3].starts_with("quarantine/random-user/ingest-partition-key/"),
        "{found:?}"
    );
    let (is_fine, line) = redrive(&["--apply"]);
    assert!(is_fine && line["deleted_objects"] == 0, "{line}");
    assert_eq!(changes(&line), [(keyless.clone(), keyless, 1)]);
}

#[tokio::test]
async fn an_answer_is_sent_once_the_pipeline_finds_its_records() {
    let folder = tempfile::tempdir().unwrap();
    let (mine, data) = (folder.path().join("pipelines"), folder.path().join("state"));
    let url = api(&[], json!({ "users": users() }));
    changed(&mine, "https://randomuser.me/api/?results=100", &url);
    let file = mine.join("random-user.yaml");
    let stack = Stack::start_with(&mine, &data, &["--no-schedules"]);
    let (failed, answer) = stack.invoke(FUNCTION).await;
    assert!(failed && answer["errorType"] == "NoRecords", "{answer}");
    let redrive = |more: &[&str]| redrive_of("random-user", &stack, &mine, more);

    let (is_fine, line) = redrive(&["--apply"]);
    let problem = line["problems"][0].as_str().unwrap();
    assert!(
        !is_fine && problem.contains("correct ingest.records"),
        "{line}"
    );
    let mended = fs::read_to_string(&file).unwrap();
    fs::write(&file, mended.replace(".results", ".users")).unwrap();
    let (is_fine, line) = redrive(&["--apply"]);
    assert!(is_fine && line["deleted_objects"] == 1, "{line}");
    let answer = "quarantined, ingest-answer".to_owned();
    let wanted = [
        (
            answer.clone(),
            "quarantined, ingest-partition-key".to_owned(),
            1,
        ),
        (answer, "sent".to_owned(), 3),
    ];
    assert_eq!(changes(&line), wanted);
    let balance = reconcile(&stack, &mine, "random-user", &["--wait", "60"]).1;
    let wanted = [("stored", 3), ("quarantined_by_ingest", 1)];
    assert_counts(&balance, &wanted);
}

#[tokio::test]
async fn what_the_stream_does_not_take_stays_in_the_quarantine() {
    let folder = tempfile::tempdir().unwrap();
    let (mine, data) = (folder.path().join("pipelines"), folder.path().join("state"));
    let url = api(&[], json!({ "results": users() }));
    changed(&mine, "https://randomuser.me/api/?results=100", &url);
    let file = mine.join("random-user.yaml");
    let whole = fs::read_to_string(&file).unwrap();
    fs::write(&file, whole.replace(": .dob.age,", ": int!(.dob.years),")).unwrap();
    let stack = Stack::start_with(&mine, &data, &["--no-schedules"]);
    stack.invoke(FUNCTION).await;
    let before = stack.keys(BUCKET, "quarantine/").await;
    fs::write(&file, &whole).unwrap();
    let elsewhere = ["--apply", "--stream", "nowhere"];
    let (is_fine, line) = redrive_of("random-user", &stack, &mine, &elsewhere);
    assert!(!is_fine && line["deleted_objects"] == 1, "{line}");
    let problem = line["problems"][0].as_str().unwrap();
    assert!(
        problem.starts_with("3 quarantined objects stay"),
        "{problem}"
    );
    assert!(problem.contains("ResourceNotFoundException"), "{problem}");
    let after = stack.keys(BUCKET, "quarantine/").await;
    let left = after.iter().filter(|key| before.contains(key));
    assert_eq!((left.count(), after.len()), (3, 4), "{after:?}");
}
