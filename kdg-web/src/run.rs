//! A plan, the time that passes and what AWS answers → which records to send, and how they stand.
//!
//! Pure: time and entropy are handed in, requests are carried out by the caller. Everything about
//! batches, order, back-off and flow is `kdg`'s delivery.

mod latency;
mod maker;
mod pauses;
mod surroundings;
mod tally;

use std::collections::BTreeMap;
use std::time::Duration;

use kdg::{
    Action, Answer, Delivery, DeliverySettings, Failure, Record, RequestFailure, RequestId,
    SeededEntropy,
};

use crate::aws::AwsError;
use crate::message::{EndedBy, Phase, Snapshot, Summary};
use crate::plan::{CheckedPlan, Plan};

use maker::{Made, Maker};
use pauses::Pauses;
use tally::Tally;

pub use surroundings::Surroundings;

/// Records made at a time, so that answers are heard in between.
const STRIDE: usize = 1_000;

/// How long the requests under way are waited for when a run is stopped.
const FAREWELL: Duration = Duration::from_secs(5);

/// When none of so many first records can be sent, none of the others will be.
const HOPELESS: u64 = 100;

/// How long nothing may be taken before that is worth a word.
const PATIENCE: Duration = Duration::from_secs(3);

/// Records on their way. Times count from its start.
#[derive(Debug)]
pub struct Run {
    plan: Plan,
    surroundings: Surroundings,
    maker: Maker,
    delivery: Delivery,
    jitter: SeededEntropy,
    under_way: BTreeMap<RequestId, Sent>,
    tally: Tally,
    /// Of making records.
    pauses: Pauses,
    /// Whether the user has paused it.
    is_paused: bool,
    /// Of sending them, while the credentials are rejected.
    lock_outs: Pauses,
    /// How often there were other credentials.
    keys: u64,
    /// When it was stopped.
    cancelled: Option<Duration>,
    ended_by: Option<EndedBy>,
    is_over: bool,
    seed: u64,
}

/// A request without an answer.
#[derive(Debug)]
struct Sent {
    at: Duration,
    /// With which of the credentials.
    keys: u64,
    /// Of each record, what the target counts.
    bytes: Vec<u64>,
}

impl Run {
    /// A run that has not begun. `plan` goes to the summary, and `checked` is what it was checked to be.
    pub fn new(plan: Plan, checked: CheckedPlan, surroundings: Surroundings) -> Self {
        let seed = checked.seed.unwrap_or(surroundings.any_seed);
        let settings = DeliverySettings {
            max_requests: surroundings.max_requests,
            shards: surroundings.shards.open,
            ..DeliverySettings::default()
        };
        Self {
            plan,
            maker: Maker::new(checked, &surroundings, seed),
            surroundings,
            delivery: Delivery::new(settings),
            jitter: SeededEntropy::new(seed.wrapping_add(1)),
            under_way: BTreeMap::new(),
            tally: Tally::default(),
            pauses: Pauses::default(),
            is_paused: false,
            lock_outs: Pauses::default(),
            keys: 0,
            cancelled: None,
            ended_by: None,
            is_over: false,
            seed,
        }
    }

    /// Makes the records that are due, hands over the requests that can be sent, and tells when to ask
    /// again; earlier when there is an answer. `None` waits for answers alone.
    pub fn advance(
        &mut self,
        now: Duration,
        now_ms: i64,
        mut send: impl FnMut(RequestId, &[Record]),
    ) -> Option<Duration> {
        self.bid_farewell(now);
        let may_have_more = self.make(now, now_ms);
        let mut wake = None;
        let sending = self.lock_outs.run_time(now);
        while !self.waits_for_keys() {
            match self.delivery.next(sending) {
                Action::Send { request, records } => {
                    let target = &self.plan.target;
                    let sent = Sent {
                        at: now,
                        keys: self.keys,
                        bytes: records.iter().map(|record| target.bytes(record)).collect(),
                    };
                    self.under_way.insert(request, sent);
                    send(request, records);
                    continue;
                }
                Action::WaitUntil(then) => wake = Some(then + self.lock_outs.past()),
                Action::Idle => {}
                Action::Done => self.is_over = true,
            }
            break;
        }
        self.tally.hear(&mut self.delivery);
        if self.is_over {
            return None;
        }
        let next_record = if may_have_more {
            Some(now)
        } else {
            // Without room it is an answer that is waited for.
            let due = self.makes() && !self.pauses.is_on() && self.delivery.room() > 0;
            let run_time = self.pauses.run_time(now);
            due.then(|| self.maker.next_due(run_time))
                .flatten()
                .map(|due| due + self.pauses.past())
        };
        let farewell = self
            .cancelled
            .filter(|_| !self.under_way.is_empty())
            .map(|at| at + FAREWELL);
        wake.into_iter().chain(next_record).chain(farewell).min()
    }

    /// Reports what came of a request. What comes after the run has ended without it is left out.
    pub fn answered(
        &mut self,
        request: RequestId,
        answer: Result<Vec<Answer>, AwsError>,
        now: Duration,
    ) {
        let Some(sent) = self.under_way.remove(&request) else {
            return;
        };
        self.tally.request(now);
        let sending = self.lock_outs.run_time(now);
        match answer {
            Ok(answers) => {
                let took = now.saturating_sub(sent.at);
                self.tally.answers(&answers, &sent.bytes, took, now);
                self.delivery
                    .answered(request, answers, sending, &mut self.jitter);
            }
            Err(error) => {
                self.tally.trouble(&error, now);
                let reason = error.to_string().into();
                let failure = if error.is_retryable() {
                    RequestFailure::Retryable(reason)
                } else {
                    RequestFailure::Fatal(reason)
                };
                self.tally.failed(sent.bytes.len() as u64);
                self.delivery
                    .failed(request, &failure, sending, &mut self.jitter);
                // Of a request that went out before there were other credentials it says nothing about those.
                if error.is_rejection() && sent.keys == self.keys {
                    self.lock_outs.begin(now);
                    self.pauses.begin(now);
                }
                if !error.is_retryable() {
                    self.end(EndedBy::Trouble(error.trouble()), now);
                }
            }
        }
        self.tally.hear(&mut self.delivery);
    }

    /// Makes no more records until told to go on; what was made is delivered.
    pub fn pause(&mut self, now: Duration) {
        if self.makes() {
            self.is_paused = true;
            self.pauses.begin(now);
        }
    }

    /// Goes on after a pause; what was due meanwhile is left out.
    pub fn go_on(&mut self, now: Duration) {
        self.is_paused = false;
        if !self.lock_outs.is_on() {
            self.pauses.end(now);
        }
    }

    /// Requests are signed with other credentials from now on: what was kept while those before were
    /// rejected is sent.
    pub fn let_in(&mut self, now: Duration) {
        self.keys += 1;
        self.lock_outs.end(now);
        if !self.is_paused {
            self.pauses.end(now);
        }
    }

    /// Makes and sends nothing more, and waits a few seconds for the answers under way.
    pub fn stop(&mut self, now: Duration) {
        self.end(EndedBy::User, now);
        self.tally.hear(&mut self.delivery);
    }

    /// Waits for nothing.
    pub fn stop_at_once(&mut self, now: Duration) {
        self.stop(now);
        self.abandon(
            "no answer before the run was ended at once; it may be in the stream",
            now,
        );
    }

    /// Whether every record has its outcome and no more are to come.
    pub fn is_over(&self) -> bool {
        self.is_over
    }

    /// How the records stand; its rates are those of the last second.
    pub fn snapshot(&mut self, now: Duration) -> Snapshot {
        let phase = if self.is_over {
            Phase::Over
        } else if self.waits_for_keys() {
            Phase::LockedOut
        } else if self.ended_by.is_some() || self.maker.is_over() {
            Phase::Finishing
        } else if self.pauses.is_on() {
            Phase::Paused
        } else {
            Phase::Running
        };
        let sending = self.lock_outs.run_time(now);
        let silence = self
            .delivery
            .silence()
            .map(|silence| sending.saturating_sub(silence.since));
        let silence = silence.filter(|silence| *silence >= PATIENCE && phase != Phase::LockedOut);
        let account = self.delivery.account();
        let sent: usize = self.under_way.values().map(|sent| sent.bytes.len()).sum();
        Snapshot {
            phase,
            waiting: account.in_flight.saturating_sub(sent as u64),
            simulated_ms: self.maker.simulated_ms(),
            silent_seconds: silence.map(|silence| silence.as_secs_f64()),
            ..self.tally.snapshot(&account, now)
        }
    }

    /// What it came to.
    pub fn summary(&self, now: Duration) -> Summary {
        let ended_by = self
            .ended_by
            .clone()
            .unwrap_or_else(|| self.maker.ended_by());
        let summary = self.tally.summary(&self.delivery.account(), now);
        Summary {
            plan: self.plan.clone(),
            region: self.surroundings.region.clone(),
            started_ms: self.surroundings.now_ms,
            seconds: now.as_secs_f64(),
            seed: self.seed,
            ended_by,
            totals: summary.totals,
            shards: summary.shards,
            latency: summary.latency,
            faults: self.maker.faults(),
            given_up: summary.given_up,
            unsent: summary.unsent,
            not_sent: summary.not_sent,
            last_trouble: summary.last_trouble,
        }
    }

    /// Makes what is due, and tells whether there may be more at once.
    fn make(&mut self, now: Duration, now_ms: i64) -> bool {
        if !self.makes() || self.pauses.is_on() {
            return false;
        }
        let (run_time, sending) = (self.pauses.run_time(now), self.lock_outs.run_time(now));
        let room = self.delivery.room().min(STRIDE);
        for _ in 0..room {
            match self.maker.make(run_time, now_ms) {
                Made::Record(record) => self.delivery.push(record, sending),
                Made::Unsendable { number, why } => {
                    self.tally.unsendable(number, &why);
                    let records = self.tally.unsendable_records();
                    if records == HOPELESS && records == number {
                        self.maker.end(EndedBy::Record {
                            message: format!(
                                "none of the first {number} records can be sent: {why}"
                            ),
                        });
                        self.delivery.finish();
                        return false;
                    }
                }
                Made::NotYet => return false,
                Made::Over => {
                    self.delivery.finish();
                    return false;
                }
            }
        }
        self.delivery.room() > 0
    }

    /// Whether records are still made, except in pauses.
    fn makes(&self) -> bool {
        self.ended_by.is_none() && !self.maker.is_over()
    }

    /// Whether nothing is sent before there are other credentials.
    fn waits_for_keys(&self) -> bool {
        let has_any = || self.makes() || self.delivery.account().in_flight > 0;
        self.lock_outs.is_on() && self.cancelled.is_none() && has_any()
    }

    fn end(&mut self, why: EndedBy, now: Duration) {
        if self.ended_by.is_none() {
            let was_over = self.maker.is_over();
            self.ended_by = Some(if was_over && why == EndedBy::User {
                self.maker.ended_by()
            } else {
                why
            });
        }
        self.cancelled.get_or_insert(now);
        self.delivery.cancel();
    }

    fn bid_farewell(&mut self, now: Duration) {
        if self
            .cancelled
            .is_some_and(|at| now.saturating_sub(at) >= FAREWELL)
        {
            self.abandon(
                "no answer in the seconds after the run was stopped; it may be in the stream",
                now,
            );
        }
    }

    fn abandon(&mut self, why: &str, now: Duration) {
        let sending = self.lock_outs.run_time(now);
        for request in std::mem::take(&mut self.under_way).into_keys() {
            let failure = RequestFailure::Fatal(why.into());
            self.delivery
                .failed(request, &failure, sending, &mut self.jitter);
        }
        self.tally.hear(&mut self.delivery);
    }
}

/// What became of an attempt, as a group of like ones.
fn group(failure: &Failure) -> String {
    match failure {
        Failure::Request(reason) => reason.to_string(),
        failure => failure.to_string(),
    }
}
