//! A recipe, a pace and a stream → acknowledged records, and a true account of the rest.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use anyhow::Context;
use kdg::{
    Account, Action, Delivery, DeliverySettings, Event, Pace, Recipe, Record, Scene, SeededEntropy,
};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::transport::PutRecords;

/// Records made at a time, so that answers are heard in between.
const STRIDE: u64 = 500;

/// What is made, how fast, and when it ends.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) recipe: Recipe,
    pub(crate) pace: Pace,
    /// No end but the cancellation when `None`.
    pub(crate) records: Option<u64>,
    pub(crate) seed: u64,
}

/// Hears what becomes of each record.
pub(crate) trait Observer {
    /// A record was made; its tag numbers the records from 0.
    fn made(&mut self, record: &Record);
    /// The outcome of a record is known.
    fn happened(&mut self, event: Event);
    /// How the records stand now.
    fn stands(&mut self, account: Account);
}

/// Makes records and delivers them until the run ends or is cancelled.
///
/// # Errors
///
/// When the recipe makes a record that no stream would take.
pub(crate) async fn produce(
    run: Run,
    stream: &impl PutRecords,
    observer: &mut impl Observer,
    mut cancelled: watch::Receiver<bool>,
) -> anyhow::Result<Account> {
    let Run {
        recipe,
        mut pace,
        records,
        seed,
    } = run;
    let origin = Instant::now();
    let mut scene = Scene::new(SeededEntropy::new(seed), now_ms());
    let mut jitter = SeededEntropy::new(seed.wrapping_add(1));
    let mut delivery = Delivery::new(DeliverySettings::default());
    let mut requests = JoinSet::new();
    let mut made = 0;
    loop {
        let now = origin.elapsed();
        let left = records.map_or(u64::MAX, |records| records - made);
        let is_cancelled = *cancelled.borrow_and_update();
        if is_cancelled {
            delivery.cancel();
        } else if left == 0 {
            delivery.finish();
        } else {
            let room = u64::try_from(delivery.room()).unwrap_or(u64::MAX);
            let due = pace.take(now, room.min(left).min(STRIDE));
            scene.set_now(now_ms());
            for _ in 0..due {
                let record = recipe
                    .make(&mut scene, made)
                    .context("the record cannot be sent")?;
                made += 1;
                observer.made(&record);
                delivery.push(record, now);
            }
        }
        let mut wake = None;
        let mut is_done = false;
        loop {
            match delivery.next(now) {
                Action::Send { request, records } => {
                    let (stream, records) = (stream.clone(), records.to_vec());
                    requests.spawn(async move { (request, stream.put_records(records).await) });
                    continue;
                }
                Action::WaitUntil(then) => wake = Some(then),
                Action::Idle => {}
                Action::Done => is_done = true,
            }
            break;
        }
        for event in delivery.events() {
            observer.happened(event);
        }
        observer.stands(delivery.account());
        if is_done {
            return Ok(delivery.account());
        }
        let more = left > 0 && !is_cancelled && delivery.room() > 0;
        let next_record = more.then(|| pace.next_due(origin.elapsed()));
        let wake = wake.into_iter().chain(next_record).min();
        let pause = wake.map(|wake| wake.saturating_sub(origin.elapsed()));
        tokio::select! {
            Some(joined) = requests.join_next(), if !requests.is_empty() => {
                let (request, answer) = joined.context("a request ended without an answer")?;
                let now = origin.elapsed();
                match answer {
                    Ok(answers) => delivery.answered(request, answers, now, &mut jitter),
                    Err(failure) => delivery.failed(request, &failure, now, &mut jitter),
                };
            }
            () = tokio::time::sleep(pause.unwrap_or_default()), if pause.is_some() => {}
            Ok(()) = cancelled.changed(), if !is_cancelled => {}
        }
    }
}

/// A seed that nobody chose.
pub(crate) fn any_seed() -> u64 {
    use std::hash::{BuildHasher as _, RandomState};
    RandomState::new().hash_one(now_ms())
}

/// Milliseconds since the Unix epoch.
pub(crate) fn now_ms() -> i64 {
    let since_epoch = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX)
}
