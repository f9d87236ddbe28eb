//! Schedules in simulated time, against a function that accepts, fails or dawdles as it is told.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures::future::BoxFuture;
use local::asynchronous::RETRY_PAUSES;
use local::clock::Clock;
use local::lambda::{CouldNotInvoke, InvokeOutcome, Invoked, VERSION};
use local::mapping::Invoke;
use local::schedule::{Next, Progress, Schedule, ScheduleHandle, Settings};
use serde_json::Value;
use tokio::time::{Instant, sleep};

/// 2026-11-21T00:00:00Z
const START_MS: u64 = 1_795_219_200_000;

const MINUTE: Duration = Duration::from_mins(1);

/// A clock that goes with the paused time of the runtime, and can be set forward.
#[derive(Debug)]
struct PausedClock {
    origin: Instant,
    ahead: Mutex<Duration>,
}

impl Clock for PausedClock {
    fn now_ms(&self) -> u64 {
        let passed = self.origin.elapsed() + *self.ahead.lock().unwrap();
        START_MS + u64::try_from(passed.as_millis()).unwrap()
    }
}

/// Each event, with the time at which it came.
#[derive(Clone)]
struct Function {
    origin: Instant,
    events: Arc<Mutex<Vec<(Duration, Value)>>>,
    failures: Arc<Mutex<u32>>,
    takes: Duration,
}

impl Invoke for Function {
    fn invoke<'a>(&'a self, _: &'a str, payload: Bytes) -> BoxFuture<'a, Invoked> {
        Box::pin(async move {
            let event = serde_json::from_slice(&payload).unwrap();
            self.events
                .lock()
                .unwrap()
                .push((self.origin.elapsed(), event));
            sleep(self.takes).await;
            let mut failures = self.failures.lock().unwrap();
            let outcome = if *failures > 0 {
                *failures -= 1;
                InvokeOutcome::CouldNotInvoke(CouldNotInvoke::Stopping("x".to_owned()))
            } else {
                InvokeOutcome::Success { body: Bytes::new() }
            };
            Invoked {
                request_id: String::new(),
                executed_version: VERSION,
                duration: self.takes,
                outcome,
            }
        })
    }
}

impl Function {
    fn times(&self) -> Vec<u64> {
        let events = self.events.lock().unwrap();
        events.iter().map(|(at, _)| at.as_secs()).collect()
    }
}

struct World {
    clock: Arc<PausedClock>,
    function: Function,
    schedule: ScheduleHandle,
}

fn start(next: Next, failures: u32, takes: Duration) -> World {
    let origin = Instant::now();
    let clock = Arc::new(PausedClock {
        origin,
        ahead: Mutex::default(),
    });
    let function = Function {
        origin,
        events: Arc::default(),
        failures: Arc::new(Mutex::new(failures)),
        takes,
    };
    let settings = Settings {
        rule: "every-minute".to_owned(),
        function: "Ingest".to_owned(),
        region: "eu-central-1".to_owned(),
        next,
        retry_pauses: RETRY_PAUSES.to_vec(),
    };
    let schedule = Schedule::start(
        settings,
        Arc::new(function.clone()),
        Arc::clone(&clock) as _,
    );
    World {
        clock,
        function,
        schedule,
    }
}

fn every(period: Duration) -> Next {
    let period = u64::try_from(period.as_millis()).unwrap();
    Arc::new(move |now| Some(now + period))
}

/// Lets simulated time pass, and everything happen that is due in it.
async fn pass(time: Duration) {
    sleep(time + Duration::from_millis(1)).await;
    tokio::task::yield_now().await;
}

#[tokio::test(start_paused = true)]
async fn a_rate_fires_first_after_one_period_and_then_in_step() {
    let world = start(every(MINUTE), 0, Duration::ZERO);
    pass(MINUTE / 2).await;
    assert!(world.function.times().is_empty());
    pass(MINUTE * 3).await;
    assert_eq!(world.function.times(), [60, 120, 180]);
    let progress = world.schedule.progress();
    let expected = Progress {
        fired: 3,
        succeeded: 3,
        ..Progress::default()
    };
    assert_eq!(progress, expected);
}

#[tokio::test(start_paused = true)]
async fn the_event_is_the_one_of_a_scheduled_rule() {
    let world = start(every(MINUTE), 0, Duration::ZERO);
    pass(MINUTE * 2).await;
    let events = world.function.events.lock().unwrap().clone();
    let event = &events[0].1;
    assert_eq!(event["version"], "0");
    assert_eq!(event["detail-type"], "Scheduled Event");
    assert_eq!(event["source"], "aws.events");
    assert_eq!(event["account"], "000000000000");
    assert_eq!(event["time"], "2026-11-21T00:01:00Z");
    assert_eq!(event["region"], "eu-central-1");
    let rule = "arn:aws:events:eu-central-1:000000000000:rule/every-minute";
    assert_eq!(event["resources"], serde_json::json!([rule]));
    assert_eq!(event["detail"], serde_json::json!({}));
    assert_ne!(event["id"], events[1].1["id"]);
}

#[tokio::test(start_paused = true)]
async fn a_failed_event_is_tried_again_after_one_minute_and_then_two() {
    let once = Arc::new(|now: u64| (now < START_MS + 1000).then_some(START_MS + 10_000));
    let world = start(once, 2, Duration::ZERO);
    pass(MINUTE * 10).await;
    assert_eq!(world.function.times(), [10, 70, 190]);
    let events = world.function.events.lock().unwrap().clone();
    assert_eq!(events[0].1, events[2].1, "the event stays the same");
    let expected = Progress {
        fired: 1,
        succeeded: 1,
        retried: 2,
        ..Progress::default()
    };
    assert_eq!(world.schedule.progress(), expected);
}

#[tokio::test(start_paused = true)]
async fn an_event_that_fails_three_times_is_given_up_and_counted() {
    let once = Arc::new(|now: u64| (now < START_MS + 1000).then_some(START_MS + 10_000));
    let world = start(once, 9, Duration::ZERO);
    pass(MINUTE * 10).await;
    assert_eq!(world.function.times().len(), 3);
    let expected = Progress {
        fired: 1,
        failed: 1,
        retried: 2,
        ..Progress::default()
    };
    assert_eq!(world.schedule.progress(), expected);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_takes_longer_than_the_period_costs_no_event() {
    let world = start(every(MINUTE), 0, MINUTE * 3);
    pass(MINUTE * 5).await;
    assert_eq!(world.function.times(), [60, 120, 180, 240, 300]);
    assert_eq!(world.schedule.progress().succeeded, 2);
    // The owner waits for what is under way.
    let progress = world.schedule.subscribe();
    world.schedule.shutdown().await;
    assert_eq!(progress.borrow().succeeded, 5);
}

#[tokio::test(start_paused = true)]
async fn times_that_pass_while_the_machine_sleeps_are_counted_and_not_made_up_for() {
    let world = start(every(MINUTE), 0, Duration::ZERO);
    pass(MINUTE / 2).await;
    *world.clock.ahead.lock().unwrap() = MINUTE * 10;
    pass(MINUTE * 2).await;
    let progress = world.schedule.progress();
    assert_eq!((progress.fired, progress.missed), (2, 10), "{progress:?}");
}

#[tokio::test(start_paused = true)]
async fn a_schedule_that_stops_waits_for_no_retry() {
    let world = start(every(MINUTE), 9, Duration::ZERO);
    pass(MINUTE).await;
    let before = Instant::now();
    world.schedule.shutdown().await;
    assert_eq!(before.elapsed(), Duration::ZERO);
}
