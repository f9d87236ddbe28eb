//! Known faults in generated records, so that a test of a pipeline knows the right answer.

use std::str::FromStr;

use thiserror::Error;

use crate::scene::Scene;

use super::{Ending, MAX_RECORD_BYTES, Recipe, Record, RecordError};

/// A late record is at least this much older than the others, in milliseconds.
const LATE_FROM_MS: u64 = 60 * 60 * 1000;
/// And at most this much.
const LATE_TO_MS: u64 = 48 * 60 * 60 * 1000;

/// The partition key of records with [`FaultKind::HotKey`].
pub const HOT_KEY: &str = "hot";

/// What is wrong with a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FaultKind {
    /// It is no JSON, or no UTF-8.
    Malformed,
    /// It is the last record without a fault once more.
    Duplicate,
    /// Its clocks went between one hour and two days slow; an entity that begins in
    /// it keeps the true time, for it shows in later records as well.
    Late,
    /// White space makes it as large as a stream takes.
    Oversize,
    /// Its partition key is [`HOT_KEY`].
    HotKey,
}

/// How often each fault is made; a record has one at most.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FaultMix {
    /// Each with its share of the records; together at most 1.
    shares: Vec<(FaultKind, f64)>,
}

/// The fault that a record was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong.
    pub kind: FaultKind,
    /// The record that a duplicate repeats.
    pub of: Option<u64>,
}

/// Makes records, some of them with a fault.
#[derive(Debug)]
pub struct FaultyRecipe {
    recipe: Recipe,
    mix: FaultMix,
    last: Option<Record>,
}

/// A mix that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FaultMixError {
    /// It is not a list of names with shares.
    #[error(
        "`{entry}` is no fault with its share, write malformed=0.01 or another of {}",
        names()
    )]
    Entry {
        /// As written.
        entry: String,
    },
    /// The shares exceed 1.
    #[error("the shares of the faults exceed 1, a record has one fault at most")]
    TooMany,
}

impl FaultKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [
        Self::Malformed,
        Self::Duplicate,
        Self::Late,
        Self::Oversize,
        Self::HotKey,
    ];

    /// The name in a mix and in a ledger.
    pub fn name(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Duplicate => "duplicate",
            Self::Late => "late",
            Self::Oversize => "oversize",
            Self::HotKey => "hot-key",
        }
    }
}

fn names() -> String {
    FaultKind::ALL.map(FaultKind::name).join(", ")
}

impl FromStr for FaultMix {
    type Err = FaultMixError;

    /// Reads `malformed=0.01,late=0.05`.
    fn from_str(text: &str) -> Result<Self, FaultMixError> {
        let mut shares = Vec::new();
        for entry in text.split(',') {
            let unreadable = || FaultMixError::Entry {
                entry: entry.trim().to_owned(),
            };
            let (name, share) = entry.split_once('=').ok_or_else(unreadable)?;
            let kind = FaultKind::ALL
                .into_iter()
                .find(|kind| kind.name() == name.trim())
                .ok_or_else(unreadable)?;
            let share: f64 = share.trim().parse().map_err(|_| unreadable())?;
            if !(0.0..=1.0).contains(&share) {
                return Err(unreadable());
            }
            shares.push((kind, share));
        }
        let total: f64 = shares.iter().map(|(_, share)| share).sum();
        if total > 1.0 + f64::EPSILON {
            return Err(FaultMixError::TooMany);
        }
        Ok(Self { shares })
    }
}

impl FaultMix {
    fn has(&self, kind: FaultKind) -> bool {
        self.shares.iter().any(|(known, _)| *known == kind)
    }

    fn draw(&self, scene: &mut Scene) -> Option<FaultKind> {
        if self.shares.is_empty() {
            return None;
        }
        let mut drawn = scene.fraction();
        for (kind, share) in &self.shares {
            if drawn < *share {
                return Some(*kind);
            }
            drawn -= share;
        }
        None
    }
}

impl FaultyRecipe {
    /// A recipe, and how often its records get a fault.
    pub fn new(recipe: Recipe, mix: FaultMix) -> Self {
        Self {
            recipe,
            mix,
            last: None,
        }
    }

    /// Makes the record `number` of the seed, which the caller calls by that number, and tells its
    /// fault. Records without a fault are those that [`Recipe::make_numbered`] makes.
    ///
    /// # Errors
    ///
    /// As [`Recipe::make`].
    pub fn make(
        &mut self,
        scene: &mut Scene,
        number: u64,
    ) -> Result<(Record, Option<Fault>), RecordError> {
        // From the other end of the numbers, so that the faults leave the records as they are.
        scene.begin_record(u64::MAX - number);
        let kind = self.mix.draw(scene);
        scene.begin_record(number);
        let fault = kind.map(|kind| Fault { kind, of: None });
        let record = match (kind, &self.last) {
            (Some(FaultKind::Duplicate), Some(last)) => {
                let of = Some(last.tag);
                let record = Record {
                    tag: number,
                    ..last.clone()
                };
                let kind = FaultKind::Duplicate;
                return Ok((record, Some(Fault { kind, of })));
            }
            // Nothing can be repeated yet.
            (Some(FaultKind::Duplicate), None) => {
                let record = self.recipe.make(scene, number)?;
                self.last = Some(record.clone());
                return Ok((record, None));
            }
            (Some(FaultKind::Late), _) => {
                let span = LATE_TO_MS - LATE_FROM_MS;
                let late_ms = LATE_FROM_MS + scene.below(span + 1);
                let late_ms = i64::try_from(late_ms).unwrap_or(i64::MAX);
                scene.set_slow(late_ms);
                let record = self.recipe.make(scene, number);
                scene.set_slow(0);
                record?
            }
            (kind, _) => {
                let mut record = self.recipe.make(scene, number)?;
                match kind {
                    Some(FaultKind::Malformed) => {
                        self.before_ending(&mut record, |record| malform(record, scene));
                    }
                    Some(FaultKind::Oversize) => self.before_ending(&mut record, fill),
                    Some(FaultKind::HotKey) => {
                        HOT_KEY.clone_into(&mut record.partition_key);
                        // It would decide on the shard instead of the key.
                        record.explicit_hash_key = None;
                    }
                    _ => {}
                }
                record
            }
        };
        // Of a record with a fault a copy would have two.
        if fault.is_none() && self.mix.has(FaultKind::Duplicate) {
            self.last = Some(record.clone());
        }
        record.check()?;
        Ok((record, fault))
    }
}

impl FaultyRecipe {
    /// Changes a record whose line feed stays where it is.
    fn before_ending(&self, record: &mut Record, change: impl FnOnce(&mut Record)) {
        let ends = self.recipe.ending == Ending::LineFeed && record.data.pop().is_some();
        change(record);
        if ends {
            record.data.push(b'\n');
            // A record that was filled up has no room left for it.
            if record.size() > MAX_RECORD_BYTES {
                let last = record.data.len().saturating_sub(2);
                record.data.remove(last);
            }
        }
    }
}

/// Neither of the two can become JSON by chance, whatever the record was.
fn malform(record: &mut Record, scene: &mut Scene) {
    if scene.below(2) == 0 {
        record.data.extend_from_slice(b"{\"");
    } else {
        let places = record.data.len() as u64 + 1;
        let place = usize::try_from(scene.below(places)).unwrap_or(0);
        record.data.insert(place, 0xff);
    }
}

fn fill(record: &mut Record) {
    let room = MAX_RECORD_BYTES.saturating_sub(record.size());
    record.data.resize(record.data.len() + room, b' ');
}
