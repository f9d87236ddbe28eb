//! Shards that come and go under load.

use std::collections::BTreeMap;
use std::time::Duration;

use local::mapping::StartingPosition;
use tokio::time::sleep;

use super::{Reply, World, settings, until, until_settled};

#[tokio::test(start_paused = true)]
async fn splits_and_merges_under_load_lose_nothing_and_keep_the_order_of_keys() {
    let mut random = fastrand::Rng::with_seed(5);
    let world = World::new(2, move |_| Reply::ok().after(random.u64(0..300)));
    let mut settings = settings();
    settings.batch_size = 5;
    settings.parallelization_factor = 3;
    let mapping = world.start(settings);
    for number in 0..1000_usize {
        let key = format!("key {}", number % 40);
        world.stream.put(&key, number.to_string().as_bytes());
        match number % 200 {
            50 => world.stream.split(&key),
            150 => world.stream.merge(&key),
            _ => {}
        }
        sleep(Duration::from_millis(5)).await;
    }

    until_settled(&mapping, 1000).await;

    let mut last = BTreeMap::new();
    let mut delivered = 0;
    for record in world
        .function
        .calls()
        .into_iter()
        .flat_map(|call| call.records)
    {
        assert_eq!(record.shard, world.stream.shard_of(&record.sequence_number));
        let before = last.insert(record.key, record.sequence_number.clone());
        assert!(before.is_none_or(|before| before < record.sequence_number));
        delivered += 1;
    }
    assert_eq!(delivered, 1000);
}

#[tokio::test(start_paused = true)]
async fn children_wait_until_their_parent_is_settled() {
    let world = World::new(1, |call| {
        if call.has(0) {
            Reply::Fails
        } else {
            Reply::ok()
        }
    });
    world.stream.put("key", b"0");
    world.stream.split("key");
    world.stream.put("key", b"1");
    let mapping = world.start(settings());

    sleep(Duration::from_hours(1)).await;
    assert!(world.function.numbers().iter().all(|call| *call == [0]));

    world.function.behave(|_| Reply::ok());
    until_settled(&mapping, 2).await;
    assert_eq!(world.function.numbers().last().unwrap(), &[1]);
}

#[tokio::test(start_paused = true)]
async fn the_end_of_a_shard_ends_the_window_of_its_last_batch() {
    let world = World::new(1, |_| Reply::ok());
    let mut settings = settings();
    settings.maximum_batching_window = Duration::from_mins(5);
    world.stream.put("key", b"0");
    let mapping = world.start(settings);
    sleep(Duration::from_secs(1)).await;
    assert!(world.function.calls().is_empty());

    world.stream.split("key");
    sleep(Duration::from_secs(1)).await;

    assert_eq!(world.function.numbers(), [[0]]);
    assert!(mapping.progress().shards["shardId-000000000000"].finished);
}

#[tokio::test(start_paused = true)]
async fn latest_reads_the_children_of_a_later_split_from_their_beginning() {
    let world = World::new(1, |_| Reply::ok().after(60_000));
    let mut settings = settings();
    settings.starting_position = StartingPosition::Latest;
    world.stream.put("key", b"0");
    let mapping = world.start(settings);
    sleep(Duration::from_secs(1)).await;
    world.stream.put("key", b"1");
    world.stream.split("key");
    world.stream.put("key", b"2");

    until_settled(&mapping, 2).await;

    assert_eq!(world.function.numbers(), [[1], [2]]);
}

#[tokio::test(start_paused = true)]
async fn latest_leaves_out_what_lies_in_shards_that_were_closed_before() {
    let world = World::new(1, |_| Reply::ok());
    world.stream.put("key", b"0");
    world.stream.split("key");
    world.stream.put("key", b"1");
    let mut settings = settings();
    settings.starting_position = StartingPosition::Latest;
    let mapping = world.start(settings);
    sleep(Duration::from_secs(1)).await;
    world.stream.put("key", b"2");

    until_settled(&mapping, 1).await;

    assert_eq!(world.function.numbers(), [[2]]);
}

#[tokio::test(start_paused = true)]
async fn a_finished_shard_is_not_read_again_after_a_restart() {
    let world = World::new(1, |_| Reply::ok());
    world.put(3);
    world.stream.split("key");
    let mapping = world.start(settings());
    until(&mapping, |progress| progress.shards.len() == 3).await;
    mapping.shutdown().await;

    let mapping = world.start(settings());
    world.stream.put("key", b"3");
    let progress = until_settled(&mapping, 1).await;

    assert!(!progress.shards.contains_key("shardId-000000000000"));
    assert_eq!(world.function.numbers(), [vec![0, 1, 2], vec![3]]);
}
