//! Retries, halving, and everything else between a batch and its end.

use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::function::Call;
use super::{Reply, World, settings, start, until, until_settled};

#[tokio::test(start_paused = true)]
async fn a_failed_batch_comes_again_until_it_is_accepted_and_nothing_overtakes_it() {
    let world = World::new(1, |call| {
        if call.number < 50 {
            Reply::Fails
        } else {
            Reply::ok()
        }
    });
    let mut settings = settings();
    settings.batch_size = 2;
    world.put(4);
    let began = Instant::now();
    let mapping = world.start(settings);

    until_settled(&mapping, 4).await;

    let calls = world.function.numbers();
    assert_eq!(calls.len(), 52);
    assert!(calls[..51].iter().all(|call| *call == [0, 1]));
    assert_eq!(calls[51], [2, 3]);
    let waits: Vec<_> = world
        .function
        .calls()
        .windows(2)
        .map(|pair| pair[1].at - pair[0].at)
        .collect();
    assert!(waits[0] <= Duration::from_millis(100) && waits[0] >= Duration::from_millis(50));
    assert!(
        waits.iter().all(|wait| *wait <= Duration::from_secs(10)),
        "{waits:?}"
    );
    assert!(
        began.elapsed() > Duration::from_secs(200),
        "retries are spread over time"
    );
}

#[tokio::test(start_paused = true)]
async fn attempts_in_which_the_function_did_not_run_do_not_count() {
    let world = World::new(1, |call| match call.number {
        0..30 => Reply::DoesNotRun,
        30 => Reply::Fails,
        _ => Reply::ok(),
    });
    let mut settings = settings();
    settings.maximum_retry_attempts = Some(1);
    world.put(3);
    let mapping = world.start(settings);

    let progress = until_settled(&mapping, 3).await;

    assert_eq!((progress.not_invoked, progress.invocations), (30, 2));
    assert_eq!((progress.delivered, progress.redelivered), (6, 3));
    assert_eq!(progress.discarded, 0);
}

#[tokio::test(start_paused = true)]
async fn halving_leaves_the_poison_record_alone() {
    let world = World::new(1, |call| {
        if call.has(37) {
            Reply::Fails
        } else {
            Reply::ok()
        }
    });
    let mut settings = settings();
    settings.batch_size = 64;
    settings.bisect_batch_on_function_error = true;
    settings.maximum_retry_attempts = Some(1);
    world.put(64);
    let mapping = world.start(settings);

    let progress = until_settled(&mapping, 64).await;

    assert_eq!(progress.discarded, 1);
    let [object] = &world.destination.objects()[..] else {
        panic!("one object");
    };
    assert_eq!(object.body["KinesisBatchInfo"]["batchSize"], 1);
    assert_eq!(object.body["requestContext"]["approximateInvokeCount"], 2);
    let calls = world.function.calls();
    assert_eq!(object.sequence_numbers(), [calls[0].id(37)]);
    let mut accepted: Vec<_> = calls
        .iter()
        .filter(|call| !call.has(37))
        .flat_map(Call::numbers)
        .collect();
    assert!(accepted.is_sorted(), "halves run in order");
    accepted.push(37);
    accepted.sort_unstable();
    assert_eq!(accepted, (0..64).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_cannot_be_read_for_a_while_loses_nothing() {
    let world = World::new(1, |_| Reply::ok());
    world.put(5);
    world.stream.failing_reads.store(20, Ordering::SeqCst);
    let mapping = world.start(settings());

    until_settled(&mapping, 5).await;

    assert_eq!(world.function.numbers(), [[0, 1, 2, 3, 4]]);
}

#[tokio::test(start_paused = true)]
async fn a_paused_mapping_starts_nothing_and_goes_on_where_it_was() {
    let world = World::new(1, |_| Reply::ok().after(1000));
    let mut settings = settings();
    settings.batch_size = 1;
    world.put(2);
    let mapping = world.start(settings);
    sleep(Duration::from_millis(500)).await;
    mapping.pause();
    world.stream.put("key", b"2");

    sleep(Duration::from_hours(1)).await;

    assert_eq!(world.function.numbers(), [[0]]);
    assert_eq!(
        mapping.progress().settled,
        1,
        "the invocation under way has finished"
    );
    mapping.resume();
    until_settled(&mapping, 3).await;
    assert_eq!(world.function.numbers(), [[0], [1], [2]]);
}

#[tokio::test(start_paused = true)]
async fn shutdown_waits_for_the_invocation_under_way_and_settles_it() {
    let world = World::new(1, |_| Reply::ok().after(600_000));
    let mut settings = settings();
    settings.batch_size = 2;
    world.put(4);
    let mapping = world.start(settings.clone());
    sleep(Duration::from_secs(1)).await;

    mapping.shutdown().await;

    let mapping = world.start(settings);
    until_settled(&mapping, 2).await;
    assert_eq!(world.function.numbers(), [[0, 1], [2, 3]]);
}

#[tokio::test(start_paused = true)]
async fn shutdown_does_not_wait_for_retries() {
    let world = World::new(1, |_| Reply::Fails);
    world.put(1);
    let mapping = world.start(settings());
    until(&mapping, |progress| progress.function_errors > 10).await;

    let began = Instant::now();
    mapping.shutdown().await;

    assert_eq!(began.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn two_mappings_of_one_stream_do_not_disturb_each_other() {
    let failing = World::new(1, |_| Reply::Fails);
    let mut other = World::new(1, |_| Reply::ok());
    other.stream = failing.stream.clone();
    failing.put(10);
    let mut second = settings();
    second.function_arn.push_str("Too");
    assert_ne!(settings().uuid(), second.uuid());
    let stuck = failing.start(settings());
    let free = start(second, other.ports(), failing.state.path());

    until_settled(&free, 10).await;

    assert_eq!(stuck.progress().settled, 0);
}
