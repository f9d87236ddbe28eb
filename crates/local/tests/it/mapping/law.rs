//! Whatever a function does and whenever a mapping dies: every record is accepted or kept at the
//! destination, the records of a key in their order, and none comes back once it is settled.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use local::mapping::{MappingHandle, Settings};
use proptest::prelude::*;
use tokio::time::sleep;

use super::function::{Call, Reply};
use super::{World, settings};

#[derive(Debug, Clone)]
enum Step {
    Put { key: u8, count: u8 },
    Split { key: u8 },
    Merge { key: u8 },
    Kill,
    Restart,
    Wait { milliseconds: u64 },
    BreakDestination { puts: u64 },
    BreakSource { reads: u64 },
}

/// What has happened to records, seen from outside the mapping.
#[derive(Debug, Default)]
struct Book {
    /// The sequence numbers of each key in the order in which they were put.
    put: BTreeMap<String, Vec<String>>,
    accepted: BTreeSet<String>,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        10 => (0..6_u8, 1..8_u8).prop_map(|(key, count)| Step::Put { key, count }),
        1 => (0..6_u8).prop_map(|key| Step::Split { key }),
        1 => (0..6_u8).prop_map(|key| Step::Merge { key }),
        2 => Just(Step::Kill),
        1 => Just(Step::Restart),
        6 => (0..400_u64).prop_map(|milliseconds| Step::Wait { milliseconds }),
        1 => (1..4_u64).prop_map(|puts| Step::BreakDestination { puts }),
        1 => (1..4_u64).prop_map(|reads| Step::BreakSource { reads }),
    ]
}

fn mapping_settings() -> impl Strategy<Value = Settings> {
    (
        1..12_usize,
        1..5_usize,
        prop::option::of(0..3_u32),
        any::<[bool; 4]>(),
    )
        .prop_map(
            |(batch_size, factor, retries, [bisect, report, window, age])| {
                let mut settings = settings();
                settings.batch_size = batch_size;
                settings.parallelization_factor = factor;
                settings.maximum_retry_attempts = retries;
                settings.bisect_batch_on_function_error = bisect;
                settings.report_batch_item_failures = report;
                settings.maximum_batching_window =
                    Duration::from_millis(if window { 300 } else { 0 });
                settings.maximum_record_age = age.then_some(Duration::from_mins(1));
                settings
            },
        )
}

/// A function that sometimes fails, sometimes names records, sometimes does not run.
fn moody(seed: u64) -> impl FnMut(&Call) -> Reply + Send {
    let mut random = fastrand::Rng::with_seed(seed);
    move |call| {
        let reply = match random.u8(0..10) {
            0 => Reply::DoesNotRun,
            1 | 2 => Reply::Fails,
            3..6 => {
                let failed = random.choice(&call.records).unwrap();
                Reply::failures([failed.sequence_number.as_str()])
            }
            _ => Reply::ok(),
        };
        if random.bool() {
            reply.after(random.u64(0..300))
        } else {
            reply
        }
    }
}

impl Book {
    /// A record may come only when everything of its key before it is settled or in front of it.
    fn check_delivery(&self, call: &Call, kept: &BTreeSet<String>) {
        let mut in_front = BTreeSet::new();
        for record in &call.records {
            let number = &record.sequence_number;
            assert!(
                !self.accepted.contains(number),
                "{number} came after it was accepted"
            );
            assert!(
                !kept.contains(number),
                "{number} came after it was given up"
            );
            for earlier in self.put[&record.key]
                .iter()
                .take_while(|earlier| *earlier != number)
            {
                let settled = self.accepted.contains(earlier) || kept.contains(earlier);
                assert!(
                    settled || in_front.contains(earlier),
                    "{number} overtook {earlier}"
                );
            }
            in_front.insert(number.clone());
        }
    }

    fn note_reply(&mut self, call: &Call, reply: &Reply, reporting: bool) {
        let Reply::Answer(body) = reply else {
            return;
        };
        let failed = call
            .records
            .iter()
            .position(|record| reporting && body.contains(&record.sequence_number));
        let accepted = &call.records[..failed.unwrap_or(call.records.len())];
        self.accepted
            .extend(accepted.iter().map(|record| record.sequence_number.clone()));
    }
}

fn kept(world: &World) -> BTreeSet<String> {
    let objects = world.destination.objects();
    objects
        .iter()
        .flat_map(super::destination::Object::sequence_numbers)
        .collect()
}

async fn run(settings: Settings, steps: Vec<Step>, seed: u64) {
    let world = World::new(2, |_| Reply::ok());
    let book = Arc::new(Mutex::new(Book::default()));
    let mut mood = moody(seed);
    let (noted, destination) = (book.clone(), world.destination.clone());
    world.function.behave(move |call| {
        let kept = destination.objects();
        let kept = kept
            .iter()
            .flat_map(super::destination::Object::sequence_numbers)
            .collect();
        noted.lock().unwrap().check_delivery(call, &kept);
        mood(call)
    });
    let (noted, reporting) = (book.clone(), settings.report_batch_item_failures);
    world.function.watch(move |call, reply| {
        noted.lock().unwrap().note_reply(call, reply, reporting);
    });
    let mut mapping = world.start(settings.clone());
    for step in steps {
        mapping = take(&world, &book, &settings, mapping, step).await;
    }
    let all: BTreeSet<_> = book
        .lock()
        .unwrap()
        .put
        .values()
        .flatten()
        .cloned()
        .collect();
    for _ in 0..10_000 {
        let kept = kept(&world);
        let done = book.lock().unwrap().accepted.union(&kept).count();
        if done == all.len() {
            break;
        }
        sleep(Duration::from_secs(1)).await;
    }
    let accepted = book.lock().unwrap().accepted.clone();
    let kept = kept(&world);
    assert!(accepted.is_disjoint(&kept));
    assert_eq!(accepted.union(&kept).cloned().collect::<BTreeSet<_>>(), all);
    let progress = mapping.progress();
    let waiting: usize = progress.shards.values().map(|shard| shard.waiting).sum();
    assert_eq!((progress.read, waiting), (progress.settled, 0));
}

async fn take(
    world: &World,
    book: &Mutex<Book>,
    settings: &Settings,
    mapping: MappingHandle,
    step: Step,
) -> MappingHandle {
    match step {
        Step::Put { key, count } => {
            let key = format!("key {key}");
            for _ in 0..count {
                let number = world.stream.put(&key, b"1");
                book.lock()
                    .unwrap()
                    .put
                    .entry(key.clone())
                    .or_default()
                    .push(number);
            }
        }
        Step::Split { key } => world.stream.split(&format!("key {key}")),
        Step::Merge { key } => world.stream.merge(&format!("key {key}")),
        Step::Kill => {
            mapping.kill().await;
            return world.start(settings.clone());
        }
        Step::Restart => {
            mapping.shutdown().await;
            return world.start(settings.clone());
        }
        Step::Wait { milliseconds } => sleep(Duration::from_millis(milliseconds)).await,
        Step::BreakDestination { puts } => {
            world.destination.failing_puts.store(puts, Ordering::SeqCst);
        }
        Step::BreakSource { reads } => world.stream.failing_reads.store(reads, Ordering::SeqCst),
    }
    mapping
}

proptest! {
    // Each case is a few hundred invocations in paused time, some ten milliseconds.
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn every_record_is_settled_once_and_in_the_order_of_its_key(
        settings in mapping_settings(),
        steps in prop::collection::vec(step(), 1..60),
        seed in any::<u64>(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(run(settings, steps, seed));
    }
}
