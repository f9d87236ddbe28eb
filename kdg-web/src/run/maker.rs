//! One record after the other, each when it is due.

use std::collections::BTreeMap;
use std::time::Duration;

use kdg::{Encoding, FaultKind, FaultyRecipe, KeyRule, Pace, Recipe, Record, Scene, SeededEntropy};

use super::Surroundings;
use crate::message::EndedBy;
use crate::plan::{CheckedPlan, Ends, Simulation, Target};
use crate::sendable::{Unsendable, sendable};

const MS_PER_MINUTE: i64 = 60_000;

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
    /// There is one that cannot be sent, counted from 1.
    Unsendable {
        number: u64,
        why: Unsendable,
    },
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
        let made = self.record();
        self.made += 1;
        match made {
            Ok(record) => {
                self.bytes += self.target.bytes(&record);
                Made::Record(record)
            }
            Err(why) => Made::Unsendable {
                number: self.made,
                why,
            },
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

    fn record(&mut self) -> Result<Record, Unsendable> {
        let (mut record, fault) = self.recipe.make(&mut self.scene, self.made)?;
        if fault.is_some_and(|fault| fault.kind == FaultKind::Oversize) {
            self.target.take_filling(&mut record);
        }
        let record = sendable(record, &self.target, self.gzip)?;
        if let Some(fault) = fault {
            *self.faults.entry(fault.kind.name()).or_default() += 1;
        }
        Ok(record)
    }

    /// Makes no more.
    pub(super) fn end(&mut self, why: EndedBy) -> Made {
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
