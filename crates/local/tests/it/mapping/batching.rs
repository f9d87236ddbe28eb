//! How many records go together, and when.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::{Reply, World, settings, until, until_settled};

#[tokio::test(start_paused = true)]
async fn a_batch_goes_when_it_is_full_or_its_window_ends() {
    let world = World::new(1, |_| Reply::ok());
    let mut settings = settings();
    settings.maximum_batching_window = Duration::from_secs(2);
    world.put(250);
    let began = Instant::now();
    let mapping = world.start(settings);

    until_settled(&mapping, 250).await;

    let sizes: Vec<_> = world
        .function
        .calls()
        .iter()
        .map(|call| call.records.len())
        .collect();
    assert_eq!(sizes, [100, 100, 50]);
    assert_eq!(began.elapsed(), Duration::from_secs(2));
}

#[tokio::test(start_paused = true)]
async fn without_a_window_records_are_delivered_as_soon_as_they_are_there() {
    let world = World::new(1, |_| Reply::ok());
    let mapping = world.start(settings());
    for number in 0..3_u64 {
        sleep(Duration::from_mins(10)).await;
        let put = Instant::now();
        world.stream.put("key", number.to_string().as_bytes());
        until_settled(&mapping, number + 1).await;
        assert_eq!(put.elapsed(), Duration::ZERO);
    }
    assert_eq!(world.function.numbers(), [[0], [1], [2]]);
}

#[tokio::test(start_paused = true)]
async fn records_that_come_while_the_function_works_make_the_next_batch() {
    let world = World::new(1, |_| Reply::ok().after(1000));
    let mapping = world.start(settings());
    for number in 0..10_u64 {
        world.stream.put("key", number.to_string().as_bytes());
        sleep(Duration::from_millis(10)).await;
    }

    until_settled(&mapping, 10).await;

    assert_eq!(world.function.numbers(), [vec![0], (1..10).collect()]);
}

#[tokio::test(start_paused = true)]
async fn an_event_stays_within_six_mebibytes() {
    let world = World::new(1, |_| Reply::ok());
    for _ in 0..10 {
        world.stream.put("key", &vec![0; 1024 * 1024]);
    }
    let mapping = world.start(settings());

    until_settled(&mapping, 10).await;

    let calls = world.function.calls();
    let sizes: Vec<_> = calls.iter().map(|call| call.records.len()).collect();
    assert_eq!(sizes, [4, 4, 2]);
    assert!(calls.iter().all(|call| call.event.len() <= 6 * 1024 * 1024));
}

#[tokio::test(start_paused = true)]
async fn a_batch_never_mixes_shards() {
    let world = World::new(4, |_| Reply::ok());
    for number in 0..200 {
        world
            .stream
            .put(&format!("key {number}"), number.to_string().as_bytes());
    }
    let mapping = world.start(settings());

    until_settled(&mapping, 200).await;

    for call in world.function.calls() {
        let first = &call.records[0].shard;
        assert!(call.records.iter().all(|record| record.shard == *first));
    }
}

#[tokio::test(start_paused = true)]
async fn keys_keep_their_order_whatever_the_parallelization() {
    for factor in [1, 10] {
        let mut random = fastrand::Rng::with_seed(3);
        let world = World::new(4, move |_| Reply::ok().after(random.u64(0..500)));
        let mut settings = settings();
        settings.parallelization_factor = factor;
        settings.batch_size = 7;
        for number in 0..1000 {
            let key = format!("key {}", number % 50);
            world.stream.put(&key, number.to_string().as_bytes());
        }
        let mapping = world.start(settings);

        until_settled(&mapping, 1000).await;

        let mut last = BTreeMap::new();
        for record in world
            .function
            .calls()
            .into_iter()
            .flat_map(|call| call.records)
        {
            let before = last.insert(record.key, record.sequence_number.clone());
            assert!(before.is_none_or(|before| before < record.sequence_number));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn so_many_batches_of_a_shard_run_at_a_time_as_the_factor_allows() {
    for factor in [1, 4] {
        let world = World::new(1, |_| Reply::ok().after(1000));
        let mut settings = settings();
        settings.parallelization_factor = factor;
        for number in 0..100 {
            world
                .stream
                .put(&format!("key {number}"), number.to_string().as_bytes());
        }
        let began = Instant::now();
        let mapping = world.start(settings);

        until_settled(&mapping, 100).await;

        let at_once = world
            .function
            .calls()
            .iter()
            .filter(|call| call.at == began)
            .count();
        assert_eq!(at_once, factor);
    }
}

#[tokio::test(start_paused = true)]
async fn a_shard_that_is_stuck_holds_up_no_other() {
    let world = World::new(4, |call| {
        let stuck = call.records[0].shard == "shardId-000000000000";
        if stuck { Reply::Fails } else { Reply::ok() }
    });
    for number in 0..400 {
        world
            .stream
            .put(&format!("key {number}"), number.to_string().as_bytes());
    }
    let mapping = world.start(settings());

    let progress = until(&mapping, |progress| {
        let done = |shard: &str| {
            progress
                .shards
                .get(shard)
                .is_some_and(|shard| shard.waiting == 0)
        };
        (1..4).all(|index| done(&format!("shardId-{index:012}"))) && progress.read == 400
    })
    .await;

    let stuck = &progress.shards["shardId-000000000000"];
    assert_eq!(
        progress.settled + u64::try_from(stuck.waiting).unwrap(),
        400
    );
    assert_eq!(stuck.checkpoint, None);
}
