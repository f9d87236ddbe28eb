//! A destination in memory, and what an object in it looks like.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures::future::BoxFuture;
use local::mapping::{Destination, DestinationError};
use serde_json::{Value, json};

use super::{Reply, World, settings, until, until_settled};

#[derive(Default)]
pub(super) struct FakeDestination {
    objects: Mutex<Vec<Object>>,
    /// So many puts fail before one works again.
    pub(super) failing_puts: AtomicU64,
}

#[derive(Debug, Clone)]
pub(super) struct Object {
    pub(super) bucket: String,
    pub(super) key: String,
    pub(super) body: Value,
}

impl FakeDestination {
    pub(super) fn objects(&self) -> Vec<Object> {
        self.objects.lock().unwrap().clone()
    }
}

impl Object {
    /// The sequence numbers of the records it keeps.
    pub(super) fn sequence_numbers(&self) -> Vec<String> {
        let records = self.body["payload"]["Records"].as_array().unwrap();
        let numbers = records
            .iter()
            .map(|record| &record["kinesis"]["sequenceNumber"]);
        numbers
            .map(|number| number.as_str().unwrap().to_owned())
            .collect()
    }
}

impl Destination for FakeDestination {
    fn put<'a>(
        &'a self,
        bucket: &'a str,
        key: &'a str,
        body: Bytes,
    ) -> BoxFuture<'a, Result<(), DestinationError>> {
        Box::pin(async move {
            let failing =
                self.failing_puts
                    .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                        left.checked_sub(1)
                    });
            if failing.is_ok() {
                return Err(DestinationError::new("503 Slow Down"));
            }
            self.objects.lock().unwrap().push(Object {
                bucket: bucket.to_owned(),
                key: key.to_owned(),
                body: serde_json::from_slice(&body).unwrap(),
            });
            Ok(())
        })
    }
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_keeps_failing_is_kept_as_aws_writes_it_and_the_next_one_runs() {
    let world = World::new(1, |call| {
        if call.has(0) {
            Reply::Fails
        } else {
            Reply::ok()
        }
    });
    let mut settings = settings();
    settings.batch_size = 2;
    settings.maximum_retry_attempts = Some(2);
    let uuid = settings.uuid();
    world.put(4);
    let mapping = world.start(settings);

    let progress = until_settled(&mapping, 4).await;

    assert_eq!(world.function.numbers(), [[0, 1], [0, 1], [0, 1], [2, 3]]);
    assert_eq!(
        (
            progress.discarded,
            progress.function_errors,
            progress.redelivered
        ),
        (2, 3, 4)
    );
    let [object] = &world.destination.objects()[..] else {
        panic!("one object");
    };
    assert_eq!(object.bucket, "failures");
    let shard = "shardId-000000000000";
    let prefix = format!("aws/lambda/{uuid}/{shard}/2026/11/20/2026-11-20T18.39.47-");
    let unique = object
        .key
        .strip_prefix(&prefix)
        .unwrap_or_else(|| panic!("{}", object.key));
    uuid::Uuid::parse_str(unique).unwrap();
    let mut body = object.body.clone();
    let event: Value = serde_json::from_slice(&world.function.calls()[0].event).unwrap();
    assert_eq!(body["payload"].take(), event);
    let timestamp = body["timestamp"].take();
    assert!(
        timestamp
            .as_str()
            .unwrap()
            .starts_with("2026-11-20T18:39:47."),
        "{timestamp}"
    );
    let expected = json!({
        "requestContext": {
            "requestId": "request-2",
            "functionArn": "arn:aws:lambda:us-east-1:000000000000:function:Process",
            "condition": "RetryAttemptsExhausted",
            "approximateInvokeCount": 3,
        },
        "responseContext": {
            "statusCode": 200,
            "executedVersion": "$LATEST",
            "functionError": "Unhandled",
        },
        "version": "1.0",
        "timestamp": null,
        "KinesisBatchInfo": {
            "shardId": shard,
            "startSequenceNumber": world.function.calls()[0].id(0),
            "endSequenceNumber": world.function.calls()[0].id(1),
            "approximateArrivalOfFirstRecord": "2026-11-20T18:39:47.250Z",
            "approximateArrivalOfLastRecord": "2026-11-20T18:39:47.250Z",
            "batchSize": 2,
            "streamArn": "arn:aws:kinesis:us-east-1:000000000000:stream/clicks",
        },
        "payload": null,
    });
    assert_eq!(body, expected);
}

#[tokio::test(start_paused = true)]
async fn old_records_are_cut_off_the_front_and_kept_alone() {
    let world = World::new(1, |_| Reply::ok());
    let mut settings = settings();
    settings.maximum_record_age = Some(Duration::from_mins(1));
    world.stream.put("key", b"0");
    tokio::time::sleep(Duration::from_secs(61)).await;
    for number in 1..6 {
        world.stream.put("key", number.to_string().as_bytes());
    }
    let mapping = world.start(settings);

    until_settled(&mapping, 6).await;

    assert_eq!(world.function.numbers(), [[1, 2, 3, 4, 5]]);
    let [object] = &world.destination.objects()[..] else {
        panic!("one object");
    };
    assert_eq!(
        object.body["requestContext"]["condition"],
        "RecordAgeExceeded"
    );
    assert_eq!(object.body["KinesisBatchInfo"]["batchSize"], 1);
    assert!(object.body.get("responseContext").is_none());
}

#[tokio::test(start_paused = true)]
async fn age_ends_retries_without_a_limit() {
    let world = World::new(1, |call| {
        if call.has(0) {
            Reply::Fails
        } else {
            Reply::ok()
        }
    });
    let mut settings = settings();
    settings.batch_size = 1;
    settings.maximum_record_age = Some(Duration::from_mins(1));
    world.put(1);
    let mapping = world.start(settings);
    until(&mapping, |progress| progress.function_errors > 3).await;

    let progress = until_settled(&mapping, 1).await;

    assert_eq!(progress.discarded, 1);
    let condition = world.destination.objects()[0].body["requestContext"]["condition"].clone();
    assert_eq!(condition, "RecordAgeExceeded");
}

#[tokio::test(start_paused = true)]
async fn a_destination_that_fails_is_asked_until_it_has_the_records() {
    let world = World::new(1, |_| Reply::Fails);
    world.destination.failing_puts.store(20, Ordering::SeqCst);
    let mut settings = settings();
    settings.maximum_retry_attempts = Some(0);
    world.put(3);
    let mapping = world.start(settings);

    let progress = until_settled(&mapping, 3).await;

    assert_eq!((progress.discarded, progress.dropped), (3, 0));
    assert_eq!(world.destination.objects()[0].sequence_numbers().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn without_a_destination_what_is_given_up_is_counted_as_dropped() {
    let world = World::new(1, |_| Reply::Fails);
    let mut settings = settings();
    settings.maximum_retry_attempts = Some(0);
    settings.on_failure = None;
    world.put(3);
    let mapping = world.start(settings);

    let progress = until_settled(&mapping, 3).await;

    assert_eq!((progress.discarded, progress.dropped), (0, 3));
}

#[tokio::test(start_paused = true)]
async fn a_record_that_no_event_can_carry_is_kept_and_the_others_are_delivered() {
    let world = World::new(1, |_| Reply::ok());
    world.stream.put("key", b"0");
    world.stream.put("key", &vec![b'1'; 5 * 1024 * 1024]);
    world.stream.put("key", b"2");
    let mapping = world.start(settings());

    until_settled(&mapping, 3).await;

    assert_eq!(world.function.numbers(), [[0], [2]]);
    let [object] = &world.destination.objects()[..] else {
        panic!("one object");
    };
    assert_eq!(object.body["requestContext"]["approximateInvokeCount"], 0);
    assert_eq!(object.sequence_numbers().len(), 1);
}
