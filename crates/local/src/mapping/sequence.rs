//! Sequence numbers in the order in which their records arrived.

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Serialize};

/// A decimal number of any length, compared as a number: AWS's have 56 digits, which no integer
/// type holds, and those of other emulators differ in length.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct SequenceNumber(String);

impl SequenceNumber {
    pub(super) fn new(digits: String) -> Self {
        Self(digits)
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl Ord for SequenceNumber {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0
            .len()
            .cmp(&other.0.len())
            .then_with(|| self.0.cmp(&other.0))
    }
}

impl PartialOrd for SequenceNumber {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for SequenceNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::SequenceNumber;

    #[test]
    fn numbers_of_different_length_are_ordered_by_value() {
        let ordered = ["9", "10", "99", "100"].map(|digits| SequenceNumber::new(digits.to_owned()));
        assert!(ordered.is_sorted());
    }
}
