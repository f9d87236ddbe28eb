//! The throughput of a shard, and throttling on demand.

use std::time::Duration;

use aws_sdk_kinesis::primitives::Blob;
use aws_sdk_kinesis::types::ShardIteratorType;

use super::server::{Server, code, entry, refusal};

const SHARD: &str = "shardId-000000000000";
const MIB: usize = 1024 * 1024;
const THROTTLED: &str = "ProvisionedThroughputExceededException";

/// Puts `batches` times 500 records; gives how many were refused, by answer and by counter.
async fn put_batches(server: &Server, batches: usize) -> (usize, usize) {
    let (mut refused, mut counted) = (0, 0);
    for _ in 0..batches {
        let put = server.client.put_records().stream_name("s");
        let put = (0..500).fold(put, |put, _| put.records(entry("key", "data")));
        let answer = put.send().await.unwrap();
        counted += usize::try_from(answer.failed_record_count.unwrap()).unwrap();
        for result in answer.records {
            if result.error_code.is_some() {
                assert_eq!(result.error_code.as_deref(), Some(THROTTLED));
                assert_eq!(
                    result.error_message.as_deref(),
                    Some(
                        "Rate exceeded for shard shardId-000000000000 in stream s \
                         under account 000000000000."
                    )
                );
                assert_eq!(result.sequence_number, None);
                refused += 1;
            }
        }
    }
    (refused, counted)
}

/// How many records lie in the shard, whatever the read limits.
fn stored(server: &Server) -> usize {
    let from = local::kinesis::Position::TrimHorizon;
    let page = server
        .kinesis
        .read("s", SHARD, &from, usize::MAX, usize::MAX);
    page.unwrap().records.len()
}

#[tokio::test]
async fn a_shard_takes_a_thousand_records_a_second() {
    let server = Server::start_limited().await;
    server.kinesis.create_stream("s", Some(1)).unwrap();
    assert_eq!(put_batches(&server, 3).await, (500, 500));
    assert_eq!(stored(&server), 1_000);
    let put = server
        .client
        .put_record()
        .stream_name("s")
        .partition_key("key");
    let put = put.data(Blob::new("data"));
    assert_eq!(code(put.clone().send()).await, THROTTLED);
    server.clock.advance(Duration::from_secs(1));
    assert_eq!(put_batches(&server, 2).await, (0, 0));
}

#[tokio::test]
async fn a_shard_takes_a_mebibyte_a_second() {
    let server = Server::start_limited().await;
    server.kinesis.create_stream("s", Some(1)).unwrap();
    let put = || {
        let put = server
            .client
            .put_record()
            .stream_name("s")
            .partition_key("key");
        put.data(Blob::new(vec![0; 1_000_000])).send()
    };
    put().await.unwrap();
    let (code, message) = refusal(put()).await;
    assert_eq!(code, THROTTLED);
    assert!(message.starts_with("Rate exceeded for shard shardId-000000000000"));
    server.clock.advance(Duration::from_secs(1));
    put().await.unwrap();
}

#[tokio::test]
async fn a_large_record_is_admitted_and_paid_off_afterwards() {
    let server = Server::start_limited().await;
    let create = server
        .client
        .create_stream()
        .stream_name("s")
        .shard_count(1);
    create.max_record_size_in_kib(10_240).send().await.unwrap();
    server.settle();
    let put = |size: usize| {
        let put = server
            .client
            .put_record()
            .stream_name("s")
            .partition_key("key");
        put.data(Blob::new(vec![0; size])).send()
    };
    put(5 * MIB).await.unwrap();
    server.clock.advance(Duration::from_secs(5));
    assert_eq!(code(put(100)).await, THROTTLED);
    server.clock.advance(Duration::from_secs(1));
    put(100).await.unwrap();
}

#[tokio::test]
async fn shards_are_limited_each_by_itself() {
    let server = Server::start_limited().await;
    server.kinesis.create_stream("s", Some(2)).unwrap();
    let put = |hash_key: u128| {
        let put = server
            .client
            .put_record()
            .stream_name("s")
            .partition_key("key");
        let put = put.data(Blob::new(vec![0; 1_000_000]));
        put.explicit_hash_key(hash_key.to_string()).send()
    };
    put(0).await.unwrap();
    put(u128::MAX).await.unwrap();
    assert_eq!(code(put(0)).await, THROTTLED);
}

#[tokio::test]
async fn a_shard_answers_five_reads_a_second() {
    let server = Server::start_limited().await;
    server.kinesis.create_stream("s", Some(1)).unwrap();
    let iterator = server
        .iterator("s", SHARD, ShardIteratorType::TrimHorizon)
        .await;
    let get = || server.client.get_records().shard_iterator(&iterator).send();
    for _ in 0..5 {
        get().await.unwrap();
    }
    assert_eq!(code(get()).await, THROTTLED);
    server.clock.advance(Duration::from_millis(200));
    get().await.unwrap();
    assert_eq!(code(get()).await, THROTTLED);
}

#[tokio::test]
async fn after_ten_mebibytes_a_shard_is_not_read_for_five_seconds() {
    let server = Server::start_limited().await;
    server.kinesis.create_stream("s", Some(1)).unwrap();
    for _ in 0..11 {
        server.put("s", "k", &vec![0; MIB - 1]).await;
        server.clock.advance(Duration::from_secs(1));
    }
    let iterator = server
        .iterator("s", SHARD, ShardIteratorType::TrimHorizon)
        .await;
    let get = || server.client.get_records().shard_iterator(&iterator).send();
    assert_eq!(get().await.unwrap().records.len(), 10);
    server.clock.advance(Duration::from_secs(5));
    assert_eq!(code(get()).await, THROTTLED);
    server.clock.advance(Duration::from_millis(1));
    get().await.unwrap();
}

#[tokio::test]
async fn a_shard_gives_out_five_iterators_a_second() {
    let server = Server::start_limited().await;
    server.kinesis.create_stream("s", Some(1)).unwrap();
    let get = server
        .client
        .get_shard_iterator()
        .stream_name("s")
        .shard_id(SHARD);
    let get = get.shard_iterator_type(ShardIteratorType::Latest);
    for _ in 0..5 {
        get.clone().send().await.unwrap();
    }
    assert_eq!(code(get.send()).await, THROTTLED);
}

#[tokio::test]
async fn without_limits_nothing_is_throttled() {
    let server = Server::with_stream("s", 1).await;
    assert_eq!(put_batches(&server, 5).await, (0, 0));
    let iterator = server
        .iterator("s", SHARD, ShardIteratorType::TrimHorizon)
        .await;
    for _ in 0..10 {
        let get = server.client.get_records().shard_iterator(&iterator);
        get.send().await.unwrap();
    }
}

#[tokio::test]
async fn a_throttle_refuses_its_fraction_and_stores_none_of_it() {
    let server = Server::with_stream("s", 1).await;
    server.throttle.set(1.0 / 3.0);
    let (refused, counted) = put_batches(&server, 6).await;
    assert_eq!(refused, counted);
    assert!((850..1_150).contains(&refused), "{refused} of 3000");
    assert_eq!(stored(&server), 3_000 - refused);
    server.throttle.set(1.0);
    let put = server
        .client
        .put_record()
        .stream_name("s")
        .partition_key("key");
    assert_eq!(code(put.data(Blob::new("data")).send()).await, THROTTLED);
    server.throttle.set(0.0);
    assert_eq!(put_batches(&server, 1).await, (0, 0));
}
