use aws_sdk_s3::error::ProvideErrorMetadata;

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
