//! One record after the other, each when it is due.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::time::Duration;

use flate2::{Compression, GzBuilder};
use kdg::{Encoding, FaultyRecipe, KeyRule, Pace, Recipe, Record, Scene, SeededEntropy};

use super::Surroundings;
use crate::aws::firehose;
use crate::message::EndedBy;
use crate::plan::{CheckedPlan, Ends, Simulation, Target};

const MS_PER_MINUTE: i64 = 60_000;

/// The level of the original, and the system that its header names: Unix.
const LEVEL: u32 = 6;
const UNIX: u8 = 3;

/// Makes the records of a run.
#[derive(Debug)]
pub(super) struct Maker {
    recipe: FaultyRecipe,
    scene: Scene,
    pace: Pace,
    ends: Ends,
    simulation: Option<Simulation>,
    simulated_ms: Option<i64>,
    gzip: bool,
    target: Target,
    made: u64,
    bytes: u64,
    faults: BTreeMap<&'static str, u64>,
    over: Option<EndedBy>,
}

/// Whether there is a record.
#[derive(Debug)]
pub(super) enum Made {
    Record(Record),
    NotYet,
    Over,
}

impl Maker {
    pub(super) fn new(checked: CheckedPlan, surroundings: &Surroundings, seed: u64) -> Self {
        let local_ms = checked.begins_ms(surroundings.now_ms)
            + i64::from(surroundings.offset_minutes) * MS_PER_MINUTE;
        let pace = checked.pace(local_ms, seed);
        let even = || KeyRule::Even(surroundings.shards.hash_keys.clone());
        let recipe = Recipe {
            template: checked.template,
            partition_key: checked.key.unwrap_or_else(even),
            encoding: Encoding::Plain,
            ending: checked.ending,
        };
        let scene = Scene::new(SeededEntropy::new(seed), surroundings.now_ms);
        Self {
            recipe: FaultyRecipe::new(recipe, checked.faults),
            scene: scene.with_offset(surroundings.offset_minutes),
            pace,
            ends: checked.ends,
            simulation: checked.simulation,
            simulated_ms: checked.simulation.map(|simulation| simulation.from_ms),
            gzip: checked.gzip,
            target: checked.target,
            made: 0,
            bytes: 0,
            faults: BTreeMap::new(),
            over: None,
        }
    }

    /// Makes the next record if it is due at `now`, which counts no pauses.
    pub(super) fn make(&mut self, now: Duration, now_ms: i64) -> Made {
        self.over = self.over.take().or_else(|| self.end_at(now));
        if self.over.is_some() {
            return Made::Over;
        }
        let Some(at) = self.pace.take_one(now) else {
            // Records that were due before its end are made first.
            let has_ended = self.simulation_ends().is_some_and(|ends| now >= ends);
            if has_ended || self.pace.next_due(now).is_none() {
                return self.end(EndedBy::Time);
            }
            return Made::NotYet;
        };
        if let Some(simulation) = self.simulation {
            if simulation.lasts.is_some_and(|lasts| at >= lasts) {
                return self.end(EndedBy::Time);
            }
            let at_ms = i64::try_from(at.as_millis()).unwrap_or(i64::MAX);
            self.simulated_ms = Some(simulation.from_ms.saturating_add(at_ms));
            self.scene.set_simulated(self.simulated_ms);
        }
        self.scene.set_now(now_ms);
        match self.record() {
            Ok(record) => {
                self.made += 1;
                self.bytes += self.target.bytes(&record);
                Made::Record(record)
            }
            Err(message) => {
                let message = format!("record {} cannot be sent: {message}", self.made);
                self.end(EndedBy::Record { message })
            }
        }
    }

    /// When to ask for a record again.
    pub(super) fn next_due(&mut self, now: Duration) -> Option<Duration> {
        let due = self.pace.next_due(now);
        let ends = self.ends.after.into_iter().chain(self.simulation_ends());
        due.into_iter().chain(ends).min()
    }

    /// Whether no record will follow.
    pub(super) fn is_over(&self) -> bool {
        self.over.is_some()
    }

    /// Why none will.
    pub(super) fn ended_by(&self) -> EndedBy {
        self.over.clone().unwrap_or(EndedBy::User)
    }

    pub(super) fn simulated_ms(&self) -> Option<i64> {
        self.simulated_ms
    }

    /// Records of each fault.
    pub(super) fn faults(&self) -> BTreeMap<String, u64> {
        self.faults
            .iter()
            .map(|(name, count)| ((*name).to_owned(), *count))
            .collect()
    }

    fn record(&mut self) -> Result<Record, String> {
        let made = self.recipe.make(&mut self.scene, self.made);
        let (mut record, fault) = made.map_err(|error| error.to_string())?;
        if self.gzip {
            record.data = compressed(&record.data).map_err(|error| error.to_string())?;
        }
        if matches!(self.target, Target::Firehose { .. })
            && record.data.len() > firehose::MAX_RECORD_BYTES
        {
            return Err(format!(
                "it has {} bytes, Firehose takes {}",
                record.data.len(),
                firehose::MAX_RECORD_BYTES
            ));
        }
        if let Some(fault) = fault {
            *self.faults.entry(fault.kind.name()).or_default() += 1;
        }
        Ok(record)
    }

    fn end(&mut self, why: EndedBy) -> Made {
        self.over = Some(why);
        Made::Over
    }

    fn end_at(&self, now: Duration) -> Option<EndedBy> {
        if self
            .ends
            .records
            .is_some_and(|records| self.made >= records)
        {
            Some(EndedBy::Records)
        } else if self.ends.bytes.is_some_and(|bytes| self.bytes >= bytes) {
            Some(EndedBy::Bytes)
        } else if self.ends.after.is_some_and(|after| now >= after) {
            Some(EndedBy::Minutes)
        } else {
            None
        }
    }

    fn simulation_ends(&self) -> Option<Duration> {
        self.simulation.and_then(|simulation| simulation.ends())
    }
}

/// As the original compresses: equal data gives equal bytes.
fn compressed(data: &[u8]) -> std::io::Result<Vec<u8>> {
    let builder = GzBuilder::new().operating_system(UNIX);
    let mut encoder = builder.write(Vec::new(), Compression::new(LEVEL));
    encoder.write_all(data)?;
    encoder.finish()
}
