//! A source of records, a rhythm and a stream → acknowledged records, and a true account of the rest.

mod maker;
mod outage;
mod source;

use std::collections::BTreeSet;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::Context;
use kdg::{
    Account, Action, Delivery, DeliverySettings, Event, Fault, Record, RequestFailure,
    SeededEntropy,
};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::rhythm::Rhythm;
use crate::transport::PutRecords;
use maker::Maker;
use outage::Watch;

pub(crate) use outage::Notice;
pub(crate) use source::{Lines, Source};

/// Records made at a time, so that answers are heard in between.
const STRIDE: usize = 500;

/// How long the requests under way are waited for when a run is cancelled.
const FAREWELL: Duration = Duration::from_secs(5);

const SECONDS_PER_MINUTE: i32 = 60;

/// What is made, how fast, and when it ends.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) source: Source,
    pub(crate) rhythm: Rhythm,
    pub(crate) end: End,
    pub(crate) seed: u64,
    pub(crate) delivery: DeliverySettings,
}

/// When a run ends, whatever comes first; at the cancellation when nothing is set.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct End {
    pub(crate) records: Option<u64>,
    /// Data and partition keys.
    pub(crate) bytes: Option<u64>,
    pub(crate) after: Option<Duration>,
}

/// Whether a run is to end before its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stop {
    /// It goes on.
    No,
    /// Nothing is sent any more, and answers that are under way are waited for.
    Gently,
    /// Nothing is waited for either.
    AtOnce,
}

/// What a run came to.
#[derive(Debug)]
pub(crate) struct Produced {
    pub(crate) account: Account,
    /// The record that could not be made, which ended the run.
    pub(crate) stopped_by: Option<anyhow::Error>,
}

/// Hears what becomes of each record.
pub(crate) trait Observer {
    /// A record was made; its tag numbers the records from 0.
    fn made(&mut self, record: &Record, fault: Option<Fault>);
    /// The outcome of a record is known.
    fn happened(&mut self, event: Event);
    /// How the records stand now.
    fn stands(&mut self, account: Account);
    /// The stream takes nothing, or does again.
    fn notice(&mut self, notice: &Notice);
    /// When to tell again how they stand, even if nothing happened.
    fn waits(&self) -> Option<Duration> {
        None
    }
    /// Whether what the observer hears is lost, so that the run had better end.
    fn has_failed(&self) -> bool {
        false
    }
}

/// Makes records and delivers them until the run ends or is cancelled.
///
/// # Errors
///
/// When a request ends without an answer, which is a defect.
pub(crate) async fn produce(
    run: Run,
    stream: &impl PutRecords,
    observer: &mut impl Observer,
    mut stopped: watch::Receiver<Stop>,
) -> anyhow::Result<Produced> {
    let origin = Instant::now();
    let mut jitter = SeededEntropy::new(run.seed.wrapping_add(1));
    let max_age = run.delivery.retry.max_age;
    let mut delivery = Delivery::new(run.delivery.clone());
    let mut maker = Maker::new(run);
    let mut watch = Watch::default();
    let mut requests = JoinSet::new();
    let mut under_way = BTreeSet::new();
    let mut cancelled_at = None;
    loop {
        let now = origin.elapsed();
        let stop = *stopped.borrow_and_update();
        let is_cancelled = stop > Stop::No || observer.has_failed();
        if is_cancelled {
            delivery.cancel();
            let since = now.saturating_sub(*cancelled_at.get_or_insert(now));
            if since >= FAREWELL || stop == Stop::AtOnce {
                requests.abort_all();
                for request in std::mem::take(&mut under_way) {
                    let failure = RequestFailure::Fatal(unanswered(stop).into());
                    delivery.failed(request, &failure, now, &mut jitter);
                }
            }
        } else {
            maker.set_clock(now_ms());
            for _ in 0..delivery.room().min(STRIDE) {
                let Some((record, fault)) = maker.make(now) else {
                    break;
                };
                observer.made(&record, fault);
                delivery.push(record, now);
            }
            if maker.is_over() {
                delivery.finish();
            }
        }
        let mut wake = None;
        let mut is_done = false;
        loop {
            match delivery.next(now) {
                Action::Send { request, records } => {
                    let (stream, records) = (stream.clone(), records.to_vec());
                    under_way.insert(request);
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
        let account = delivery.account();
        observer.stands(account);
        if !is_cancelled {
            let waiting = (account.in_flight, max_age);
            if let Some(notice) = watch.look(delivery.silence(), waiting, now) {
                observer.notice(&notice);
            }
        }
        if is_done {
            return Ok(Produced {
                account: delivery.account(),
                stopped_by: maker.stopped_by(),
            });
        }
        let may_make = !maker.is_over() && !is_cancelled && delivery.room() > 0;
        let next_record = may_make.then(|| maker.next_due(origin.elapsed())).flatten();
        let wake = wake.into_iter().chain(next_record).min();
        let farewell = cancelled_at.map(|at| at + FAREWELL);
        let look = watch.wakes(delivery.silence()).filter(|_| !is_cancelled);
        let wake = wake.into_iter().chain(farewell).chain(look).min();
        let pause = wake.map(|wake| wake.saturating_sub(origin.elapsed()));
        let pause = pause.into_iter().chain(observer.waits()).min();
        tokio::select! {
            Some(joined) = requests.join_next(), if !requests.is_empty() => {
                // Those that were given up have been accounted for.
                let (request, answer) = match joined {
                    Err(error) if error.is_cancelled() => continue,
                    joined => joined.context("a request ended without an answer")?,
                };
                under_way.remove(&request);
                let now = origin.elapsed();
                match answer {
                    Ok(answers) => delivery.answered(request, answers, now, &mut jitter),
                    Err(failure) => delivery.failed(request, &failure, now, &mut jitter),
                };
            }
            () = maker.something_to_read(), if may_make => {}
            () = tokio::time::sleep(pause.unwrap_or_default()), if pause.is_some() => {}
            Ok(()) = stopped.changed() => {}
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

/// Minutes by which this machine's local time is ahead of UTC now.
pub(crate) fn local_offset_minutes() -> i32 {
    chrono::Local::now().offset().local_minus_utc() / SECONDS_PER_MINUTE
}

/// Why nothing is known of a request that was under way when a run ended.
fn unanswered(stop: Stop) -> &'static str {
    if stop == Stop::AtOnce {
        "no answer before the run was ended at once; it may be in the stream"
    } else {
        "no answer in the seconds after the run was stopped; it may be in the stream"
    }
}
