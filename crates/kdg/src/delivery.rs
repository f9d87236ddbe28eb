//! Records → acknowledgements, by as many `PutRecords` requests as it takes.
//!
//! A state machine that neither sends nor waits. The caller pushes records,
//! asks [`Delivery::next`] what to do, carries requests out and reports their
//! answers. The same machine thus serves a terminal, a Lambda function and a
//! browser, and a test can play every fault against it.
//!
//! At every instant `generated = acknowledged + given up + in flight`, see
//! [`Account`].
//!
//! # Rate
//!
//! Nothing holds records back until a shard refuses some; where the number of
//! shards is known, a few times of what they take does. From then on no more are
//! sent than the shards were found to take, so that the capacity is used and next
//! to nothing is sent in vain.
//!
//! # Order
//!
//! Records with the same partition key are sent in the order in which they were
//! pushed: while one of them is on its way or waits to be resent, later ones are
//! held back. Since all of them go to the same shard, this costs no throughput
//! that the shard could have given. What remains is that `PutRecords` decides on
//! each record by itself: if it refuses the first of two records with one key in
//! a request and accepts the second, the first is stored after the second.
//! Only requests with a single record could prevent that.
//!
//! # Example
//!
//! A caller that carries out one request at a time, here against a stream that
//! takes everything:
//!
//! ```
//! use std::time::Duration;
//! use kdg::{Action, Answer, Delivery, DeliverySettings, Record, SeededEntropy};
//!
//! let mut entropy = SeededEntropy::new(7);
//! let mut now = Duration::ZERO;
//! let mut delivery = Delivery::new(DeliverySettings::default());
//! let (data, partition_key) = (b"{}".to_vec(), "user_1".to_owned());
//! delivery.push(Record { data, partition_key, explicit_hash_key: None, tag: 0 }, now);
//! delivery.finish();
//! loop {
//!     match delivery.next(now) {
//!         Action::Send { request, records } => {
//!             let stored = |_| Answer::Acknowledged {
//!                 shard_id: "shardId-000000000000".to_owned(),
//!                 sequence_number: "49590338271490256608559692538361571095".to_owned(),
//!             };
//!             let answers: Vec<Answer> = records.iter().map(stored).collect();
//!             delivery.answered(request, answers, now, &mut entropy);
//!         }
//!         Action::WaitUntil(then) => now = then,
//!         Action::Idle => unreachable!("every request is answered at once"),
//!         Action::Done => break,
//!     }
//! }
//! assert_eq!(delivery.account().acknowledged, 1);
//! ```

mod account;
mod answer;
mod backoff;
mod flow;
mod queue;
mod settings;
mod silence;
mod start;

use std::collections::{BTreeMap, VecDeque, vec_deque};
use std::sync::Arc;
use std::time::Duration;

use crate::batch::MAX_BATCH_RECORDS;
use crate::entropy::{Entropy, fraction};
use crate::record::Record;

pub use account::{Account, Event, Failure, GivenUp};
pub use answer::{Answer, RequestFailure};
pub use backoff::Retry;
pub use settings::DeliverySettings;
pub use silence::Silence;

use flow::Flow;
use queue::{Found, History, Queue};
use silence::Hearing;

/// The name of a request, unique within a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(u64);

/// What the caller does next. Times count from an origin of the caller's choice.
#[derive(Debug, PartialEq, Eq)]
pub enum Action<'a> {
    /// Put these records, in this order, and report [`Delivery::answered`] or
    /// [`Delivery::failed`] in the end. Ask again at once: there may be more.
    Send {
        /// To report with.
        request: RequestId,
        /// At least one, within the limits of a request.
        records: &'a [Record],
    },
    /// Ask again then; earlier if an answer arrives or records were pushed.
    WaitUntil(Duration),
    /// Ask again when an answer arrives or records were pushed.
    Idle,
    /// Every record has its outcome, and no more are to come.
    Done,
}

/// Delivers records to one stream.
#[derive(Debug)]
pub struct Delivery {
    settings: DeliverySettings,
    queue: Queue,
    flow: Flow,
    hearing: Hearing,
    requests: BTreeMap<RequestId, Request>,
    next_request: u64,
    stage: Stage,
    account: Account,
    events: VecDeque<Event>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Open,
    Finishing,
    Cancelled,
}

/// A request that has not been reported yet.
#[derive(Debug)]
struct Request {
    records: Vec<Record>,
    /// One for each record.
    histories: Vec<History>,
    sent: Duration,
}

impl Delivery {
    /// A delivery without records.
    pub fn new(settings: DeliverySettings) -> Self {
        let window = MAX_BATCH_RECORDS * settings.max_requests.get().saturating_add(1);
        let shards = settings.shards.map(|shards| f64::from(shards.get()));
        Self {
            queue: Queue::new(window, settings.linger),
            settings,
            flow: Flow::new(shards),
            hearing: Hearing::default(),
            requests: BTreeMap::new(),
            next_request: 0,
            stage: Stage::Open,
            account: Account::default(),
            events: VecDeque::new(),
        }
    }

    /// Hands a record over. From here on it is accounted for: one that no stream
    /// would accept, or that comes after [`Self::cancel`], is given up at once.
    pub fn push(&mut self, record: Record, now: Duration) {
        self.account.generated += 1;
        if let Err(error) = record.check() {
            self.give_up(record.tag, GivenUp::Invalid(error));
        } else if self.stage == Stage::Cancelled {
            self.give_up(record.tag, GivenUp::Cancelled { last: None });
        } else {
            self.queue.push(record, now);
        }
    }

    /// How many records can usefully be pushed: enough to keep every request
    /// full. More are accepted, but only take up memory.
    pub fn room(&self) -> usize {
        self.queue.window().saturating_sub(self.queue.len())
    }

    /// No more records are expected: batches are no longer held back to fill.
    pub fn finish(&mut self) {
        if self.stage == Stage::Open {
            self.stage = Stage::Finishing;
        }
    }

    /// Stops: nothing is sent any more and what is not under way is given up.
    /// Requests under way still count as they are reported; a caller that
    /// abandons them reports [`Self::failed`].
    pub fn cancel(&mut self) {
        self.stage = Stage::Cancelled;
        for (record, history) in self.queue.take_all() {
            self.give_up(
                record.tag,
                GivenUp::Cancelled {
                    last: history.last_failure,
                },
            );
        }
    }

    /// What to do now.
    pub fn next(&mut self, now: Duration) -> Action<'_> {
        if self.queue.is_empty() && self.requests.is_empty() && self.stage != Stage::Open {
            return Action::Done;
        }
        if self.requests.len() >= self.settings.max_requests.get() {
            return Action::Idle;
        }
        let opens = self.flow.opens_at(now);
        if now < opens && !self.queue.is_empty() {
            return Action::WaitUntil(opens);
        }
        match self
            .queue
            .search(now, self.stage != Stage::Open, self.flow.room())
        {
            Found::Nothing => Action::Idle,
            Found::Later(then) => Action::WaitUntil(then),
            Found::Batch { records, histories } => {
                let resent = histories
                    .iter()
                    .filter(|history| history.attempts > 1)
                    .count();
                self.account.retried += resent as u64;
                self.flow.sent(&records, now);
                let request = RequestId(self.next_request);
                self.next_request += 1;
                let sent = self.requests.entry(request).or_insert(Request {
                    records,
                    histories,
                    sent: now,
                });
                Action::Send {
                    request,
                    records: &sent.records,
                }
            }
        }
    }

    /// Reports what the stream answered about each record of `request`, in their
    /// order. Returns `false`, and changes nothing, if the request is not under
    /// way (any more).
    ///
    /// A record without an answer is treated as an internal failure.
    pub fn answered(
        &mut self,
        request: RequestId,
        answers: impl IntoIterator<Item = Answer>,
        now: Duration,
        entropy: &mut dyn Entropy,
    ) -> bool {
        let Some(sent) = self.take_request(request) else {
            return false;
        };
        let jitter = fraction(entropy);
        let mut answers = answers.into_iter();
        let mut is_heard = false;
        for (record, history) in sent.records.into_iter().zip(sent.histories) {
            let answer = answers.next().unwrap_or(Answer::InternalFailure);
            is_heard |= answer != Answer::InternalFailure;
            match answer {
                Answer::Acknowledged {
                    shard_id,
                    sequence_number,
                } => {
                    self.flow.admitted(&record);
                    self.account.acknowledged += 1;
                    self.account.bytes += record.size() as u64;
                    let tag = record.tag;
                    self.events.push_back(Event::Acknowledged {
                        tag,
                        shard_id,
                        sequence_number,
                    });
                }
                Answer::Throttled => {
                    self.flow.refused(&record);
                    self.account.throttled += 1;
                    self.retry(record, history, Failure::Throttled, now, jitter);
                }
                Answer::InternalFailure => {
                    self.retry(record, history, Failure::Internal, now, jitter);
                }
            }
        }
        if is_heard {
            self.hearing.heard(now);
        } else {
            self.hearing.failed(sent.sent, Failure::Internal);
        }
        self.flow.answered(now);
        true
    }

    /// Reports that `request` failed as a whole. Returns `false`, and changes
    /// nothing, if the request is not under way (any more).
    pub fn failed(
        &mut self,
        request: RequestId,
        failure: &RequestFailure,
        now: Duration,
        entropy: &mut dyn Entropy,
    ) -> bool {
        let Some(sent) = self.take_request(request) else {
            return false;
        };
        let (RequestFailure::Retryable(reason) | RequestFailure::Fatal(reason)) = failure;
        let last = Failure::Request(Arc::clone(reason));
        self.hearing.failed(sent.sent, last);
        let jitter = fraction(entropy);
        for (record, history) in sent.records.into_iter().zip(sent.histories) {
            match failure {
                RequestFailure::Retryable(reason) => {
                    let failure = Failure::Request(Arc::clone(reason));
                    self.retry(record, history, failure, now, jitter);
                }
                RequestFailure::Fatal(reason) => {
                    self.give_up(
                        record.tag,
                        GivenUp::Refused {
                            reason: Arc::clone(reason),
                        },
                    );
                }
            }
        }
        true
    }

    /// The outcomes since the last call, in the order in which they became known.
    pub fn events(&mut self) -> vec_deque::Drain<'_, Event> {
        self.events.drain(..)
    }

    /// How the records stand.
    pub fn account(&self) -> Account {
        let sent: usize = self
            .requests
            .values()
            .map(|request| request.records.len())
            .sum();
        Account {
            in_flight: (self.queue.len() + sent) as u64,
            ..self.account
        }
    }

    /// Since when the stream takes nothing; `None` while it does. Every request has this for as long as it takes, so that
    /// only one of some seconds is worth a word.
    pub fn silence(&self) -> Option<Silence> {
        let oldest = self.requests.values().map(|request| request.sent).min();
        self.hearing.silence(oldest)
    }

    /// Every record of one request waits the same fraction of its own backoff,
    /// so that they tend to meet in one request again.
    fn retry(
        &mut self,
        record: Record,
        mut history: History,
        failure: Failure,
        now: Duration,
        jitter: f64,
    ) {
        let retry = &self.settings.retry;
        let due = now.saturating_add(retry.backoff(history.attempts).mul_f64(jitter));
        let age = due.saturating_sub(history.first_sent);
        let outcome = if self.stage == Stage::Cancelled {
            GivenUp::Cancelled {
                last: Some(failure),
            }
        } else if retry.max_age.is_some_and(|max_age| age > max_age) {
            GivenUp::Age {
                attempts: history.attempts,
                age: now.saturating_sub(history.first_sent),
                last: failure,
            }
        } else {
            history.due = due;
            history.last_failure = Some(failure);
            self.queue.put_back(record, history);
            return;
        };
        self.give_up(record.tag, outcome);
    }

    fn take_request(&mut self, request: RequestId) -> Option<Request> {
        let sent = self.requests.remove(&request)?;
        self.queue.release(&sent.histories);
        Some(sent)
    }

    fn give_up(&mut self, tag: u64, reason: GivenUp) {
        self.account.given_up += 1;
        self.events.push_back(Event::GivenUp { tag, reason });
    }
}
