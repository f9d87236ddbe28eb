//! Outcomes → the numbers of a snapshot.

use std::collections::BTreeMap;
use std::time::Duration;

use kdg::{Account, Answer, Delivery, Event, GivenUp};

use super::group;
use super::latency::Latencies;
use crate::aws::AwsError;
use crate::aws::firehose::NO_SHARD;
use crate::message::{LastTrouble, Latency, Phase, Rates, Snapshot, Totals, Trouble};

/// How many reasons are told apart.
const REASONS: usize = 20;

/// How long after it something is over at the earliest, so that what comes and goes is not told as
/// over in between.
const CALM: Duration = Duration::from_secs(3);

/// What has been counted so far, beside the delivery's account.
#[derive(Debug, Default)]
pub(super) struct Tally {
    shards: BTreeMap<String, u64>,
    given_up: BTreeMap<String, u64>,
    failed: u64,
    requests: u64,
    latencies: Latencies,
    since_snapshot: Latencies,
    last_trouble: Option<(Trouble, Duration)>,
    /// When a request last succeeded.
    last_success: Option<Duration>,
    /// When, and what it counted.
    last_snapshot: (Duration, Totals),
}

/// What a run came to, as far as it is counted here.
pub(super) struct Counted {
    pub(super) totals: Totals,
    pub(super) shards: BTreeMap<String, u64>,
    pub(super) latency: Option<Latency>,
    pub(super) given_up: BTreeMap<String, u64>,
    pub(super) last_trouble: Option<LastTrouble>,
}

impl Tally {
    /// Counts a request that took so long.
    pub(super) fn request(&mut self, took: Duration) {
        self.requests += 1;
        self.latencies.add(took);
        self.since_snapshot.add(took);
    }

    /// Counts the records that AWS failed to store.
    pub(super) fn answers(&mut self, answers: &[Answer], now: Duration) {
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
                    let mut reason = match reason {
                        GivenUp::Age { last, .. } => {
                            format!("sent again for too long: {}", group(&last))
                        }
                        GivenUp::Refused { reason } => reason.to_string(),
                        GivenUp::Invalid(error) => format!("not sent: {error}"),
                        GivenUp::Cancelled { .. } => {
                            "the run was stopped before it was acknowledged".to_owned()
                        }
                    };
                    if self.given_up.len() >= REASONS && !self.given_up.contains_key(&reason) {
                        "other reasons".clone_into(&mut reason);
                    }
                    *self.given_up.entry(reason).or_default() += 1;
                }
            }
        }
    }

    /// How the records stand; the caller fills in what is not counted.
    pub(super) fn snapshot(&mut self, account: &Account, now: Duration) -> Snapshot {
        let totals = self.totals(account);
        let (then, before) = self.last_snapshot;
        let seconds = now.saturating_sub(then).as_secs_f64().max(1e-3);
        #[expect(
            clippy::cast_precision_loss,
            reason = "a rate is shown with few digits"
        )]
        let rate = |now: u64, before: u64| now.saturating_sub(before) as f64 / seconds;
        let rates = Rates {
            generated: rate(totals.generated, before.generated),
            acknowledged: rate(totals.acknowledged, before.acknowledged),
            throttled: rate(totals.throttled, before.throttled),
            failed: rate(totals.failed, before.failed),
            bytes: rate(totals.bytes, before.bytes),
        };
        self.last_snapshot = (now, totals);
        Snapshot {
            seconds: now.as_secs_f64(),
            phase: Phase::Running,
            totals,
            shards: self.shards.clone(),
            rates,
            latency: std::mem::take(&mut self.since_snapshot).quantiles(),
            simulated_ms: None,
            silent_seconds: None,
            last_trouble: self.last_trouble(now),
        }
    }

    pub(super) fn summary(&self, account: &Account, now: Duration) -> Counted {
        Counted {
            totals: self.totals(account),
            shards: self.shards.clone(),
            latency: self.latencies.quantiles(),
            given_up: self.given_up.clone(),
            last_trouble: self.last_trouble(now),
        }
    }

    fn totals(&self, account: &Account) -> Totals {
        Totals {
            generated: account.generated,
            acknowledged: account.acknowledged,
            given_up: account.given_up,
            in_flight: account.in_flight,
            throttled: account.throttled,
            failed: self.failed,
            retried: account.retried,
            bytes: account.bytes,
            requests: self.requests,
        }
    }

    fn last_trouble(&self, now: Duration) -> Option<LastTrouble> {
        let (trouble, at) = self.last_trouble.as_ref()?;
        let is_calm = now.saturating_sub(*at) >= CALM;
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
