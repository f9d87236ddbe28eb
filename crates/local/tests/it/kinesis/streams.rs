//! Creating, describing, listing, tagging, setting and deleting streams.

use std::time::Duration;

use aws_sdk_kinesis::error::ProvideErrorMetadata;
use aws_sdk_kinesis::types::{EncryptionType, StreamMode, StreamModeDetails, StreamStatus, Tag};

use super::server::{START_MS, Server, code, refusal};

async fn status(server: &Server, stream: &str) -> StreamStatus {
    let request = server.client.describe_stream_summary().stream_name(stream);
    let answer = request.send().await.unwrap();
    answer.stream_description_summary.unwrap().stream_status
}

fn arn(stream: &str) -> String {
    format!("arn:aws:kinesis:eu-west-1:000000000000:stream/{stream}")
}

#[tokio::test]
async fn a_stream_is_created_while_the_caller_waits_for_active() {
    let server = Server::start().await;
    let create = server
        .client
        .create_stream()
        .stream_name("s")
        .shard_count(2);
    create.send().await.unwrap();
    assert_eq!(status(&server, "s").await, StreamStatus::Creating);
    assert!(server.shards("s").await.is_empty());
    server.settle();
    assert_eq!(status(&server, "s").await, StreamStatus::Active);
    assert_eq!(server.shards("s").await.len(), 2);
}

#[tokio::test]
async fn a_stream_without_a_shard_count_has_four() {
    let server = Server::start().await;
    let create = server.client.create_stream().stream_name("s");
    create.send().await.unwrap();
    server.settle();
    assert_eq!(server.shards("s").await.len(), 4);
}

#[tokio::test]
async fn a_name_is_taken_once() {
    let server = Server::with_stream("s", 1).await;
    let create = server
        .client
        .create_stream()
        .stream_name("s")
        .shard_count(1);
    let (code, message) = refusal(create.send()).await;
    assert_eq!(code, "ResourceInUseException");
    assert_eq!(
        message,
        "Stream s under account 000000000000 already exists."
    );
}

#[tokio::test]
async fn the_legal_name_dot_dot_stays_within_the_state_folder() {
    let server = Server::with_stream("..", 1).await;
    server.put("..", "key", b"data").await;
    assert_eq!(server.read_all("..", "shardId-000000000000").await.len(), 1);
    assert!(server.folder.path().join("...stream").is_dir());
}

#[tokio::test]
async fn initial_shards_are_as_wide_as_on_aws() {
    let server = Server::start().await;
    for count in [1_u32, 2, 3, 4, 7] {
        let stream = format!("s{count}");
        server.kinesis.create_stream(&stream, Some(count)).unwrap();
        let shards = server.shards(&stream).await;
        // floor(2^128 / n) by long division: 2^128 = 2 * 2^127.
        let half = 1_u128 << 127;
        let n = u128::from(count);
        let carry = (half % n) * 2 / n;
        let width = (half / n)
            .checked_mul(2)
            .and_then(|twice| twice.checked_add(carry));
        let mut expected_start = 0_u128;
        for (index, shard) in shards.iter().enumerate() {
            let range = shard.hash_key_range.as_ref().unwrap();
            assert_eq!(range.starting_hash_key, expected_start.to_string());
            let end: u128 = range.ending_hash_key.parse().unwrap();
            if index + 1 == shards.len() {
                assert_eq!(end, u128::MAX);
            } else {
                assert_eq!(end - expected_start + 1, width.unwrap());
                expected_start = end + 1;
            }
        }
    }
}

#[tokio::test]
async fn a_description_pages_through_the_shards() {
    let server = Server::with_stream("s", 3).await;
    let describe = server.client.describe_stream().stream_name("s");
    let first = describe.clone().limit(2).send().await.unwrap();
    let first = first.stream_description.unwrap();
    assert!(first.has_more_shards);
    assert_eq!(first.shards.len(), 2);
    assert_eq!(first.stream_arn, arn("s"));
    assert_eq!(first.retention_period_hours, 24);
    assert_eq!(first.encryption_type, Some(EncryptionType::None));
    assert_eq!(
        first.stream_creation_timestamp.to_millis().unwrap(),
        i64::try_from(START_MS).unwrap()
    );
    let last = first.shards[1].shard_id.clone();
    let rest = describe
        .exclusive_start_shard_id(last)
        .send()
        .await
        .unwrap();
    let rest = rest.stream_description.unwrap();
    assert!(!rest.has_more_shards);
    assert_eq!(rest.shards[0].shard_id, "shardId-000000000002");
}

#[tokio::test]
async fn a_stream_is_found_by_its_arn_alone() {
    let server = Server::with_stream("s", 1).await;
    let describe = server.client.describe_stream_summary();
    let answer = describe.clone().stream_arn(arn("s")).send().await.unwrap();
    assert_eq!(answer.stream_description_summary.unwrap().stream_name, "s");
    let foreign = "arn:aws:kinesis:us-east-1:000000000000:stream/s";
    let call = describe.clone().stream_arn(foreign).send();
    assert_eq!(code(call).await, "ResourceNotFoundException");
    let call = describe.stream_arn("not an arn").send();
    assert_eq!(code(call).await, "ValidationException");
}

#[tokio::test]
async fn a_missing_stream_is_named_in_the_words_of_aws() {
    let server = Server::start().await;
    let describe = server.client.describe_stream_summary().stream_name("x");
    let (code, message) = refusal(describe.send()).await;
    assert_eq!(code, "ResourceNotFoundException");
    assert_eq!(message, "Stream x under account 000000000000 not found.");
}

#[tokio::test]
async fn streams_are_listed_by_name_in_pages() {
    let server = Server::start().await;
    for name in ["c", "a", "b"] {
        server.kinesis.create_stream(name, Some(1)).unwrap();
    }
    let list = server.client.list_streams().limit(2);
    let first = list.clone().send().await.unwrap();
    assert_eq!(first.stream_names, ["a", "b"]);
    assert!(first.has_more_streams);
    let rest = list
        .next_token(first.next_token.unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(rest.stream_names, ["c"]);
    assert!(!rest.has_more_streams);
    assert!(rest.next_token.is_none());
    assert_eq!(rest.stream_summaries.unwrap()[0].stream_arn, arn("c"));
}

#[tokio::test]
async fn a_deleted_stream_lingers_then_frees_its_name_and_its_folder() {
    let server = Server::with_stream("s", 1).await;
    let delete = server.client.delete_stream().stream_name("s");
    delete.send().await.unwrap();
    assert_eq!(status(&server, "s").await, StreamStatus::Deleting);
    let create = server
        .client
        .create_stream()
        .stream_name("s")
        .shard_count(1);
    assert_eq!(code(create.clone().send()).await, "ResourceInUseException");
    server.settle();
    let list = server.client.list_streams().send().await.unwrap();
    assert!(list.stream_names.is_empty());
    assert!(!server.folder.path().join("s.stream").exists());
    create.send().await.unwrap();
}

#[tokio::test]
async fn tags_are_added_replaced_paged_and_removed() {
    let server = Server::with_stream("s", 1).await;
    let add = server.client.add_tags_to_stream().stream_name("s");
    add.tags("team", "a")
        .tags("stage", "x")
        .send()
        .await
        .unwrap();
    let tag = server.client.tag_resource().resource_arn(arn("s"));
    tag.tags("team", "b").send().await.unwrap();
    let list = server.client.list_tags_for_stream().stream_name("s");
    let first = list.clone().limit(1).send().await.unwrap();
    assert!(first.has_more_tags);
    assert_eq!(first.tags[0].key, "stage");
    let rest = list.exclusive_start_tag_key("stage").send().await.unwrap();
    assert_eq!(rest.tags[0].value.as_deref(), Some("b"));
    let remove = server.client.remove_tags_from_stream().stream_name("s");
    remove.tag_keys("stage").send().await.unwrap();
    let untag = server.client.untag_resource().resource_arn(arn("s"));
    untag.tag_keys("no such key").send().await.unwrap();
    let list = server
        .client
        .list_tags_for_resource()
        .resource_arn(arn("s"));
    let left = list.send().await.unwrap().tags.unwrap();
    let team = Tag::builder().key("team").value("b").build().unwrap();
    assert_eq!(left, [team]);
}

#[tokio::test]
async fn tags_are_limited_in_number_length_and_characters() {
    let server = Server::with_stream("s", 1).await;
    let add = || server.client.add_tags_to_stream().stream_name("s");
    let call = add().tags("a;b", "c").send();
    assert_eq!(code(call).await, "InvalidArgumentException");
    let call = add().tags("k".repeat(129), "c").send();
    assert_eq!(code(call).await, "ValidationException");
    let fifty = (0..50).fold(add(), |call, number| call.tags(number.to_string(), ""));
    fifty.send().await.unwrap();
    let call = add().tags("one more", "").send();
    assert_eq!(code(call).await, "InvalidArgumentException");
}

#[tokio::test]
async fn retention_moves_within_its_range_and_only_in_the_direction_of_the_call() {
    let server = Server::with_stream("s", 1).await;
    let increase = |hours| {
        let call = server.client.increase_stream_retention_period();
        call.stream_name("s").retention_period_hours(hours).send()
    };
    let decrease = |hours| {
        let call = server.client.decrease_stream_retention_period();
        call.stream_name("s").retention_period_hours(hours).send()
    };
    assert_eq!(code(increase(8_761)).await, "InvalidArgumentException");
    assert_eq!(code(decrease(23)).await, "InvalidArgumentException");
    increase(48).await.unwrap();
    assert_eq!(code(increase(47)).await, "InvalidArgumentException");
    assert_eq!(code(decrease(49)).await, "InvalidArgumentException");
    decrease(24).await.unwrap();
}

#[tokio::test]
async fn records_older_than_the_retention_are_gone_and_the_horizon_moves() {
    let server = Server::with_stream("s", 1).await;
    let shard = "shardId-000000000000";
    server.put("s", "key", b"old").await;
    server.clock.advance(Duration::from_hours(23));
    server.put("s", "key", b"young").await;
    assert_eq!(server.read_all("s", shard).await.len(), 2);
    server.clock.advance(Duration::from_hours(2));
    let left = server.read_all("s", shard).await;
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].data.as_ref(), b"young");
}

#[tokio::test]
async fn what_a_shorter_retention_dropped_stays_dropped() {
    let server = Server::with_stream("s", 1).await;
    let increase = || {
        server
            .client
            .increase_stream_retention_period()
            .stream_name("s")
    };
    increase().retention_period_hours(48).send().await.unwrap();
    server.put("s", "key", b"data").await;
    server.clock.advance(Duration::from_hours(30));
    assert_eq!(server.read_all("s", "shardId-000000000000").await.len(), 1);
    let decrease = server
        .client
        .decrease_stream_retention_period()
        .stream_name("s");
    decrease.retention_period_hours(24).send().await.unwrap();
    increase().retention_period_hours(48).send().await.unwrap();
    assert!(
        server
            .read_all("s", "shardId-000000000000")
            .await
            .is_empty()
    );
}

#[tokio::test]
async fn a_changing_stream_refuses_further_changes() {
    let server = Server::with_stream("s", 1).await;
    let encrypt = || {
        let call = server.client.start_stream_encryption().stream_name("s");
        call.encryption_type(EncryptionType::Kms)
            .key_id("alias/key")
    };
    encrypt().send().await.unwrap();
    let (code, message) = refusal(encrypt().send()).await;
    assert_eq!(code, "ResourceInUseException");
    assert_eq!(
        message,
        "Stream s under account 000000000000 not ACTIVE, instead in state UPDATING"
    );
    server.settle();
    server.put("s", "key", b"data").await;
    let records = server.read_all("s", "shardId-000000000000").await;
    assert_eq!(records[0].encryption_type, Some(EncryptionType::Kms));
    let stop = server.client.stop_stream_encryption().stream_name("s");
    let stop = stop
        .encryption_type(EncryptionType::Kms)
        .key_id("alias/key");
    stop.send().await.unwrap();
    let records = server.read_all("s", "shardId-000000000000").await;
    assert_eq!(records[0].encryption_type, None);
}

#[tokio::test]
async fn the_capacity_mode_can_be_changed_and_is_counted() {
    let server = Server::with_stream("s", 3).await;
    let mode = StreamModeDetails::builder().stream_mode(StreamMode::OnDemand);
    let update = server.client.update_stream_mode().stream_arn(arn("s"));
    let update = update.stream_mode_details(mode.build().unwrap());
    update.send().await.unwrap();
    let limits = server.client.describe_limits().send().await.unwrap();
    assert_eq!(limits.on_demand_stream_count, 1);
    assert_eq!(limits.open_shard_count, 3);
}

#[tokio::test]
async fn the_shards_of_an_account_are_counted() {
    let server = Server::start().await;
    let create = server
        .client
        .create_stream()
        .stream_name("s")
        .shard_count(501);
    let error = create.send().await.unwrap_err();
    assert_eq!(error.code(), Some("LimitExceededException"));
    assert_eq!(
        server
            .kinesis
            .create_stream("a b", Some(1))
            .unwrap_err()
            .stream,
        "a b"
    );
}

#[tokio::test]
async fn streams_of_one_moment_give_out_different_sequence_numbers() {
    let server = Server::with_stream("one", 1).await;
    let create = server
        .client
        .create_stream()
        .stream_name("other")
        .shard_count(1);
    create.send().await.unwrap();
    server.settle();
    for shards in [1, 2] {
        let (of_one, one) = server.put("one", "k", b"{}").await;
        let (of_other, other) = server.put("other", "k", b"{}").await;
        assert_eq!(of_one, of_other, "{shards} shards");
        assert_ne!(one, other, "{shards} shards");
        for stream in ["one", "other"] {
            let split = server.client.split_shard().stream_name(stream);
            let split = split
                .shard_to_split("shardId-000000000000")
                .new_starting_hash_key((1_u128 << 127).to_string());
            if shards == 1 {
                split.send().await.unwrap();
            }
        }
        server.settle();
    }
}
