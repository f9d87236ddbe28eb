use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};

use super::server::Server;

const PART_BYTES: usize = 5 * 1024 * 1024;

#[tokio::test]
async fn parts_become_one_object() {
    let server = Server::start().await;
    let client = server.bucket().await;
    let begun = client
        .create_multipart_upload()
        .bucket("bucket")
        .key("k")
        .metadata("m", "1")
        .send()
        .await
        .unwrap();
    let id = begun.upload_id().unwrap();
    let mut parts = Vec::new();
    for (number, body) in [(2, vec![b'b'; 3]), (1, vec![b'a'; PART_BYTES])] {
        let part = client
            .upload_part()
            .bucket("bucket")
            .key("k")
            .upload_id(id)
            .part_number(number);
        let part = part.body(ByteStream::from(body)).send().await.unwrap();
        parts.push(
            CompletedPart::builder()
                .part_number(number)
                .e_tag(part.e_tag().unwrap())
                .build(),
        );
    }
    parts.reverse();
    let complete = |parts: &[CompletedPart]| {
        let upload = CompletedMultipartUpload::builder()
            .set_parts(Some(parts.to_vec()))
            .build();
        client
            .complete_multipart_upload()
            .bucket("bucket")
            .key("k")
            .upload_id(id)
            .multipart_upload(upload)
            .send()
    };
    let swapped = complete(&[parts[1].clone(), parts[0].clone()])
        .await
        .unwrap_err();
    assert_eq!(
        swapped.into_service_error().code(),
        Some("InvalidPartOrder")
    );
    let done = complete(&parts).await.unwrap();
    assert!(done.e_tag().unwrap().ends_with("-2\""));
    let found = client
        .get_object()
        .bucket("bucket")
        .key("k")
        .send()
        .await
        .unwrap();
    assert_eq!(found.metadata().unwrap()["m"], "1");
    let body = found.body.collect().await.unwrap().to_vec();
    assert_eq!(body.len(), PART_BYTES + 3);
    assert!(body.ends_with(b"abbb"));
}

#[tokio::test]
async fn an_upload_that_was_given_up_is_gone() {
    let server = Server::start().await;
    let client = server.bucket().await;
    let begun = client
        .create_multipart_upload()
        .bucket("bucket")
        .key("k")
        .send()
        .await
        .unwrap();
    let id = begun.upload_id().unwrap();
    client
        .abort_multipart_upload()
        .bucket("bucket")
        .key("k")
        .upload_id(id)
        .send()
        .await
        .unwrap();
    let error = client
        .list_parts()
        .bucket("bucket")
        .key("k")
        .upload_id(id)
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.into_service_error().code(), Some("NoSuchUpload"));
    let error = client
        .list_parts()
        .bucket("bucket")
        .key("k")
        .upload_id("../..")
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.into_service_error().code(), Some("NoSuchUpload"));
}

#[tokio::test]
async fn parts_may_be_copied_from_an_object_and_are_listed_page_by_page() {
    let server = Server::start().await;
    let client = server.bucket().await;
    let body: Vec<u8> = (0..=250).cycle().take(PART_BYTES + 7).collect();
    let put = client.put_object().bucket("bucket").key("source");
    put.body(ByteStream::from(body.clone()))
        .send()
        .await
        .unwrap();
    let begun = client
        .create_multipart_upload()
        .bucket("bucket")
        .key("copy");
    let begun = begun.send().await.unwrap();
    let id = begun.upload_id().unwrap();
    let copy = |number, range: String| {
        client
            .upload_part_copy()
            .bucket("bucket")
            .key("copy")
            .upload_id(id)
            .part_number(number)
            .copy_source("bucket/source")
            .copy_source_range(range)
            .send()
    };
    let beyond = copy(1, format!("bytes=0-{}", body.len()))
        .await
        .unwrap_err();
    assert_eq!(beyond.into_service_error().code(), Some("InvalidRange"));
    let mut parts = Vec::new();
    for (number, first, last) in [(1, 0, PART_BYTES - 1), (2, PART_BYTES, body.len() - 1)] {
        let copied = copy(number, format!("bytes={first}-{last}")).await.unwrap();
        let result = copied.copy_part_result().unwrap();
        let part = CompletedPart::builder().part_number(number);
        parts.push(part.e_tag(result.e_tag().unwrap()).build());
    }

    let uploads = client.list_multipart_uploads().bucket("bucket");
    let uploads = uploads.send().await.unwrap();
    assert_eq!(uploads.uploads()[0].upload_id(), Some(id));
    assert_eq!(uploads.uploads()[0].key(), Some("copy"));
    let mut pages = client
        .list_parts()
        .bucket("bucket")
        .key("copy")
        .upload_id(id)
        .max_parts(1)
        .into_paginator()
        .send();
    for number in [1, 2] {
        let page = pages.next().await.unwrap().unwrap();
        assert_eq!(page.parts()[0].part_number(), Some(number));
    }
    assert!(pages.next().await.is_none());

    let upload = CompletedMultipartUpload::builder().set_parts(Some(parts));
    let complete = client.complete_multipart_upload().bucket("bucket");
    let complete = complete.key("copy").upload_id(id);
    complete
        .multipart_upload(upload.build())
        .send()
        .await
        .unwrap();
    let found = client.get_object().bucket("bucket").key("copy");
    let found = found.send().await.unwrap().body.collect().await.unwrap();
    assert_eq!(found.to_vec(), body);
    let left = client.list_multipart_uploads().bucket("bucket").send();
    assert!(left.await.unwrap().uploads().is_empty());
}
