//! Requests whose signatures AWS has published.
//!
//! Source: the Signature Version 4 test suite, `aws-signing-test-suite` in awslabs/aws-c-auth.

use bytes::Bytes;
use http::Request;

use super::{SignatureError, verify};
use crate::credentials::{Credentials, Secret};

const NOW_MS: u64 = 1_440_938_160_000; // 2015-08-30T12:36:00Z

const SESSION_TOKEN: &str = "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267";

/// The name of a case, its request, and the headers that are signed with the signature of them.
struct Case {
    name: &'static str,
    method: &'static str,
    uri: &'static str,
    headers: &'static [(&'static str, &'static str)],
    body: &'static str,
    signed_headers: &'static str,
    signature: &'static str,
}

const PLAIN: Case = Case {
    name: "get-vanilla",
    method: "GET",
    uri: "/",
    headers: &[],
    body: "",
    signed_headers: "host;x-amz-date",
    signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
};

const CASES: &[Case] = &[
    PLAIN,
    Case {
        name: "get-vanilla-query-order-key-case",
        uri: "/?Param2=value2&Param1=value1",
        signature: "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
        ..PLAIN
    },
    Case {
        name: "get-vanilla-query-unreserved",
        uri: "/?-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz=\
              -._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
        signature: "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197",
        ..PLAIN
    },
    Case {
        name: "get-unreserved",
        uri: "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
        signature: "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f",
        ..PLAIN
    },
    Case {
        name: "get-slashes-normalized",
        uri: "//example//",
        signature: "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84",
        ..PLAIN
    },
    Case {
        name: "get-header-value-trim",
        headers: &[("my-header1", " value1"), ("my-header2", " \"a   b   c\"")],
        signed_headers: "host;my-header1;my-header2;x-amz-date",
        signature: "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
        ..PLAIN
    },
    Case {
        name: "get-header-key-duplicate",
        headers: &[
            ("my-header1", "value2"),
            ("my-header1", "value2"),
            ("my-header1", "value1"),
        ],
        signed_headers: "host;my-header1;x-amz-date",
        signature: "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea",
        ..PLAIN
    },
    Case {
        name: "get-vanilla-with-session-token",
        headers: &[("x-amz-security-token", SESSION_TOKEN)],
        signed_headers: "host;x-amz-date;x-amz-security-token",
        signature: "07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8",
        ..PLAIN
    },
    Case {
        name: "post-header-key-sort",
        method: "POST",
        headers: &[("my-header1", "value1")],
        signed_headers: "host;my-header1;x-amz-date",
        signature: "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c",
        ..PLAIN
    },
    Case {
        name: "post-x-www-form-urlencoded",
        method: "POST",
        headers: &[
            ("content-type", "application/x-www-form-urlencoded"),
            ("content-length", "13"),
            (
                "x-amz-content-sha256",
                "9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e",
            ),
        ],
        body: "Param1=value1",
        signed_headers: "content-length;content-type;host;x-amz-content-sha256;x-amz-date",
        signature: "d3875051da38690788ef43de4db0d8f280229d82040bfac253562e56c3f20e0b",
        ..PLAIN
    },
];

impl Case {
    fn request(&self) -> Request<Bytes> {
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
             SignedHeaders={}, Signature={}",
            self.signed_headers, self.signature
        );
        let request = Request::builder()
            .method(self.method)
            .uri(self.uri)
            .header("host", "example.amazonaws.com")
            .header("x-amz-date", "20150830T123600Z")
            .header("authorization", authorization);
        let request = self.headers.iter().fold(request, |request, (name, value)| {
            request.header(*name, *value)
        });
        request
            .body(Bytes::from_static(self.body.as_bytes()))
            .unwrap()
    }

    fn verdict(&self) -> Result<(), SignatureError> {
        let is_temporary = self
            .headers
            .iter()
            .any(|(name, _)| *name == "x-amz-security-token");
        let credentials = Credentials::new();
        let secret = Secret {
            access_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned(),
            session_token: is_temporary.then(|| SESSION_TOKEN.to_owned()),
            expires_ms: None,
        };
        credentials.insert("AKIDEXAMPLE".to_owned(), secret);
        verify(&self.request(), "service", &credentials, NOW_MS).map(drop)
    }
}

#[test]
fn what_aws_has_signed_is_accepted() {
    for case in CASES {
        assert_eq!(case.verdict(), Ok(()), "{}", case.name);
    }
}

#[test]
fn what_aws_has_signed_for_another_case_is_refused() {
    for (case, other) in CASES.iter().zip(CASES.iter().cycle().skip(1)) {
        let swapped = Case {
            signature: other.signature,
            ..*case
        };
        assert_eq!(
            swapped.verdict(),
            Err(SignatureError::Mismatch),
            "{}",
            case.name
        );
    }
}
