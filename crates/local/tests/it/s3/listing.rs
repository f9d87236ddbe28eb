use std::collections::BTreeSet;

use aws_sdk_s3::Client;
use proptest::collection::btree_set;
use proptest::prelude::{ProptestConfig, any};
use proptest::test_runner::TestRunner;

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

/// Every key and every common prefix, in the order of the pages.
async fn all_pages(
    client: &Client,
    bucket: &str,
    prefix: &str,
    delimiter: Option<&str>,
    max_keys: i32,
) -> (Vec<String>, Vec<String>) {
    let mut pages = client
        .list_objects_v2()
        .bucket(bucket)
        .prefix(prefix)
        .set_delimiter(delimiter.map(str::to_owned))
        .max_keys(max_keys)
        .into_paginator()
        .send();
    let (mut keys, mut prefixes) = (Vec::new(), Vec::new());
    while let Some(page) = pages.next().await {
        let page = page.unwrap();
        let shown = page.contents().len() + page.common_prefixes().len();
        assert!(shown <= usize::try_from(max_keys).unwrap());
        assert_eq!(page.key_count(), i32::try_from(shown).ok());
        let found = page.contents().iter();
        keys.extend(found.map(|object| object.key().unwrap().to_owned()));
        let found = page.common_prefixes().iter();
        prefixes.extend(found.map(|prefix| prefix.prefix().unwrap().to_owned()));
    }
    (keys, prefixes)
}

#[test]
fn pages_of_any_size_show_every_key_or_its_fold_once() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let server = runtime.block_on(Server::start());
    let client = server.client();
    let buckets = std::cell::Cell::new(0);
    let asked = (
        btree_set("[ab/+]{1,4}", 0..12),
        "[ab/]{0,2}",
        any::<bool>(),
        1..5_i32,
    );
    let mut runner = TestRunner::new(ProptestConfig {
        cases: 64,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let law = |(keys, prefix, is_folded, max_keys): (BTreeSet<String>, String, bool, i32)| {
        let bucket = format!("bucket-{}", buckets.replace(buckets.get() + 1));
        server.s3.create_bucket(&bucket).unwrap();
        for key in &keys {
            let body = bytes::Bytes::from_static(b"x");
            server.s3.put(&bucket, key, &body, "text/plain").unwrap();
        }
        let delimiter = is_folded.then_some("/");
        let (mut plain, mut folds) = (Vec::new(), BTreeSet::new());
        for key in keys.iter().filter(|key| key.starts_with(&prefix)) {
            match key[prefix.len()..].find('/').filter(|_| is_folded) {
                Some(at) => {
                    folds.insert(key[..=prefix.len() + at].to_owned());
                }
                None => plain.push(key.clone()),
            }
        }
        let listed = all_pages(&client, &bucket, &prefix, delimiter, max_keys);
        let folds: Vec<_> = folds.into_iter().collect();
        assert_eq!(runtime.block_on(listed), (plain, folds));
        Ok(())
    };
    runner.run(&asked, law).unwrap();
}
