//! Outcomes → the numbers of a snapshot.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use kdg::{Account, Answer, Delivery, Event, Failure, GivenUp};

use super::group;
use super::latency::Latencies;
use crate::aws::AwsError;
use crate::aws::firehose::NO_SHARD;
use crate::message::{LastTrouble, Latency, NotSent, Phase, Rates, Snapshot, Totals, Trouble};
use crate::sendable::Unsendable;

/// How many reasons are told apart.
const REASONS: usize = 20;

/// How long after it something is over at the earliest, so that what comes and goes is not told as
/// over in between.
const CALM: Duration = Duration::from_secs(3);
/// Over how long a rate is taken: over less it would swing with the batches in which answers come.
const RATE_WINDOW: Duration = Duration::from_secs(1);

/// The least time that answers are spread over, so that a few that came together make no peak.
const LEAST_SPREAD: Duration = Duration::from_millis(750);

/// What has been counted so far, beside the delivery's account.
#[derive(Debug, Default)]
pub(super) struct Tally {
    shards: BTreeMap<String, u64>,
    given_up: BTreeMap<String, u64>,
    unsent: u64,
    /// Those that were never handed to the delivery.
    not_sent: Option<NotSent>,
    bytes: u64,
    failed: u64,
    requests: u64,
    latencies: Latencies,
    since_snapshot: Latencies,
    last_trouble: Option<(Trouble, Duration)>,
    /// When a request last succeeded.
    last_success: Option<Duration>,
    /// When the last request was answered or failed.
    heard: Duration,
    /// One for each snapshot of the last second, and the one before.
    marks: VecDeque<Mark>,
}

/// What a snapshot counted.
#[derive(Debug, Clone, Copy, Default)]
struct Mark {
    at: Duration,
    heard: Duration,
    totals: Totals,
}

/// What a run came to, as far as it is counted here.
pub(super) struct Counted {
    pub(super) totals: Totals,
    pub(super) shards: BTreeMap<String, u64>,
    pub(super) latency: Option<Latency>,
    pub(super) given_up: BTreeMap<String, u64>,
    pub(super) last_trouble: Option<LastTrouble>,
    pub(super) not_sent: Option<NotSent>,
    pub(super) unsent: u64,
}

impl Tally {
    /// Counts a request that was answered or has failed.
    pub(super) fn request(&mut self, now: Duration) {
        self.requests += 1;
        self.heard = now;
    }

    /// Counts a record that cannot be sent as made and given up.
    pub(super) fn unsendable(&mut self, number: u64, why: &Unsendable) {
        let not_sent = self.not_sent.get_or_insert_with(|| NotSent {
            records: 0,
            first: number,
            words: why.to_string(),
            remedy: why.remedy().to_owned(),
        });
        not_sent.records += 1;
        self.give_up(why.reason());
    }

    pub(super) fn unsendable_records(&self) -> u64 {
        self.not_sent
            .as_ref()
            .map_or(0, |not_sent| not_sent.records)
    }

    /// Counts the bytes of the records that were stored, the records that AWS failed to store, and how
    /// long the request took if anything was stored: one that fails at once is not a fast one.
    pub(super) fn answers(
        &mut self,
        answers: &[Answer],
        bytes: &[u64],
        took: Duration,
        now: Duration,
    ) {
        if answers
            .iter()
            .any(|answer| matches!(answer, Answer::Acknowledged { .. }))
        {
            self.latencies.add(took);
            self.since_snapshot.add(took);
        }
        let stored = answers.iter().zip(bytes);
        self.bytes += stored
            .filter(|(answer, _)| matches!(answer, Answer::Acknowledged { .. }))
            .map(|(_, bytes)| bytes)
            .sum::<u64>();
        let failed = answers
            .iter()
            .filter(|answer| **answer == Answer::InternalFailure)
            .count();
        self.failed += failed as u64;
        let throttled = answers.contains(&Answer::Throttled);
        if failed > 0 {
            self.say(
                "InternalFailure",
                "the stream reported an internal failure",
                "wait; what failed is sent again",
                now,
            );
        } else if throttled {
            self.say(
                "ProvisionedThroughputExceededException",
                "a shard has no capacity left for some of the records",
                "send less, or give the stream more shards; what was refused is sent again",
                now,
            );
        } else {
            self.last_success = Some(now);
        }
    }

    /// Counts the records of a request that failed as a whole.
    pub(super) fn failed(&mut self, records: u64) {
        self.failed += records;
    }

    pub(super) fn trouble(&mut self, error: &AwsError, now: Duration) {
        self.last_trouble = Some((error.trouble(), now));
    }

    /// Counts the outcomes that the delivery has got to know.
    pub(super) fn hear(&mut self, delivery: &mut Delivery) {
        for event in delivery.events() {
            match event {
                Event::Acknowledged { shard_id, .. } => {
                    if let Some(count) = self.shards.get_mut(&shard_id) {
                        *count += 1;
                    } else if shard_id != NO_SHARD {
                        self.shards.insert(shard_id, 1);
                    }
                }
                Event::GivenUp { reason, .. } => {
                    let reason = match reason {
                        GivenUp::Age { last, .. } => {
                            format!("sent again for too long: {}", group(&last))
                        }
                        GivenUp::Refused { reason } => reason.to_string(),
                        GivenUp::Invalid(error) => format!("not sent: {error}"),
                        GivenUp::Cancelled { last } => {
                            self.unsent += u64::from(last.is_none());
                            stopped(last.as_ref()).to_owned()
                        }
                    };
                    self.give_up(reason);
                }
            }
        }
    }

    fn give_up(&mut self, mut reason: String) {
        if self.given_up.len() >= REASONS && !self.given_up.contains_key(&reason) {
            "other reasons".clone_into(&mut reason);
        }
        *self.given_up.entry(reason).or_default() += 1;
    }

    /// How the records stand; the caller fills in what is not counted.
    pub(super) fn snapshot(&mut self, account: &Account, now: Duration) -> Snapshot {
        let totals = self.totals(account);
        let rates = self.rates(totals, now);
        Snapshot {
            seconds: now.as_secs_f64(),
            phase: Phase::Running,
            totals,
            shards: self.shards.clone(),
            rates,
            latency: std::mem::take(&mut self.since_snapshot).quantiles(),
            simulated_ms: None,
            waiting: 0,
            silent_seconds: None,
            not_sent: self.not_sent.clone(),
            last_trouble: self.last_trouble(now, CALM),
        }
    }

    /// What happened in the last second, or since the start if that is less. Answers come in batches,
    /// so that their time is counted from one to another and not between two snapshots.
    fn rates(&mut self, totals: Totals, now: Duration) -> Rates {
        let is_past = |mark: &Mark| mark.at + RATE_WINDOW <= now;
        while self.marks.get(1).is_some_and(is_past) {
            self.marks.pop_front();
        }
        let before = self.marks.front().copied().unwrap_or_default();
        let passed = now.saturating_sub(before.at);
        let answered = if passed < RATE_WINDOW {
            passed
        } else {
            self.heard.saturating_sub(before.heard).max(LEAST_SPREAD)
        };
        if self.marks.is_empty() {
            self.marks.push_back(Mark::default());
        }
        self.marks.push_back(Mark {
            at: now,
            heard: self.heard,
            totals,
        });
        let before = before.totals;
        Rates {
            generated: rate(totals.generated, before.generated, passed),
            acknowledged: rate(totals.acknowledged, before.acknowledged, answered),
            throttled: rate(totals.throttled, before.throttled, answered),
            failed: rate(totals.failed, before.failed, answered),
            bytes: rate(totals.bytes, before.bytes, answered),
        }
    }

    pub(super) fn summary(&self, account: &Account, now: Duration) -> Counted {
        Counted {
            totals: self.totals(account),
            shards: self.shards.clone(),
            latency: self.latencies.quantiles(),
            given_up: self.given_up.clone(),
            unsent: self.unsent,
            not_sent: self.not_sent.clone(),
            last_trouble: self
                .last_trouble(now, Duration::ZERO)
                .map(|last| LastTrouble {
                    // What was taken in the end went wrong no more.
                    is_over: last.is_over || account.given_up == 0,
                    ..last
                }),
        }
    }

    fn totals(&self, account: &Account) -> Totals {
        Totals {
            generated: account.generated + self.unsendable_records(),
            acknowledged: account.acknowledged,
            given_up: account.given_up + self.unsendable_records(),
            in_flight: account.in_flight,
            throttled: account.throttled,
            failed: self.failed,
            retried: account.retried,
            bytes: self.bytes,
            requests: self.requests,
        }
    }

    fn last_trouble(&self, now: Duration, calm: Duration) -> Option<LastTrouble> {
        let (trouble, at) = self.last_trouble.as_ref()?;
        let is_calm = now.saturating_sub(*at) >= calm;
        Some(LastTrouble {
            trouble: trouble.clone(),
            seconds: at.as_secs_f64(),
            is_over: is_calm && self.last_success.is_some_and(|success| success > *at),
        })
    }

    fn say(&mut self, code: &str, words: &str, remedy: &str, now: Duration) {
        // Thousands of answers may say the same.
        if let Some((trouble, at)) = &mut self.last_trouble
            && trouble.code == code
        {
            *at = now;
            return;
        }
        let trouble = Trouble {
            code: code.to_owned(),
            words: words.to_owned(),
            remedy: remedy.to_owned(),
        };
        self.last_trouble = Some((trouble, now));
    }
}

/// What becomes of a record that is not sent (again) because the run was stopped.
fn stopped(last: Option<&Failure>) -> &'static str {
    match last {
        None => "the run was stopped before it was sent; it is not in the stream",
        Some(Failure::Request(_)) => {
            "the run was stopped before it was sent again; it may be in the stream"
        }
        Some(_) => "the run was stopped before it was sent again; it is not in the stream",
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a rate is shown with few digits"
)]
fn rate(now: u64, before: u64, time: Duration) -> f64 {
    now.saturating_sub(before) as f64 / time.as_secs_f64().max(1e-3)
}
