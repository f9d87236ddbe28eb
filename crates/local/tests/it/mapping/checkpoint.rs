//! Where a mapping goes on after it was stopped, killed or never there.

use std::time::Duration;

use local::mapping::StartingPosition;
use tokio::time::sleep;

use super::{BEGIN_MS, Reply, World, settings, until, until_settled};

#[tokio::test(start_paused = true)]
async fn a_mapping_that_was_killed_delivers_only_what_was_not_settled() {
    let world = World::new(2, |_| Reply::ok().after(1000));
    let mut settings = settings();
    settings.batch_size = 1;
    for number in 0..10 {
        world
            .stream
            .put(&format!("key {number}"), number.to_string().as_bytes());
    }
    let mapping = world.start(settings.clone());
    until(&mapping, |progress| progress.settled == 4).await;
    mapping.kill().await;
    let settled = world.function.calls().len();

    let mapping = world.start(settings);
    until(&mapping, |progress| progress.settled + 4 == 10).await;

    let mut delivered = world.function.numbers().concat();
    delivered.sort_unstable();
    delivered.dedup();
    assert_eq!(delivered, (0..10).collect::<Vec<_>>());
    // What was under way when the mapping was killed, one a shard, came a second time.
    assert!(world.function.calls().len() <= 10 + 2 && settled >= 4);
}

#[tokio::test(start_paused = true)]
async fn a_lane_that_is_ahead_of_the_others_stays_so_after_a_restart() {
    let world = World::new(1, |call| {
        let slow = call.records[0].key == "slow";
        if slow {
            Reply::ok().after(3_600_000)
        } else {
            Reply::ok()
        }
    });
    let mut settings = settings();
    settings.parallelization_factor = 10;
    world.stream.put("slow", b"0");
    for number in 1..20 {
        world
            .stream
            .put(&format!("key {number}"), number.to_string().as_bytes());
    }
    let mapping = world.start(settings.clone());
    sleep(Duration::from_secs(10)).await;
    let slow_lane = 20 - mapping.progress().settled;
    assert!(slow_lane < 10, "{slow_lane}");
    assert_eq!(
        mapping.progress().shards["shardId-000000000000"].checkpoint,
        None
    );
    mapping.kill().await;
    world.function.behave(|_| Reply::ok());
    let before = world.function.calls().len();

    let mapping = world.start(settings);
    until_settled(&mapping, slow_lane).await;

    let again = world.function.numbers()[before..].concat();
    assert_eq!(u64::try_from(again.len()).unwrap(), slow_lane);
    let shard = &mapping.progress().shards["shardId-000000000000"];
    assert_eq!(
        shard.checkpoint.as_deref(),
        Some(format!("4957{:052}", 19).as_str())
    );
}

#[tokio::test(start_paused = true)]
async fn latest_is_resolved_once() {
    let world = World::new(2, |_| Reply::ok());
    let mut settings = settings();
    settings.starting_position = StartingPosition::Latest;
    world.put(3);
    let mapping = world.start(settings.clone());
    sleep(Duration::from_secs(1)).await;
    mapping.kill().await;
    world.stream.put("key", b"3");
    for number in 4..20 {
        world
            .stream
            .put(&format!("key {number}"), number.to_string().as_bytes());
    }

    let mapping = world.start(settings);
    until_settled(&mapping, 17).await;

    let mut delivered = world.function.numbers().concat();
    delivered.sort_unstable();
    assert_eq!(delivered, (3..20).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn at_timestamp_begins_with_the_first_record_of_that_time() {
    let world = World::new(1, |_| Reply::ok());
    for number in 0..5 {
        world.stream.put("key", number.to_string().as_bytes());
        sleep(Duration::from_secs(1)).await;
    }
    let mut settings = settings();
    settings.starting_position = StartingPosition::AtTimestamp(BEGIN_MS + 2000);
    let mapping = world.start(settings);

    until_settled(&mapping, 3).await;

    assert_eq!(world.function.numbers(), [[2, 3, 4]]);
}

#[tokio::test(start_paused = true)]
async fn a_function_slower_than_an_iterator_lives_still_goes_on() {
    let world = World::new(1, |_| Reply::ok().after(400_000));
    let mut settings = settings();
    settings.batch_size = 1;
    world.put(3);
    let mapping = world.start(settings);

    until_settled(&mapping, 3).await;

    assert_eq!(world.function.numbers(), [[0], [1], [2]]);
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_is_created_anew_under_a_mapping_is_read_from_its_beginning() {
    let world = World::new(1, |_| Reply::ok());
    world.put(3);
    let mapping = world.start(settings());
    until_settled(&mapping, 3).await;

    world.stream.create_anew();
    world.stream.put("key", b"3");

    until_settled(&mapping, 4).await;
    assert_eq!(world.function.numbers().concat(), [0, 1, 2, 3]);
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_was_created_anew_while_nobody_read_is_read_from_its_beginning() {
    let world = World::new(1, |_| Reply::ok());
    world.put(3);
    let mapping = world.start(settings());
    until_settled(&mapping, 3).await;
    mapping.kill().await;

    world.stream.create_anew();
    world.stream.put("key", b"3");

    let mapping = world.start(settings());
    until_settled(&mapping, 1).await;
    assert_eq!(world.function.numbers().concat(), [0, 1, 2, 3]);
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_was_created_anew_is_read_from_its_beginning() {
    let world = World::new(1, |_| Reply::ok());
    world.put(3);
    world.stream.split("key");
    let mapping = world.start(settings());
    until(&mapping, |progress| {
        progress
            .shards
            .get("shardId-000000000000")
            .is_some_and(|shard| shard.finished)
    })
    .await;

    world.stream.create_anew();
    world.stream.put("key", b"3");

    until_settled(&mapping, 4).await;
    assert_eq!(world.function.numbers().concat(), [0, 1, 2, 3]);
}
