//! How many processes there are, and for how long.

use std::time::Duration;

use local::lambda::{CouldNotInvoke, InvokeOutcome};

use super::{Stack, eventually, function, runs, success};

#[tokio::test]
async fn invocations_one_after_another_share_one_warm_process() {
    let stack = Stack::new();

    let first = stack.answer("hello").await["pid"].clone();
    for _ in 0..20 {
        assert_eq!(stack.answer("hello").await["pid"], first);
    }

    let stats = stack.lambda.stats("Echo").unwrap();
    assert_eq!((stats.invocations, stats.cold_starts), (21, 1));
}

#[tokio::test]
async fn two_invocations_at_a_time_have_a_process_each() {
    let stack = Stack::new();

    let (one, other) = tokio::join!(stack.answer("nap"), stack.answer("nap"));

    assert_ne!(one["pid"], other["pid"]);
}

#[tokio::test]
async fn above_its_concurrency_a_function_waits_its_turn() {
    let stack = Stack::new();
    let mut single = function("Single");
    single.maximum_concurrency = 1;
    stack.lambda.register(single).unwrap();

    let (one, other) = tokio::join!(
        stack.lambda.invoke("Single", "nap".into()),
        stack.lambda.invoke("Single", "nap".into())
    );

    assert_eq!(success(one)["pid"], success(other)["pid"]);
}

#[tokio::test]
async fn an_idle_process_is_ended_and_the_next_invocation_starts_another() {
    let stack = Stack::with_idle_limit(Duration::from_millis(200));
    let pid = stack.answer("hello").await["pid"].as_u64().unwrap();
    assert!(runs(pid));

    eventually("the idle process is ended", || !runs(pid)).await;

    assert_ne!(stack.answer("hello").await["pid"], pid);
}

#[tokio::test]
async fn a_process_waits_for_work_as_long_as_it_takes() {
    let stack = Stack::new();
    let pid = stack.answer("hello").await["pid"].clone();

    // Far above any timeout of the HTTP stack on either side that would count in milliseconds;
    // the ones that count in minutes are absent by construction (no timer is given to the server).
    tokio::time::sleep(Duration::from_secs(2)).await;

    assert_eq!(stack.answer("hello").await["pid"], pid);
}

#[tokio::test]
async fn a_kill_ends_what_works_and_what_waits() {
    let stack = Stack::new();
    let (one, other) = tokio::join!(stack.answer("nap"), stack.answer("nap"));
    let pids = [one["pid"].as_u64().unwrap(), other["pid"].as_u64().unwrap()];
    assert_eq!(stack.lambda.stats("Echo").unwrap().cold_starts, 2);

    assert_eq!(stack.lambda.kill("Echo"), 2);
    assert_eq!(stack.lambda.kill("Echo"), 0);

    eventually("both are gone", || !pids.iter().any(|pid| runs(*pid))).await;
    let again = stack.answer("hello").await["pid"].as_u64().unwrap();
    assert!(!pids.contains(&again));
}

#[tokio::test]
async fn an_invocation_that_is_given_up_takes_its_process_with_it() {
    let stack = Stack::new();
    let pid = stack.answer("hello").await["pid"].as_u64().unwrap();

    let given_up = tokio::time::timeout(Duration::from_millis(100), stack.invoke("hang")).await;

    assert!(given_up.is_err());
    eventually("the process is gone", || !runs(pid)).await;
}

#[tokio::test]
async fn shutdown_ends_every_process_and_refuses_what_comes_after() {
    let stack = Stack::new();
    let pid = stack.answer("hello").await["pid"].as_u64().unwrap();

    stack.lambda.shutdown().await;

    assert!(!runs(pid));
    let after = stack.invoke("hello").await.outcome;
    assert!(matches!(
        after,
        InvokeOutcome::CouldNotInvoke(CouldNotInvoke::Stopping(_))
    ));
}

#[tokio::test]
async fn a_function_registered_again_runs_its_new_settings() {
    let stack = Stack::new();
    let pid = stack.answer("hello").await["pid"].as_u64().unwrap();
    let mut changed = function("Echo");
    changed.memory_mib = 256;

    stack.lambda.register(changed).unwrap();

    let seen = stack.answer("environment").await;
    assert_eq!(seen["variables"]["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"], "256");
    eventually("the old process is gone", || !runs(pid)).await;
}
