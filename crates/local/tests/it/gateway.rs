//! What the one port leads to beside Kinesis and S3: functions, and stand-ins of APIs.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::SystemTime;

use aws_sdk_kinesis::primitives::Blob;
use aws_sdk_kinesis::types::ShardIteratorType;
use aws_sdk_s3::config::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use local::fault::Fault;
use local::stack::{Config, Faults, Feed, Stack};
use local::stand_in::{ApiFaults, StandIn};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::kinesis::server::client_of;
use crate::lambda::function;

/// An answer; its headers are in lower case.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

async fn start(api: ApiFaults) -> (Stack, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let config = Config {
        faults: Faults {
            api,
            ..Faults::default()
        },
        feeds: vec![Feed {
            function: function("Echo"),
            told: Arc::new(|endpoint| [("API".to_owned(), endpoint.to_owned())].into()),
            schedule: None,
        }],
        stand_ins: vec![StandIn {
            name: "weather".to_owned(),
            answer: Arc::new(|query| json!({ "asked": query, "sky": "blue" }).to_string()),
        }],
        seed: 7,
        ..Config::new(folder.path().join("state"))
    };
    (Stack::start(config).await.unwrap(), folder)
}

pub(crate) async fn call(
    stack: &Stack,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Answer {
    let host = stack.endpoint().trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(&host).await.unwrap();
    let length = body.len();
    let mut request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-length: {length}\r\n"
    );
    for (name, value) in headers {
        write!(request, "{name}: {value}\r\n").unwrap();
    }
    stream
        .write_all(format!("{request}\r\n{body}").as_bytes())
        .await
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    Answer {
        status: head[9..12].parse().unwrap(),
        head: head.to_lowercase(),
        body: body.to_owned(),
    }
}

/// Calls Lambda's `Invoke`, signed with this secret.
async fn invoke(stack: &Stack, name: &str, kind: &str, event: &str, secret: &str) -> Answer {
    let host = stack.endpoint().trim_start_matches("http://").to_owned();
    let path = format!("/2015-03-31/functions/{name}/invocations");
    let uri = format!("{}{path}", stack.endpoint());
    let identity = Credentials::new("test", secret, None, None, "test").into();
    let params = SigningParams::builder()
        .identity(&identity)
        .region("us-east-1")
        .name("lambda")
        .time(SystemTime::now())
        .settings(SigningSettings::default())
        .build()
        .unwrap();
    let plain = [("host", &*host), ("x-amz-invocation-type", kind)];
    let body = SignableBody::Bytes(event.as_bytes());
    let signable = SignableRequest::new("POST", &uri, plain.into_iter(), body).unwrap();
    let (instructions, _) = sign(signable, &params.into()).unwrap().into_parts();
    let mut headers = vec![("x-amz-invocation-type", kind)];
    headers.extend(instructions.headers());
    call(stack, "POST", &path, &headers, event).await
}

#[tokio::test]
async fn a_function_is_invoked_as_by_the_aws_command_line() {
    let (stack, _folder) = start(ApiFaults::default()).await;
    let answer = invoke(&stack, "Echo", "RequestResponse", "environment", "test").await;
    assert_eq!(answer.status, 200);
    assert!(
        answer.head.contains("x-amz-executed-version: $latest"),
        "{}",
        answer.head
    );
    let seen: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(seen["variables"]["API"], stack.endpoint());

    let failed = invoke(&stack, "Echo", "RequestResponse", "error", "test").await;
    assert_eq!(failed.status, 200);
    assert!(
        failed.head.contains("x-amz-function-error: unhandled"),
        "{}",
        failed.head
    );
    assert!(failed.body.contains("no such user"), "{}", failed.body);

    let none = invoke(&stack, "Nobody", "RequestResponse", "{}", "test").await;
    assert_eq!(none.status, 404);
    assert!(
        none.head.contains("resourcenotfoundexception"),
        "{}",
        none.head
    );

    assert_eq!(
        invoke(&stack, "Echo", "DryRun", "{}", "test").await.status,
        204
    );
    assert_eq!(
        invoke(&stack, "Echo", "Later", "{}", "test").await.status,
        400
    );
    let foreign = invoke(&stack, "Echo", "RequestResponse", "{}", "guessed").await;
    assert_eq!(foreign.status, 403);
}

#[tokio::test]
async fn an_event_that_nobody_waits_for_is_accepted_at_once() {
    let (stack, _folder) = start(ApiFaults::default()).await;
    assert_eq!(
        invoke(&stack, "Echo", "Event", "print", "test")
            .await
            .status,
        202
    );
    crate::lambda::eventually("the function has run", || {
        stack
            .lambda()
            .stats("Echo")
            .is_some_and(|stats| stats.invocations == 1)
    })
    .await;
}

#[tokio::test]
async fn a_stand_in_answers_without_a_signature_and_fails_as_it_is_told() {
    let (stack, _folder) = start(ApiFaults::default()).await;
    let answer = call(&stack, "GET", "/_sluice/api/weather/?day=1", &[], "").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body, r#"{"asked":"day=1","sky":"blue"}"#);
    assert_eq!(
        call(&stack, "GET", "/_sluice/api/other/", &[], "")
            .await
            .status,
        404
    );

    let always = || Fault::new(1.0, 1);
    for (faults, status, part) in [
        (
            ApiFaults {
                unavailable: always(),
                ..ApiFaults::default()
            },
            503,
            "",
        ),
        (
            ApiFaults {
                limited: always(),
                ..ApiFaults::default()
            },
            429,
            "retry-after: 1",
        ),
        (
            ApiFaults {
                broken: always(),
                ..ApiFaults::default()
            },
            200,
            "",
        ),
    ] {
        let (stack, _folder) = start(faults).await;
        let answer = call(&stack, "GET", "/_sluice/api/weather/", &[], "").await;
        assert_eq!(answer.status, status);
        assert!(answer.head.contains(part), "{}", answer.head);
        let is_whole = serde_json::from_str::<Value>(&answer.body).is_ok();
        assert_eq!(is_whole, status != 200);
    }
}

#[allow(
    clippy::large_futures,
    reason = "the calls of the SDK are, and nothing here is deep"
)]
#[tokio::test]
async fn a_share_of_requests_with_records_is_answered_503_and_nothing_of_them_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let config = Config {
        faults: Faults {
            put_records_unavailable: Fault::new(0.5, 7),
            ..Faults::default()
        },
        ..Config::new(folder.path())
    };
    let stack = Stack::start(config).await.unwrap();
    stack.kinesis().create_stream("clicks", Some(1)).unwrap();
    let endpoint = stack.endpoint();
    let client = client_of(endpoint.trim_start_matches("http://").parse().unwrap());
    let mut acknowledged = Vec::new();
    for number in 0..40 {
        let put = client.put_record().stream_name("clicks").partition_key("a");
        let put = put.data(Blob::new(number.to_string()));
        match put.send().await {
            Ok(answer) => acknowledged.push(answer.sequence_number),
            Err(error) => {
                let status = error.raw_response().map(|answer| answer.status().as_u16());
                assert_eq!(status, Some(503));
            }
        }
    }
    let refused = 40 - acknowledged.len();
    assert!((8..32).contains(&refused), "{refused} were refused");

    let iterator = client.get_shard_iterator().stream_name("clicks");
    let iterator = iterator.shard_id("shardId-000000000000");
    let iterator = iterator.shard_iterator_type(ShardIteratorType::TrimHorizon);
    let iterator = iterator.send().await.unwrap().shard_iterator.unwrap();
    let read = client.get_records().shard_iterator(iterator);
    let records = read.send().await.unwrap().records;
    let held: Vec<_> = records
        .into_iter()
        .map(|record| record.sequence_number)
        .collect();
    assert_eq!(held, acknowledged);
}
