//! The verifier against the SDK's signer, and against requests that no SDK would send.

use std::time::{Duration, UNIX_EPOCH};

use aws_sdk_s3::config::Credentials as SdkCredentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use bytes::Bytes;
use http::{Request, header};
use local::credentials::Credentials;
use local::signature::{SignatureError, verify};

const NOW_MS: u64 = 1_763_700_000_000;

struct Caller<'c> {
    id: &'c str,
    secret: &'c str,
    token: Option<&'c str>,
    service: &'c str,
    at_ms: u64,
}

const TEST: Caller = Caller {
    id: "test",
    secret: "test",
    token: None,
    service: "kinesis",
    at_ms: NOW_MS,
};

fn signed(caller: &Caller, uri: &str, body: &'static [u8]) -> Request<Bytes> {
    let mut request = Request::post(uri)
        .header(header::HOST, "127.0.0.1:4566")
        .header("x-amz-target", "Kinesis_20131202.ListStreams")
        .header("x-spaces", "  a   b ")
        .body(Bytes::from_static(body))
        .unwrap();
    let identity = SdkCredentials::new(
        caller.id,
        caller.secret,
        caller.token.map(str::to_owned),
        None,
        "test",
    )
    .into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region("eu-central-2")
        .name(caller.service)
        .time(UNIX_EPOCH + Duration::from_millis(caller.at_ms))
        .settings(SigningSettings::default())
        .build()
        .unwrap();
    let headers = request
        .headers()
        .iter()
        .map(|(name, value)| (name.as_str(), value.to_str().unwrap()));
    let headers: Vec<_> = headers.collect();
    let signable = SignableRequest::new(
        "POST",
        uri.to_owned(),
        headers.into_iter(),
        SignableBody::Bytes(body),
    )
    .unwrap();
    let (instructions, _) = sign(signable, &params.into()).unwrap().into_parts();
    instructions.apply_to_request_http1x(&mut request);
    request
}

fn verdict(request: &Request<Bytes>) -> Result<String, SignatureError> {
    verify(request, "kinesis", &Credentials::new(), NOW_MS).map(|signer| signer.access_key_id)
}

#[test]
fn what_the_sdk_signs_is_accepted() {
    for uri in [
        "http://127.0.0.1:4566/",
        "http://127.0.0.1:4566/a%20b/c?z=1&a=%C3%BC&b",
        "http://127.0.0.1:4566//x/",
    ] {
        let request = signed(&TEST, uri, b"{}");
        assert_eq!(verdict(&request).as_deref(), Ok("test"), "{uri}");
    }
}

#[test]
fn whatever_is_changed_after_signing_is_refused() {
    let sign = || signed(&TEST, "http://127.0.0.1:4566/?a=1", b"{}");
    let mut other_body = sign();
    *other_body.body_mut() = Bytes::from_static(b"[]");
    let mut other_header = sign();
    other_header.headers_mut().insert(
        "x-amz-target",
        "Kinesis_20131202.DeleteStream".parse().unwrap(),
    );
    let mut other_query = sign();
    *other_query.uri_mut() = "http://127.0.0.1:4566/?a=2".parse().unwrap();
    let mut other_method = sign();
    *other_method.method_mut() = http::Method::PUT;
    for request in [other_body, other_header, other_query, other_method] {
        assert_eq!(verdict(&request), Err(SignatureError::Mismatch));
    }
}

#[test]
fn a_wrong_secret_and_another_service_are_refused() {
    let wrong = signed(
        &Caller {
            secret: "wrong",
            ..TEST
        },
        "http://h/",
        b"",
    );
    assert_eq!(verdict(&wrong), Err(SignatureError::Mismatch));
    let elsewhere = signed(
        &Caller {
            service: "s3",
            ..TEST
        },
        "http://h/",
        b"",
    );
    assert_eq!(
        verdict(&elsewhere).unwrap_err().to_string(),
        "Credential should be scoped to correct service: 'kinesis'."
    );
    let stranger = signed(
        &Caller {
            id: "stranger",
            ..TEST
        },
        "http://h/",
        b"",
    );
    assert_eq!(verdict(&stranger), Err(SignatureError::UnknownKey));
}

#[test]
fn a_signature_holds_for_five_minutes_either_way() {
    let minutes = |minutes: i64| {
        let at_ms = NOW_MS.checked_add_signed(minutes * 60_000).unwrap();
        verdict(&signed(&Caller { at_ms, ..TEST }, "http://h/", b""))
    };
    assert!(minutes(5).is_ok());
    assert!(minutes(-5).is_ok());
    let old = minutes(-6).unwrap_err();
    assert_eq!(
        old.to_string(),
        "Signature expired: 20251121T043400Z is now earlier than 20251121T043500Z \
         (20251121T044000Z - 5 min.)"
    );
    assert_eq!(old.code(), "InvalidSignatureException");
    let early = minutes(6).unwrap_err();
    assert_eq!(
        early.to_string(),
        "Signature not yet current: 20251121T044600Z is still later than 20251121T044500Z \
         (20251121T044000Z + 5 min.)"
    );
}

#[test]
fn a_signature_for_another_day_or_any_host_is_refused() {
    let with_authorization = |from: &str, to: &str| {
        let mut request = signed(&TEST, "http://h/", b"");
        let value = request.headers()[header::AUTHORIZATION].to_str().unwrap();
        let value = value.replace(from, to).parse().unwrap();
        request.headers_mut().insert(header::AUTHORIZATION, value);
        verdict(&request).unwrap_err()
    };
    assert_eq!(
        with_authorization("/20251121/", "/20251120/").to_string(),
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: \
         '20251120' != '20251121', from '20251121T044000Z'."
    );
    assert_eq!(
        with_authorization("host;", ""),
        SignatureError::UnsignedHost
    );
}

#[test]
fn the_host_of_http_2_is_the_authority() {
    let mut request = signed(&TEST, "http://127.0.0.1:4566/", b"{}");
    request.headers_mut().remove(header::HOST);
    assert_eq!(verdict(&request).as_deref(), Ok("test"));
    *request.uri_mut() = "http://elsewhere:4566/".parse().unwrap();
    assert_eq!(verdict(&request), Err(SignatureError::Mismatch));
}

#[test]
fn a_temporary_key_needs_its_token_and_its_time() {
    let credentials = Credentials::new();
    let check = |expires_ms, token: Option<&str>, lent: bool| {
        let key = credentials.issue(expires_ms);
        let token = if lent {
            Some(key.session_token.as_str())
        } else {
            token
        };
        let caller = Caller {
            id: &key.access_key_id,
            secret: &key.secret_access_key,
            token,
            ..TEST
        };
        verify(
            &signed(&caller, "http://h/", b""),
            "kinesis",
            &credentials,
            NOW_MS,
        )
        .map(drop)
    };
    assert_eq!(check(Some(NOW_MS + 1), None, true), Ok(()));
    assert_eq!(check(None, None, true), Ok(()));
    assert_eq!(
        check(Some(NOW_MS), None, true),
        Err(SignatureError::ExpiredKey)
    );
    assert_eq!(check(None, None, false), Err(SignatureError::UnknownKey));
    assert_eq!(
        check(None, Some("another"), false),
        Err(SignatureError::UnknownKey)
    );
}

#[test]
fn what_is_missing_is_named() {
    let bare = Request::post("http://h/").body(Bytes::new()).unwrap();
    assert_eq!(verdict(&bare), Err(SignatureError::Missing));
    assert_eq!(
        SignatureError::Missing.code(),
        "MissingAuthenticationTokenException"
    );
    let with = |authorization: &str| {
        let request = Request::post("http://h/").header(header::AUTHORIZATION, authorization);
        verdict(&request.body(Bytes::new()).unwrap()).unwrap_err()
    };
    let bare = with("AWS4-HMAC-SHA256");
    assert_eq!(
        bare.to_string(),
        "Authorization header requires 'Credential' parameter. \
         Authorization header requires 'Signature' parameter. \
         Authorization header requires 'SignedHeaders' parameter. \
         Authorization header requires existence of 'X-Amz-Date' header."
    );
    assert_eq!(bare.code(), "IncompleteSignatureException");
    let mut short = signed(&TEST, "http://h/", b"");
    let value = "AWS4-HMAC-SHA256 Credential=test, SignedHeaders=host, Signature=00";
    short
        .headers_mut()
        .insert(header::AUTHORIZATION, value.parse().unwrap());
    assert!(
        verdict(&short)
            .unwrap_err()
            .to_string()
            .starts_with("Credential must have exactly 5")
    );
    assert_eq!(
        with("Basic dGVzdDp0ZXN0").code(),
        "IncompleteSignatureException"
    );
}
