//! One record after the other, each when it is due.

use std::time::Duration;

use kdg::{Fault, Record, Scene, SeededEntropy};

use super::source::{Next, Source};
use super::{End, Run, now_ms};
use crate::rhythm::Rhythm;

/// Makes the records of a run.
pub(super) struct Maker {
    source: Source,
    rhythm: Rhythm,
    end: End,
    scene: Scene,
    made: u64,
    bytes: u64,
    is_over: bool,
    stopped_by: Option<anyhow::Error>,
}

impl Maker {
    pub(super) fn new(run: Run) -> Self {
        let entropy = SeededEntropy::new(run.seed);
        Self {
            source: run.source,
            scene: Scene::new(entropy, now_ms()).with_offset(run.rhythm.offset_minutes),
            rhythm: run.rhythm,
            end: run.end,
            made: 0,
            bytes: 0,
            is_over: false,
            stopped_by: None,
        }
    }

    /// Sets the clock that records show.
    pub(super) fn set_clock(&mut self, now_ms: i64) {
        self.scene.set_now(now_ms);
    }

    /// Makes the next record if it is due.
    pub(super) fn make(&mut self, now: Duration) -> Option<(Record, Option<Fault>)> {
        self.is_over = self.is_over || self.has_reached_its_end(now);
        if self.is_over {
            return None;
        }
        match self.source.look() {
            Next::Ready => {}
            Next::NotYet => return None,
            Next::Never => {
                self.is_over = true;
                return None;
            }
        }
        let Some(at) = self.rhythm.pace.take_one(now) else {
            // Records that were due before its end are made first.
            let has_ended = self.simulation_ends().is_some_and(|ends| now >= ends);
            self.is_over = has_ended || self.rhythm.pace.next_due(now).is_none();
            return None;
        };
        if let Some(simulation) = self.rhythm.simulation {
            if simulation.lasts.is_some_and(|lasts| at >= lasts) {
                self.is_over = true;
                return None;
            }
            let at_ms = i64::try_from(at.as_millis()).unwrap_or(i64::MAX);
            let simulated_ms = simulation.from_ms.saturating_add(at_ms);
            self.scene.set_simulated(Some(simulated_ms));
        }
        match self.source.make(&mut self.scene, self.made) {
            Ok((record, fault)) => {
                self.made += 1;
                self.bytes += u64::try_from(record.size()).unwrap_or(u64::MAX);
                Some((record, fault))
            }
            Err(error) => {
                self.is_over = true;
                self.stopped_by = Some(error);
                None
            }
        }
    }

    /// Whether no record will follow.
    pub(super) fn is_over(&self) -> bool {
        self.is_over
    }

    /// The record that could not be made.
    pub(super) fn stopped_by(&mut self) -> Option<anyhow::Error> {
        self.stopped_by.take()
    }

    /// When to ask for a record again; `None` when that depends on the source alone.
    pub(super) fn next_due(&mut self, now: Duration) -> Option<Duration> {
        let due = match self.source.look() {
            Next::Ready | Next::Never => self.rhythm.pace.next_due(now),
            Next::NotYet => None,
        };
        let ends = self.end.after.into_iter().chain(self.simulation_ends());
        due.into_iter().chain(ends).min()
    }

    /// Waits until a source that was empty has something; for ever when it is not empty.
    pub(super) async fn something_to_read(&mut self) {
        self.source.something_to_read().await;
    }

    fn simulation_ends(&self) -> Option<Duration> {
        self.rhythm
            .simulation
            .and_then(|simulation| simulation.ends())
    }

    fn has_reached_its_end(&self, now: Duration) -> bool {
        self.end.records.is_some_and(|records| self.made >= records)
            || self.end.bytes.is_some_and(|bytes| self.bytes >= bytes)
            || self.end.after.is_some_and(|after| now >= after)
    }
}

#[cfg(test)]
mod tests {
    use kdg::{DeliverySettings, FaultMix, FaultyRecipe, Pace, Recipe, Template};

    use super::*;
    use crate::rhythm::Simulation;

    #[test]
    fn a_simulated_time_ends_a_run_between_two_records() {
        let second = Duration::from_secs;
        let speed = 10.0;
        let simulation = Simulation {
            from_ms: 0,
            lasts: Some(second(20)),
            speed: Some(speed),
        };
        let pace = Pace::constant(0.01).unwrap().simulated(Some(speed));
        let recipe = Recipe::new(Template::compile("{{date.simTime}}").unwrap());
        let recipe = FaultyRecipe::new(recipe, FaultMix::default());
        let mut maker = Maker::new(Run {
            source: Source::Recipe(Box::new(recipe)),
            rhythm: Rhythm {
                pace: pace.unwrap(),
                simulation: Some(simulation),
                offset_minutes: 0,
            },
            end: End::default(),
            seed: 7,
            delivery: DeliverySettings::default(),
        });
        assert!(maker.make(second(0)).is_some(), "the first record is due");
        // The second is due at 10 s, when the 20 simulated seconds are long over.
        assert!(maker.make(second(1)).is_none());
        assert!(!maker.is_over());
        assert_eq!(maker.next_due(second(1)), Some(second(2)));
        assert!(maker.make(second(2)).is_none());
        assert!(maker.is_over());
    }
}
