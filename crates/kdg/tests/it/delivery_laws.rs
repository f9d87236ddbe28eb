//! What holds for a delivery whatever happens: random pushes, answers, faults,
//! pauses and cancellation, in any order.

use std::collections::{BTreeMap, BTreeSet};
use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use kdg::{
    Action, Answer, Delivery, DeliverySettings, Event, MAX_BATCH_BYTES, MAX_BATCH_RECORDS, Record,
    RequestFailure, RequestId, Retry, SeededEntropy,
};
use proptest::prelude::*;

use super::delivery::{acknowledged, ms, record};

const MAX_REQUESTS: usize = 3;

#[derive(Debug, Clone)]
enum Step {
    Push {
        key: u8,
        records: u16,
        padding: usize,
    },
    Next,
    /// Answers one of the open requests; a code for each record, repeated.
    Answer {
        which: usize,
        codes: Vec<u8>,
    },
    /// Answers a request that was answered before.
    AnswerAgain {
        which: usize,
    },
    Fail {
        which: usize,
        fatal: bool,
    },
    Advance {
        milliseconds: u64,
    },
    Finish,
    Cancel,
}

fn step() -> impl Strategy<Value = Step> {
    let which = 0_usize..8;
    prop_oneof![
        6 => (0_u8..6, prop_oneof![1_u16..20, 300_u16..700], prop_oneof![9 => Just(0), 1 => 0_usize..200_000])
            .prop_map(|(key, records, padding)| {
                // Large records in large numbers only slow the test down.
                let records = if padding > 0 { records.min(60) } else { records };
                Step::Push { key, records, padding }
            }),
        8 => Just(Step::Next),
        6 => (which.clone(), prop::collection::vec(0_u8..4, 0..6))
            .prop_map(|(which, codes)| Step::Answer { which, codes }),
        1 => which.clone().prop_map(|which| Step::AnswerAgain { which }),
        2 => (which, any::<bool>()).prop_map(|(which, fatal)| Step::Fail { which, fatal }),
        4 => (0_u64..400).prop_map(|milliseconds| Step::Advance { milliseconds }),
        1 => Just(Step::Finish),
    ]
}

/// What a bystander knows about a delivery.
struct Bystander {
    delivery: Delivery,
    entropy: SeededEntropy,
    now: Duration,
    pushed: u64,
    /// The keys of the records without an outcome.
    unfinished: BTreeMap<u64, String>,
    acknowledged: BTreeSet<u64>,
    given_up: BTreeSet<u64>,
    open: BTreeMap<RequestId, Vec<u64>>,
    closed: Vec<RequestId>,
    cancelled: bool,
}

impl Bystander {
    fn new(linger: Duration, max_age: Option<Duration>, shards: Option<NonZeroU32>) -> Self {
        let retry = Retry {
            base: ms(50),
            cap: ms(400),
            max_age,
        };
        let max_requests = NonZeroUsize::new(MAX_REQUESTS).unwrap();
        Self {
            delivery: Delivery::new(DeliverySettings {
                max_requests,
                linger,
                shards,
                retry,
            }),
            entropy: SeededEntropy::new(5),
            now: ms(0),
            pushed: 0,
            unfinished: BTreeMap::new(),
            acknowledged: BTreeSet::new(),
            given_up: BTreeSet::new(),
            open: BTreeMap::new(),
            closed: Vec::new(),
            cancelled: false,
        }
    }

    fn act(&mut self, step: &Step) {
        match step {
            Step::Push {
                key,
                records,
                padding,
            } => {
                for _ in 0..*records {
                    let key = format!("key {key}");
                    let mut record = record(self.pushed, &key);
                    record.data.resize(record.data.len() + padding, b'.');
                    self.unfinished.insert(self.pushed, key);
                    self.pushed += 1;
                    self.delivery.push(record, self.now);
                }
            }
            Step::Next => {
                self.next();
            }
            Step::Answer { which, codes } => {
                if let Some((request, tags)) = self.close(*which) {
                    let codes = codes.iter().copied().cycle().take(tags.len());
                    let takes = codes.clone().any(|code| code <= 2);
                    let answers = codes.zip(tags).map(|(code, tag)| match code {
                        0 | 1 => acknowledged(tag),
                        2 => Answer::Throttled,
                        _ => Answer::InternalFailure,
                    });
                    assert!(
                        self.delivery
                            .answered(request, answers, self.now, &mut self.entropy)
                    );
                    let since = self.delivery.silence().map(|silence| silence.since);
                    assert!(!takes || since.is_none_or(|since| since == self.now));
                }
            }
            Step::AnswerAgain { which } => {
                if let Some(request) = self.closed.get(which % self.closed.len().max(1)) {
                    let answers = vec![acknowledged(0); MAX_BATCH_RECORDS];
                    let entropy = &mut self.entropy;
                    assert!(!self.delivery.answered(*request, answers, self.now, entropy));
                }
            }
            Step::Fail { which, fatal } => {
                if let Some((request, _)) = self.close(*which) {
                    let failure = if *fatal {
                        RequestFailure::Fatal("denied".into())
                    } else {
                        RequestFailure::Retryable("reset".into())
                    };
                    let entropy = &mut self.entropy;
                    assert!(self.delivery.failed(request, &failure, self.now, entropy));
                }
            }
            Step::Advance { milliseconds } => self.now += ms(*milliseconds),
            Step::Finish => self.delivery.finish(),
            Step::Cancel => {
                self.delivery.cancel();
                self.cancelled = true;
            }
        }
        self.look();
    }

    /// Asks what to do, and checks what is sent. Returns whether all is done.
    fn next(&mut self) -> bool {
        match self.delivery.next(self.now) {
            Action::Send { request, records } => {
                assert!(!self.cancelled, "sent after cancellation");
                let tags = check_batch(records, &self.unfinished);
                assert!(
                    self.open.insert(request, tags).is_none(),
                    "{request:?} is used twice"
                );
                assert!(self.open.len() <= MAX_REQUESTS);
            }
            Action::WaitUntil(then) => {
                assert!(then > self.now, "waiting for the past");
                self.now = then;
            }
            Action::Idle => assert!(
                !self.open.is_empty() || self.unfinished.is_empty(),
                "idle although {} records wait for nothing",
                self.unfinished.len()
            ),
            Action::Done => {
                assert!(self.unfinished.is_empty() && self.open.is_empty());
                return true;
            }
        }
        false
    }

    fn close(&mut self, which: usize) -> Option<(RequestId, Vec<u64>)> {
        let request = *self.open.keys().nth(which % self.open.len().max(1))?;
        self.closed.push(request);
        self.open.remove_entry(&request)
    }

    /// Reads the outcomes and checks the account against them.
    fn look(&mut self) {
        for event in self.delivery.events() {
            let (tag, outcomes) = match event {
                Event::Acknowledged {
                    tag,
                    sequence_number,
                    ..
                } => {
                    assert_eq!(
                        sequence_number,
                        tag.to_string(),
                        "an answer of another record"
                    );
                    (tag, &mut self.acknowledged)
                }
                Event::GivenUp { tag, .. } => (tag, &mut self.given_up),
            };
            assert!(outcomes.insert(tag), "{tag} has its outcome twice");
            assert!(
                self.unfinished.remove(&tag).is_some(),
                "{tag} has two outcomes"
            );
        }
        let silence = self.delivery.silence();
        assert!(silence.is_none_or(|silence| silence.since <= self.now));
        let account = self.delivery.account();
        assert!(account.is_balanced(), "{account:?}");
        assert_eq!(account.generated, self.pushed);
        assert_eq!(account.acknowledged, self.acknowledged.len() as u64);
        assert_eq!(account.given_up, self.given_up.len() as u64);
        assert_eq!(account.in_flight, self.unfinished.len() as u64);
    }
}

/// Checks limits and order of a batch, and returns its tags.
///
/// Order: whatever was pushed before a record with the same key has its outcome
/// or stands before it in this very batch.
fn check_batch(records: &[Record], unfinished: &BTreeMap<u64, String>) -> Vec<u64> {
    assert!(!records.is_empty() && records.len() <= MAX_BATCH_RECORDS);
    assert!(records.iter().map(Record::size).sum::<usize>() <= MAX_BATCH_BYTES);
    let tags: Vec<u64> = records.iter().map(|record| record.tag).collect();
    assert!(tags.is_sorted_by(|one, other| one < other), "{tags:?}");
    let mut oldest: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for (tag, key) in unfinished {
        oldest.entry(key).or_default().push(*tag);
    }
    let mut sent: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for record in records {
        sent.entry(&record.partition_key)
            .or_default()
            .push(record.tag);
    }
    for (key, tags) in sent {
        assert!(
            oldest[key].starts_with(&tags),
            "{key}: {tags:?} before {:?}",
            oldest[key]
        );
    }
    tags
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_record_has_one_outcome_and_the_account_never_lies(
        steps in prop::collection::vec(step(), 0..60),
        cancel_at in prop::option::of(0_usize..60),
        linger in prop_oneof![Just(ms(0)), Just(ms(30))],
        max_age in prop::option::of(Just(ms(300))),
        shards in prop::option::of(1_u32..4),
    ) {
        let mut bystander = Bystander::new(linger, max_age, shards.and_then(NonZeroU32::new));
        for (index, step) in steps.iter().enumerate() {
            if cancel_at == Some(index) {
                bystander.act(&Step::Cancel);
            }
            bystander.act(step);
        }
        bystander.act(&Step::Finish);
        let mut turns = 0;
        while !bystander.next() {
            bystander.act(&Step::Answer { which: 0, codes: vec![0, 1, 0, 2, 1] });
            turns += 1;
            prop_assert!(turns < 10_000, "the delivery does not come to an end");
        }
        prop_assert_eq!(bystander.acknowledged.len() + bystander.given_up.len(), usize::try_from(bystander.pushed).unwrap());
    }
}
