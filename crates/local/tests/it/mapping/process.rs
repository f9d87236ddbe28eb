//! The mapping with functions that are real processes.

use std::sync::Arc;
use std::time::Duration;

use local::lambda::Fault;
use tokio::time::timeout;

use super::{Reply, World, settings, start};
use crate::lambda::{Stack, function};

#[tokio::test]
async fn processes_that_are_killed_at_work_cost_time_and_no_record() {
    let world = World::new(2, |_| Reply::ok());
    let stack = Stack::new();
    let mut process = function("Process");
    // So that a kill comes before the answer.
    process.environment.insert("SLOW".into(), "1".into());
    stack.lambda.register(process).unwrap();
    stack.lambda.set_fault(Some(Fault {
        probability: 0.3,
        within: Duration::from_millis(2),
    }));
    let mut settings = settings();
    settings.batch_size = 10;
    settings.parallelization_factor = 2;
    for number in 0..200 {
        world.stream.put(&format!("key {number}"), b"click");
    }
    let mut ports = world.ports();
    ports.function = Arc::new(stack.lambda.clone());
    let mapping = start(settings, ports, world.state.path());

    let mut progress = mapping.subscribe();
    let settled = progress.wait_for(|progress| progress.settled == 200);
    let progress = timeout(Duration::from_mins(1), settled)
        .await
        .unwrap()
        .unwrap()
        .clone();

    let stats = stack.lambda.stats("Process").unwrap();
    assert_eq!(progress.invocations, stats.invocations);
    assert_eq!(progress.function_errors, stats.errors);
    assert_eq!(progress.delivered, 200 + progress.redelivered);
    assert_eq!((progress.discarded, progress.dropped), (0, 0));
    assert!(stats.errors > 0, "the seed kills at least one process");
}
