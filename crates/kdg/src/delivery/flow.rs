//! Refusals → as many records a second as the shards take.
//!
//! What a stream admits is measured in shards: one takes a thousand records or a
//! mebibyte a second, whatever is reached first. A flow that knows how many there
//! are starts with a little more than they take; any other, and one that was
//! admitted more than that, has no limit as long as nothing is refused. Once something is, requests keep to a little less than
//! what was admitted, and then try a little more, in steps that grow for as long
//! as all of it is admitted: a hot shard and another producer are noticed as
//! well as new shards are.

use std::time::Duration;

use crate::batch::Room;
use crate::record::Record;

use super::start::Start;

/// What one shard takes in a second; see
/// <https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html>.
const SHARD_RECORDS: f64 = 1_000.0;
const SHARD_BYTES: f64 = 1_048_576.0;

/// How long is measured before the flow changes.
const WINDOW: Duration = Duration::from_secs(1);

/// How long where far too much is refused.
const SHORT_WINDOW: Duration = Duration::from_millis(250);

/// The refused part from which on it is far too much.
const FAR_TOO_MUCH: f64 = 0.1;

/// The refused part that is put up with.
const TOLERATED: f64 = 0.004;

/// The part of what was admitted that is kept to.
const STEP_BACK: f64 = 0.98;

/// How long nothing is sent after a refusal: the shards save up what they need
/// to take uneven requests.
const PAUSE: Duration = Duration::from_millis(100);

/// The same after the first one, when they have nothing left for a whole request.
const LONG_PAUSE: Duration = Duration::from_millis(300);

/// The first step forward after a refusal, and the longest.
const FIRST_STEP: f64 = 0.005;
const LONGEST_STEP: f64 = 0.25;

/// Below this part of what is known, the steps are longer.
const NEAR: f64 = 0.96;
const RETURN_STEP: f64 = 0.02;

/// Uneven requests make shards seem to admit less than they do, so what is known
/// shrinks by little each time; unless it shrinks by so much that it was wrong.
const FORGOTTEN: f64 = 0.99;
const CHANGED: f64 = 0.8;

/// How far beyond what is known the steps begin to grow: a shard saves
/// up a second of its capacity, which lets more through for some time.
const NEWS: f64 = 1.12;

/// What a request takes at most, in seconds of the flow: the whole of it would
/// meet the shards at one moment.
const REQUEST: f64 = 0.2;

/// The part of the flow that must have been used before it is worth a step forward.
const USED: f64 = 0.9;

/// Half a shard: whoever refuses that does not do so because of the flow.
const LEAST: f64 = 0.5;

/// How much of the time without requests can be made up for.
const SAVED: Duration = Duration::from_millis(100);

/// Records and their bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Load {
    records: f64,
    bytes: f64,
}

/// How fast requests may follow each other.
#[derive(Debug)]
pub(super) struct Flow {
    /// In shards; `None` while nothing was refused.
    limit: Option<f64>,
    /// While the number of shards is known and nothing was refused.
    start: Option<Start>,
    /// What the shards are known to admit, in shards.
    known: f64,
    step: f64,
    /// Seconds of shards that may be used now; below zero after a request.
    budget: f64,
    budgeted: Duration,
    measured_from: Option<Duration>,
    admitted: Load,
    refused: Load,
}

impl Load {
    fn add(&mut self, record: &Record) {
        self.records += 1.0;
        #[expect(clippy::cast_precision_loss, reason = "a record is small")]
        let bytes = record.size() as f64;
        self.bytes += bytes;
    }

    /// The seconds that one shard needs to take it.
    pub(super) fn shard_seconds(self) -> f64 {
        (self.records / SHARD_RECORDS).max(self.bytes / SHARD_BYTES)
    }
}

impl Flow {
    /// A flow to so many shards, if that is known.
    pub(super) fn new(shards: Option<f64>) -> Self {
        let start = shards.map(Start::new);
        Self {
            limit: start.as_ref().map(Start::limit),
            start,
            known: 0.0,
            step: FIRST_STEP,
            budget: 0.0,
            budgeted: Duration::ZERO,
            measured_from: None,
            admitted: Load::default(),
            refused: Load::default(),
        }
    }

    /// When the next request may follow.
    pub(super) fn opens_at(&self, now: Duration) -> Duration {
        let Some(limit) = self.limit else {
            return now;
        };
        let missing = -self.budget / limit;
        let opens = Duration::try_from_secs_f64(missing).unwrap_or_default();
        now.max(self.budgeted.saturating_add(opens))
    }

    /// The room of the next request.
    pub(super) fn room(&self) -> Room {
        let Some(limit) = self.limit else {
            return Room::new();
        };
        let request = self.start.as_ref().map_or(REQUEST, Start::request);
        let request = request.min(REQUEST);
        let part = |of_shard: f64| {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "too large a room is cut to that of a request"
            )]
            let part = (limit * request * of_shard) as usize;
            part
        };
        Room::of(part(SHARD_RECORDS), part(SHARD_BYTES))
    }

    /// A request leaves.
    pub(super) fn sent(&mut self, records: &[Record], now: Duration) {
        if self.limit.is_some() {
            let mut load = Load::default();
            for record in records {
                load.add(record);
            }
            self.refill(now);
            self.budget -= load.shard_seconds();
            if let Some(start) = &mut self.start {
                start.sent(load, now);
            }
        }
    }

    /// A record was stored.
    pub(super) fn admitted(&mut self, record: &Record) {
        self.admitted.add(record);
    }

    /// A record was refused because its shard had no capacity.
    pub(super) fn refused(&mut self, record: &Record) {
        self.refused.add(record);
    }

    /// An answer is complete: the flow changes when enough was measured.
    pub(super) fn answered(&mut self, now: Duration) {
        if self.start.is_some() {
            self.began(now);
            return;
        }
        let from = *self.measured_from.get_or_insert(now);
        let measured = now.saturating_sub(from);
        let (admitted, refused) = (self.admitted.shard_seconds(), self.refused.shard_seconds());
        let part = refused / (admitted + refused);
        let is_far_off = part > FAR_TOO_MUCH;
        if measured < if is_far_off { SHORT_WINDOW } else { WINDOW } {
            return;
        }
        let admitted = admitted / measured.as_secs_f64();
        let mut resumes = now;
        if part > TOLERATED {
            self.refill(now);
            let limit = (admitted * STEP_BACK).max(LEAST);
            self.limit = Some(limit);
            if !is_far_off {
                self.budget -= limit * PAUSE.as_secs_f64();
                resumes = now + PAUSE;
            }
            self.step = FIRST_STEP;
            self.known = if admitted < self.known * CHANGED {
                admitted
            } else {
                admitted.max(self.known * FORGOTTEN)
            };
        } else if let Some(limit) = self.limit.filter(|limit| admitted > limit * USED) {
            if limit > self.known * NEWS {
                self.step = (self.step * 2.0).min(LONGEST_STEP);
            }
            let step = if limit < self.known * NEAR {
                RETURN_STEP
            } else {
                self.step
            };
            self.limit = Some(limit * (1.0 + step));
        }
        self.measured_from = Some(resumes);
        (self.admitted, self.refused) = (Load::default(), Load::default());
    }

    /// An answer to a flow of which nothing was refused before.
    fn began(&mut self, now: Duration) {
        let admitted = std::mem::take(&mut self.admitted);
        let refused = std::mem::take(&mut self.refused);
        let Some(start) = &mut self.start else {
            return;
        };
        if refused == Load::default() {
            if start.admitted(admitted, now) {
                (self.limit, self.start) = (None, None);
            }
            return;
        }
        // What they had saved up is used up, and the next request needs its part of it.
        self.known = start.shards();
        self.start = None;
        let limit = self.known * STEP_BACK;
        self.limit = Some(limit);
        self.refill(now);
        self.budget = self.budget.min(0.0) - limit * LONG_PAUSE.as_secs_f64();
        self.measured_from = Some(now + LONG_PAUSE);
    }

    fn refill(&mut self, now: Duration) {
        let limit = self.limit.unwrap_or(0.0);
        let passed = now.saturating_sub(self.budgeted).as_secs_f64();
        let saved = limit * SAVED.as_secs_f64();
        self.budget = (self.budget + limit * passed).min(saved);
        self.budgeted = now;
    }
}
