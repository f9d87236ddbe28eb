use aws_sigv4::http_request::SignableBody;

use super::raw::{Answer, put, send};
use super::server::Server;

/// Puts `right` in chunks, with a CRC-32 behind them.
async fn put_in_chunks(server: &Server, body: &'static [u8], headers: &[(&str, &str)]) -> Answer {
    let chunked = [
        ("x-amz-decoded-content-length", "5"),
        ("x-amz-trailer", "x-amz-checksum-crc32"),
    ];
    let headers = [&chunked, headers].concat();
    let signed_as = SignableBody::StreamingUnsignedPayloadTrailer;
    send(server, put(server, "/bucket/k", &headers, signed_as, body)).await
}

#[tokio::test]
async fn a_checksum_behind_the_body_is_kept() {
    let server = Server::start().await;
    let client = server.bucket().await;
    let body = b"5\r\nright\r\n0\r\nx-amz-checksum-crc32:tMp1FA==\r\n\r\n";
    let answer = put_in_chunks(&server, body, &[("content-encoding", "aws-chunked")]).await;
    assert_eq!(answer.status, 200, "{:?}", answer.body);
    assert_eq!(answer.headers["x-amz-checksum-crc32"], "tMp1FA==");
    let found = client
        .get_object()
        .bucket("bucket")
        .key("k")
        .send()
        .await
        .unwrap();
    assert_eq!(
        found.content_encoding(),
        None,
        "the framing is no encoding of the object"
    );
    assert_eq!(found.body.collect().await.unwrap().to_vec(), b"right");
}

#[tokio::test]
async fn the_encoding_of_an_object_that_came_in_chunks_is_kept() {
    let server = Server::start().await;
    let client = server.bucket().await;
    let body = b"5\r\nright\r\n0\r\nx-amz-checksum-crc32:tMp1FA==\r\n\r\n";
    for (sent, kept) in [
        ("gzip,aws-chunked", "gzip"),
        ("aws-chunked, br, gzip", "br,gzip"),
    ] {
        put_in_chunks(&server, body, &[("content-encoding", sent)]).await;
        let found = client
            .head_object()
            .bucket("bucket")
            .key("k")
            .send()
            .await
            .unwrap();
        assert_eq!(found.content_encoding(), Some(kept));
    }
}

#[tokio::test]
async fn a_body_that_belies_the_checksum_behind_it_is_refused_and_leaves_nothing() {
    let server = Server::start().await;
    server.bucket().await;
    let body = b"5\r\nwrong\r\n0\r\nx-amz-checksum-crc32:tMp1FA==\r\n\r\n";
    let answer = put_in_chunks(&server, body, &[]).await;
    assert_eq!(
        (answer.status.as_u16(), answer.code()),
        (400, Some("BadDigest"))
    );
    let missing = put_in_chunks(&server, b"5\r\nright\r\n0\r\n\r\n", &[]).await;
    assert_eq!(
        (missing.status.as_u16(), missing.code()),
        (400, Some("MalformedTrailerError"))
    );
    assert!(server.s3.list("bucket", "").unwrap().is_empty());
}

#[tokio::test]
async fn a_body_that_was_changed_after_signing_is_refused() {
    let server = Server::start().await;
    server.bucket().await;
    let request = put(
        &server,
        "/bucket/k",
        &[],
        SignableBody::Bytes(b"right"),
        b"wrong",
    );
    let answer = send(&server, request).await;
    assert_eq!(
        (answer.status.as_u16(), answer.code()),
        (400, Some("XAmzContentSHA256Mismatch"))
    );
    assert!(server.s3.list("bucket", "").unwrap().is_empty());
}

#[tokio::test]
async fn a_body_that_ends_early_is_refused() {
    let server = Server::start().await;
    server.bucket().await;
    let answer = put_in_chunks(&server, b"5\r\nrig", &[]).await;
    assert_eq!(
        (answer.status.as_u16(), answer.code()),
        (400, Some("IncompleteBody"))
    );
    assert!(server.s3.list("bucket", "").unwrap().is_empty());
}
