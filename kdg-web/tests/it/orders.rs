//! What a run is told while it goes on.

use std::time::Duration;

use futures::channel::mpsc::UnboundedSender;
use kdg_web::aws::{AwsError, Kind};
use kdg_web::drive::Order;
use kdg_web::message::{Credentials, EndedBy, Phase, Snapshot};
use kdg_web::run::Run;
use kdg_web::state::words;
use local::fault::Fault;
use local::stack::Faults;
use serde_json::json;
use tokio::sync::watch;

use crate::carrier::now_ms;
use crate::run::{identified, identities, run, stream, surroundings, until};
use crate::stack::{Running, start_in, test_key};

#[tokio::test]
async fn credentials_that_expire_are_replaced_while_records_wait() {
    let running = stream(1, Faults::default()).await;
    let mut key = running.temporary_key();
    let issued = running
        .stack
        .credentials()
        .issue(Some(u64::try_from(now_ms() + 700).unwrap()));
    key.access_key_id = issued.access_key_id;
    key.secret_access_key = issued.secret_access_key;
    key.session_token = Some(issued.session_token);
    let client = running.client().with_credentials(key);
    let plan = identified(
        &json!({"rate": {"kind": "constant", "perSecond": 500}, "stop": {"records": 1500}}),
    );
    let renew = async |orders: UnboundedSender<Order>, mut reported| {
        until(&mut reported, |snapshot| {
            snapshot
                .last_trouble
                .as_ref()
                .is_some_and(|last| last.trouble.code == "ExpiredTokenException")
        })
        .await;
        orders
            .unbounded_send(Order::Credentials(running.temporary_key()))
            .unwrap();
    };
    let summary = run(client, plan, renew).await;
    let totals = summary.totals;
    assert_eq!((totals.acknowledged, totals.given_up), (1500, 0));
    assert!(totals.failed > 0);
    assert!(
        summary
            .last_trouble
            .unwrap()
            .trouble
            .remedy
            .contains("sign in again")
    );
    assert_eq!(identities(&running).len(), 1500);
}

#[tokio::test]
async fn a_stack_that_no_longer_knows_the_keys_costs_no_record_once_there_are_others() {
    let running = stream(1, Faults::default()).await;
    let client = running.client().with_credentials(running.temporary_key());
    let endpoint = running.stack.endpoint();
    let port = endpoint.rsplit(':').next().unwrap().parse().unwrap();
    let plan = identified(
        &json!({"rate": {"kind": "constant", "perSecond": 2000}, "stop": {"records": 3000}}),
    );
    let mut back = None;
    let restart = async |orders: UnboundedSender<Order>,
                         mut reported: watch::Receiver<Option<Snapshot>>| {
        let order = |order| orders.unbounded_send(order).unwrap();
        until(&mut reported, |snapshot| snapshot.totals.acknowledged > 200).await;
        let Running { stack, folder } = running;
        stack.stop().await;
        let again = start_in(folder, port, false, Faults::default()).await;
        until(&mut reported, |snapshot| {
            snapshot.phase == Phase::LockedOut && snapshot.waiting == snapshot.totals.in_flight
        })
        .await;
        let held = reported.borrow().clone().unwrap();
        assert!(held.totals.in_flight > 0);
        assert!(
            held.last_trouble
                .unwrap()
                .trouble
                .remedy
                .contains("sign in again")
        );
        // A wrong secret is no way on, and costs nothing either.
        let wrong = Credentials {
            secret_access_key: "wrong".to_owned(),
            ..test_key()
        };
        order(Order::Credentials(wrong));
        until(&mut reported, |snapshot| {
            snapshot.phase == Phase::LockedOut
                && snapshot
                    .last_trouble
                    .as_ref()
                    .is_some_and(|last| last.trouble.code == "InvalidSignatureException")
        })
        .await;
        assert_eq!(reported.borrow().as_ref().unwrap().totals.given_up, 0);
        order(Order::Credentials(test_key()));
        back = Some(again);
    };
    let summary = run(client, plan, restart).await;
    let totals = summary.totals;
    assert_eq!(summary.ended_by, EndedBy::Records);
    assert_eq!((totals.acknowledged, totals.given_up), (3000, 0));
    assert_eq!(identities(&back.unwrap()).len(), 3000);
}

#[test]
fn records_wait_for_other_credentials_for_as_long_as_it_takes() {
    let plan = identified(&json!({"stop": {"records": 5}}));
    let checked = plan.validate().unwrap();
    let mut run = Run::new(plan, checked, surroundings(4));
    let mut under_way = Vec::new();
    let mut now = Duration::ZERO;
    while under_way.is_empty() {
        run.advance(now, 0, |request, records| {
            under_way.push((request, records.len()));
        });
        now += Duration::from_millis(50);
    }
    let (request, records) = under_way.pop().unwrap();
    let unknown = AwsError {
        code: "UnrecognizedClientException".to_owned(),
        words: "the security token is invalid".to_owned(),
        kind: Kind::Unknown,
    };
    run.answered(request, Err(unknown), now);
    now += Duration::from_hours(10);
    run.advance(now, 0, |_, _| {
        panic!("it sends with keys that are rejected")
    });
    let held = run.snapshot(now);
    assert_eq!((held.phase, held.waiting), (Phase::LockedOut, 5));
    run.let_in(now);
    now += Duration::from_secs(1);
    run.advance(now, 0, |request, records| {
        under_way.push((request, records.len()));
    });
    assert_eq!(under_way.pop().map(|(_, again)| again), Some(records));
    assert_eq!(run.snapshot(now).totals.given_up, 0);
}

#[tokio::test]
async fn stopping_tells_what_was_made_and_never_sent() {
    let running = stream(
        1,
        Faults {
            put_records: Fault::new(1.0, 1),
            ..Faults::default()
        },
    )
    .await;
    let mut waiting = 0;
    let act = async |orders: UnboundedSender<Order>,
                     mut reported: watch::Receiver<Option<Snapshot>>| {
        until(&mut reported, |snapshot| snapshot.waiting > 0).await;
        waiting = reported.borrow().as_ref().unwrap().waiting;
        orders.unbounded_send(Order::Stop).unwrap();
    };
    let summary = run(running.client(), identified(&json!({})), act).await;
    assert!(waiting > 0 && summary.unsent > 0);
    assert_eq!(summary.totals.given_up, summary.totals.generated);
    let said = "the run was stopped before it was sent; it is not in the stream";
    assert_eq!(summary.given_up[said], summary.unsent);
    let words = words::unsent(&summary).unwrap();
    let number = words::count(summary.unsent);
    assert!(
        words.starts_with(&format!("{number} records made and not sent")),
        "{words}"
    );
}

#[tokio::test]
async fn a_run_pauses_goes_on_and_stops() {
    let running = stream(1, Faults::default()).await;
    let plan = identified(&json!({"rate": {"kind": "constant", "perSecond": 1000}}));
    let act = async |orders: UnboundedSender<Order>,
                     mut reported: watch::Receiver<Option<Snapshot>>| {
        let order = |order| orders.unbounded_send(order).unwrap();
        until(&mut reported, |snapshot| snapshot.totals.acknowledged > 100).await;
        order(Order::Pause);
        until(&mut reported, |snapshot| {
            snapshot.phase == Phase::Paused && snapshot.totals.in_flight == 0
        })
        .await;
        let paused_at = reported.borrow().as_ref().unwrap().totals.generated;
        let then = reported.borrow().as_ref().unwrap().seconds;
        until(&mut reported, |snapshot| snapshot.seconds > then + 1.5).await;
        assert_eq!(
            reported.borrow().as_ref().unwrap().totals.generated,
            paused_at
        );
        order(Order::Continue);
        until(&mut reported, |snapshot| {
            snapshot.phase == Phase::Running && snapshot.totals.generated > paused_at
        })
        .await;
        // What was due in the pause is not made up for.
        assert!(reported.borrow().as_ref().unwrap().totals.generated < paused_at + 1000);
        order(Order::Stop);
    };
    let summary = run(running.client(), plan, act).await;
    assert_eq!(summary.ended_by, EndedBy::User);
    assert_eq!(
        identities(&running).len() as u64,
        summary.totals.acknowledged
    );
}

#[tokio::test]
async fn a_run_that_is_stopped_at_once_waits_for_nothing() {
    let running = stream(
        1,
        Faults {
            put_records: Fault::new(1.0, 1),
            ..Faults::default()
        },
    )
    .await;
    let act = async |orders: UnboundedSender<Order>, mut reported| {
        until(&mut reported, |snapshot| snapshot.totals.throttled > 0).await;
        orders.unbounded_send(Order::StopAtOnce).unwrap();
    };
    let summary = run(running.client(), identified(&json!({})), act).await;
    assert_eq!(summary.ended_by, EndedBy::User);
    assert_eq!(
        (summary.totals.acknowledged, identities(&running).len()),
        (0, 0)
    );
    assert_eq!(summary.totals.given_up, summary.totals.generated);
}
