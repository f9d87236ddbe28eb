//! The law of the whole crate: however the store fails and however batches are cut, every record
//! ends up in exactly one object, with its own bytes.

use std::collections::BTreeMap;

use pipeline::{Config, Processor, config::OnCollision, record::Record};
use proptest::{collection::vec, prelude::*};

use crate::memory::{Fault, Memory, process, record, settings};

/// What may go wrong in one run of a shard from its beginning.
#[derive(Clone, Debug)]
struct Plan {
    /// The user of each record; few, so that keys collide.
    users: Vec<u8>,
    /// Puts that fail, by their number.
    faults: Vec<(usize, Fault)>,
    /// How many records each delivery has, in turn.
    batch_sizes: Vec<usize>,
    /// Deliveries after which the process is a new one.
    restarts: Vec<bool>,
    /// From where the shard is delivered once more at the end.
    replay_from: usize,
}

fn plans() -> impl Strategy<Value = Plan> {
    let fault = prop_oneof![
        3 => Just(Fault::Lost),
        3 => Just(Fault::Unanswered),
        1 => Just(Fault::Hangs)
    ];
    (
        vec(0_u8..4, 1..40),
        vec((0_usize..120, fault), 0..40),
        vec(1_usize..12, 1..6),
        vec(any::<bool>(), 1..6),
        0_usize..40,
    )
        .prop_map(|(users, faults, batch_sizes, restarts, replay_from)| Plan {
            replay_from: replay_from % users.len(),
            users,
            faults,
            batch_sizes,
            restarts,
        })
}

/// The records of the shard. User 3 has no name, so that its records are quarantined, and the
/// names of users 0 and 1 are such that one's own key may be another's suffixed key.
fn shard(users: &[u8]) -> Vec<Record> {
    let records = users.iter().enumerate().map(|(number, user)| {
        let name = match user {
            3 => "null".to_owned(),
            1 => format!("\"a-{}\"", number / 2),
            0 => "\"a\"".to_owned(),
            other => format!("\"{other}\""),
        };
        record(
            number.try_into().unwrap(),
            format!(r#"{{"user":{name},"number":{number}}}"#),
        )
    });
    records.collect()
}

/// Delivers a shard as Lambda does: from the lowest retried record on, until none is left.
async fn deliver(plan: &Plan, on_collision: OnCollision) -> (Memory, Vec<Record>) {
    let mut settings = settings("{{ user }}.json");
    settings.object.on_collision = Some(on_collision);
    let config = Config::new(&settings).unwrap();
    let memory = Memory::default();
    memory
        .faults
        .borrow_mut()
        .extend(plan.faults.iter().copied());
    let records = shard(&plan.users);
    let mut processor = Processor::new(config.clone(), memory.clone());
    let mut sizes = plan.batch_sizes.iter().cycle();
    let mut restarts = plan.restarts.iter().cycle();
    for start in [0, plan.replay_from] {
        let mut next = start;
        while next < records.len() {
            let end = records.len().min(next + sizes.next().unwrap());
            let report = process(&processor, records[next..end].to_vec()).await;
            next = match report.retry_from {
                Some((from, _)) => from.as_str().parse().unwrap(),
                None => end,
            };
            if *restarts.next().unwrap() {
                processor = Processor::new(config.clone(), memory.clone());
            }
        }
    }
    (memory, records)
}

/// Runs a plan on a clock of its own.
fn run(plan: &Plan, on_collision: OnCollision) -> (Memory, Vec<Record>) {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap()
        .block_on(deliver(plan, on_collision))
}

proptest! {
    // Enough that every pair of faults meets every kind of collision; a case takes about 1 ms.
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_record_is_lost_and_none_is_stored_twice(
        plan in plans(),
        on_collision in prop_oneof![Just(OnCollision::Suffix), Just(OnCollision::Quarantine)],
    ) {
        let (memory, records) = run(&plan, on_collision);
        let by_record = memory.by_record();
        prop_assert_eq!(by_record.len(), records.len());
        for record in &records {
            let number = record.identity.sequence_number().as_str();
            let keys = &by_record[number];
            prop_assert_eq!(keys.len(), 1, "record {} is at {:?}", number, keys);
            let objects = memory.objects.borrow();
            prop_assert_eq!(&objects[&keys[0]].body, record.data.original());
        }
    }

    #[test]
    fn overwriting_leaves_the_newest_record_of_each_key(plan in plans()) {
        let (memory, records) = run(&plan, OnCollision::Overwrite);
        let mut newest: BTreeMap<String, &Record> = BTreeMap::new();
        for record in &records {
            let json: serde_json::Value = serde_json::from_slice(record.data.original()).unwrap();
            let number = record.identity.sequence_number();
            let key = match json["user"].as_str() {
                Some(user) => format!("{user}.json"),
                None => format!("quarantine/test/key-unrenderable/shardId-000000000000-{number}"),
            };
            newest.insert(key, record);
        }
        prop_assert_eq!(memory.keys(), newest.keys().cloned().collect::<Vec<_>>());
        for (key, record) in newest {
            let objects = memory.objects.borrow();
            prop_assert_eq!(&objects[&key].body, record.data.original());
        }
    }
}
