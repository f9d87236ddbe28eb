use std::collections::BTreeSet;

use super::server::Server;

#[tokio::test]
async fn every_key_is_listed_once_in_order_over_pages() {
    let server = Server::start().await;
    let client = server.bucket().await;
    let keys: Vec<_> = (0..2_500).map(|number| format!("k/{number:05}")).collect();
    for key in &keys {
        server
            .s3
            .put(
                "bucket",
                key,
                &bytes::Bytes::from_static(b"x"),
                "text/plain",
            )
            .unwrap();
    }
    let mut pages = client
        .list_objects_v2()
        .bucket("bucket")
        .into_paginator()
        .send();
    let mut found = Vec::new();
    let mut sizes = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.unwrap();
        sizes.push(page.contents().len());
        found.extend(
            page.contents()
                .iter()
                .map(|object| object.key().unwrap().to_owned()),
        );
    }
    assert_eq!(found, keys);
    assert_eq!(sizes, [1000, 1000, 500]);
}

#[tokio::test]
async fn keys_are_folded_at_the_delimiter_and_pages_never_repeat_a_fold() {
    let server = Server::start().await;
    let client = server.bucket().await;
    for key in ["a/1", "a/2", "b", "c/1", "c/2", "c/3", "d"] {
        client
            .put_object()
            .bucket("bucket")
            .key(key)
            .send()
            .await
            .unwrap();
    }
    let mut pages = client
        .list_objects_v2()
        .bucket("bucket")
        .delimiter("/")
        .max_keys(1)
        .into_paginator()
        .send();
    let mut found = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.unwrap();
        found.extend(
            page.contents()
                .iter()
                .map(|object| object.key().unwrap().to_owned()),
        );
        found.extend(
            page.common_prefixes()
                .iter()
                .map(|prefix| prefix.prefix().unwrap().to_owned()),
        );
    }
    assert_eq!(found, ["a/", "b", "c/", "d"]);
    let below = client
        .list_objects_v2()
        .bucket("bucket")
        .delimiter("/")
        .prefix("c/")
        .send()
        .await
        .unwrap();
    assert_eq!(below.contents().len(), 3);
    assert!(below.common_prefixes().is_empty());
}

#[tokio::test]
async fn an_entry_tells_size_etag_and_storage_class_and_encodes_its_key() {
    let server = Server::start().await;
    let client = server.bucket().await;
    for key in ["a+b c", "ü"] {
        client
            .put_object()
            .bucket("bucket")
            .key(key)
            .send()
            .await
            .unwrap();
    }
    let listed = client
        .list_objects_v2()
        .bucket("bucket")
        .encoding_type(aws_sdk_s3::types::EncodingType::Url)
        .send()
        .await
        .unwrap();
    let keys: BTreeSet<_> = listed
        .contents()
        .iter()
        .map(|object| object.key().unwrap())
        .collect();
    assert_eq!(keys, BTreeSet::from(["a%2Bb%20c", "%C3%BC"]));
    let first = &listed.contents()[0];
    assert_eq!(first.size(), Some(0));
    assert_eq!(first.e_tag(), Some("\"d41d8cd98f00b204e9800998ecf8427e\""));
    assert_eq!(first.storage_class().unwrap().as_str(), "STANDARD");
}

#[tokio::test]
async fn start_after_skips_what_lies_before() {
    let server = Server::start().await;
    let client = server.bucket().await;
    for key in ["a", "b", "c"] {
        client
            .put_object()
            .bucket("bucket")
            .key(key)
            .send()
            .await
            .unwrap();
    }
    let listed = client
        .list_objects_v2()
        .bucket("bucket")
        .start_after("a")
        .send()
        .await
        .unwrap();
    let keys: Vec<_> = listed
        .contents()
        .iter()
        .map(|object| object.key().unwrap())
        .collect();
    assert_eq!(keys, ["b", "c"]);
}
