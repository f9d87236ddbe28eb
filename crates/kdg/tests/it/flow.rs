//! How fast records are sent where shards admit only so many, in simulated time.

#![allow(clippy::cast_precision_loss)]

use std::num::NonZeroU32;
use std::time::Duration;

use kdg::{Action, Answer, Delivery, DeliverySettings, Record, RequestId, SeededEntropy};

use super::delivery::{acknowledged, ms};

const RECORDS_PER_SECOND: f64 = 1_000.0;
const BYTES_PER_SECOND: f64 = 1_048_576.0;
const LATENCY: Duration = ms(8);

/// The capacity that a shard has left, as Kinesis counts it.
#[derive(Clone, Copy)]
struct Shard {
    records: f64,
    bytes: f64,
    at: Duration,
}

impl Shard {
    fn admits(&mut self, record: &Record, now: Duration) -> bool {
        let passed = now.saturating_sub(self.at).as_secs_f64();
        self.at = now;
        self.records = (self.records + passed * RECORDS_PER_SECOND).min(RECORDS_PER_SECOND);
        self.bytes = (self.bytes + passed * BYTES_PER_SECOND).min(BYTES_PER_SECOND);
        let size = record.size() as f64;
        let fits = self.records >= 1.0 && self.bytes >= size;
        if fits {
            self.records -= 1.0;
            self.bytes -= size;
        }
        fits
    }
}

/// What a stream was offered and took.
#[derive(Debug, Default)]
struct Taken {
    admitted: f64,
    refused: f64,
}

/// A producer that always has records, and a stream.
struct Simulation {
    delivery: Delivery,
    entropy: SeededEntropy,
    shards: Vec<Shard>,
    has_limits: bool,
    shard_of: fn(u64, usize) -> usize,
    bytes: usize,
    now: Duration,
    pushed: u64,
    /// How many records there are to send; always more when `None`.
    per_second: Option<u64>,
    under_way: Vec<(Duration, RequestId, Vec<Answer>)>,
    taken: Taken,
}

fn even(tag: u64, shards: usize) -> usize {
    usize::try_from(tag).unwrap() % shards
}

fn random(tag: u64, shards: usize) -> usize {
    let mixed = (tag + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    even(
        (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 33,
        shards,
    )
}

fn half_of_them_to_one(tag: u64, shards: usize) -> usize {
    if random(tag, 2) == 0 {
        0
    } else {
        random(tag ^ 0x5555, shards)
    }
}

impl Simulation {
    fn new(shards: usize, shard_of: fn(u64, usize) -> usize, bytes: usize) -> Self {
        let full = Shard {
            records: RECORDS_PER_SECOND,
            bytes: BYTES_PER_SECOND,
            at: ms(0),
        };
        Self {
            delivery: Delivery::new(DeliverySettings::default()),
            entropy: SeededEntropy::new(3),
            shards: vec![full; shards],
            has_limits: true,
            shard_of,
            bytes,
            now: ms(0),
            pushed: 0,
            per_second: None,
            under_way: Vec::new(),
            taken: Taken::default(),
        }
    }

    /// A producer that knows how many shards there are.
    fn informed(shards: u32, shard_of: fn(u64, usize) -> usize, bytes: usize) -> Self {
        let settings = DeliverySettings {
            shards: NonZeroU32::new(shards),
            ..DeliverySettings::default()
        };
        Self {
            delivery: Delivery::new(settings),
            ..Self::new(usize::try_from(shards).unwrap(), shard_of, bytes)
        }
    }

    fn answer(&mut self, records: &[Record]) -> Vec<Answer> {
        let mut answers = Vec::new();
        for record in records {
            let shard = (self.shard_of)(record.tag, self.shards.len());
            if !self.has_limits || self.shards[shard].admits(record, self.now) {
                self.taken.admitted += 1.0;
                answers.push(acknowledged(record.tag));
            } else {
                self.taken.refused += 1.0;
                answers.push(Answer::Throttled);
            }
        }
        answers
    }

    /// Goes on for so long, and tells what was taken meanwhile.
    fn go_on(&mut self, seconds: u64) -> Taken {
        let end = self.now + Duration::from_secs(seconds);
        self.taken = Taken::default();
        while self.now < end {
            let due = self.per_second.map_or(u64::MAX, |rate| {
                u64::try_from(self.now.as_millis()).unwrap() * rate / 1_000
            });
            while self.pushed < due && self.delivery.room() > 0 {
                let record = Record {
                    data: vec![b'x'; self.bytes],
                    partition_key: self.pushed.to_string(),
                    explicit_hash_key: None,
                    tag: self.pushed,
                };
                self.pushed += 1;
                self.delivery.push(record, self.now);
            }
            let wake = match self.delivery.next(self.now) {
                Action::Send { request, records } => {
                    let records = records.to_vec();
                    let answers = self.answer(&records);
                    self.under_way.push((self.now + LATENCY, request, answers));
                    continue;
                }
                Action::WaitUntil(then) => Some(then),
                Action::Idle | Action::Done => None,
            };
            let first = self.under_way.first().map(|(then, ..)| *then);
            let next = self.per_second.map(|_| self.now + ms(1));
            let wake = wake.into_iter().chain(first).chain(next).min();
            self.now = wake.unwrap();
            while self
                .under_way
                .first()
                .is_some_and(|(then, ..)| *then <= self.now)
            {
                let (_, request, answers) = self.under_way.remove(0);
                self.delivery
                    .answered(request, answers, self.now, &mut self.entropy);
            }
            assert!(self.delivery.account().is_balanced());
            self.delivery.events();
        }
        std::mem::take(&mut self.taken)
    }
}

#[track_caller]
fn uses_the_capacity(mut simulation: Simulation, records_per_second: f64) {
    let taken = simulation.go_on(60);
    let used = taken.admitted / 60.0 / records_per_second;
    let refused = taken.refused / (taken.admitted + taken.refused);
    assert!(used > 0.95, "{used:.4} used, {refused:.4} refused");
    assert!(refused < 0.01, "{used:.4} used, {refused:.4} refused");
}

#[test]
fn shards_are_used_to_the_full_and_next_to_nothing_is_refused() {
    for shards in [1, 4, 8] {
        let capacity = shards as f64 * RECORDS_PER_SECOND;
        for shard_of in [even, random] {
            let mut simulation = Simulation::new(shards, shard_of, 200);
            simulation.go_on(10);
            uses_the_capacity(simulation, capacity);
        }
    }
}

#[test]
fn large_records_are_held_to_the_bytes_that_shards_take() {
    for shards in [1, 4] {
        let capacity = shards as f64 * BYTES_PER_SECOND / 10_008.0;
        let mut simulation = Simulation::new(shards, even, 10_000);
        simulation.go_on(10);
        uses_the_capacity(simulation, capacity);
    }
}

#[test]
fn a_hot_shard_sets_the_pace() {
    // Of eight records five go to the first of four shards.
    let capacity = RECORDS_PER_SECOND / 0.625;
    let mut simulation = Simulation::new(4, half_of_them_to_one, 200);
    // What the hot shard refused at first takes the place of other records for a while.
    simulation.go_on(50);
    uses_the_capacity(simulation, capacity);
}

#[test]
fn more_shards_are_found_within_a_minute() {
    let mut simulation = Simulation::new(1, even, 200);
    simulation.go_on(20);
    simulation.shards = vec![simulation.shards[0]; 4];
    simulation.go_on(45);
    let taken = simulation.go_on(10);
    assert!(taken.admitted > 0.95 * 40_000.0, "{taken:?}");
}

#[test]
fn a_producer_that_knows_the_shards_has_next_to_nothing_refused_from_the_start() {
    for shards in [1, 4, 16] {
        for (shard_of, bytes) in [
            (even as fn(u64, usize) -> usize, 200),
            (random, 200),
            (even, 10_000),
        ] {
            let per_shard = RECORDS_PER_SECOND.min(BYTES_PER_SECOND / (bytes + 8) as f64);
            let capacity = f64::from(shards) * per_shard;
            let mut simulation = Simulation::informed(shards, shard_of, bytes);
            let taken = simulation.go_on(10);
            let used = taken.admitted / 10.0 / capacity;
            let refused = taken.refused / (taken.admitted + taken.refused);
            assert!(
                refused < 0.01,
                "{shards} {bytes}: {used:.4} used, {refused:.4} refused"
            );
            assert!(
                used > 0.95,
                "{shards} {bytes}: {used:.4} used, {refused:.4} refused"
            );
        }
    }
}

#[test]
fn a_stream_without_limits_is_found_out_within_a_second() {
    for shards in [1, 4] {
        let mut simulation = Simulation::informed(shards, even, 200);
        simulation.has_limits = false;
        simulation.go_on(1);
        let taken = simulation.go_on(1);
        assert!(taken.admitted > 50_000.0, "{shards}: {taken:?}");
    }
}

#[test]
fn a_stream_without_limits_is_found_out_also_when_it_is_used_late() {
    // A record a millisecond for a minute, and then as many as it takes.
    let mut simulation = Simulation::informed(4, even, 200);
    simulation.has_limits = false;
    simulation.per_second = Some(1_000);
    simulation.go_on(60);
    simulation.per_second = None;
    simulation.go_on(1);
    let taken = simulation.go_on(1);
    assert!(taken.admitted > 50_000.0, "{taken:?}");
}

#[test]
fn a_stream_that_refuses_at_random_is_still_sent_half_a_shard() {
    let mut delivery = Delivery::new(DeliverySettings::default());
    let mut entropy = SeededEntropy::new(3);
    let (mut now, mut tag) = (ms(0), 0_u64);
    while now < Duration::from_mins(1) {
        for _ in 0..delivery.room() {
            delivery.push(super::delivery::record(tag, &tag.to_string()), now);
            tag += 1;
        }
        now = match delivery.next(now) {
            Action::Send { request, records } => {
                let answers: Vec<Answer> = records
                    .iter()
                    .enumerate()
                    .map(|(place, record)| match place % 3 {
                        0 => Answer::Throttled,
                        _ => acknowledged(record.tag),
                    })
                    .collect();
                delivery.answered(request, answers, now, &mut entropy);
                now + LATENCY
            }
            Action::WaitUntil(then) => then,
            Action::Idle | Action::Done => now + LATENCY,
        };
    }
    let acknowledged = delivery.account().acknowledged;
    assert!(acknowledged > 60 * 300, "{acknowledged}");
}
