//! Which service a request is for.

use http::{Method, Request, header};

use super::invoke::PREFIX as INVOKE_PREFIX;

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
        // An object may be of that type as well.
        let speaks_json = request.method() == Method::POST
            && text(header::CONTENT_TYPE.as_str()).starts_with("application/x-amz-");
        let is_for_kinesis = text("x-amz-target").starts_with(KINESIS_TARGET)
            || text(header::AUTHORIZATION.as_str()).contains("/kinesis/aws4_request")
            || speaks_json;
        if is_for_kinesis {
            Self::Kinesis
        } else {
            Self::S3
        }
    }
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
    fn a_signature_for_kinesis_leads_there_without_a_target() {
        let scope = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/kinesis/aws4_request";
        let request = request("POST", "/", &[("authorization", scope)]);
        assert_eq!(Route::of(&request), Route::Kinesis);
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
