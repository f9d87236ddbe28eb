//! Runs against a stream, and what is in the stream afterwards.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use futures::channel::mpsc::{UnboundedSender, unbounded};
use kdg_web::aws::Client;
use kdg_web::aws::kinesis::Shards;
use kdg_web::drive::{NotStarted, Order, Place, Timer, drive, prepare};
use kdg_web::http::Fetch;
use kdg_web::message::{EndedBy, Snapshot, Summary, Totals};
use kdg_web::plan::{Plan, Target};
use kdg_web::preview::{Times, preview};
use kdg_web::run::Surroundings;
use kdg_web::sendable::Sending;
use local::fault::Fault;
use local::stack::Faults;
use serde_json::json;
use tokio::sync::watch;

use crate::carrier::{Unreliable, now_ms};
use crate::plan::plan;
use crate::stack::{Running, start, start_in, test_key};

#[derive(Debug, Clone, Copy)]
struct SystemTime(Instant);

impl Timer for SystemTime {
    fn now(self) -> Duration {
        self.0.elapsed()
    }

    fn now_ms(self) -> i64 {
        now_ms()
    }

    async fn wait(self, time: Duration) {
        tokio::time::sleep(time).await;
    }
}

/// A run, as the worker carries it out; every report must add up.
pub(crate) async fn run<F: Fetch>(
    client: Client<F>,
    plan: Plan,
    act: impl AsyncFnOnce(UnboundedSender<Order>, watch::Receiver<Option<Snapshot>>),
) -> Summary {
    let time = SystemTime(Instant::now());
    let place = Place {
        offset_minutes: |_| 60,
        any_seed: 7,
    };
    let target = plan.target.clone();
    let run = prepare(plan, &client, time, place).await.unwrap();
    let (orders, ordered) = unbounded();
    let (report, reported) = watch::channel(None);
    let told = |snapshot: Snapshot| {
        balanced(&snapshot.totals);
        report.send_replace(Some(snapshot));
    };
    let ((), summary) = tokio::join!(
        act(orders, reported),
        drive(run, target, client, time, ordered, told)
    );
    balanced(&summary.totals);
    assert_eq!(summary.totals.in_flight, 0);
    assert_eq!(
        summary.given_up.values().sum::<u64>(),
        summary.totals.given_up
    );
    if matches!(summary.plan.target, Target::Stream { .. }) {
        let of_shards = summary.shards.values().sum::<u64>();
        assert_eq!(of_shards, summary.totals.acknowledged);
    }
    summary
}

fn balanced(totals: &Totals) {
    let Totals {
        generated,
        acknowledged,
        given_up,
        in_flight,
        ..
    } = *totals;
    assert_eq!(generated, acknowledged + given_up + in_flight);
}

pub(crate) async fn alone(_: UnboundedSender<Order>, _: watch::Receiver<Option<Snapshot>>) {}

pub(crate) async fn until(
    reported: &mut watch::Receiver<Option<Snapshot>>,
    is: impl Fn(&Snapshot) -> bool,
) {
    reported
        .wait_for(|snapshot| snapshot.as_ref().is_some_and(&is))
        .await
        .unwrap();
}

pub(crate) async fn stream(shards: u32, faults: Faults) -> Running {
    let running = start(false, faults).await;
    running
        .stack
        .kinesis()
        .create_stream("events", Some(shards))
        .unwrap();
    running
}

/// Records whose bytes no other has.
pub(crate) fn identified(changes: &serde_json::Value) -> Plan {
    let mut plan = plan(changes);
    "{{random.uuid}}".clone_into(&mut plan.template);
    plan
}

/// Where and when a run takes place that has so many requests under way at most.
pub(crate) fn surroundings(max_requests: usize) -> Surroundings {
    Surroundings {
        now_ms: 0,
        offset_minutes: 0,
        any_seed: 1,
        shards: Shards::default(),
        max_requests: NonZeroUsize::new(max_requests).unwrap(),
        region: "us-east-1".to_owned(),
    }
}

/// What is stored once or more, by its bytes.
pub(crate) fn identities(running: &Running) -> BTreeSet<Vec<u8>> {
    running.records("events").into_values().collect()
}

#[tokio::test]
async fn whatever_the_rate_what_is_acknowledged_is_in_the_stream() {
    let week = |mean: u32| {
        let hours = (0..7).flat_map(|day| {
            (0..24).map(move |hour| (format!("#{day}-{hour}-mu"), mean.to_string()))
        });
        hours.collect::<std::collections::BTreeMap<String, String>>()
    };
    let rates = [
        json!({"kind": "unlimited"}),
        json!({"kind": "constant", "perSecond": 2000}),
        json!({"kind": "ramp", "from": 500, "to": 5000, "seconds": 1}),
        json!({"kind": "burst", "base": 100, "peak": 5000, "seconds": 0.2, "everySeconds": 0.4}),
        json!({"kind": "grid", "periods": week(2000), "smooth": true}),
    ];
    for rate in rates {
        let running = stream(2, Faults::default()).await;
        let plan = identified(&json!({"rate": rate, "stop": {"records": 1500}}));
        let summary = run(running.client(), plan, alone).await;
        assert_eq!(summary.ended_by, EndedBy::Records, "{rate}");
        assert_eq!(
            (summary.totals.generated, summary.totals.acknowledged),
            (1500, 1500),
            "{rate}"
        );
        let stored = running.records("events");
        for (shard, count) in &summary.shards {
            let in_shard = stored.keys().filter(|(id, _)| id == shard).count();
            assert_eq!(in_shard as u64, *count, "{rate}");
        }
        assert_eq!(stored.len(), 1500, "{rate}");
        assert_eq!(identities(&running).len(), 1500, "{rate}");
        assert!(
            summary
                .latency
                .is_some_and(|latency| latency.p50 > 0.0 && latency.p99 >= latency.p50)
        );
    }
}

#[tokio::test]
async fn a_run_ends_where_it_was_told_to() {
    let running = stream(1, Faults::default()).await;
    // 36 characters, a line feed and up to 10 digits of a key.
    let bytes = identified(&json!({"stop": {"bytes": 10_000}}));
    let summary = run(running.client(), bytes, alone).await;
    assert_eq!(summary.ended_by, EndedBy::Bytes);
    assert!(
        (10_000..10_050).contains(&summary.totals.bytes),
        "{}",
        summary.totals.bytes
    );

    let minutes = identified(
        &json!({"rate": {"kind": "constant", "perSecond": 100}, "stop": {"minutes": 0.01}}),
    );
    let summary = run(running.client(), minutes, alone).await;
    assert_eq!(summary.ended_by, EndedBy::Minutes);
    assert!((0.6..5.0).contains(&summary.seconds), "{}", summary.seconds);

    let simulated = identified(&json!({
        "rate": {"kind": "constant", "perSecond": 10},
        "time": {"kind": "simulated", "fromMs": 0, "untilMs": 60_000, "speed": null},
    }));
    let summary = run(running.client(), simulated, alone).await;
    assert_eq!(
        (summary.ended_by, summary.totals.acknowledged),
        (EndedBy::Time, 600)
    );
}

#[tokio::test]
async fn under_throttling_and_failing_requests_the_totals_are_those_of_the_stream() {
    let throttling = Faults {
        put_records: Fault::new(0.3, 11),
        ..Faults::default()
    };
    let running = stream(4, throttling).await;
    let carrier = Unreliable {
        every: 6,
        ..Unreliable::default()
    };
    let client = Client::new(carrier, running.access(test_key()), now_ms);
    let summary = run(
        client,
        identified(&json!({"stop": {"records": 3000}})),
        alone,
    )
    .await;
    let totals = summary.totals;
    assert_eq!(
        (totals.generated, totals.acknowledged, totals.given_up),
        (3000, 3000, 0)
    );
    assert!(
        totals.throttled > 600 && totals.failed > 0 && totals.retried > 600,
        "{totals:?}"
    );
    assert_eq!(identities(&running).len(), 3000);
}

#[tokio::test]
async fn an_endpoint_that_dies_and_comes_back_loses_nothing() {
    let running = stream(2, Faults::default()).await;
    let client = running.client();
    let port = running
        .stack
        .endpoint()
        .rsplit(':')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    let plan = identified(
        &json!({"rate": {"kind": "constant", "perSecond": 3000}, "stop": {"records": 6000}}),
    );
    let mut back = None;
    let outage = async |_, mut reported| {
        until(&mut reported, |snapshot| snapshot.totals.acknowledged > 500).await;
        let Running { stack, folder } = running;
        stack.stop().await;
        until(&mut reported, |snapshot| {
            snapshot
                .last_trouble
                .as_ref()
                .is_some_and(|last| last.trouble.code == "Unreachable")
        })
        .await;
        back = Some(start_in(folder, port, false, Faults::default()).await);
    };
    let summary = run(client, plan, outage).await;
    let totals = summary.totals;
    assert_eq!(totals.acknowledged, totals.generated);
    assert!(totals.failed > 0, "{totals:?}");
    let trouble = summary.last_trouble.unwrap().trouble;
    assert!(
        trouble.words.starts_with("no connection to 127.0.0.1:"),
        "{trouble:?}"
    );
    assert_eq!(identities(&back.unwrap()).len() as u64, totals.acknowledged);
}

#[tokio::test]
async fn a_stream_that_is_not_there_is_told_before_anything_is_made() {
    let running = start(false, Faults::default()).await;
    let time = SystemTime(Instant::now());
    let place = Place {
        offset_minutes: |_| 0,
        any_seed: 7,
    };
    let prepared = prepare(identified(&json!({})), &running.client(), time, place).await;
    let Err(NotStarted::Unreachable(error)) = prepared else {
        panic!("it started")
    };
    assert_eq!(error.code, "ResourceNotFoundException");
    let wrong = prepare(
        plan(&json!({"template": "{{random.nubmer}}"})),
        &running.client(),
        time,
        place,
    )
    .await;
    assert!(matches!(wrong, Err(NotStarted::Refused(errors)) if errors.len() == 1));
}

#[tokio::test]
async fn even_keys_fill_every_shard_alike() {
    let running = stream(4, Faults::default()).await;
    let plan = identified(&json!({"partitionKey": {"kind": "even"}, "stop": {"records": 400}}));
    let summary = run(running.client(), plan, alone).await;
    assert_eq!(summary.shards.into_values().collect::<Vec<_>>(), [100; 4]);
}

#[tokio::test]
async fn compressed_records_hold_what_the_template_made() {
    let running = stream(1, Faults::default()).await;
    let plan = identified(&json!({"gzip": true, "seed": 3, "stop": {"records": 5}}));
    run(running.client(), plan.clone(), alone).await;
    let times = Times {
        now_ms: 0,
        simulated_ms: None,
        offset_minutes: 0,
    };
    let made = preview(&plan.template, true, 3, 5, times, &Sending::default()).records;
    let stored: BTreeSet<String> = running
        .records("events")
        .into_values()
        .map(|data| {
            // No time, and the system of the original.
            assert_eq!(data[..10], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);
            std::io::read_to_string(flate2::read::GzDecoder::new(&*data)).unwrap()
        })
        .collect();
    assert_eq!(stored, made.into_iter().map(|record| record.text).collect());
}
