//! Which service a request is for.

use http::{Method, Request, header};

use super::invoke::PREFIX as INVOKE_PREFIX;
use crate::cognito::{IDENTITY_POOL_TARGET, KEY_SET_PATH, USER_POOL_TARGET};
use crate::firehose;

/// The prefix of the target of every Kinesis operation.
const KINESIS_TARGET: &str = "Kinesis_";

/// Where the state of the stack is asked for, without a signature.
const HEALTH_PATH: &str = "/_sluice/health";

/// Where stand-ins are; read, not written.
const STAND_IN_PATH: &str = crate::stand_in::PATH;

/// A service behind the port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Route {
    /// Is the stack up?
    Health,
    /// Somebody else's API, without a signature.
    StandIn,
    /// A function is run.
    Invoke,
    /// Sign-in, without a signature: a target header names the operation; or the pool's public key.
    Cognito,
    /// JSON over POST, named by a target header.
    Firehose,
    /// JSON or CBOR over POST, named by a target header.
    Kinesis,
    /// Everything else: buckets and keys are paths.
    S3,
}

impl Route {
    /// Tells services apart by what only one of them sends.
    pub(crate) fn of<B>(request: &Request<B>) -> Self {
        if request.uri().path() == HEALTH_PATH && request.method() == Method::GET {
            return Self::Health;
        }
        if request.uri().path().starts_with(STAND_IN_PATH) && request.method() == Method::GET {
            return Self::StandIn;
        }
        if request.uri().path().starts_with(INVOKE_PREFIX) && request.method() == Method::POST {
            return Self::Invoke;
        }
        let headers = request.headers();
        let text = |name: &str| {
            headers
                .get(name)
                .and_then(|value| value.to_str().ok())
                .unwrap_or("")
        };
        let target = text("x-amz-target");
        let is_for_cognito =
            target.starts_with(USER_POOL_TARGET) || target.starts_with(IDENTITY_POOL_TARGET);
        if is_for_cognito || is_key_set(request) {
            return Self::Cognito;
        }
        let scope = text(header::AUTHORIZATION.as_str());
        if target.starts_with(firehose::TARGET) || scope.contains("/firehose/aws4_request") {
            return Self::Firehose;
        }
        // An object may be of that type as well.
        let speaks_json = request.method() == Method::POST
            && text(header::CONTENT_TYPE.as_str()).starts_with("application/x-amz-");
        let is_for_kinesis = target.starts_with(KINESIS_TARGET)
            || scope.contains("/kinesis/aws4_request")
            || speaks_json;
        if is_for_kinesis {
            Self::Kinesis
        } else {
            Self::S3
        }
    }
}

/// The id of a user pool has a `_`, which no bucket has.
fn is_key_set<B>(request: &Request<B>) -> bool {
    let pool = request.uri().path().strip_suffix(KEY_SET_PATH);
    request.method() == Method::GET && pool.is_some_and(|pool| pool.contains('_'))
}

/// Tells whether a request to Kinesis brings records.
pub(crate) fn brings_records<B>(request: &Request<B>) -> bool {
    let target = request.headers().get("x-amz-target");
    let operation = target
        .and_then(|target| target.to_str().ok())
        .and_then(|target| target.rsplit('.').next());
    matches!(operation, Some("PutRecord" | "PutRecords"))
}

/// Tells whether a request to S3 writes an object, or a part of one.
pub(crate) fn is_upload<B>(request: &Request<B>) -> bool {
    let path = request.uri().path().trim_start_matches('/');
    let names_a_key = path.split_once('/').is_some_and(|(_, key)| !key.is_empty());
    request.method() == Method::PUT && names_a_key
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(method: &str, path: &str, headers: &[(&str, &str)]) -> Request<()> {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(()).unwrap()
    }

    #[test]
    fn a_target_leads_to_kinesis() {
        let request = request(
            "POST",
            "/",
            &[("x-amz-target", "Kinesis_20131202.ListStreams")],
        );
        assert_eq!(Route::of(&request), Route::Kinesis);
    }

    #[test]
    fn a_target_leads_to_firehose() {
        let target = "Firehose_20150804.PutRecordBatch";
        let request = request("POST", "/", &[("x-amz-target", target)]);
        assert_eq!(Route::of(&request), Route::Firehose);
    }

    #[test]
    fn a_signature_for_kinesis_leads_there_without_a_target() {
        let scope = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/kinesis/aws4_request";
        let request = request("POST", "/", &[("authorization", scope)]);
        assert_eq!(Route::of(&request), Route::Kinesis);
    }

    #[test]
    fn sign_in_leads_to_cognito_and_so_does_the_key_of_a_pool() {
        for target in [
            "AWSCognitoIdentityProviderService.InitiateAuth",
            "AWSCognitoIdentityService.GetId",
        ] {
            let request = request("POST", "/", &[("x-amz-target", target)]);
            assert_eq!(Route::of(&request), Route::Cognito);
        }
        let key_set = |path: &str| Route::of(&request("GET", path, &[]));
        let of_pool = key_set("/us-east-1_pool/.well-known/jwks.json");
        assert_eq!(of_pool, Route::Cognito);
        assert_eq!(key_set("/bucket/.well-known/jwks.json"), Route::S3);
    }

    #[test]
    fn a_path_leads_to_s3() {
        assert_eq!(Route::of(&request("GET", "/bucket/key", &[])), Route::S3);
        assert_eq!(
            Route::of(&request("POST", "/bucket?delete", &[])),
            Route::S3
        );
    }

    #[test]
    fn only_a_key_is_uploaded_to() {
        assert!(is_upload(&request("PUT", "/bucket/a/b", &[])));
        assert!(!is_upload(&request("PUT", "/bucket", &[])));
        assert!(!is_upload(&request("PUT", "/bucket/", &[])));
        assert!(!is_upload(&request("GET", "/bucket/a", &[])));
    }
}
