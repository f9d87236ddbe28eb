//! The real S3 client against canned answers: what is asked, and what is made of the answer.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use aws_sdk_s3::{
    Client,
    config::{BehaviorVersion, Credentials, Region, retry::RetryConfig},
};
use aws_smithy_http_client::test_util::infallible_client_fn;
use futures::{StreamExt, stream};
use pipeline::{
    object::{Object, Stamp},
    outcome::RetryReason,
    store::{self, Bucket, Condition, Put, Store},
};

use crate::memory::record;

type Request = http::Request<aws_sdk_s3::primitives::SdkBody>;
type Seen = Arc<Mutex<Vec<(String, http::HeaderMap)>>>;

/// A bucket whose every request is answered by `answer`, and sent once.
fn bucket(
    answer: impl Fn(&Request) -> http::Response<&'static str> + Send + Sync + 'static,
) -> (Bucket, Seen) {
    bucket_with(RetryConfig::disabled(), answer)
}

fn bucket_with(
    retries: RetryConfig,
    answer: impl Fn(&Request) -> http::Response<&'static str> + Send + Sync + 'static,
) -> (Bucket, Seen) {
    let seen = Seen::default();
    let log = Arc::clone(&seen);
    let http_client = infallible_client_fn(move |request: Request| {
        let asked = (request.method().to_string(), request.headers().clone());
        log.lock().unwrap().push(asked);
        answer(&request)
    });
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .region(Region::new("us-east-1"))
        .retry_config(retries)
        .http_client(http_client)
        .build();
    let bucket = Bucket::new(Client::from_conf(config), "bucket".to_owned());
    (bucket, seen)
}

fn object() -> Object {
    let stamp = Stamp::new("test", &record(1, "{}"));
    Object::new(stamp, "a.json".to_owned(), "{}".into())
}

fn answer(status: u16, code: &str) -> http::Response<&'static str> {
    let body = if code.is_empty() {
        String::new()
    } else {
        format!("<Error><Code>{code}</Code></Error>")
    };
    http::Response::builder()
        .status(status)
        .body(&*body.leak())
        .unwrap()
}

#[tokio::test]
async fn a_put_is_create_only_and_names_its_record() {
    let (bucket, seen) = bucket(|_| answer(200, ""));
    let put = bucket.put(&object(), &Condition::Absent).await;
    assert_eq!(put, Ok(Put::Written));
    let seen = seen.lock().unwrap();
    let (method, headers) = &seen[0];
    assert_eq!(method, "PUT");
    for (name, value) in [
        ("if-none-match", "*"),
        ("content-type", "application/json"),
        ("x-amz-meta-sluice-record", "shardId-000000000000:1"),
        ("x-amz-meta-sluice-pipeline", "test"),
        ("x-amz-meta-sluice-arrival", "2023-11-14T22:13:20.001Z"),
    ] {
        assert_eq!(headers[name], value, "{name}");
    }
}

#[tokio::test]
async fn a_taken_key_is_answered_with_its_holder() {
    let (bucket, seen) = bucket(|request| match request.method().as_str() {
        "PUT" => answer(412, "PreconditionFailed"),
        _ => http::Response::builder()
            .header("etag", "\"e\"")
            .header("x-amz-meta-sluice-record", "shardId-000000000000:1")
            .header("x-amz-meta-sluice-pipeline", "test")
            .header("x-amz-meta-sluice-arrival", "2023-11-14T22:13:20.001Z")
            .body("")
            .unwrap(),
    });
    let put = bucket.put(&object(), &Condition::Absent).await;
    let by = Some(object().stamp);
    let etag = "\"e\"".to_owned();
    assert_eq!(put, Ok(Put::Taken { by, etag }));
    assert_eq!(seen.lock().unwrap()[1].0, "HEAD");
}

#[tokio::test]
async fn an_object_that_no_pipeline_made_has_no_stamp() {
    let (bucket, _) = bucket(|request| match request.method().as_str() {
        "PUT" => answer(412, "PreconditionFailed"),
        _ => answer(200, ""),
    });
    let put = bucket.put(&object(), &Condition::Absent).await;
    assert!(matches!(put, Ok(Put::Taken { by: None, .. })), "{put:?}");
}

#[tokio::test]
async fn an_overwrite_is_bound_to_the_object_that_was_seen() {
    let (bucket, seen) = bucket(|_| answer(200, ""));
    let unchanged = Condition::Unchanged("\"e\"".to_owned());
    assert_eq!(bucket.put(&object(), &unchanged).await, Ok(Put::Written));
    let seen = seen.lock().unwrap();
    assert_eq!(seen[0].1["if-match"], "\"e\"");
    assert!(!seen[0].1.contains_key("if-none-match"));
}

#[tokio::test]
async fn every_failure_is_a_reason_to_try_again() {
    for (status, code, reason) in [
        (503, "SlowDown", RetryReason::Throttled),
        (429, "TooManyRequests", RetryReason::Throttled),
        (500, "InternalError", RetryReason::Unavailable),
        (502, "", RetryReason::Unavailable),
        (400, "RequestTimeout", RetryReason::Timeout),
        (403, "AccessDenied", RetryReason::AccessDenied),
        (404, "NoSuchBucket", RetryReason::NoSuchBucket),
        (409, "ConditionalRequestConflict", RetryReason::Conflict),
        (
            400,
            "InvalidArgument",
            RetryReason::Refused("400 InvalidArgument".to_owned()),
        ),
    ] {
        let (bucket, _) = bucket(move |_| answer(status, code));
        let put = bucket.put(&object(), &Condition::Absent).await;
        assert_eq!(put, Err(reason), "{status} {code}");
    }
}

#[tokio::test]
async fn a_holder_that_vanished_meanwhile_is_a_conflict() {
    let (bucket, _) = bucket(|request| match request.method().as_str() {
        "PUT" => answer(412, "PreconditionFailed"),
        _ => answer(404, ""),
    });
    let put = bucket.put(&object(), &Condition::Absent).await;
    assert_eq!(put, Err(RetryReason::Conflict));
}

#[tokio::test(start_paused = true)]
async fn one_failed_put_in_ten_is_absorbed_by_the_clients_own_retries() {
    let number = AtomicUsize::new(0);
    let (bucket, seen) = bucket_with(store::retries(), move |request| {
        let is_first = request.headers()["amz-sdk-request"]
            .to_str()
            .unwrap()
            .starts_with("attempt=1");
        if is_first && number.fetch_add(1, Ordering::Relaxed).is_multiple_of(10) {
            answer(503, "SlowDown")
        } else {
            answer(200, "")
        }
    });
    let puts = stream::iter(0..2000)
        .map(|_| async { bucket.put(&object(), &Condition::Absent).await })
        .buffer_unordered(64);
    let failed = puts
        .filter(|put| std::future::ready(*put != Ok(Put::Written)))
        .count()
        .await;
    assert_eq!(failed, 0);
    assert_eq!(seen.lock().unwrap().len(), 2200);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_keeps_failing_is_given_up_within_the_invocation() {
    let (bucket, seen) = bucket_with(store::retries(), |_| answer(503, "SlowDown"));
    let put = bucket.put(&object(), &Condition::Absent).await;
    assert_eq!(put, Err(RetryReason::Throttled));
    assert_eq!(seen.lock().unwrap().len(), 5);
}

/// The variables that Lambda sets, with these over them.
fn lambda(over: &[(&str, &str)]) -> impl Fn(&str) -> Option<String> {
    let own = [
        ("AWS_ACCESS_KEY_ID", "ASIAFUNCTION"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_SESSION_TOKEN", "session"),
        ("AWS_REGION", "eu-west-1"),
    ];
    let all: Vec<(String, String)> = own
        .iter()
        .chain(over)
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    move |name| {
        let set = all.iter().rev().find(|(known, _)| known == name);
        set.map(|(_, value)| value.clone())
    }
}

#[tokio::test]
async fn a_function_signs_with_what_lambda_tells_it() {
    for (over, host) in [
        (&[][..], "data-lake.s3.eu-west-1.amazonaws.com"),
        (
            &[("AWS_USE_FIPS_ENDPOINT", "true")],
            "data-lake.s3-fips.eu-west-1.amazonaws.com",
        ),
        (
            &[("AWS_USE_DUALSTACK_ENDPOINT", "true")],
            "data-lake.s3.dualstack.eu-west-1.amazonaws.com",
        ),
        (
            &[("AWS_REGION", "cn-north-1")],
            "data-lake.s3.cn-north-1.amazonaws.com.cn",
        ),
        (
            &[("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")],
            "http://127.0.0.1:4566/data-lake/k",
        ),
    ] {
        let seen = Arc::new(Mutex::new(None));
        let log = Arc::clone(&seen);
        let answered = infallible_client_fn(move |request: Request| {
            *log.lock().unwrap() = Some((request.uri().to_string(), request.headers().clone()));
            http::Response::builder().body("").unwrap()
        });
        let access = store::access(lambda(over)).unwrap();
        let s3 = aws_sdk_s3::config::Builder::from(&access).http_client(answered);
        let client = Client::from_conf(s3.build());
        let asked = client.head_object().bucket("data-lake").key("k").send();
        asked.await.unwrap();
        let (uri, headers) = seen.lock().unwrap().take().unwrap();
        assert!(uri.contains(host), "{uri}");
        assert_eq!(headers["x-amz-security-token"], "session");
        let signed = headers["authorization"].to_str().unwrap();
        assert!(signed.contains("Credential=ASIAFUNCTION/"), "{signed}");
    }
}

#[test]
fn what_lambda_does_not_tell_is_named() {
    for missing in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"] {
        let error = store::access(lambda(&[(missing, "")])).unwrap_err();
        assert!(error.to_string().contains(missing), "{error}");
    }
}
