//! Requests that the SDK would not send: signed as it signs, with bodies of our own making.

use std::time::SystemTime;

use aws_sdk_s3::config::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings,
    UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4::SigningParams;
use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use s3s::Body;

use super::server::Server;

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    /// The code of an error.
    pub(crate) fn code(&self) -> Option<&str> {
        let body = std::str::from_utf8(&self.body).ok()?;
        body.split_once("<Code>")?.1.split("</Code>").next()
    }
}

/// A PUT of `body`, signed with `test` as if it were `signed_as`.
pub(crate) fn put(
    server: &Server,
    path: &str,
    headers: &[(&str, &str)],
    signed_as: SignableBody<'_>,
    body: &'static [u8],
) -> Request<Body> {
    let host = server.endpoint.trim_start_matches("http://");
    let uri = format!("{}{path}", server.endpoint);
    let request = Request::put(&uri)
        .header("host", host)
        .header("content-length", body.len());
    let mut request = headers
        .iter()
        .fold(request, |request, (name, value)| {
            request.header(*name, *value)
        })
        .body(Body::from(Bytes::from_static(body)))
        .unwrap();
    let mut settings = SigningSettings::default();
    settings.percent_encoding_mode = PercentEncodingMode::Single;
    settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    let identity = Credentials::new("test", "test", None, None, "test").into();
    let params = SigningParams::builder()
        .identity(&identity)
        .region("us-east-1")
        .name("s3")
        .time(SystemTime::now())
        .settings(settings)
        .build()
        .unwrap();
    let named: Vec<_> = request
        .headers()
        .iter()
        .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
        .collect();
    let signable = SignableRequest::new("PUT", &uri, named.into_iter(), signed_as).unwrap();
    let (instructions, _) = sign(signable, &params.into()).unwrap().into_parts();
    instructions.apply_to_request_http1x(&mut request);
    request
}

pub(crate) async fn send(server: &Server, request: Request<Body>) -> Answer {
    let (parts, body) = server.s3.handle(request).await.into_parts();
    Answer {
        status: parts.status,
        headers: parts.headers,
        body: body.collect().await.unwrap().to_bytes(),
    }
}
