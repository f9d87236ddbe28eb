//! The wire where the SDK is too polite or speaks only one dialect: CBOR, and requests that are wrong.

use bytes::Bytes;
use ciborium::Value;
use http::{Method, Request, Response, StatusCode};

use super::server::{START_MS, Server};

const JSON: &str = "application/x-amz-json-1.1";
const CBOR: &str = "application/x-amz-cbor-1.1";

async fn send(
    server: &Server,
    target: &str,
    content_type: &str,
    body: impl Into<Bytes>,
) -> Response<Bytes> {
    let request = Request::post("/")
        .header("x-amz-target", target)
        .header("content-type", content_type)
        .body(body.into())
        .unwrap();
    server.kinesis.handle(request).await
}

async fn json(server: &Server, operation: &str, body: &str) -> (StatusCode, serde_json::Value) {
    let target = format!("Kinesis_20131202.{operation}");
    let response = send(server, &target, JSON, body.to_owned()).await;
    assert_eq!(response.headers()["content-type"], JSON);
    let body = serde_json::from_slice(response.body()).unwrap_or_default();
    (response.status(), body)
}

async fn cbor(
    server: &Server,
    operation: &str,
    members: Vec<(&str, Value)>,
) -> (StatusCode, Value) {
    let members = members
        .into_iter()
        .map(|(name, value)| (name.into(), value));
    let mut body = Vec::new();
    ciborium::into_writer(&Value::Map(members.collect()), &mut body).unwrap();
    let target = format!("Kinesis_20131202.{operation}");
    let response = send(server, &target, CBOR, body).await;
    assert_eq!(response.headers()["content-type"], CBOR);
    let body = ciborium::from_reader(&response.body()[..]).unwrap_or(Value::Null);
    (response.status(), body)
}

fn member<'a>(map: &'a Value, name: &str) -> &'a Value {
    let mut members = map.as_map().unwrap().iter();
    let is_named = |(found, _): &&(Value, Value)| found.as_text() == Some(name);
    &members
        .find(is_named)
        .unwrap_or_else(|| panic!("{name} in {map:?}"))
        .1
}

#[tokio::test]
async fn an_unknown_operation_or_service_is_named() {
    let server = Server::start().await;
    for target in [
        "Kinesis_20131202.Fly",
        "Kinesis_20991231.PutRecord",
        "PutRecord",
        "",
    ] {
        let response = send(&server, target, JSON, "{}").await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{target}");
        let body: serde_json::Value = serde_json::from_slice(response.body()).unwrap();
        assert_eq!(body["__type"], "UnknownOperationException", "{target}");
    }
}

#[tokio::test]
async fn an_operation_that_is_left_out_says_so() {
    let server = Server::start().await;
    let (status, body) = json(&server, "SubscribeToShard", "{}").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(body["__type"], "UnknownOperationException");
    assert_eq!(
        body["message"],
        "The local stack does not serve SubscribeToShard."
    );
}

#[tokio::test]
async fn a_broken_body_is_a_serialization_error_before_anything_else() {
    let server = Server::start().await;
    let bodies = ["", "{", "nonsense", "[]", "\"text\"", "{\"StreamName\":}"];
    for operation in ["ListStreams", "DescribeStream", "NoSuchOperation"] {
        for body in bodies {
            let (status, answer) = json(&server, operation, body).await;
            assert_eq!(status, StatusCode::BAD_REQUEST);
            assert_eq!(
                answer["__type"], "SerializationException",
                "{operation} {body}"
            );
            assert!(answer["Message"].is_string());
            assert!(answer["message"].is_null());
        }
    }
    let (_, answer) = cbor(&server, "ListStreams", vec![("Limit", "text".into())]).await;
    assert_eq!(
        member(&answer, "__type").as_text(),
        Some("SerializationException")
    );
}

#[tokio::test]
async fn a_member_of_the_wrong_type_is_a_serialization_error() {
    let server = Server::with_stream("s", 1).await;
    for (operation, body) in [
        ("DescribeStream", r#"{"StreamName":1}"#),
        ("DescribeStream", r#"{"StreamName":"s","Limit":"1"}"#),
        ("PutRecords", r#"{"StreamName":"s","Records":{}}"#),
        (
            "PutRecord",
            r#"{"StreamName":"s","PartitionKey":"k","Data":"no base64"}"#,
        ),
        (
            "PutRecord",
            r#"{"StreamName":"s","PartitionKey":"k","Data":[1]}"#,
        ),
    ] {
        let (_, answer) = json(&server, operation, body).await;
        assert_eq!(answer["__type"], "SerializationException", "{body}");
    }
}

#[tokio::test]
async fn missing_members_are_listed_together() {
    let server = Server::start().await;
    let (status, answer) = json(&server, "PutRecord", "{}").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(answer["__type"], "ValidationException");
    assert_eq!(
        answer["message"],
        "2 validation errors detected: \
         Value null at 'partitionKey' failed to satisfy constraint: Member must not be null; \
         Value null at 'data' failed to satisfy constraint: Member must not be null"
    );
    let (_, answer) = json(&server, "DescribeStream", "{}").await;
    assert_eq!(answer["__type"], "InvalidArgumentException");
}

#[tokio::test]
async fn unknown_members_and_nulls_are_passed_over() {
    let server = Server::with_stream("s", 1).await;
    let body = r#"{"StreamName":"s","StreamARN":null,"Limit":null,"NoSuchMember":{"a":[1]}}"#;
    let (status, _) = json(&server, "DescribeStream", body).await;
    assert_eq!(status, StatusCode::OK);
}

#[tokio::test]
async fn an_operation_without_output_answers_with_an_empty_body() {
    let server = Server::start().await;
    let body = r#"{"StreamName":"s","ShardCount":1}"#;
    let response = send(&server, "Kinesis_20131202.CreateStream", JSON, body).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert!(response.body().is_empty());
    assert!(response.headers().contains_key("x-amzn-requestid"));
    assert!(response.headers().contains_key("x-amz-id-2"));
}

#[tokio::test]
async fn the_path_does_not_matter_but_the_method_and_the_content_type_do() {
    let server = Server::start().await;
    let request = |method: Method, content_type: &str| {
        let request = Request::builder().method(method).uri("/any/path");
        let request = request.header("x-amz-target", "Kinesis_20131202.ListStreams");
        let request = request.header("content-type", content_type);
        request.body(Bytes::from_static(b"{}")).unwrap()
    };
    let answer = |method, content_type| server.kinesis.handle(request(method, content_type));
    let charset = format!("{JSON}; charset=utf-8");
    assert_eq!(
        answer(Method::POST, &charset).await.status(),
        StatusCode::OK
    );
    let get = answer(Method::GET, JSON).await;
    assert_eq!(get.status(), StatusCode::FORBIDDEN);
    assert!(get.body().starts_with(b"<AccessDeniedException>"));
    let text = answer(Method::POST, "text/plain").await;
    assert_eq!(text.status(), StatusCode::NOT_FOUND);
    assert_eq!(&text.body()[..], b"<UnknownOperationException/>\n");
}

#[tokio::test]
async fn a_body_beyond_every_limit_is_refused_unread() {
    let server = Server::start().await;
    let body = vec![b' '; 33 * 1024 * 1024];
    let response = send(&server, "Kinesis_20131202.PutRecords", JSON, body).await;
    assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn json_timestamps_are_seconds_with_milliseconds() {
    let server = Server::with_stream("s", 1).await;
    server.clock.advance(std::time::Duration::from_millis(250));
    server.put("s", "key", b"data").await;
    let at = |seconds: &str| {
        format!(
            r#"{{"StreamName":"s","ShardId":"shardId-000000000000","ShardIteratorType":"AT_TIMESTAMP","Timestamp":{seconds}}}"#
        )
    };
    for seconds in ["1763733600", "1763733600.25", "1.7637336E9"] {
        let (status, answer) = json(&server, "GetShardIterator", &at(seconds)).await;
        assert_eq!(status, StatusCode::OK, "{seconds} {answer}");
        let body = format!(r#"{{"ShardIterator":{}}}"#, answer["ShardIterator"]);
        let (_, page) = json(&server, "GetRecords", &body).await;
        let arrived = &page["Records"][0]["ApproximateArrivalTimestamp"];
        assert_eq!(arrived.to_string(), "1763733600.25");
    }
}

#[tokio::test]
async fn cbor_carries_byte_strings_and_milliseconds() {
    let server = Server::with_stream("s", 1).await;
    let data: Vec<u8> = (0..=255).cycle().take(10_000).collect();
    for millisecond in 0..3_u64 {
        let data = if millisecond == 1 {
            data.clone()
        } else {
            Vec::new()
        };
        let members = vec![
            ("StreamName", "s".into()),
            ("PartitionKey", "key".into()),
            ("Data", Value::Bytes(data)),
        ];
        let (status, _) = cbor(&server, "PutRecord", members).await;
        assert_eq!(status, StatusCode::OK);
        server.clock.advance(std::time::Duration::from_millis(1));
    }
    let tagged = |time_ms: u64| Value::Tag(1, Box::new(Value::Integer(time_ms.into())));
    let members = vec![
        ("StreamName", "s".into()),
        ("ShardId", "shardId-000000000000".into()),
        ("ShardIteratorType", "AT_TIMESTAMP".into()),
        ("Timestamp", tagged(START_MS + 1)),
    ];
    let (_, answer) = cbor(&server, "GetShardIterator", members).await;
    let iterator = member(&answer, "ShardIterator").clone();
    let (_, page) = cbor(&server, "GetRecords", vec![("ShardIterator", iterator)]).await;
    let records = member(&page, "Records").as_array().unwrap();
    assert_eq!(records.len(), 2);
    assert_eq!(member(&records[0], "Data"), &Value::Bytes(data));
    assert_eq!(
        member(&records[0], "ApproximateArrivalTimestamp"),
        &tagged(START_MS + 1)
    );
}

#[tokio::test]
async fn cbor_errors_are_cbor() {
    let server = Server::start().await;
    let (status, answer) = cbor(&server, "DescribeStream", vec![("StreamName", "x".into())]).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(
        member(&answer, "__type").as_text(),
        Some("ResourceNotFoundException")
    );
    let message = member(&answer, "message").as_text();
    assert_eq!(
        message,
        Some("Stream x under account 000000000000 not found.")
    );
}
