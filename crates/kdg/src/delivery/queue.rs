//! Records without an outcome → the next batch.
//!
//! All records that are not under way stand in one line, in the order in which
//! they were pushed; a record that failed returns to its old place. A batch is
//! picked from the front of the line, and passing over a record means passing
//! over everything behind it that has its partition key.

use std::collections::hash_map::DefaultHasher;
use std::collections::{HashSet, VecDeque};
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::time::Duration;

use crate::batch::Room;
use crate::record::Record;

use super::account::Failure;

/// Hashes of partition keys. Two keys with one hash are merely held back for
/// each other. The hasher is seeded with nothing, since this crate has no
/// entropy of its own.
type Keys = HashSet<u64, BuildHasherDefault<DefaultHasher>>;

/// What is known about a record on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct History {
    /// Its place in the order of pushing.
    order: u64,
    /// The hash of its partition key.
    key: u64,
    /// Before then it is not sent.
    pub(super) due: Duration,
    pub(super) attempts: u32,
    pub(super) first_sent: Duration,
    pub(super) last_failure: Option<Failure>,
}

/// What a search for a batch has found.
#[derive(Debug)]
pub(super) enum Found {
    Batch {
        records: Vec<Record>,
        histories: Vec<History>,
    },
    /// Something to send then, if nothing happens before.
    Later(Duration),
    /// Nothing to send until something happens.
    Nothing,
}

/// The line of records.
#[derive(Debug)]
pub(super) struct Queue {
    line: VecDeque<(Record, History)>,
    /// The keys of the records under way.
    under_way: Keys,
    /// A search looks at so many records, however long the line is.
    window: usize,
    linger: Duration,
    pushed: u64,
    /// What the last search found out, as long as it holds.
    calm: Option<Calm>,
}

/// There is nothing to send before `until`, unless `room` is used up.
#[derive(Debug)]
struct Calm {
    until: Option<Duration>,
    room: Room,
}

impl Queue {
    pub(super) fn new(window: usize, linger: Duration) -> Self {
        let (line, under_way) = (VecDeque::new(), Keys::default());
        Self {
            line,
            under_way,
            window,
            linger,
            pushed: 0,
            calm: None,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.line.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.line.is_empty()
    }

    pub(super) fn window(&self) -> usize {
        self.window
    }

    pub(super) fn push(&mut self, record: Record, now: Duration) {
        if let Some(calm) = &mut self.calm {
            let then = now.saturating_add(self.linger);
            calm.until = Some(calm.until.map_or(then, |until| until.min(then)));
            if !calm.room.admit(&record) || calm.room.is_full() {
                self.calm = None;
            }
        }
        let mut hasher = DefaultHasher::new();
        record.partition_key.hash(&mut hasher);
        let history = History {
            order: self.pushed,
            key: hasher.finish(),
            due: now,
            attempts: 0,
            first_sent: now,
            last_failure: None,
        };
        self.pushed += 1;
        self.line.push_back((record, history));
    }

    /// Returns a record to its place in the line.
    pub(super) fn put_back(&mut self, record: Record, history: History) {
        self.calm = None;
        let place = self
            .line
            .partition_point(|(_, other)| other.order < history.order);
        self.line.insert(place, (record, history));
    }

    /// Records are no longer under way.
    pub(super) fn release(&mut self, histories: &[History]) {
        self.calm = None;
        for history in histories {
            self.under_way.remove(&history.key);
        }
    }

    pub(super) fn take_all(&mut self) -> VecDeque<(Record, History)> {
        self.calm = None;
        std::mem::take(&mut self.line)
    }

    /// Picks the next batch, of what fits into `room`; one that is not full only
    /// when it has lingered, or when nothing will be pushed any more.
    pub(super) fn search(&mut self, now: Duration, finishing: bool, mut room: Room) -> Found {
        if let Some(calm) = self.calm.as_ref().filter(|_| !finishing) {
            match calm.until {
                None => return Found::Nothing,
                Some(until) if now < until => return Found::Later(until),
                Some(_) => {}
            }
        }
        let mut passed_over = Keys::default();
        let mut chosen = Vec::new();
        let mut until: Option<Duration> = None;
        let mut sooner = |then: Duration| until = Some(until.map_or(then, |until| until.min(then)));
        let mut full = false;
        for (index, (record, history)) in self.line.iter().take(self.window).enumerate() {
            if self.under_way.contains(&history.key) || passed_over.contains(&history.key) {
                continue;
            }
            if now < history.due {
                passed_over.insert(history.key);
                sooner(history.due);
                continue;
            }
            if !room.admit(record) {
                full = true;
                break;
            }
            sooner(history.due.saturating_add(self.linger));
            chosen.push(index);
        }
        let lingered = chosen.iter().any(|index| {
            let due = self
                .line
                .get(*index)
                .map_or(now, |(_, history)| history.due);
            due.saturating_add(self.linger) <= now
        });
        if !chosen.is_empty() && (full || room.is_full() || finishing || lingered) {
            self.calm = None;
            return self.remove(&chosen, now);
        }
        self.calm = Some(Calm { until, room });
        until.map_or(Found::Nothing, Found::Later)
    }

    /// Takes the records at these ascending places out of the line.
    fn remove(&mut self, chosen: &[usize], now: Duration) -> Found {
        let mut records = Vec::with_capacity(chosen.len());
        let mut histories = Vec::with_capacity(chosen.len());
        let mut passed_over = Vec::new();
        let end = chosen.last().map_or(0, |last| last + 1);
        let mut chosen = chosen.iter().peekable();
        for (index, (record, mut history)) in self.line.drain(..end).enumerate() {
            if chosen.next_if_eq(&&index).is_none() {
                passed_over.push((record, history));
                continue;
            }
            if history.attempts == 0 {
                history.first_sent = now;
            }
            history.attempts += 1;
            self.under_way.insert(history.key);
            records.push(record);
            histories.push(history);
        }
        for skipped in passed_over.into_iter().rev() {
            self.line.push_front(skipped);
        }
        Found::Batch { records, histories }
    }
}
