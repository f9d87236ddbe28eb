//! Splitting, merging and rescaling, and how a consumer gets from parents to children.

use std::time::Duration;

use aws_sdk_kinesis::primitives::{Blob, DateTime};
use aws_sdk_kinesis::types::{
    ScalingType, Shard, ShardFilter, ShardFilterType, ShardIteratorType, StreamMode,
    StreamModeDetails, StreamStatus,
};

use super::server::{START_MS, STATE_CHANGE, Server, code, refusal};

const FIRST: &str = "shardId-000000000000";
const HALF: u128 = 1 << 127;

/// A filter, its timestamp and its shard, and the shards that it selects.
type Case<'a> = (ShardFilterType, Option<u64>, Option<&'a str>, &'a [&'a str]);

async fn split(server: &Server, shard: &str, at: u128) {
    let call = server
        .client
        .split_shard()
        .stream_name("s")
        .shard_to_split(shard);
    call.new_starting_hash_key(at.to_string())
        .send()
        .await
        .unwrap();
    server.settle();
}

async fn merge(server: &Server, lower: &str, upper: &str) {
    let call = server.client.merge_shards().stream_name("s");
    let call = call.shard_to_merge(lower).adjacent_shard_to_merge(upper);
    call.send().await.unwrap();
    server.settle();
}

fn is_open(shard: &Shard) -> bool {
    let range = shard.sequence_number_range.as_ref().unwrap();
    range.ending_sequence_number.is_none()
}

fn range(shard: &Shard) -> (u128, u128) {
    let range = shard.hash_key_range.as_ref().unwrap();
    (
        range.starting_hash_key.parse().unwrap(),
        range.ending_hash_key.parse().unwrap(),
    )
}

fn ids(shards: &[Shard]) -> Vec<&str> {
    shards.iter().map(|shard| shard.shard_id.as_str()).collect()
}

#[tokio::test]
async fn a_split_closes_the_parent_and_opens_two_children() {
    let server = Server::with_stream("s", 2).await;
    server.put("s", "key", b"data").await;
    let call = server
        .client
        .split_shard()
        .stream_name("s")
        .shard_to_split(FIRST);
    call.new_starting_hash_key("1000").send().await.unwrap();
    let summary = server.client.describe_stream_summary().stream_name("s");
    let summary = summary
        .send()
        .await
        .unwrap()
        .stream_description_summary
        .unwrap();
    assert_eq!(summary.stream_status, StreamStatus::Updating);
    server.settle();
    let shards = server.shards("s").await;
    assert_eq!(shards.len(), 4);
    let parent = shards[0].sequence_number_range.as_ref().unwrap();
    let ending = parent.ending_sequence_number.as_ref().unwrap();
    assert!(*ending > parent.starting_sequence_number);
    assert_eq!(ending.len(), 56);
    for (child, expected) in shards[2..].iter().zip([(0, 999), (1000, HALF - 1)]) {
        assert!(is_open(child));
        assert_eq!(range(child), expected);
        assert_eq!(child.parent_shard_id.as_deref(), Some(FIRST));
        assert_eq!(child.adjacent_parent_shard_id, None);
        let start = &child
            .sequence_number_range
            .as_ref()
            .unwrap()
            .starting_sequence_number;
        assert!(start > ending, "a child's numbers follow its parent's");
    }
}

#[tokio::test]
async fn a_split_outside_of_the_shard_is_refused() {
    let server = Server::with_stream("s", 2).await;
    let call = |at: u128| {
        let call = server
            .client
            .split_shard()
            .stream_name("s")
            .shard_to_split(FIRST);
        call.new_starting_hash_key(at.to_string()).send()
    };
    for at in [0, 1, HALF - 1, HALF] {
        assert_eq!(code(call(at)).await, "InvalidArgumentException", "{at}");
    }
    call(2).await.unwrap();
    server.settle();
    let closed = call(3);
    assert_eq!(code(closed).await, "InvalidArgumentException");
    let missing = server
        .client
        .split_shard()
        .stream_name("s")
        .shard_to_split("shardId-9");
    let (code, message) = refusal(missing.new_starting_hash_key("5").send()).await;
    assert_eq!(code, "ResourceNotFoundException");
    assert_eq!(
        message,
        "Could not find shard shardId-9 in stream s under account 000000000000."
    );
}

#[tokio::test]
async fn the_end_of_a_closed_shard_names_its_children() {
    let server = Server::with_stream("s", 1).await;
    server.put("s", "key", b"a").await;
    server.put("s", "key", b"b").await;
    split(&server, FIRST, HALF).await;
    let iterator = server
        .iterator("s", FIRST, ShardIteratorType::TrimHorizon)
        .await;
    let page = server
        .client
        .get_records()
        .shard_iterator(iterator)
        .limit(1);
    let page = page.send().await.unwrap();
    assert!(page.child_shards.is_none());
    let end = server
        .client
        .get_records()
        .shard_iterator(page.next_shard_iterator.unwrap());
    let end = end.send().await.unwrap();
    assert_eq!(end.records[0].data.as_ref(), b"b");
    assert_eq!(end.next_shard_iterator, None);
    let children = end.child_shards.unwrap();
    assert_eq!(children.len(), 2);
    assert_eq!(children[1].shard_id, "shardId-000000000002");
    assert_eq!(children[1].parent_shards, [FIRST]);
    let latest = server.iterator("s", FIRST, ShardIteratorType::Latest).await;
    let end = server
        .client
        .get_records()
        .shard_iterator(latest)
        .send()
        .await
        .unwrap();
    assert_eq!(end.next_shard_iterator, None);
}

#[tokio::test]
async fn a_parent_keeps_its_records_while_its_keys_go_to_a_child() {
    let server = Server::with_stream("s", 1).await;
    let (before, number) = server.put("s", "key", b"before").await;
    split(&server, FIRST, HALF).await;
    let (after, later_number) = server.put("s", "key", b"after").await;
    assert_eq!(before, FIRST);
    assert_ne!(after, FIRST);
    assert!(later_number > number);
    assert_eq!(
        server.read_all("s", FIRST).await[0].data.as_ref(),
        b"before"
    );
    assert_eq!(
        server.read_all("s", &after).await[0].data.as_ref(),
        b"after"
    );
}

#[tokio::test]
async fn a_merge_joins_two_adjacent_shards_in_their_order() {
    let server = Server::with_stream("s", 3).await;
    let call = |lower: &str, upper: &str| {
        let call = server.client.merge_shards().stream_name("s");
        call.shard_to_merge(lower)
            .adjacent_shard_to_merge(upper)
            .send()
    };
    let (second, third) = ("shardId-000000000001", "shardId-000000000002");
    for (lower, upper) in [(FIRST, third), (second, FIRST), (FIRST, FIRST)] {
        assert_eq!(code(call(lower, upper)).await, "InvalidArgumentException");
    }
    merge(&server, FIRST, second).await;
    let shards = server.shards("s").await;
    let child = &shards[3];
    assert_eq!(child.parent_shard_id.as_deref(), Some(FIRST));
    assert_eq!(child.adjacent_parent_shard_id.as_deref(), Some(second));
    assert_eq!(range(child), (0, range(&shards[1]).1));
    assert!(!is_open(&shards[0]) && !is_open(&shards[1]) && is_open(&shards[2]));
}

#[tokio::test]
async fn rescaling_leaves_equal_shards_and_moves_at_most_by_double_or_half() {
    let server = Server::with_stream("s", 3).await;
    let call = |target| {
        let call = server.client.update_shard_count().stream_name("s");
        call.target_shard_count(target)
            .scaling_type(ScalingType::UniformScaling)
            .send()
    };
    assert_eq!(code(call(7)).await, "InvalidArgumentException");
    assert_eq!(code(call(1)).await, "InvalidArgumentException");
    let answer = call(4).await.unwrap();
    assert_eq!(answer.current_shard_count, Some(3));
    assert_eq!(answer.target_shard_count, Some(4));
    server.settle();
    let shards = server.shards("s").await;
    let mut open: Vec<_> = shards
        .iter()
        .filter(|shard| is_open(shard))
        .map(range)
        .collect();
    open.sort_unstable();
    let quarter = 1 << 126;
    let expected: Vec<(u128, u128)> = (0..4)
        .map(|index| (index * quarter, (index * quarter) + (quarter - 1)))
        .collect();
    assert_eq!(open, expected);
}

#[tokio::test]
async fn a_stream_is_rescaled_ten_times_a_day() {
    let server = Server::with_stream("s", 1).await;
    let call = |target| {
        let call = server.client.update_shard_count().stream_name("s");
        call.target_shard_count(target)
            .scaling_type(ScalingType::UniformScaling)
            .send()
    };
    for round in 0..10 {
        call(if round % 2 == 0 { 2 } else { 1 }).await.unwrap();
        server.settle();
    }
    assert_eq!(code(call(2)).await, "LimitExceededException");
    server.clock.advance(Duration::from_hours(24));
    call(2).await.unwrap();
}

#[tokio::test]
async fn an_on_demand_stream_is_not_resharded_by_hand() {
    let server = Server::start().await;
    let mode = StreamModeDetails::builder().stream_mode(StreamMode::OnDemand);
    let create = server.client.create_stream().stream_name("s");
    let create = create.stream_mode_details(mode.build().unwrap());
    create.send().await.unwrap();
    server.settle();
    let split = server
        .client
        .split_shard()
        .stream_name("s")
        .shard_to_split(FIRST);
    let call = split.new_starting_hash_key("1000").send();
    assert_eq!(code(call).await, "ValidationException");
    let rescale = server.client.update_shard_count().stream_name("s");
    let rescale = rescale
        .target_shard_count(2)
        .scaling_type(ScalingType::UniformScaling);
    assert_eq!(code(rescale.send()).await, "ValidationException");
}

#[tokio::test]
async fn records_are_taken_while_the_stream_is_updating() {
    let server = Server::with_stream("s", 1).await;
    let call = server
        .client
        .split_shard()
        .stream_name("s")
        .shard_to_split(FIRST);
    call.new_starting_hash_key(HALF.to_string())
        .send()
        .await
        .unwrap();
    let (shard, _) = server.put("s", "key", b"data").await;
    assert_ne!(shard, FIRST);
    assert_eq!(server.read_all("s", &shard).await.len(), 1);
}

#[tokio::test]
async fn a_closed_shard_is_forgotten_when_its_records_have_expired() {
    let server = Server::with_stream("s", 1).await;
    server.put("s", "key", b"data").await;
    split(&server, FIRST, HALF).await;
    server.clock.advance(Duration::from_hours(25));
    let shards = server.shards("s").await;
    assert_eq!(
        ids(&shards),
        ["shardId-000000000001", "shardId-000000000002"]
    );
    assert_eq!(shards[0].parent_shard_id.as_deref(), Some(FIRST));
    assert!(!server.folder.path().join("s.stream").join(FIRST).exists());
}

#[tokio::test]
async fn a_list_is_filtered_by_when_shards_were_open() {
    let server = Server::with_stream("s", 1).await;
    server.clock.advance(Duration::from_secs(10));
    split(&server, FIRST, HALF).await;
    let after_split_ms = START_MS + 10_000 + 100;
    let filter = |filter_type, timestamp_ms: Option<u64>, shard_id: Option<&str>| {
        let timestamp = timestamp_ms.map(|ms| DateTime::from_millis(ms.try_into().unwrap()));
        let filter = ShardFilter::builder()
            .r#type(filter_type)
            .set_timestamp(timestamp);
        let filter = filter
            .set_shard_id(shard_id.map(str::to_owned))
            .build()
            .unwrap();
        server
            .client
            .list_shards()
            .stream_name("s")
            .shard_filter(filter)
            .send()
    };
    let all = [FIRST, "shardId-000000000001", "shardId-000000000002"];
    let cases: [Case<'_>; 8] = [
        (ShardFilterType::AtLatest, None, None, &all[1..]),
        (ShardFilterType::AtTrimHorizon, None, None, &all[..1]),
        (ShardFilterType::FromTrimHorizon, None, None, &all),
        (ShardFilterType::AfterShardId, None, Some(all[1]), &all[2..]),
        (
            ShardFilterType::AtTimestamp,
            Some(START_MS),
            None,
            &all[..1],
        ),
        (
            ShardFilterType::AtTimestamp,
            Some(after_split_ms),
            None,
            &all[1..],
        ),
        (ShardFilterType::FromTimestamp, Some(START_MS), None, &all),
        (
            ShardFilterType::FromTimestamp,
            Some(after_split_ms),
            None,
            &all[1..],
        ),
    ];
    for (filter_type, timestamp_ms, shard_id, expected) in cases {
        let shown = format!("{filter_type:?} {timestamp_ms:?} {shard_id:?}");
        let answer = filter(filter_type, timestamp_ms, shard_id).await.unwrap();
        assert_eq!(ids(&answer.shards.unwrap()), expected, "{shown}");
    }
    for filter_type in [ShardFilterType::AtTimestamp, ShardFilterType::AfterShardId] {
        let call = filter(filter_type, None, None);
        assert_eq!(code(call).await, "InvalidArgumentException");
    }
    let future_ms = after_split_ms + u64::try_from(STATE_CHANGE.as_millis()).unwrap();
    let call = filter(ShardFilterType::AtTimestamp, Some(future_ms), None);
    assert_eq!(code(call).await, "InvalidArgumentException");
}

#[tokio::test]
async fn a_list_is_paged_by_a_token_that_stands_alone_and_expires() {
    let server = Server::with_stream("s", 5).await;
    let filter = ShardFilter::builder()
        .r#type(ShardFilterType::AtLatest)
        .build()
        .unwrap();
    let list = || server.client.list_shards();
    let first = list().stream_name("s").shard_filter(filter).max_results(2);
    let first = first.send().await.unwrap();
    assert_eq!(first.shards.unwrap().len(), 2);
    let token = first.next_token.unwrap();
    let second = list()
        .next_token(&token)
        .max_results(2)
        .send()
        .await
        .unwrap();
    assert_eq!(second.shards.unwrap()[0].shard_id, "shardId-000000000002");
    let third = list()
        .next_token(second.next_token.unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(third.shards.unwrap().len(), 1);
    assert_eq!(third.next_token, None);
    let call = list().next_token(&token).stream_name("s").send();
    assert_eq!(code(call).await, "InvalidArgumentException");
    assert_eq!(code(list().send()).await, "InvalidArgumentException");
    let call = list()
        .stream_name("s")
        .exclusive_start_shard_id("shardId-000000000003");
    assert_eq!(call.send().await.unwrap().shards.unwrap().len(), 1);
    server.clock.advance(Duration::from_secs(301));
    let call = list().next_token(&token).send();
    assert_eq!(code(call).await, "ExpiredNextTokenException");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_record_is_lost_when_a_stream_is_resharded_under_load() {
    let server = Server::with_stream("s", 2).await;
    let writers: Vec<_> = (0..4_u32)
        .map(|writer| {
            let client = server.client.clone();
            tokio::spawn(async move {
                for record in 0..100_u32 {
                    let data = format!("{writer}/{record}");
                    let put = client.put_record().stream_name("s").partition_key(&data);
                    put.data(Blob::new(data.as_bytes())).send().await.unwrap();
                }
            })
        })
        .collect();
    for target in [4, 3, 2, 1] {
        let call = server.client.update_shard_count().stream_name("s");
        let call = call
            .target_shard_count(target)
            .scaling_type(ScalingType::UniformScaling);
        call.send().await.unwrap();
        server.settle();
    }
    for writer in writers {
        writer.await.unwrap();
    }
    let mut records = 0;
    for shard in server.shards("s").await {
        records += server.read_all("s", &shard.shard_id).await.len();
    }
    assert_eq!(records, 400);
}
