//! What must become of every acknowledged record, to be held against what did.

use std::collections::{HashMap, HashSet};

use pipeline::config::OnCollision;

/// The outcome that a pipeline gives a record, worked out without the stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Expected {
    /// Under this key, unless another record has it.
    Stored(String),
    Filtered,
    Quarantined,
}

/// What was found in a bucket.
#[derive(Debug)]
pub(crate) struct Contents<'c> {
    /// The identity of each stored object's record, as often as it was found.
    pub(crate) stored: &'c [String],
    /// How many stored records do not tell who they are.
    pub(crate) nameless: u64,
    /// The identity of each quarantined record.
    pub(crate) quarantined: &'c [String],
    /// The keys of the stored objects.
    pub(crate) keys: &'c HashSet<String>,
}

/// Every record of one pipeline, by what is known of it.
#[derive(Debug)]
pub(crate) struct Ledger<R> {
    on_collision: OnCollision,
    /// What was rendered, by the number it was rendered as, until it is acknowledged.
    rendered: HashMap<u64, R>,
    /// What was acknowledged, by identity.
    acknowledged: HashMap<String, R>,
}

/// The ledger held against the bucket.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Balance {
    pub(crate) stored: u64,
    pub(crate) filtered: u64,
    pub(crate) quarantined: u64,
    /// One sentence for each record that has no outcome, or another than its pipeline gives it.
    pub(crate) unaccounted: Vec<String>,
}

impl<R> Ledger<R> {
    /// An empty ledger of a pipeline that treats records with the same key so.
    pub(crate) fn new(on_collision: OnCollision) -> Self {
        Self {
            on_collision,
            rendered: HashMap::new(),
            acknowledged: HashMap::new(),
        }
    }

    /// Enters a record that was rendered.
    pub(crate) fn rendered(&mut self, number: u64, record: R) {
        self.rendered.insert(number, record);
    }

    /// Enters the identity that Kinesis gave a record.
    pub(crate) fn acknowledged(&mut self, number: u64, identity: String) {
        if let Some(record) = self.rendered.remove(&number) {
            self.acknowledged.insert(identity, record);
        }
    }

    /// Strikes a record that was given up, of which the delivery tells by itself.
    pub(crate) fn given_up(&mut self, number: u64) {
        self.rendered.remove(&number);
    }

    /// The identities that Kinesis gave.
    pub(crate) fn identities(&self) -> impl Iterator<Item = &String> {
        self.acknowledged.keys()
    }

    /// Compares what must become of each record with what is in the bucket.
    pub(crate) fn balance(
        mut self,
        expected: impl Fn(R) -> Expected,
        found: &Contents<'_>,
    ) -> Balance {
        let mut balance = Balance::default();
        let mut nameless = found.nameless;
        for identity in found.stored {
            match self.acknowledged.remove(identity).map(&expected) {
                Some(Expected::Stored(_)) => balance.stored += 1,
                other => balance.misplaced(identity, "stored", other),
            }
        }
        for identity in found.quarantined {
            match self.acknowledged.remove(identity).map(&expected) {
                Some(Expected::Quarantined) => balance.quarantined += 1,
                // Another record had its key.
                Some(Expected::Stored(_)) if self.on_collision == OnCollision::Quarantine => {
                    balance.quarantined += 1;
                }
                other => balance.misplaced(identity, "quarantined", other),
            }
        }
        for (identity, record) in self.acknowledged {
            match expected(record) {
                Expected::Filtered => balance.filtered += 1,
                // A newer record has its key.
                Expected::Stored(key)
                    if self.on_collision == OnCollision::Overwrite && found.keys.contains(&key) =>
                {
                    balance.stored += 1;
                }
                Expected::Stored(_) if nameless > 0 => {
                    nameless -= 1;
                    balance.stored += 1;
                }
                missing => balance.unaccounted.push(format!(
                    "{identity} was acknowledged, should be {} and is nowhere",
                    missing.name()
                )),
            }
        }
        if nameless > 0 {
            balance.unaccounted.push(format!(
                "{nameless} more records are stored than were acknowledged"
            ));
        }
        for number in self.rendered.into_keys() {
            balance.unaccounted.push(format!(
                "record {number} was rendered and never acknowledged"
            ));
        }
        balance.unaccounted.sort_unstable();
        balance
    }
}

impl Expected {
    fn name(&self) -> &'static str {
        match self {
            Self::Stored(_) => "stored",
            Self::Filtered => "filtered",
            Self::Quarantined => "quarantined",
        }
    }
}

impl Balance {
    fn misplaced(&mut self, identity: &str, found: &str, expected: Option<Expected>) {
        self.unaccounted.push(match expected {
            Some(expected) => format!("{identity} is {found} and should be {}", expected.name()),
            None => format!("{identity} is {found} twice, or was never sent"),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STORED: fn() -> Expected = || Expected::Stored("k".to_owned());

    fn ledger(on_collision: OnCollision, records: &[(&str, Expected)]) -> Ledger<Expected> {
        let mut ledger = Ledger::new(on_collision);
        for (number, (identity, expected)) in (0..).zip(records) {
            ledger.rendered(number, expected.clone());
            ledger.acknowledged(number, (*identity).to_owned());
        }
        ledger
    }

    fn balance(ledger: Ledger<Expected>, stored: &[&str], quarantined: &[&str]) -> Balance {
        let owned = |names: &[&str]| -> Vec<String> {
            names.iter().map(|name| (*name).to_owned()).collect()
        };
        ledger.balance(
            std::convert::identity,
            &Contents {
                stored: &owned(stored),
                nameless: 0,
                quarantined: &owned(quarantined),
                keys: &HashSet::from(["k".to_owned()]),
            },
        )
    }

    #[test]
    fn every_outcome_is_counted_once() {
        let ledger = ledger(
            OnCollision::Suffix,
            &[
                ("a", STORED()),
                ("b", Expected::Filtered),
                ("c", Expected::Quarantined),
            ],
        );
        let expected = Balance {
            stored: 1,
            filtered: 1,
            quarantined: 1,
            unaccounted: Vec::new(),
        };
        assert_eq!(balance(ledger, &["a"], &["c"]), expected);
    }

    #[test]
    fn a_record_that_is_nowhere_is_named() {
        let balance = balance(ledger(OnCollision::Suffix, &[("a", STORED())]), &[], &[]);
        assert_eq!(
            balance.unaccounted,
            ["a was acknowledged, should be stored and is nowhere"]
        );
    }

    #[test]
    fn a_record_that_is_stored_twice_is_named() {
        let ledger = ledger(OnCollision::Suffix, &[("a", STORED())]);
        let balance = balance(ledger, &["a", "a"], &[]);
        assert_eq!(balance.stored, 1);
        assert_eq!(
            balance.unaccounted,
            ["a is stored twice, or was never sent"]
        );
    }

    #[test]
    fn a_record_that_should_have_been_filtered_is_named() {
        let ledger = ledger(OnCollision::Suffix, &[("a", Expected::Filtered)]);
        assert_eq!(
            balance(ledger, &["a"], &[]).unaccounted,
            ["a is stored and should be filtered"]
        );
    }

    #[test]
    fn a_record_whose_key_was_taken_goes_where_its_pipeline_says() {
        let two = [("old", STORED()), ("new", STORED())];
        let quarantined = balance(ledger(OnCollision::Quarantine, &two), &["old"], &["new"]);
        assert_eq!((quarantined.stored, quarantined.quarantined), (1, 1));
        let overwritten = balance(ledger(OnCollision::Overwrite, &two), &["new"], &[]);
        assert_eq!((overwritten.stored, overwritten.unaccounted.len()), (2, 0));
        let lost = balance(ledger(OnCollision::Suffix, &two), &["new"], &[]);
        assert_eq!(lost.unaccounted.len(), 1);
    }

    #[test]
    fn records_that_do_not_tell_who_they_are_are_counted() {
        let count = |nameless| {
            let two = [("a", STORED()), ("b", STORED())];
            let ledger = ledger(OnCollision::Suffix, &two);
            let balance = ledger.balance(
                std::convert::identity,
                &Contents {
                    stored: &[],
                    nameless,
                    quarantined: &[],
                    keys: &HashSet::new(),
                },
            );
            (balance.stored, balance.unaccounted.len())
        };
        assert_eq!([count(1), count(2), count(3)], [(1, 1), (2, 0), (2, 1)]);
    }

    #[test]
    fn a_record_that_was_given_up_is_not_named_twice() {
        let mut ledger = Ledger::new(OnCollision::Suffix);
        ledger.rendered(7, STORED());
        ledger.given_up(7);
        assert_eq!(balance(ledger, &[], &[]), Balance::default());
    }

    #[test]
    fn a_record_that_was_never_acknowledged_is_named() {
        let mut ledger = Ledger::new(OnCollision::Suffix);
        ledger.rendered(7, STORED());
        assert_eq!(
            balance(ledger, &[], &[]).unaccounted,
            ["record 7 was rendered and never acknowledged"]
        );
    }
}
