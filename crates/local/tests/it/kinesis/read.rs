//! Iterators and `GetRecords`: where a consumer starts, what it gets, how it goes on.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_sdk_kinesis::primitives::{Blob, DateTime};
use aws_sdk_kinesis::types::ShardIteratorType;

use super::server::{START_MS, Server, code, entry, refusal};

const SHARD: &str = "shardId-000000000000";
const MIB: usize = 1024 * 1024;

fn millis(time_ms: u64) -> DateTime {
    DateTime::from_millis(time_ms.try_into().unwrap())
}

/// Puts `a`, `b` and `c` a second apart; gives their sequence numbers.
async fn three_records(server: &Server) -> Vec<String> {
    let mut numbers = Vec::new();
    for data in [b"a", b"b", b"c"] {
        numbers.push(server.put("s", "key", data).await.1);
        server.clock.advance(Duration::from_secs(1));
    }
    numbers
}

/// The data that follows an iterator.
async fn data_after(server: &Server, iterator: impl Into<String>) -> Vec<String> {
    let get = server.client.get_records().shard_iterator(iterator);
    let page = get.send().await.unwrap();
    let text = |data: &[u8]| String::from_utf8_lossy(data).into_owned();
    page.records
        .iter()
        .map(|record| text(record.data.as_ref()))
        .collect()
}

#[tokio::test]
async fn each_iterator_type_starts_where_it_says() {
    let server = Server::with_stream("s", 1).await;
    let numbers = three_records(&server).await;
    let get = |iterator_type| {
        let get = server
            .client
            .get_shard_iterator()
            .stream_name("s")
            .shard_id(SHARD);
        get.shard_iterator_type(iterator_type)
    };
    let requests = [
        (get(ShardIteratorType::TrimHorizon), vec!["a", "b", "c"]),
        (get(ShardIteratorType::Latest), vec![]),
        (
            get(ShardIteratorType::AtSequenceNumber).starting_sequence_number(&numbers[1]),
            vec!["b", "c"],
        ),
        (
            get(ShardIteratorType::AfterSequenceNumber).starting_sequence_number(&numbers[1]),
            vec!["c"],
        ),
        (
            get(ShardIteratorType::AtTimestamp).timestamp(millis(START_MS + 1_000)),
            vec!["b", "c"],
        ),
        (
            get(ShardIteratorType::AtTimestamp).timestamp(millis(START_MS + 1_001)),
            vec!["c"],
        ),
        (
            get(ShardIteratorType::AtTimestamp).timestamp(millis(0)),
            vec!["a", "b", "c"],
        ),
        (
            get(ShardIteratorType::AtTimestamp).timestamp(millis(START_MS + 2_500)),
            vec![],
        ),
    ];
    for (request, expected) in requests {
        let shown = format!("{request:?}");
        let iterator = request.send().await.unwrap().shard_iterator.unwrap();
        assert_eq!(data_after(&server, iterator).await, expected, "{shown}");
    }
}

#[tokio::test]
async fn latest_means_what_arrives_after_the_call() {
    let server = Server::with_stream("s", 1).await;
    server.put("s", "key", b"before").await;
    let iterator = server.iterator("s", SHARD, ShardIteratorType::Latest).await;
    server.put("s", "key", b"after").await;
    assert_eq!(data_after(&server, iterator).await, ["after"]);
}

#[tokio::test]
async fn an_empty_shard_is_read_from_its_starting_sequence_number() {
    let server = Server::with_stream("s", 1).await;
    let shards = server.shards("s").await;
    let range = shards[0].sequence_number_range.as_ref().unwrap();
    for iterator_type in [
        ShardIteratorType::AtSequenceNumber,
        ShardIteratorType::AfterSequenceNumber,
    ] {
        let get = server
            .client
            .get_shard_iterator()
            .stream_name("s")
            .shard_id(SHARD);
        let get = get.shard_iterator_type(iterator_type);
        let get = get.starting_sequence_number(&range.starting_sequence_number);
        let iterator = get.send().await.unwrap().shard_iterator.unwrap();
        let data = format!("after {iterator}");
        server.put("s", "key", data.as_bytes()).await;
        assert_eq!(data_after(&server, iterator).await.last(), Some(&data));
    }
}

#[tokio::test]
async fn a_type_and_a_sequence_number_that_contradict_each_other_are_refused() {
    let server = Server::with_stream("s", 1).await;
    let (_, number) = server.put("s", "key", b"").await;
    let get = || {
        server
            .client
            .get_shard_iterator()
            .stream_name("s")
            .shard_id(SHARD)
    };
    for iterator_type in [ShardIteratorType::TrimHorizon, ShardIteratorType::Latest] {
        let call = get()
            .shard_iterator_type(iterator_type)
            .starting_sequence_number(&number);
        assert_eq!(code(call.send()).await, "InvalidArgumentException");
    }
    for iterator_type in [
        ShardIteratorType::AtSequenceNumber,
        ShardIteratorType::AfterSequenceNumber,
        ShardIteratorType::AtTimestamp,
    ] {
        let call = get().shard_iterator_type(iterator_type);
        assert_eq!(code(call.send()).await, "InvalidArgumentException");
    }
    let call = get().shard_iterator_type("SOMEWHERE".into());
    assert_eq!(code(call.send()).await, "ValidationException");
}

#[tokio::test]
async fn a_sequence_number_of_another_shard_is_refused_by_name() {
    let server = Server::with_stream("s", 2).await;
    let put = server
        .client
        .put_record()
        .stream_name("s")
        .partition_key("key");
    let put = put
        .data(Blob::new(""))
        .explicit_hash_key(u128::MAX.to_string());
    let number = put.send().await.unwrap().sequence_number;
    let get = server
        .client
        .get_shard_iterator()
        .stream_name("s")
        .shard_id(SHARD);
    let get = get.shard_iterator_type(ShardIteratorType::AtSequenceNumber);
    let (code, message) = refusal(get.starting_sequence_number(number).send()).await;
    assert_eq!(code, "InvalidArgumentException");
    assert_eq!(
        message,
        "Invalid StartingSequenceNumber. It encodes shardId-000000000001, \
         while it was used in a call to a shard with shardId-000000000000"
    );
}

#[tokio::test]
async fn a_timestamp_of_the_future_is_refused() {
    let server = Server::with_stream("s", 1).await;
    let get = server
        .client
        .get_shard_iterator()
        .stream_name("s")
        .shard_id(SHARD);
    let get = get.shard_iterator_type(ShardIteratorType::AtTimestamp);
    let call = get.timestamp(millis(START_MS + 1)).send();
    assert_eq!(code(call).await, "InvalidArgumentException");
}

#[tokio::test]
async fn a_shard_that_is_not_there_is_named_in_the_words_of_aws() {
    let server = Server::with_stream("s", 1).await;
    let get = |stream: &str, shard: &str| {
        let get = server
            .client
            .get_shard_iterator()
            .stream_name(stream)
            .shard_id(shard);
        get.shard_iterator_type(ShardIteratorType::TrimHorizon)
            .send()
    };
    let (code, message) = refusal(get("s", "shardId-000000000001")).await;
    assert_eq!(code, "ResourceNotFoundException");
    assert_eq!(
        message,
        "Shard shardId-000000000001 in stream s under account 000000000000 does not exist"
    );
    let (code, message) = refusal(get("x", SHARD)).await;
    assert_eq!(code, "ResourceNotFoundException");
    assert_eq!(
        message,
        "Shard shardId-000000000000 in stream x under account 000000000000 does not exist"
    );
}

#[tokio::test]
async fn what_is_no_iterator_is_refused() {
    let server = Server::with_stream("s", 1).await;
    for garbage in ["AAAA", "not base64", "\"", "eyJzIjoicyJ9AAAAAA=="] {
        let call = server.client.get_records().shard_iterator(garbage).send();
        assert_eq!(code(call).await, "InvalidArgumentException", "{garbage}");
    }
}

#[tokio::test]
async fn an_iterator_is_good_for_five_minutes() {
    let server = Server::with_stream("s", 1).await;
    let iterator = server
        .iterator("s", SHARD, ShardIteratorType::TrimHorizon)
        .await;
    server.clock.advance(Duration::from_mins(5));
    let get = server.client.get_records().shard_iterator(iterator);
    get.clone().send().await.unwrap();
    server.clock.advance(Duration::from_millis(1));
    assert_eq!(code(get.send()).await, "ExpiredIteratorException");
}

#[tokio::test]
async fn every_read_gives_a_new_iterator_and_no_record_twice() {
    let server = Server::with_stream("s", 1).await;
    let mut iterator = server
        .iterator("s", SHARD, ShardIteratorType::TrimHorizon)
        .await;
    let (mut iterators, mut read) = (BTreeSet::new(), Vec::new());
    for round in 0..100_u32 {
        if round % 3 == 0 {
            server.put("s", "key", round.to_string().as_bytes()).await;
        }
        assert!(iterators.insert(iterator.clone()));
        let get = server.client.get_records().shard_iterator(&iterator);
        let page = get.send().await.unwrap();
        read.extend(
            page.records
                .into_iter()
                .map(|record| record.sequence_number),
        );
        iterator = page.next_shard_iterator.unwrap();
    }
    assert_eq!(read.len(), 34);
    assert!(read.windows(2).all(|pair| pair[0] < pair[1]));
}

#[tokio::test]
async fn an_iterator_in_double_quotes_is_taken() {
    let server = Server::with_stream("s", 1).await;
    server.put("s", "key", b"data").await;
    let iterator = server
        .iterator("s", SHARD, ShardIteratorType::TrimHorizon)
        .await;
    assert_eq!(
        data_after(&server, format!("\"{iterator}\"")).await,
        ["data"]
    );
}

#[tokio::test]
async fn an_iterator_does_not_reach_into_a_later_stream_of_the_same_name() {
    let server = Server::with_stream("s", 1).await;
    let iterator = server
        .iterator("s", SHARD, ShardIteratorType::TrimHorizon)
        .await;
    server
        .client
        .delete_stream()
        .stream_name("s")
        .send()
        .await
        .unwrap();
    server.settle();
    server.kinesis.create_stream("s", Some(1)).unwrap();
    let get = server.client.get_records().shard_iterator(iterator);
    assert_eq!(code(get.send()).await, "ResourceNotFoundException");
}

#[tokio::test]
async fn a_read_returns_at_most_its_limit_and_never_more_than_ten_thousand() {
    let server = Server::with_stream("s", 1).await;
    for _ in 0..21 {
        let put = server.client.put_records().stream_name("s");
        let put = (0..500).fold(put, |put, _| put.records(entry("key", "data")));
        put.send().await.unwrap();
    }
    let iterator = server
        .iterator("s", SHARD, ShardIteratorType::TrimHorizon)
        .await;
    let get = || server.client.get_records().shard_iterator(&iterator);
    assert_eq!(code(get().limit(0).send()).await, "ValidationException");
    assert_eq!(
        code(get().limit(10_001).send()).await,
        "ValidationException"
    );
    assert_eq!(get().limit(7).send().await.unwrap().records.len(), 7);
    let page = get().send().await.unwrap();
    assert_eq!(page.records.len(), 10_000);
    let get = server
        .client
        .get_records()
        .shard_iterator(page.next_shard_iterator.unwrap());
    assert_eq!(get.send().await.unwrap().records.len(), 500);
}

#[tokio::test]
async fn a_read_returns_at_most_ten_mebibytes_and_goes_on_after_them() {
    let server = Server::with_stream("s", 1).await;
    for _ in 0..12 {
        server.put("s", "k", &vec![b'x'; MIB - 1]).await;
    }
    let iterator = server
        .iterator("s", SHARD, ShardIteratorType::TrimHorizon)
        .await;
    let page = server
        .client
        .get_records()
        .shard_iterator(iterator)
        .send()
        .await
        .unwrap();
    assert_eq!(page.records.len(), 10);
    assert!(page.millis_behind_latest > Some(0));
    assert_eq!(server.read_all("s", SHARD).await.len(), 12);
}

#[tokio::test]
async fn the_lag_is_that_of_the_last_record_read_and_0_at_the_tip() {
    let server = Server::with_stream("s", 1).await;
    three_records(&server).await;
    let iterator = server
        .iterator("s", SHARD, ShardIteratorType::TrimHorizon)
        .await;
    let page = server
        .client
        .get_records()
        .shard_iterator(iterator)
        .limit(2);
    let page = page.send().await.unwrap();
    assert_eq!(page.millis_behind_latest, Some(2_000));
    let rest = server
        .client
        .get_records()
        .shard_iterator(page.next_shard_iterator.unwrap());
    assert_eq!(rest.send().await.unwrap().millis_behind_latest, Some(0));
}

#[tokio::test]
async fn a_record_arrives_to_the_millisecond_and_unencrypted() {
    let server = Server::with_stream("s", 1).await;
    server.clock.advance(Duration::from_millis(123));
    server.put("s", "key", b"data").await;
    let records = server.read_all("s", SHARD).await;
    // The SDK reads the seconds as a float, so its nanoseconds are off by some.
    let arrived = records[0]
        .approximate_arrival_timestamp
        .unwrap()
        .as_secs_f64();
    assert!(
        (arrived * 1000.0 - 1_763_733_600_123.0).abs() < 0.5,
        "{arrived}"
    );
    assert_eq!(records[0].encryption_type, None);
}
