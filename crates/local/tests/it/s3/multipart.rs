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
