//! Firehose: records in, objects of exactly their bytes out. The protocol is met by boto3 as well.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_sdk_s3::config::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use local::clock::ManualClock;
use local::fault::Fault;
use local::firehose::{Buffering, Settings};
use local::stack::{Config, Faults, Stack, StartError};
use proptest::collection::vec;
use proptest::prelude::{ProptestConfig, any};
use proptest::proptest;
use serde_json::{Value, json};

use crate::gateway::call;

struct Stream {
    stack: Stack,
    clock: ManualClock,
    /// At which the clock began.
    began: SystemTime,
}

fn settings() -> Settings {
    Settings {
        name: "clicks".to_owned(),
        bucket: "clicks-bucket".to_owned(),
        prefix: "raw/".to_owned(),
        buffer: Buffering {
            bytes: 100,
            interval: Duration::from_mins(1),
        },
    }
}

async fn start(folder: &Path, settings: Settings, fault: Fault) -> Stream {
    let began = SystemTime::now();
    let now = began.duration_since(UNIX_EPOCH).unwrap();
    let clock = ManualClock::at(u64::try_from(now.as_millis()).unwrap());
    let config = Config {
        delivery_streams: vec![settings],
        clock: Arc::new(clock.clone()),
        faults: Faults {
            put_record_batch: fault,
            ..Faults::default()
        },
        ..Config::new(folder)
    };
    Stream {
        stack: Stack::start(config).await.unwrap(),
        clock,
        began,
    }
}

impl Stream {
    /// Calls an operation, signed with this secret; the status and the body.
    async fn call_as(&self, secret: &str, operation: &str, body: &Value) -> (u16, Value) {
        let target = format!("Firehose_20150804.{operation}");
        let host = self
            .stack
            .endpoint()
            .trim_start_matches("http://")
            .to_owned();
        let uri = format!("{}/", self.stack.endpoint());
        let identity = Credentials::new("test", secret, None, None, "test").into();
        let params = SigningParams::builder()
            .identity(&identity)
            .region("us-east-1")
            .name("firehose")
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build()
            .unwrap();
        let body = body.to_string();
        let plain = [("host", &*host), ("x-amz-target", &*target)];
        let signed = SignableBody::Bytes(body.as_bytes());
        let signable = SignableRequest::new("POST", &uri, plain.into_iter(), signed).unwrap();
        let (instructions, _) = sign(signable, &params.into()).unwrap().into_parts();
        let mut headers = vec![
            ("x-amz-target", &*target),
            ("content-type", "application/x-amz-json-1.1"),
        ];
        headers.extend(instructions.headers());
        let answer = call(&self.stack, "POST", "/", &headers, &body).await;
        (answer.status, serde_json::from_str(&answer.body).unwrap())
    }

    async fn call(&self, operation: &str, body: &Value) -> (u16, Value) {
        self.call_as("test", operation, body).await
    }

    async fn put(&self, records: &[&[u8]]) -> (u16, Value) {
        let records = records
            .iter()
            .map(|data| json!({ "Data": STANDARD.encode(data) }));
        let records: Vec<_> = records.collect();
        let body = json!({ "DeliveryStreamName": "clicks", "Records": records });
        self.call("PutRecordBatch", &body).await
    }

    /// Keys and bodies of the objects, in the order of the keys.
    fn objects(&self) -> Vec<(String, Vec<u8>)> {
        let objects = self
            .stack
            .s3()
            .list("clicks-bucket", "")
            .unwrap()
            .into_iter();
        objects
            .map(|object| (object.key, fs::read(object.file).unwrap()))
            .collect()
    }

    async fn first_object(&self) -> (String, Vec<u8>) {
        for _ in 0..1_000 {
            if let Some(object) = self.objects().into_iter().next() {
                return object;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("no object was written");
    }
}

#[tokio::test]
async fn records_become_an_object_once_there_are_enough_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let stream = start(folder.path(), settings(), Fault::never()).await;
    let (status, answer) = stream.put(&[b"{\"a\":1}\n", b"", &[0, 255]]).await;
    assert_eq!((status, &answer["FailedPutCount"]), (200, &json!(0)));
    assert!(answer["RequestResponses"][2]["RecordId"].is_string());
    assert_eq!(stream.objects(), []);
    let long = [b'x'; 100];
    stream.put(&[&long]).await;
    let objects = stream.objects();
    assert_eq!(objects.len(), 1);
    assert_eq!(
        objects[0].1,
        [b"{\"a\":1}\n", &[0, 255][..], &long].concat()
    );
}

#[tokio::test]
async fn records_become_an_object_named_by_the_hour_once_the_oldest_has_waited() {
    let folder = tempfile::tempdir().unwrap();
    let stream = start(folder.path(), settings(), Fault::never()).await;
    stream.put(&[b"early"]).await;
    stream.clock.advance(Duration::from_secs(59));
    let record = json!({ "Data": STANDARD.encode("late") });
    let body = json!({ "DeliveryStreamName": "clicks", "Record": record });
    let (status, answer) = stream.call("PutRecord", &body).await;
    assert_eq!((status, &answer["Encrypted"]), (200, &json!(false)));
    assert_eq!(stream.objects(), []);
    stream.clock.advance(Duration::from_secs(1));
    let (key, body) = stream.first_object().await;
    assert_eq!(body, b"earlylate");
    let began = time::OffsetDateTime::from(stream.began);
    let format = time::macros::format_description!(
        "raw/[year]/[month]/[day]/[hour]/clicks-1-[year]-[month]-[day]-[hour]-[minute]-[second]-"
    );
    let expected = began.format(format).unwrap();
    let id = key.strip_prefix(&expected).unwrap();
    assert_eq!(id.len(), 36, "{key}");
}

#[test]
fn what_is_buffered_is_written_at_the_end_and_outlives_a_crash() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = || tokio::runtime::Runtime::new().unwrap();
    // With the runtime everything ends at once, as in a crash.
    runtime().block_on(async {
        let stream = start(folder.path(), settings(), Fault::never()).await;
        stream.put(&[b"before the crash, "]).await;
        drop(stream);
    });
    runtime().block_on(async {
        let stream = start(folder.path(), settings(), Fault::never()).await;
        assert_eq!(stream.objects(), []);
        stream.put(&[b"after it"]).await;
        let s3 = stream.stack.s3().clone();
        stream.stack.stop().await;
        let objects = s3.list("clicks-bucket", "").unwrap();
        assert_eq!(objects.len(), 1);
        let body = fs::read(&objects[0].file).unwrap();
        assert_eq!(body, b"before the crash, after it");
    });
}

#[tokio::test]
async fn throttled_records_are_told_one_by_one_and_not_delivered() {
    let folder = tempfile::tempdir().unwrap();
    let stream = start(folder.path(), settings(), Fault::new(0.5, 7)).await;
    let records: Vec<_> = (0..200).map(|number| format!("{number:04},")).collect();
    let given: Vec<_> = records.iter().map(String::as_bytes).collect();
    let (_, answer) = stream.put(&given).await;
    let responses = answer["RequestResponses"].as_array().unwrap();
    let mut admitted = Vec::new();
    for (response, record) in responses.iter().zip(&records) {
        if response.get("RecordId").is_some() {
            admitted.extend_from_slice(record.as_bytes());
        } else {
            assert_eq!(response["ErrorCode"], "ServiceUnavailableException");
            assert_eq!(response["ErrorMessage"], "Slow down.");
        }
    }
    let failed = responses
        .iter()
        .filter(|one| one.get("ErrorCode").is_some());
    let failed = failed.count();
    assert!((50..150).contains(&failed), "{failed} failed");
    assert_eq!(answer["FailedPutCount"], failed);
    assert_eq!(stream.first_object().await.1, admitted);
}

#[tokio::test]
async fn limits_are_those_of_aws() {
    let folder = tempfile::tempdir().unwrap();
    let stream = start(folder.path(), settings(), Fault::never()).await;
    let refused = async |records: &[&[u8]]| {
        let (status, answer) = stream.put(records).await;
        (status == 400).then(|| answer["__type"].as_str().unwrap().to_owned())
    };
    let record = vec![b'x'; 1_024_001];
    let most = &record[..1_024_000];
    assert_eq!(refused(&[]).await.unwrap(), "ValidationException");
    assert_eq!(
        refused(&[&b"x"[..]; 501]).await.unwrap(),
        "ValidationException"
    );
    assert_eq!(refused(&[&record]).await.unwrap(), "ValidationException");
    let five = refused(&[most; 5]).await;
    assert_eq!(five.unwrap(), "InvalidArgumentException");
    assert_eq!(stream.objects(), []);
    assert_eq!(refused(&[&b"x"[..]; 500]).await, None);
    assert_eq!(refused(&[most; 4]).await, None);
}

#[tokio::test]
async fn streams_are_listed_described_and_missed() {
    let folder = tempfile::tempdir().unwrap();
    let stream = start(folder.path(), settings(), Fault::never()).await;
    let (_, listed) = stream.call("ListDeliveryStreams", &json!({})).await;
    let expected = json!({ "DeliveryStreamNames": ["clicks"], "HasMoreDeliveryStreams": false });
    assert_eq!(listed, expected);
    let after = json!({ "ExclusiveStartDeliveryStreamName": "clicks", "Limit": 1 });
    let (_, listed) = stream.call("ListDeliveryStreams", &after).await;
    assert_eq!(listed["DeliveryStreamNames"], json!([]));
    let name = json!({ "DeliveryStreamName": "clicks" });
    let (_, described) = stream.call("DescribeDeliveryStream", &name).await;
    let described = &described["DeliveryStreamDescription"];
    assert_eq!(described["DeliveryStreamStatus"], "ACTIVE");
    let destination = &described["Destinations"][0]["S3DestinationDescription"];
    assert_eq!(destination["BucketARN"], "arn:aws:s3:::clicks-bucket");
    let name = json!({ "DeliveryStreamName": "nowhere" });
    let (status, missing) = stream.call("DescribeDeliveryStream", &name).await;
    assert_eq!(
        (status, &missing["__type"]),
        (400, &json!("ResourceNotFoundException"))
    );
    let words = "Firehose nowhere under account 000000000000 not found.";
    assert_eq!(missing["message"], words);
    let (status, refused) = stream
        .call_as("wrong", "ListDeliveryStreams", &json!({}))
        .await;
    assert_eq!(
        (status, &refused["__type"]),
        (400, &json!("InvalidSignatureException"))
    );
}

#[tokio::test]
async fn a_stream_that_cannot_be_is_refused_at_the_start() {
    let start = async |streams: Vec<Settings>| {
        let folder = tempfile::tempdir().unwrap();
        let config = Config {
            delivery_streams: streams,
            ..Config::new(folder.path())
        };
        Stack::start(config).await.unwrap_err()
    };
    let named = |name: &str| Settings {
        name: name.to_owned(),
        ..settings()
    };
    for wrong in ["", "a/b", "ü"] {
        let error = start(vec![named(wrong)]).await;
        assert!(matches!(error, StartError::DeliveryStream(_)), "{error}");
    }
    let twice = start(vec![settings(), settings()]).await;
    assert!(twice.to_string().contains("two of that name"), "{twice}");
    let prefix = Settings {
        prefix: "!{timestamp:yyyy}/".to_owned(),
        ..settings()
    };
    assert!(start(vec![prefix]).await.to_string().contains("leave out"));
    let bucket = Settings {
        bucket: "No".to_owned(),
        ..settings()
    };
    let error = start(vec![bucket]).await;
    assert!(matches!(error, StartError::DeliveryStream(_)), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    /// However records are put together, throttled and flushed: what was acknowledged is in the
    /// objects, in order, and nothing else is.
    #[test]
    fn objects_hold_exactly_what_was_acknowledged(
        batches in vec(vec(vec(any::<u8>(), 0..40), 1..8), 1..8),
        seed in any::<u64>(),
    ) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let stream = start(folder.path(), settings(), Fault::new(0.3, seed)).await;
            let mut acknowledged = Vec::new();
            for batch in &batches {
                let records: Vec<_> = batch.iter().map(Vec::as_slice).collect();
                let (_, answer) = stream.put(&records).await;
                let responses = answer["RequestResponses"].as_array().unwrap();
                for (response, record) in responses.iter().zip(batch) {
                    if response.get("RecordId").is_some() {
                        acknowledged.extend_from_slice(record);
                    }
                }
                // So that keys are in the order of the objects.
                stream.clock.advance(Duration::from_secs(1));
            }
            let s3 = stream.stack.s3().clone();
            stream.stack.stop().await;
            let objects = s3.list("clicks-bucket", "").unwrap().into_iter();
            let stored: Vec<_> = objects.flat_map(|one| fs::read(one.file).unwrap()).collect();
            assert_eq!(stored, acknowledged);
        });
    }
}
