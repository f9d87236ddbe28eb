//! What is expected, held against what was found: each record in exactly one place.

use std::collections::BTreeMap;

use pipeline::config::OnCollision;
use pipeline::outcome::QuarantineReason;

use super::expected::{Entry, Expected, Fate};
use super::found::{Found, Seen};

/// Every expected record, by what became of it, as places among the expected.
#[derive(Debug, Default)]
pub(super) struct Balance {
    pub(super) expected: usize,
    pub(super) stored: usize,
    /// Those that gave way to a newer record, where the pipeline says `on_collision: overwrite`.
    pub(super) superseded: usize,
    pub(super) filtered: Vec<usize>,
    pub(super) quarantined: Vec<usize>,
    pub(super) by_reason: BTreeMap<String, usize>,
    pub(super) given_up: Vec<usize>,
    /// Those that are nowhere.
    pub(super) missing: Vec<usize>,
    /// How many more are missing among records whose lines do not tell who they are.
    pub(super) missing_nameless: u64,
    /// Those that were found more than once.
    pub(super) duplicate: Vec<usize>,
    /// How many objects or lines there are beyond the first of each record.
    pub(super) repetitions: usize,
    /// Those that are quarantined, and that the pipeline's file would store or filter.
    pub(super) redrivable: usize,
    /// Those that are stored, and that the pipeline's file would filter or quarantine.
    pub(super) kept_though_refused: usize,
    /// Those that the stream no longer holds, so that nobody knows what should become of them.
    pub(super) no_longer_retained: usize,
}

/// Where a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whereabouts {
    Stored,
    Superseded,
    Filtered,
    Quarantined,
    GivenUp,
    Missing,
}

impl Balance {
    /// Holds the one against the other.
    pub(super) fn of(expected: &Expected, found: &Found, on_collision: OnCollision) -> Self {
        let mut balance = Self {
            expected: expected.entries().len(),
            ..Self::default()
        };
        for (place, entry) in expected.entries().iter().enumerate() {
            let seen = found.seen(place);
            balance.enter(place, whereabouts(entry, seen, found, on_collision));
            balance.judge(entry, seen, found);
            let repetitions = found.again(place).count();
            if repetitions > 0 {
                balance.duplicate.push(place);
                balance.repetitions += repetitions;
            }
            if seen.quarantined > 0 && seen.stored == 0 {
                let reason = found.words(seen.reason).to_owned();
                *balance.by_reason.entry(reason).or_default() += 1;
            }
        }
        balance.count_nameless(expected, found.nameless);
        balance
    }

    /// Whether every record has its outcome.
    pub(super) fn is_whole(&self) -> bool {
        self.missing() == 0 && self.given_up.is_empty()
    }

    /// How many records are nowhere.
    pub(super) fn missing(&self) -> u64 {
        u64::try_from(self.missing.len()).unwrap_or(u64::MAX) + self.missing_nameless
    }

    fn enter(&mut self, place: usize, whereabouts: Whereabouts) {
        match whereabouts {
            Whereabouts::Stored => self.stored += 1,
            Whereabouts::Superseded => self.superseded += 1,
            Whereabouts::Filtered => self.filtered.push(place),
            Whereabouts::Quarantined => self.quarantined.push(place),
            Whereabouts::GivenUp => self.given_up.push(place),
            Whereabouts::Missing => self.missing.push(place),
        }
    }

    /// Notes what the pipeline's file, as it is now, would do otherwise.
    fn judge(&mut self, entry: &Entry, seen: &Seen, found: &Found) {
        let is_of_key = found.words(seen.reason) == QuarantineReason::KeyTaken.code();
        match entry.fate {
            Fate::Unknown => self.no_longer_retained += 1,
            Fate::Store { .. } if seen.stored == 0 && seen.quarantined > 0 && !is_of_key => {
                self.redrivable += 1;
            }
            Fate::Filter if seen.stored == 0 && seen.quarantined > 0 => self.redrivable += 1,
            Fate::Filter | Fate::Quarantine { .. } if seen.stored > 0 => {
                self.kept_though_refused += 1;
            }
            _ => {}
        }
    }

    /// Takes lines that do not tell who they are for those of records that are nowhere else.
    fn count_nameless(&mut self, expected: &Expected, nameless: u64) {
        if nameless == 0 {
            return;
        }
        let (unknown, missing): (Vec<_>, Vec<_>) = std::mem::take(&mut self.missing)
            .into_iter()
            .partition(|place| {
                matches!(
                    expected.entries()[*place].fate,
                    Fate::Store { .. } | Fate::Unknown
                )
            });
        self.missing = missing;
        let wanted = u64::try_from(unknown.len()).unwrap_or(u64::MAX);
        self.missing_nameless = wanted.saturating_sub(nameless);
        self.stored += usize::try_from(wanted.min(nameless)).unwrap_or(usize::MAX);
    }
}

fn whereabouts(
    entry: &Entry,
    seen: &Seen,
    found: &Found,
    on_collision: OnCollision,
) -> Whereabouts {
    if seen.stored > 0 {
        return Whereabouts::Stored;
    }
    if seen.quarantined > 0 {
        return Whereabouts::Quarantined;
    }
    if entry.fate == Fate::Filter {
        return Whereabouts::Filtered;
    }
    if let (OnCollision::Overwrite, Fate::Store { key }, Some(arrival_ms)) =
        (on_collision, entry.fate, entry.arrival_ms)
        && found.is_superseded(key, arrival_ms, entry.identity.position())
    {
        return Whereabouts::Superseded;
    }
    if seen.given_up().is_some() {
        return Whereabouts::GivenUp;
    }
    Whereabouts::Missing
}
