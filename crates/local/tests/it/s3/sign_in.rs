use std::time::Duration;

use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::presigning::PresigningConfig;
use http::Request;
use local::credentials::TemporaryKey;

use super::raw::send;
use super::server::Server;

async fn refusal(client: &aws_sdk_s3::Client) -> Option<String> {
    let error = client.list_buckets().send().await.err()?;
    error.into_service_error().code().map(str::to_owned)
}

#[tokio::test]
async fn only_the_right_secret_signs_in() {
    let server = Server::start().await;
    assert_eq!(refusal(&server.client()).await, None);
    let wrong = server.client_with("test", "wrong", None);
    assert_eq!(
        refusal(&wrong).await.as_deref(),
        Some("SignatureDoesNotMatch")
    );
    let stranger = server.client_with("stranger", "test", None);
    assert_eq!(
        refusal(&stranger).await.as_deref(),
        Some("InvalidAccessKeyId")
    );
}

#[tokio::test]
async fn a_temporary_key_needs_its_token_and_its_time() {
    let server = Server::start().await;
    let key = server.credentials.issue(Some(u64::MAX));
    let client = |token| server.client_with(&key.access_key_id, &key.secret_access_key, token);
    assert_eq!(refusal(&client(Some(&key.session_token))).await, None);
    assert_eq!(
        refusal(&client(Some("another"))).await.as_deref(),
        Some("InvalidToken")
    );
    assert_eq!(
        refusal(&client(None)).await.as_deref(),
        Some("InvalidToken")
    );
    let old = server.credentials.issue(Some(1));
    let late = server.client_with(
        &old.access_key_id,
        &old.secret_access_key,
        Some(&old.session_token),
    );
    assert_eq!(refusal(&late).await.as_deref(), Some("ExpiredToken"));
}

#[tokio::test]
async fn who_signs_nothing_reads_nothing() {
    let server = Server::start().await;
    let client = server.bucket().await;
    client
        .put_object()
        .bucket("bucket")
        .key("k")
        .send()
        .await
        .unwrap();
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(aws_sdk_s3::config::BehaviorVersion::latest())
        .region(aws_sdk_s3::config::Region::new("us-east-1"))
        .endpoint_url(&server.endpoint)
        .force_path_style(true)
        .allow_no_auth()
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    let anonymous = aws_sdk_s3::Client::from_conf(config);
    let error = anonymous
        .get_object()
        .bucket("bucket")
        .key("k")
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.raw_response().unwrap().status().as_u16(), 403);
}

/// Asks with a signature in the address.
async fn ask_presigned(
    server: &Server,
    key: &TemporaryKey,
    token: Option<&str>,
    headers: &[(&str, &str)],
) -> Option<String> {
    let client = server.client_with(&key.access_key_id, &key.secret_access_key, token);
    let hour = PresigningConfig::expires_in(Duration::from_hours(1)).unwrap();
    let get = client.get_object().bucket("bucket").key("k");
    let presigned = get.presigned(hour).await.unwrap();
    let host = server.endpoint.trim_start_matches("http://");
    let request = Request::get(presigned.uri()).header("host", host);
    let request = headers.iter().fold(request, |request, (name, value)| {
        request.header(*name, *value)
    });
    let answer = send(server, request.body(s3s::Body::empty()).unwrap()).await;
    answer.code().map(str::to_owned)
}

#[tokio::test]
async fn a_signature_in_the_address_needs_the_same() {
    let server = Server::start().await;
    let client = server.bucket().await;
    client
        .put_object()
        .bucket("bucket")
        .key("k")
        .send()
        .await
        .unwrap();
    let key = server.credentials.issue(Some(u64::MAX));
    let old = server.credentials.issue(Some(1));
    let ask = |key, token, headers| ask_presigned(&server, key, token, headers);
    assert_eq!(ask(&key, Some(&key.session_token), &[]).await, None);
    let without_token = ask(&key, None, &[]).await;
    assert_eq!(without_token.as_deref(), Some("InvalidToken"));
    let late = ask(&old, Some(&old.session_token), &[]).await;
    assert_eq!(late.as_deref(), Some("ExpiredToken"));
    // Nobody verifies this header, so it must not vouch for the key in the address.
    let header = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request, \
                  SignedHeaders=host, Signature=00";
    let smuggled = ask(&old, None, &[("authorization", header)]).await;
    assert_eq!(smuggled.as_deref(), Some("InvalidToken"));
}
