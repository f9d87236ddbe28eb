//! Putting records: where they go, what is refused, what the answer says.

use std::collections::BTreeMap;

use aws_sdk_kinesis::primitives::Blob;
use aws_sdk_kinesis::types::Shard;
use md5::{Digest, Md5};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::server::{Server, code, entry, refusal};

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;

fn owner(shards: &[Shard], hash_key: u128) -> String {
    let owns = |shard: &&Shard| {
        let range = shard.hash_key_range.as_ref().unwrap();
        let start: u128 = range.starting_hash_key.parse().unwrap();
        let end: u128 = range.ending_hash_key.parse().unwrap();
        (start..=end).contains(&hash_key)
    };
    shards.iter().find(owns).unwrap().shard_id.clone()
}

#[tokio::test]
async fn a_stream_being_created_takes_no_records() {
    let server = Server::start().await;
    let create = server
        .client
        .create_stream()
        .stream_name("s")
        .shard_count(1);
    create.send().await.unwrap();
    let put = server
        .client
        .put_record()
        .stream_name("s")
        .partition_key("key");
    let put = put.data(Blob::new("data"));
    assert_eq!(code(put.clone().send()).await, "ResourceNotFoundException");
    server.settle();
    put.send().await.unwrap();
}

#[tokio::test]
async fn a_partition_key_goes_where_its_md5_says() {
    let server = Server::with_stream("s", 7).await;
    let shards = server.shards("s").await;
    let mut runner = TestRunner::deterministic();
    let keys: Vec<String> = (0..1_000)
        .map(|_| "[^\u{0}]{1,64}".new_tree(&mut runner).unwrap().current())
        .collect();
    for batch in keys.chunks(500) {
        let put = server.client.put_records().stream_name("s");
        let put = batch
            .iter()
            .fold(put, |put, key| put.records(entry(key, "data")));
        let answer = put.send().await.unwrap();
        for (key, result) in batch.iter().zip(&answer.records) {
            let hash_key = u128::from_be_bytes(Md5::digest(key.as_bytes()).into());
            assert_eq!(
                result.shard_id.as_ref(),
                Some(&owner(&shards, hash_key)),
                "{key:?}"
            );
        }
    }
}

#[tokio::test]
async fn an_explicit_hash_key_overrides_the_partition_key() {
    let server = Server::with_stream("s", 3).await;
    let put = |hash_key: &str| {
        let put = server
            .client
            .put_record()
            .stream_name("s")
            .partition_key("key");
        put.data(Blob::new("data"))
            .explicit_hash_key(hash_key)
            .send()
    };
    assert_eq!(put("0").await.unwrap().shard_id, "shardId-000000000000");
    let highest = u128::MAX.to_string();
    assert_eq!(
        put(&highest).await.unwrap().shard_id,
        "shardId-000000000002"
    );
    let too_high = "340282366920938463463374607431768211456";
    let (code, message) = refusal(put(too_high)).await;
    assert_eq!(code, "InvalidArgumentException");
    assert_eq!(
        message,
        "Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. \
         Specified value was 340282366920938463463374607431768211456"
    );
    for malformed in ["-1", "007"] {
        assert_eq!(
            super::server::code(put(malformed)).await,
            "ValidationException"
        );
    }
}

#[tokio::test]
async fn a_partition_key_has_1_to_256_characters_however_long_they_are() {
    let server = Server::with_stream("s", 1).await;
    let put = |key: String| {
        let put = server
            .client
            .put_record()
            .stream_name("s")
            .partition_key(key);
        put.data(Blob::new("data")).send()
    };
    put("k".to_owned()).await.unwrap();
    put("k".repeat(256)).await.unwrap();
    put("🦀".repeat(256)).await.unwrap();
    let (code, message) = refusal(put(String::new())).await;
    assert_eq!(code, "ValidationException");
    assert_eq!(
        message,
        "1 validation error detected: Value '' at 'partitionKey' failed to satisfy constraint: \
         Member must have length greater than or equal to 1"
    );
    assert_eq!(
        super::server::code(put("k".repeat(257))).await,
        "ValidationException"
    );
}

#[tokio::test]
async fn empty_data_is_a_record() {
    let server = Server::with_stream("s", 1).await;
    let (shard, _) = server.put("s", "key", b"").await;
    let records = server.read_all("s", &shard).await;
    assert_eq!(records[0].data.as_ref(), b"");
}

#[tokio::test]
async fn every_byte_comes_back() {
    let server = Server::with_stream("s", 1).await;
    let data: Vec<u8> = (0..=255).collect();
    let (shard, _) = server.put("s", "ключ", &data).await;
    let records = server.read_all("s", &shard).await;
    assert_eq!(records[0].data.as_ref(), data);
    assert_eq!(records[0].partition_key.as_deref(), Some("ключ"));
}

#[tokio::test]
async fn data_and_key_together_are_at_most_one_mebibyte() {
    let server = Server::with_stream("s", 1).await;
    let put = |size: usize| {
        let put = server
            .client
            .put_record()
            .stream_name("s")
            .partition_key("key");
        put.data(Blob::new(vec![b'x'; size - "key".len()])).send()
    };
    put(MIB).await.unwrap();
    assert_eq!(code(put(MIB + 1)).await, "InvalidArgumentException");
}

#[tokio::test]
async fn a_stream_that_allows_it_takes_larger_records() {
    let server = Server::with_stream("s", 1).await;
    let update = server.client.update_max_record_size();
    let update = update.stream_arn("arn:aws:kinesis:eu-west-1:000000000000:stream/s");
    let call = update.clone().max_record_size_in_kib(10_241).send();
    assert_eq!(code(call).await, "ValidationException");
    update.max_record_size_in_kib(10_240).send().await.unwrap();
    let data: Vec<u8> = (0..10 * MIB - 3)
        .map(|index| index.to_le_bytes()[0])
        .collect();
    let (shard, _) = server.put("s", "key", &data).await;
    let records = server.read_all("s", &shard).await;
    assert_eq!(records[0].data.as_ref(), data);
}

#[tokio::test]
async fn a_batch_has_1_to_500_records() {
    let server = Server::with_stream("s", 2).await;
    let put = |count: usize| {
        let put = server
            .client
            .put_records()
            .stream_name("s")
            .set_records(Some(vec![]));
        let put = (0..count).fold(put, |put, index| put.records(entry(&index.to_string(), "")));
        put.send()
    };
    assert_eq!(code(put(0)).await, "ValidationException");
    assert_eq!(code(put(501)).await, "ValidationException");
    let answer = put(500).await.unwrap();
    assert_eq!(answer.failed_record_count, Some(0));
    assert_eq!(answer.records.len(), 500);
}

#[tokio::test]
async fn a_batch_has_at_most_ten_mebibytes_with_its_keys() {
    let server = Server::with_stream("s", 1).await;
    let put = |last: usize| {
        let put = server.client.put_records().stream_name("s");
        let put = (0..10).fold(put, |put, _| put.records(entry("k", vec![0; 1_000 * KIB])));
        put.records(entry("k", vec![0; last])).send()
    };
    let rest = 10 * MIB - 10 * 1_000 * KIB - 11;
    put(rest).await.unwrap();
    assert_eq!(code(put(rest + 1)).await, "InvalidArgumentException");
}

#[tokio::test]
async fn each_answer_belongs_to_the_record_in_its_place() {
    let server = Server::with_stream("s", 4).await;
    let put = server.client.put_records().stream_name("s");
    let put = (0..500).fold(put, |put, index: u32| {
        put.records(entry(&format!("key-{index}"), index.to_be_bytes()))
    });
    let answer = put.send().await.unwrap();
    let mut stored = BTreeMap::new();
    for shard in server.shards("s").await {
        for record in server.read_all("s", &shard.shard_id).await {
            let place = (shard.shard_id.clone(), record.sequence_number.clone());
            stored.insert(place, record);
        }
    }
    assert_eq!(stored.len(), 500);
    for (index, result) in (0_u32..).zip(answer.records) {
        let record = &stored[&(result.shard_id.unwrap(), result.sequence_number.unwrap())];
        assert_eq!(record.partition_key, Some(format!("key-{index}")));
        assert_eq!(record.data.as_ref(), index.to_be_bytes());
    }
}

#[tokio::test]
async fn one_malformed_record_refuses_the_whole_batch() {
    let server = Server::with_stream("s", 1).await;
    let put = server.client.put_records().stream_name("s");
    let put = put
        .records(entry("good", "data"))
        .records(entry("", "data"));
    let (code, message) = refusal(put.send()).await;
    assert_eq!(code, "ValidationException");
    assert!(
        message.contains("'records.2.member.partitionKey'"),
        "{message}"
    );
    let put = server.client.put_records().stream_name("s");
    let put = put
        .records(entry("good", "data"))
        .records(entry("big", vec![0; MIB]));
    assert_eq!(
        super::server::code(put.send()).await,
        "InvalidArgumentException"
    );
    assert!(
        server
            .read_all("s", "shardId-000000000000")
            .await
            .is_empty()
    );
}

#[tokio::test]
async fn sequence_numbers_rise_as_integers_and_as_text() {
    let server = Server::with_stream("s", 1).await;
    let mut numbers = Vec::new();
    for _ in 0..100 {
        numbers.push(server.put("s", "key", b"").await.1);
        server.clock.advance(std::time::Duration::from_millis(700));
    }
    assert!(numbers.iter().all(|number| number.len() == 56));
    assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]));
}

#[tokio::test]
async fn an_ordering_hint_must_be_a_sequence_number() {
    let server = Server::with_stream("s", 1).await;
    let put = |after: &str| {
        let put = server
            .client
            .put_record()
            .stream_name("s")
            .partition_key("key");
        put.data(Blob::new("data"))
            .sequence_number_for_ordering(after)
            .send()
    };
    let (_, first) = server.put("s", "key", b"").await;
    let second = put(&first).await.unwrap().sequence_number;
    assert!(second > first);
    assert_eq!(code(put("1")).await, "InvalidArgumentException");
    assert_eq!(code(put("007")).await, "ValidationException");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_many_clients_put_at_once_is_read_exactly_once() {
    let server = Server::with_stream("s", 2).await;
    let clients = (0..16).map(|client: u32| {
        let kinesis = server.client.clone();
        tokio::spawn(async move {
            for record in 0..25_u32 {
                let data = format!("{client}/{record}");
                let put = kinesis.put_record().stream_name("s");
                let put = put.partition_key(&data).data(Blob::new(data.as_bytes()));
                put.send().await.unwrap();
            }
        })
    });
    for client in clients.collect::<Vec<_>>() {
        client.await.unwrap();
    }
    let mut read = Vec::new();
    for shard in server.shards("s").await {
        read.extend(server.read_all("s", &shard.shard_id).await);
    }
    let mut data: Vec<_> = read.iter().map(|record| record.data.as_ref()).collect();
    assert_eq!(data.len(), 16 * 25);
    data.sort_unstable();
    data.dedup();
    assert_eq!(data.len(), 16 * 25);
}
