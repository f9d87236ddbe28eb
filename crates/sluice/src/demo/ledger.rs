//! What must become of every acknowledged record, to be held against what did.

use std::collections::HashMap;

/// The outcome that a pipeline gives a record, worked out without the stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expected {
    Stored,
    Filtered,
    Quarantined,
}

/// Every record of one pipeline, by what is known of it.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    /// What was rendered, by the number it was rendered as, until it is acknowledged.
    rendered: HashMap<u64, Expected>,
    /// What was acknowledged, by identity.
    acknowledged: HashMap<String, Expected>,
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

impl Ledger {
    /// Enters a record that was rendered.
    pub(crate) fn rendered(&mut self, number: u64, expected: Expected) {
        self.rendered.insert(number, expected);
    }

    /// Enters the identity that Kinesis gave a record.
    pub(crate) fn acknowledged(&mut self, number: u64, identity: String) {
        if let Some(expected) = self.rendered.remove(&number) {
            self.acknowledged.insert(identity, expected);
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

    /// Compares with the identities of the objects in the bucket, as often as each was found.
    pub(crate) fn balance(mut self, stored: &[String], quarantined: &[String]) -> Balance {
        let mut balance = Balance::default();
        let found = stored.iter().map(|identity| (identity, Expected::Stored));
        let kept = quarantined
            .iter()
            .map(|identity| (identity, Expected::Quarantined));
        for (identity, outcome) in found.chain(kept) {
            match self.acknowledged.remove(identity) {
                Some(expected) if expected == outcome => balance.count(outcome),
                Some(expected) => balance.unaccounted.push(format!(
                    "{identity} is {outcome:?} and should be {expected:?}"
                )),
                None => balance.unaccounted.push(format!(
                    "{identity} is {outcome:?} twice, or was never sent"
                )),
            }
        }
        for (identity, expected) in self.acknowledged {
            match expected {
                Expected::Filtered => balance.count(Expected::Filtered),
                missing => balance.unaccounted.push(format!(
                    "{identity} was acknowledged, should be {missing:?} and is nowhere"
                )),
            }
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

impl Balance {
    fn count(&mut self, outcome: Expected) {
        match outcome {
            Expected::Stored => self.stored += 1,
            Expected::Filtered => self.filtered += 1,
            Expected::Quarantined => self.quarantined += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ledger(records: &[(&str, Expected)]) -> Ledger {
        let mut ledger = Ledger::default();
        for (number, (identity, expected)) in (0..).zip(records) {
            ledger.rendered(number, *expected);
            ledger.acknowledged(number, (*identity).to_owned());
        }
        ledger
    }

    fn identities(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn every_outcome_is_counted_once() {
        let ledger = ledger(&[
            ("a", Expected::Stored),
            ("b", Expected::Filtered),
            ("c", Expected::Quarantined),
        ]);
        let balance = ledger.balance(&identities(&["a"]), &identities(&["c"]));
        let expected = Balance {
            stored: 1,
            filtered: 1,
            quarantined: 1,
            unaccounted: Vec::new(),
        };
        assert_eq!(balance, expected);
    }

    #[test]
    fn a_record_that_is_nowhere_is_named() {
        let balance = ledger(&[("a", Expected::Stored)]).balance(&[], &[]);
        assert_eq!(
            balance.unaccounted,
            ["a was acknowledged, should be Stored and is nowhere"]
        );
    }

    #[test]
    fn a_record_that_is_stored_twice_is_named() {
        let balance = ledger(&[("a", Expected::Stored)]).balance(&identities(&["a", "a"]), &[]);
        assert_eq!(balance.stored, 1);
        assert_eq!(
            balance.unaccounted,
            ["a is Stored twice, or was never sent"]
        );
    }

    #[test]
    fn a_record_that_should_have_been_filtered_is_named() {
        let balance = ledger(&[("a", Expected::Filtered)]).balance(&identities(&["a"]), &[]);
        assert_eq!(balance.unaccounted, ["a is Stored and should be Filtered"]);
    }

    #[test]
    fn a_record_that_was_given_up_is_not_named_twice() {
        let mut ledger = Ledger::default();
        ledger.rendered(7, Expected::Stored);
        ledger.given_up(7);
        assert_eq!(ledger.balance(&[], &[]), Balance::default());
    }

    #[test]
    fn a_record_that_was_never_acknowledged_is_named() {
        let mut ledger = Ledger::default();
        ledger.rendered(7, Expected::Stored);
        assert_eq!(
            ledger.balance(&[], &[]).unaccounted,
            ["record 7 was rendered and never acknowledged"]
        );
    }
}
