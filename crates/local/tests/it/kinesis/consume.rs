//! Reading within the process, as the event source mapping does.

use std::time::Duration;

use local::kinesis::{Position, ReadError};

use super::server::{START_MS, Server};

const SHARD: &str = "shardId-000000000000";

fn data(server: &Server, from: &Position) -> Vec<String> {
    let page = server
        .kinesis
        .read("s", SHARD, from, 100, usize::MAX)
        .unwrap();
    let text = |data: &[u8]| String::from_utf8_lossy(data).into_owned();
    page.records
        .iter()
        .map(|record| text(&record.data))
        .collect()
}

#[tokio::test]
async fn a_consumer_reads_from_its_position() {
    let server = Server::with_stream("s", 1).await;
    let at_start = server.kinesis.latest("s", SHARD).unwrap();
    let (_, first) = server.put("s", "key", b"a").await;
    server.clock.advance(Duration::from_millis(5));
    server.put("s", "key", b"b").await;
    let at_end = server.kinesis.latest("s", SHARD).unwrap();
    server.put("s", "key", b"c").await;
    assert_eq!(data(&server, &Position::TrimHorizon), ["a", "b", "c"]);
    assert_eq!(data(&server, &at_start), ["a", "b", "c"]);
    assert_eq!(data(&server, &Position::After(first)), ["b", "c"]);
    assert_eq!(
        data(&server, &Position::AtTimestamp(START_MS + 1)),
        ["b", "c"]
    );
    assert_eq!(data(&server, &at_end), ["c"]);
}

#[tokio::test]
async fn a_page_is_bounded_by_records_and_bytes_but_never_empty_for_it() {
    let server = Server::with_stream("s", 1).await;
    for _ in 0..10 {
        server.put("s", "key", &[0; 97]).await;
    }
    let read = |max_records, max_bytes| {
        let from = Position::TrimHorizon;
        let page = server
            .kinesis
            .read("s", SHARD, &from, max_records, max_bytes);
        page.unwrap().records.len()
    };
    assert_eq!(read(3, usize::MAX), 3);
    assert_eq!(read(100, 250), 2);
    assert_eq!(read(100, 1), 1);
    assert_eq!(read(100, 1_000), 10);
}

#[tokio::test]
async fn a_record_is_as_it_was_put() {
    let server = Server::with_stream("s", 1).await;
    server.clock.advance(Duration::from_millis(7));
    let (_, number) = server.put("s", "ключ", b"data").await;
    let page = server
        .kinesis
        .read("s", SHARD, &Position::TrimHorizon, 10, 1_000)
        .unwrap();
    let record = &page.records[0];
    assert_eq!(record.sequence_number, number);
    assert_eq!(record.partition_key, "ключ");
    assert_eq!(record.arrival_ms, START_MS + 7);
    assert!(!page.end_of_shard);
    assert_eq!(page.millis_behind_latest, 0);
}

#[tokio::test]
async fn shards_are_listed_with_their_parents_and_end_when_closed() {
    let server = Server::with_stream("s", 1).await;
    server.put("s", "key", b"data").await;
    let split = server
        .client
        .split_shard()
        .stream_name("s")
        .shard_to_split(SHARD);
    split.new_starting_hash_key("1000").send().await.unwrap();
    let shards = server.kinesis.shards("s").unwrap();
    assert!(shards[0].closed && shards[0].parents.is_empty());
    for child in &shards[1..] {
        assert!(!child.closed);
        assert_eq!(child.parents, [SHARD]);
    }
    let page = server
        .kinesis
        .read("s", SHARD, &Position::TrimHorizon, 10, 1_000)
        .unwrap();
    assert_eq!(page.records.len(), 1);
    assert!(page.end_of_shard);
}

#[tokio::test]
async fn what_is_not_there_is_told_apart() {
    let server = Server::with_stream("s", 1).await;
    let read = |stream: &str, shard: &str, from: Position| {
        server.kinesis.read(stream, shard, &from, 1, 1).unwrap_err()
    };
    assert!(matches!(
        read("x", SHARD, Position::TrimHorizon),
        ReadError::StreamNotFound(stream) if stream == "x"
    ));
    assert!(matches!(
        read("s", "shardId-000000000001", Position::TrimHorizon),
        ReadError::ShardNotFound { .. }
    ));
    assert!(matches!(
        read("s", SHARD, Position::After("7".to_owned())),
        ReadError::ForeignSequenceNumber { .. }
    ));
}

#[tokio::test]
async fn a_poller_is_woken_by_records_and_by_reshards() {
    let server = Server::with_stream("s", 1).await;
    let mut changes = server.kinesis.changes();
    assert!(!changes.has_changed().unwrap());
    server.put("s", "key", b"data").await;
    changes.changed().await.unwrap();
    let split = server
        .client
        .split_shard()
        .stream_name("s")
        .shard_to_split(SHARD);
    split.new_starting_hash_key("1000").send().await.unwrap();
    changes.changed().await.unwrap();
    assert!(!changes.has_changed().unwrap());
}
