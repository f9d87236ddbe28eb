//! What a run is told while it goes on.

use futures::channel::mpsc::UnboundedSender;
use kdg_web::drive::Order;
use kdg_web::message::{EndedBy, Phase, Snapshot};
use local::fault::Fault;
use local::stack::Faults;
use serde_json::json;
use tokio::sync::watch;

use crate::carrier::now_ms;
use crate::run::{identified, identities, run, stream, until};

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
