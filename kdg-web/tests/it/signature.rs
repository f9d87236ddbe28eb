//! Requests that we sign, before a verifier and beside a signer that share no code with us.

use std::time::{Duration, UNIX_EPOCH};

use aws_sdk_kinesis::config::Credentials as SdkCredentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings,
    UriPathNormalizationMode,
};
use aws_sigv4::sign::v4;
use kdg_web::aws::{AwsError, Client, Kind, kinesis};
use kdg_web::http::{Fetch as _, Request};
use kdg_web::message::Credentials;
use kdg_web::signature::{encoded, encoded_path, sign};
use local::stack::Faults;
use proptest::prelude::*;

use crate::carrier::{Carrier, now_ms};
use crate::stack::{Running, start, test_key};

async fn asks_as(
    running: &Running,
    credentials: Credentials,
    clock: fn() -> i64,
) -> Result<Vec<String>, AwsError> {
    let client = Client::new(Carrier::default(), running.access(credentials), clock);
    kinesis::list_streams(&client).await
}

#[tokio::test]
async fn the_stack_accepts_what_we_sign_and_nothing_else() {
    let running = start(true, Faults::default()).await;
    assert_eq!(asks_as(&running, test_key(), now_ms).await, Ok(Vec::new()));
    assert_eq!(
        asks_as(&running, running.temporary_key(), now_ms).await,
        Ok(Vec::new())
    );

    let wrong = |change: fn(&mut Credentials)| {
        let mut credentials = running.temporary_key();
        change(&mut credentials);
        credentials
    };
    let refused = [
        wrong(|key| key.secret_access_key.push('x')),
        wrong(|key| key.session_token = Some("stale".to_owned())),
        wrong(|key| key.session_token = None),
        wrong(|key| key.access_key_id = "ASIAUNKNOWN".to_owned()),
    ];
    for credentials in refused {
        let error = asks_as(&running, credentials, now_ms).await.unwrap_err();
        assert_eq!(error.kind, Kind::Unknown, "{error}");
    }
    let late = asks_as(&running, test_key(), || now_ms() - 6 * 60_000)
        .await
        .unwrap_err();
    assert_eq!(late.kind, Kind::Skewed, "{late}");
    assert!(late.remedy().contains("clock"), "{late}");
}

#[tokio::test]
async fn a_body_that_was_changed_after_it_was_signed_is_refused() {
    let running = start(true, Faults::default()).await;
    let mut request = Request {
        method: "POST",
        url: format!("{}/", running.stack.endpoint()),
        headers: vec![
            ("content-type", "application/x-amz-json-1.1".to_owned()),
            ("x-amz-target", "Kinesis_20131202.ListStreams".to_owned()),
        ],
        body: br#"{"Limit":10}"#.to_vec(),
    };
    sign(&mut request, "kinesis", "us-east-1", &test_key(), now_ms());
    let answer = Carrier::default().fetch(request.clone()).await.unwrap();
    assert_eq!(answer.status, 200);
    request.body = br#"{"Limit":11}"#.to_vec();
    let answer = Carrier::default().fetch(request).await.unwrap();
    assert_eq!(AwsError::of(&answer).code, "InvalidSignatureException");
}

/// The `authorization` that AWS's own signer gives a request.
fn oracle(request: &Request, service: &str, credentials: &Credentials, now_ms: i64) -> String {
    let identity = SdkCredentials::new(
        &credentials.access_key_id,
        &credentials.secret_access_key,
        credentials.session_token.clone(),
        None,
        "test",
    );
    let mut settings = SigningSettings::default();
    if service == "s3" {
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    }
    let identity = identity.into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region("eu-west-1")
        .name(service)
        .time(UNIX_EPOCH + Duration::from_millis(u64::try_from(now_ms).unwrap()))
        .settings(settings)
        .build()
        .unwrap();
    let headers: Vec<(&str, &str)> = request
        .headers
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let signable = SignableRequest::new(
        request.method,
        request.url.clone(),
        headers.into_iter(),
        SignableBody::Bytes(&request.body),
    );
    let signed = aws_sigv4::http_request::sign(signable.unwrap(), &params.into()).unwrap();
    let (instructions, _) = signed.into_parts();
    let (headers, _) = instructions.into_parts();
    let found = headers
        .iter()
        .find(|header| header.name() == "authorization");
    found.unwrap().value().to_owned()
}

proptest! {
    #[test]
    fn every_signature_is_that_of_awss_own_signer(
        path in "[a-zA-Z0-9 /äß%+~=:]{0,20}",
        parameters in proptest::collection::vec(("[a-zA-Z0-9-]{1,4}", "[a-z A-Z=&/+ü]{0,6}"), 0..4),
        body in proptest::collection::vec(any::<u8>(), 0..200),
        value in "[a-zA-Z0-9 ]{0,20}",
        token in proptest::option::of("[a-zA-Z0-9+/=]{1,40}"),
        now_ms in 0_i64..4_000_000_000_000,
        is_s3 in any::<bool>(),
    ) {
        let service = if is_s3 { "s3" } else { "kinesis" };
        // A key may begin with a slash, which no path of the other services has.
        let path = if is_s3 { path } else { path.replace('/', "") };
        let query: Vec<String> =
            parameters.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
        let mut url = format!("https://bucket.example.com:8443/{}", encoded_path(&path));
        if !query.is_empty() {
            url.push('?');
            url.push_str(&query.join("&"));
        }
        let credentials = Credentials {
            access_key_id: "ASIAEXAMPLE".to_owned(),
            secret_access_key: value.clone(),
            session_token: token,
            expires_ms: None,
        };
        let mut request = Request { method: "POST", url, headers: vec![("x-amz-target", value)], body };
        let expected = oracle(&request, service, &credentials, now_ms);
        sign(&mut request, service, "eu-west-1", &credentials, now_ms);
        let (_, signed) = request.headers.iter().find(|(name, _)| *name == "authorization").unwrap();
        prop_assert_eq!(signed, &expected);
    }
}
