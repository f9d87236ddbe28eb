//! What we ask of AWS's services, and what we make of the answers.

use std::num::NonZeroU32;

use kdg::{Answer, Record};
use kdg_web::aws::kinesis::{self, PutRecords};
use kdg_web::aws::{AwsError, Kind, s3};
use kdg_web::http::{Response, Unanswered};
use local::stack::Faults;

use crate::stack::start;

fn record(data: &[u8], key: &str, explicit_hash_key: Option<u128>) -> Record {
    Record {
        data: data.to_vec(),
        partition_key: key.to_owned(),
        explicit_hash_key,
        tag: 0,
    }
}

#[tokio::test]
async fn every_stream_is_listed_however_many_pages_it_takes() {
    let running = start(false, Faults::default()).await;
    // A page has 100 names.
    let mut names: Vec<String> = (0..105)
        .map(|number| format!("stream-{number:03}"))
        .collect();
    for name in &names {
        running
            .stack
            .kinesis()
            .create_stream(name, Some(1))
            .unwrap();
    }
    let listed = kinesis::list_streams(&running.client()).await.unwrap();
    names.sort();
    assert_eq!(listed, names);
}

#[tokio::test]
async fn the_shards_of_a_stream_are_known_before_anything_is_sent() {
    let running = start(false, Faults::default()).await;
    running
        .stack
        .kinesis()
        .create_stream("events", Some(4))
        .unwrap();
    let client = running.client();
    let shards = kinesis::shards(&client, "events", true).await.unwrap();
    assert_eq!(shards.open, NonZeroU32::new(4));
    assert_eq!(shards.hash_keys.len(), 4);
    assert_eq!(*shards.hash_keys[3].end(), u128::MAX);
    let missing = kinesis::shards(&client, "evnets", false).await.unwrap_err();
    assert_eq!(missing.kind, Kind::NotFound);
    assert!(missing.words.contains("evnets"), "{missing}");
}

#[tokio::test]
async fn records_arrive_as_they_are() {
    let running = start(false, Faults::default()).await;
    running
        .stack
        .kinesis()
        .create_stream("events", Some(2))
        .unwrap();
    let records = [
        record(b"", "\"quoted\"\\ \u{1F600}\n", None),
        record(&[0, 255, 10], "k", Some(u128::MAX)),
        record(b"{\"a\": 1}\n", "k", Some(0)),
    ];
    let answers = PutRecords::new("events", &records)
        .send(&running.client())
        .await
        .unwrap();
    let stored = running.records("events");
    assert_eq!(answers.len(), 3);
    for (answer, record) in answers.into_iter().zip(&records) {
        let Answer::Acknowledged {
            shard_id,
            sequence_number,
        } = answer
        else {
            panic!("{answer:?}")
        };
        assert_eq!(stored[&(shard_id.clone(), sequence_number)], record.data);
        if let Some(key) = record.explicit_hash_key {
            let expected = if key == 0 {
                "shardId-000000000000"
            } else {
                "shardId-000000000001"
            };
            assert_eq!(shard_id, expected);
        }
    }
}

#[tokio::test]
async fn the_latest_objects_come_first_and_can_be_read() {
    let running = start(false, Faults::default()).await;
    running.stack.s3().create_bucket("events-bucket").unwrap();
    let client = running.client();
    let none = s3::latest(&client, "events-bucket", "", 5).await.unwrap();
    assert_eq!(none, s3::Latest::default());
    let key = "data/a b&c/ü+<1>.json";
    put(&running, "events-bucket", key, b"{\"a\": 1}").await;
    let latest = s3::latest(&client, "events-bucket", "data/", 5)
        .await
        .unwrap();
    assert_eq!(latest.objects.len(), 1);
    assert_eq!(latest.objects[0].key, key);
    assert_eq!(latest.objects[0].size, 8);
    assert_eq!(
        s3::read_object(&client, "events-bucket", key)
            .await
            .unwrap(),
        b"{\"a\": 1}"
    );
    let elsewhere = s3::latest(&client, "events-bucket", "other/", 5)
        .await
        .unwrap();
    assert_eq!(elsewhere.objects, []);
    let missing = s3::latest(&client, "no-bucket", "", 5).await.unwrap_err();
    assert_eq!(
        (missing.code.as_str(), missing.kind),
        ("NoSuchBucket", Kind::NotFound)
    );
    let missing = s3::read_object(&client, "events-bucket", "no-key")
        .await
        .unwrap_err();
    assert_eq!(
        (missing.code.as_str(), missing.kind),
        ("NoSuchKey", Kind::NotFound)
    );
}

/// Puts an object, which the page never does.
pub(crate) async fn put(running: &crate::stack::Running, bucket: &str, key: &str, data: &[u8]) {
    use kdg_web::http::{Fetch as _, Request};
    use kdg_web::signature::{encoded_path, sign};
    let mut request = Request {
        method: "PUT",
        url: format!(
            "{}/{bucket}/{}",
            running.stack.endpoint(),
            encoded_path(key)
        ),
        headers: Vec::new(),
        body: data.to_vec(),
    };
    let key = crate::stack::test_key();
    sign(
        &mut request,
        "s3",
        "us-east-1",
        &key,
        crate::carrier::now_ms(),
    );
    let answer = crate::carrier::Carrier::default()
        .fetch(request)
        .await
        .unwrap();
    assert_eq!(
        answer.status,
        200,
        "{}",
        String::from_utf8_lossy(&answer.body)
    );
}

#[test]
fn whatever_form_an_error_has_it_becomes_words_and_a_remedy() {
    let answer = |status, headers: &[(&str, &str)], body: &str| {
        let headers = headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        AwsError::of(&Response {
            status,
            headers: headers.collect(),
            body: body.as_bytes().to_vec(),
        })
    };
    let cases = [
        (
            answer(
                400,
                &[],
                r#"{"__type":"com.amazonaws.kinesis#ExpiredTokenException","message":"expired"}"#,
            ),
            ("ExpiredTokenException", "expired", Kind::Expired),
        ),
        (
            answer(
                400,
                &[("x-amzn-errortype", "AccessDeniedException:http://x")],
                r#"{"Message":"not you"}"#,
            ),
            ("AccessDeniedException", "not you", Kind::Denied),
        ),
        (
            answer(
                403,
                &[],
                "<?xml version=\"1.0\"?><Error><Code>RequestTimeTooSkewed</Code><Message>late</Message></Error>",
            ),
            ("RequestTimeTooSkewed", "late", Kind::Skewed),
        ),
        (
            answer(503, &[], "<html>"),
            ("HTTP 503", "no message", Kind::Unavailable),
        ),
        (
            answer(
                400,
                &[],
                r#"{"__type":"ValidationException","message":"too long"}"#,
            ),
            ("ValidationException", "too long", Kind::Refused),
        ),
        (
            Unanswered::Unreachable {
                host: "h:1".to_owned(),
                reason: "Failed to fetch".to_owned(),
            }
            .into(),
            (
                "Unreachable",
                "no connection to h:1: Failed to fetch",
                Kind::Unreachable,
            ),
        ),
    ];
    for (error, (code, words, kind)) in cases {
        assert_eq!(
            (error.code.as_str(), error.words.as_str(), error.kind),
            (code, words, kind)
        );
        assert!(!error.trouble().remedy.is_empty());
    }
}

#[test]
fn a_host_that_the_policy_blocks_is_told_with_what_allows_it_and_never_asked_again() {
    let host = "firehose.eu-west-1.amazonaws.com".to_owned();
    let error = AwsError::from(Unanswered::Blocked { host });
    assert!(error.words.contains("firehose.eu-west-1") && error.words.contains("policy"));
    assert!(error.remedy().contains("kdg.delivery_streams"));
    assert!(!error.is_retryable());
}
