use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumAlgorithm, ChecksumMode, Delete, ObjectIdentifier};
use aws_sigv4::http_request::SignableBody;

use super::raw::{put, send};
use super::server::Server;

#[tokio::test]
async fn an_object_comes_back_with_everything_it_was_stored_with() {
    let server = Server::start().await;
    let client = server.bucket().await;
    client
        .put_object()
        .bucket("bucket")
        .key("a/ü +.json")
        .body(ByteStream::from_static(b"{\"a\":1}"))
        .content_type("application/json")
        .content_encoding("identity")
        .cache_control("no-store")
        .metadata("sluice-record", "shardId-000000000000:1")
        .checksum_algorithm(ChecksumAlgorithm::Crc32)
        .send()
        .await
        .unwrap();
    let found = client
        .get_object()
        .bucket("bucket")
        .key("a/ü +.json")
        .checksum_mode(ChecksumMode::Enabled)
        .send()
        .await
        .unwrap();
    assert_eq!(found.content_type(), Some("application/json"));
    assert_eq!(found.content_encoding(), Some("identity"));
    assert_eq!(found.cache_control(), Some("no-store"));
    assert_eq!(
        found.metadata().unwrap()["sluice-record"],
        "shardId-000000000000:1"
    );
    assert!(found.checksum_crc32().is_some());
    assert_eq!(found.body.collect().await.unwrap().to_vec(), b"{\"a\":1}");
    let file = server.folder.path().join("bucket/a/ü +.json");
    assert_eq!(std::fs::read(file).unwrap(), b"{\"a\":1}");
}

#[tokio::test]
async fn keys_that_no_file_system_can_hold_work_like_any_other() {
    let server = Server::start().await;
    let client = server.bucket().await;
    let long = "n".repeat(300);
    let keys = [
        "x",
        "x/y",
        "x/y/z",
        "a/",
        "/b",
        "c//d",
        "../e",
        "./f",
        ".sluice/journal",
        &long,
    ];
    for key in keys {
        let body = ByteStream::from(key.as_bytes().to_vec());
        client
            .put_object()
            .bucket("bucket")
            .key(key)
            .body(body)
            .send()
            .await
            .unwrap();
    }
    for key in keys {
        let found = client
            .get_object()
            .bucket("bucket")
            .key(key)
            .send()
            .await
            .unwrap();
        assert_eq!(
            found.body.collect().await.unwrap().to_vec(),
            key.as_bytes(),
            "{key}"
        );
    }
    let outside = std::fs::read_dir(server.folder.path()).unwrap().count();
    assert_eq!(outside, 1, "only the bucket's folder is there");
}

#[tokio::test]
async fn a_range_is_a_part_of_the_object() {
    let server = Server::start().await;
    let client = server.bucket().await;
    let body = ByteStream::from_static(b"0123456789");
    client
        .put_object()
        .bucket("bucket")
        .key("k")
        .body(body)
        .send()
        .await
        .unwrap();
    let get = |range: &str| {
        client
            .get_object()
            .bucket("bucket")
            .key("k")
            .range(range)
            .send()
    };
    let part = get("bytes=2-4").await.unwrap();
    assert_eq!(part.content_range(), Some("bytes 2-4/10"));
    assert_eq!(part.body.collect().await.unwrap().to_vec(), b"234");
    let end = get("bytes=-3").await.unwrap();
    assert_eq!(end.body.collect().await.unwrap().to_vec(), b"789");
    let error = get("bytes=10-").await.unwrap_err().into_service_error();
    assert_eq!(error.code(), Some("InvalidRange"));
}

#[tokio::test]
async fn an_object_larger_than_a_chunk_comes_back_whole() {
    let server = Server::start().await;
    let client = server.bucket().await;
    let large: Vec<u8> = (0..1_000_000_u32).flat_map(u32::to_le_bytes).collect();
    let body = ByteStream::from(large.clone());
    client
        .put_object()
        .bucket("bucket")
        .key("k")
        .body(body)
        .send()
        .await
        .unwrap();
    let found = client
        .get_object()
        .bucket("bucket")
        .key("k")
        .send()
        .await
        .unwrap();
    assert_eq!(found.body.collect().await.unwrap().to_vec(), large);
}

#[tokio::test]
async fn a_body_that_is_not_what_the_client_says_is_refused_and_leaves_nothing() {
    let server = Server::start().await;
    let client = server.bucket().await;
    let put = client
        .put_object()
        .bucket("bucket")
        .key("k")
        .body(ByteStream::from_static(b"right"));
    let error = put
        .checksum_crc32("AAAAAA==")
        .send()
        .await
        .unwrap_err()
        .into_service_error();
    assert_eq!(error.code(), Some("BadDigest"));
    let error = client
        .head_object()
        .bucket("bucket")
        .key("k")
        .send()
        .await
        .unwrap_err();
    assert!(error.into_service_error().is_not_found());
    let incoming = server.folder.path().join("bucket/.sluice/incoming");
    assert_eq!(std::fs::read_dir(incoming).unwrap().count(), 0);
}

#[tokio::test]
async fn what_is_not_there_is_named() {
    let server = Server::start().await;
    let client = server.bucket().await;
    let error = client
        .get_object()
        .bucket("bucket")
        .key("k")
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.into_service_error().code(), Some("NoSuchKey"));
    let error = client
        .get_object()
        .bucket("nowhere")
        .key("k")
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.into_service_error().code(), Some("NoSuchBucket"));
}

#[tokio::test]
async fn a_deleted_object_leaves_no_file_and_no_empty_folder() {
    let server = Server::start().await;
    let client = server.bucket().await;
    for key in ["a/b/c", "a/d", "e"] {
        client
            .put_object()
            .bucket("bucket")
            .key(key)
            .send()
            .await
            .unwrap();
    }
    client
        .delete_object()
        .bucket("bucket")
        .key("a/b/c")
        .send()
        .await
        .unwrap();
    client
        .delete_object()
        .bucket("bucket")
        .key("never there")
        .send()
        .await
        .unwrap();
    assert!(!server.folder.path().join("bucket/a/b").exists());
    assert!(server.folder.path().join("bucket/a/d").exists());
    let objects = ["a/d", "e"].map(|key| ObjectIdentifier::builder().key(key).build().unwrap());
    let delete = Delete::builder()
        .set_objects(Some(objects.to_vec()))
        .build()
        .unwrap();
    let deleted = client
        .delete_objects()
        .bucket("bucket")
        .delete(delete)
        .send()
        .await
        .unwrap();
    assert_eq!(deleted.deleted().len(), 2);
    client
        .delete_bucket()
        .bucket("bucket")
        .send()
        .await
        .unwrap();
    assert!(!server.folder.path().join("bucket").exists());
}

#[tokio::test]
async fn a_bucket_with_objects_is_not_deleted() {
    let server = Server::start().await;
    let client = server.bucket().await;
    client
        .put_object()
        .bucket("bucket")
        .key("k")
        .send()
        .await
        .unwrap();
    let error = client
        .delete_bucket()
        .bucket("bucket")
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.into_service_error().code(), Some("BucketNotEmpty"));
}

#[tokio::test]
async fn a_copy_keeps_the_metadata_of_its_source() {
    let server = Server::start().await;
    let client = server.bucket().await;
    let body = ByteStream::from_static(b"x");
    client
        .put_object()
        .bucket("bucket")
        .key("from")
        .metadata("m", "1")
        .body(body)
        .send()
        .await
        .unwrap();
    client
        .copy_object()
        .bucket("bucket")
        .key("to")
        .copy_source("bucket/from")
        .send()
        .await
        .unwrap();
    let copy = client
        .get_object()
        .bucket("bucket")
        .key("to")
        .send()
        .await
        .unwrap();
    assert_eq!(copy.metadata().unwrap()["m"], "1");
    assert_eq!(copy.body.collect().await.unwrap().to_vec(), b"x");
}

#[tokio::test]
async fn an_object_without_a_type_is_bytes() {
    let server = Server::start().await;
    let client = server.bucket().await;
    let request = put(&server, "/bucket/k", &[], SignableBody::Bytes(b"x"), b"x");
    assert_eq!(send(&server, request).await.status, 200);
    let found = client
        .head_object()
        .bucket("bucket")
        .key("k")
        .send()
        .await
        .unwrap();
    assert_eq!(found.content_type(), Some("binary/octet-stream"));
}

#[tokio::test]
async fn a_bucket_is_created_twice_in_the_oldest_region_and_never_with_a_bad_name() {
    let server = Server::start().await;
    let client = server.bucket().await;
    client
        .create_bucket()
        .bucket("bucket")
        .send()
        .await
        .unwrap();
    server.s3.create_bucket("bucket").unwrap();
    let refused = server.s3.create_bucket("../bucket").unwrap_err();
    assert!(refused.to_string().contains("\"../bucket\""), "{refused}");
}

#[tokio::test]
async fn the_last_bytes_of_an_empty_object_are_no_range() {
    let server = Server::start().await;
    let client = server.bucket().await;
    let put = client.put_object().bucket("bucket").key("empty");
    put.send().await.unwrap();
    let tail = client.get_object().bucket("bucket").key("empty");
    let refused = tail.range("bytes=-5").send().await.unwrap_err();
    assert_eq!(refused.into_service_error().code(), Some("InvalidRange"));
}

#[tokio::test]
async fn copies_and_deletes_keep_their_conditions() {
    let server = Server::start().await;
    let client = server.bucket().await;
    let put = |key: &'static str, body: &'static [u8]| {
        let put = client.put_object().bucket("bucket").key(key);
        put.body(ByteStream::from_static(body)).send()
    };
    put("source", b"new").await.unwrap();
    let there = put("there", b"old").await.unwrap();
    let copy = client.copy_object().bucket("bucket").key("there");
    let refused = copy.copy_source("bucket/source").if_none_match("*").send();
    assert_eq!(
        refused.await.unwrap_err().into_service_error().code(),
        Some("PreconditionFailed")
    );
    put("there", b"newer").await.unwrap();
    let delete = |etag: &str| {
        let delete = client.delete_object().bucket("bucket").key("there");
        delete.if_match(etag).send()
    };
    let refused = delete(there.e_tag().unwrap()).await.unwrap_err();
    assert_eq!(
        refused.into_service_error().code(),
        Some("PreconditionFailed")
    );
    let head = client.head_object().bucket("bucket").key("there");
    let found = head.send().await.unwrap();
    delete(found.e_tag().unwrap()).await.unwrap();
}
