//! A bucket in memory, which fails where it is told to, and the records to put into it.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, HashMap},
    rc::Rc,
    time::Duration,
};

use chrono::DateTime;
use pipeline::{
    Config, Event, Processor,
    config::{ObjectSettings, Settings},
    object::{Object, Stamp},
    outcome::RetryReason,
    process::Invocation,
    record::{Data, Identity, Record},
    report::BatchReport,
    store::{Condition, Put, Store},
};
use tokio::time::Instant;

pub(crate) const SHARD: &str = "shardId-000000000000";

/// What goes wrong with one put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The request never arrives.
    Lost,
    /// The request is carried out, and the answer never arrives.
    Unanswered,
    /// Neither comes to an end.
    Hangs,
}

/// A bucket whose clones are the same bucket.
#[derive(Clone, Debug, Default)]
pub(crate) struct Memory {
    pub(crate) objects: Rc<RefCell<BTreeMap<String, Object>>>,
    /// By the number of the put, counted from 0.
    pub(crate) faults: Rc<RefCell<HashMap<usize, Fault>>>,
    pub(crate) puts: Rc<Cell<usize>>,
    in_flight: Rc<Cell<usize>>,
    pub(crate) most_in_flight: Rc<Cell<usize>>,
}

impl Memory {
    pub(crate) fn keys(&self) -> Vec<String> {
        self.objects.borrow().keys().cloned().collect()
    }

    pub(crate) fn body(&self, key: &str) -> String {
        let objects = self.objects.borrow();
        String::from_utf8_lossy(&objects[key].body).into_owned()
    }

    /// Which objects were made of each record, by its sequence number.
    pub(crate) fn by_record(&self) -> BTreeMap<String, Vec<String>> {
        let mut by_record: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (key, object) in self.objects.borrow().iter() {
            let metadata = object.stamp.to_metadata();
            let identity: Identity = metadata[0].1.parse().unwrap();
            let sequence_number = identity.sequence_number().to_string();
            by_record
                .entry(sequence_number)
                .or_default()
                .push(key.clone());
        }
        by_record
    }

    fn carry_out(&self, object: &Object, condition: &Condition) -> Put {
        let mut objects = self.objects.borrow_mut();
        let taken = objects.get(&object.key).map(|there| Put::Taken {
            by: read_back(&there.stamp),
            etag: format!("{:?}", there.stamp),
        });
        let holds = match (&taken, condition) {
            (None, Condition::Absent) => true,
            (Some(Put::Taken { etag, .. }), Condition::Unchanged(known)) => etag == known,
            _ => false,
        };
        if !holds {
            return taken.expect("nothing is deleted here");
        }
        objects.insert(object.key.clone(), object.clone());
        Put::Written
    }
}

impl Store for Memory {
    async fn put(&self, object: &Object, condition: &Condition) -> Result<Put, RetryReason> {
        let number = self.puts.replace(self.puts.get() + 1);
        let fault = self.faults.borrow().get(&number).copied();
        self.in_flight.set(self.in_flight.get() + 1);
        let most = self.most_in_flight.get().max(self.in_flight.get());
        self.most_in_flight.set(most);
        tokio::time::sleep(Duration::from_millis(20)).await;
        let put = match fault {
            None => Ok(self.carry_out(object, condition)),
            Some(Fault::Lost) => Err(RetryReason::Unavailable),
            Some(Fault::Unanswered) => {
                self.carry_out(object, condition);
                Err(RetryReason::Timeout)
            }
            Some(Fault::Hangs) => std::future::pending().await,
        };
        self.in_flight.set(self.in_flight.get() - 1);
        put
    }
}

/// What S3 would give back of a stamp: its metadata.
fn read_back(stamp: &Stamp) -> Option<Stamp> {
    let metadata: HashMap<_, _> = stamp.to_metadata().into_iter().collect();
    Stamp::from_metadata(|name| metadata.get(name).map(String::as_str))
}

pub(crate) fn settings(key: &str) -> Settings {
    Settings {
        name: "test".to_owned(),
        object: ObjectSettings {
            key: key.to_owned(),
            ..ObjectSettings::default()
        },
        ..Settings::default()
    }
}

pub(crate) fn config(key: &str) -> Config {
    Config::new(&settings(key)).unwrap()
}

pub(crate) fn record(sequence_number: u64, data: impl Into<Vec<u8>>) -> Record {
    let arrival = 1_700_000_000_000 + i64::try_from(sequence_number).unwrap();
    Record {
        identity: format!("{SHARD}:{sequence_number}").parse().unwrap(),
        partition_key: "key".to_owned(),
        arrival: DateTime::from_timestamp_millis(arrival).unwrap(),
        data: Data::Decoded(data.into().into()),
    }
}

/// Processes one batch with ten seconds to do it in.
pub(crate) async fn process<S: Store>(
    processor: &Processor<S>,
    records: Vec<Record>,
) -> BatchReport {
    process_within(processor, records, Duration::from_secs(10)).await
}

pub(crate) async fn process_within<S: Store>(
    processor: &Processor<S>,
    records: Vec<Record>,
    time: Duration,
) -> BatchReport {
    let invocation = Invocation {
        received_at: DateTime::from_timestamp_millis(1_700_000_001_000).unwrap(),
        deadline: Instant::now() + time,
        cold_start: false,
    };
    let report = processor
        .process(&Event { records }, invocation)
        .await
        .unwrap();
    report.counts.conserved().unwrap();
    report
}
