//! Records → acknowledgements within the time of a run.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use kdg::{
    Account, Action, Delivery, DeliverySettings, Event, GivenUp, Record, RequestFailure,
    SeededEntropy,
};
use tokio::time::{Instant, sleep, sleep_until};

use crate::transport::PutRecords;

/// What became of the records.
#[derive(Debug)]
pub struct Sent {
    /// How many became what.
    pub account: Account,
    /// Those that the stream has not acknowledged, by their tag, and why.
    pub given_up: Vec<(u64, GivenUp)>,
}

/// Sends records until each is acknowledged, and gives up what is not by then.
///
/// A request under way at the end may have been carried out all the same: its records count as
/// given up, so that none is lost.
pub async fn send(records: Vec<Record>, stream: &impl PutRecords, until: Instant) -> Sent {
    let origin = Instant::now();
    let mut jitter = SeededEntropy::new(fastrand::u64(..));
    let mut delivery = Delivery::new(DeliverySettings {
        // Nothing more is to come that could fill a batch.
        linger: Duration::ZERO,
        ..DeliverySettings::default()
    });
    for record in records {
        delivery.push(record, Duration::ZERO);
    }
    delivery.finish();
    let mut requests = FuturesUnordered::new();
    let mut under_way = BTreeSet::new();
    let mut given_up = Vec::new();
    loop {
        let now = origin.elapsed();
        if Instant::now() >= until {
            delivery.cancel();
            requests.clear();
            for request in std::mem::take(&mut under_way) {
                let late = "no answer before the end of the run; it may be in the stream";
                let failure = RequestFailure::Fatal(late.into());
                delivery.failed(request, &failure, now, &mut jitter);
            }
        }
        let (mut wake, mut is_done) = (None, false);
        loop {
            match delivery.next(now) {
                Action::Send { request, records } => {
                    let records = records.to_vec();
                    under_way.insert(request);
                    requests.push(async move { (request, stream.put_records(records).await) });
                    continue;
                }
                Action::WaitUntil(then) => wake = Some(then),
                Action::Idle => {}
                Action::Done => is_done = true,
            }
            break;
        }
        given_up.extend(delivery.events().filter_map(|event| match event {
            Event::GivenUp { tag, reason } => Some((tag, reason)),
            Event::Acknowledged { .. } => None,
        }));
        if is_done {
            let account = delivery.account();
            return Sent { account, given_up };
        }
        let pause = wake.map(|wake| wake.saturating_sub(origin.elapsed()));
        tokio::select! {
            Some((request, answer)) = requests.next(), if !requests.is_empty() => {
                under_way.remove(&request);
                let now = origin.elapsed();
                match answer {
                    Ok(answers) => {
                        delivery.answered(request, answers, now, &mut jitter);
                    }
                    Err(failure) => {
                        delivery.failed(request, &failure, now, &mut jitter);
                        // No such stream, no permission: what holds for one holds for all.
                        if matches!(failure, RequestFailure::Fatal(_)) {
                            delivery.cancel();
                        }
                    }
                }
            }
            () = sleep(pause.unwrap_or_default()), if pause.is_some() => {}
            () = sleep_until(until) => {}
        }
    }
}
