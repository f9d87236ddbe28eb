//! Shard and counter ⇄ the 56-digit sequence number that AWS shows.
//!
//! As hexadecimal digits, highest first: `2`, nine for the second in which the shard was created,
//! the low digit of the shard's index, sixteen for a counter, two flags, nine for the second of arrival,
//! eight for the shard's index, `2`. Within a shard the counter decides the order, so neither a restart
//! nor a clock that steps back can make a number smaller than the one before it.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// Decimal digits of every number in this layout.
const DIGITS: usize = 56;

/// The largest power of ten in a `u64`: numbers are written and read nineteen digits at a time.
const CHUNK: u64 = 10_000_000_000_000_000_000;
const CHUNK_DIGITS: usize = 19;

/// The first and the last hexadecimal digit.
const VERSION: u64 = 2;

const SECONDS_MASK: u64 = (1 << 36) - 1;

/// The counter in the ending sequence number of every closed shard.
const END_COUNTER: u64 = 0x7fff_ffff_ffff_ffff;

/// Where a record lies: which shard, and where in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SequenceNumber {
    /// The second in which the shard was created, since the Unix epoch.
    pub(crate) shard_created_s: u64,
    /// The number in the shard's id.
    pub(crate) shard_index: u32,
    /// 0 for the shard's start, then 1 for its first record and so on.
    pub(crate) counter: u64,
    /// The second of arrival, since the Unix epoch.
    pub(crate) arrived_s: u64,
}

/// The text is not a sequence number that this service has given out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not a sequence number of 56 digits")]
pub(crate) struct InvalidSequenceNumber;

impl SequenceNumber {
    /// The number that a shard starts with; no record has it.
    pub(crate) fn start_of_shard(shard_index: u32, shard_created_s: u64) -> Self {
        Self {
            shard_created_s,
            shard_index,
            counter: 0,
            arrived_s: shard_created_s,
        }
    }

    /// The number that a shard is closed with; no record has it.
    pub(crate) fn end_of_shard(shard_index: u32, shard_created_s: u64, closed_s: u64) -> Self {
        Self {
            shard_created_s,
            shard_index,
            counter: END_COUNTER,
            arrived_s: closed_s.max(shard_created_s),
        }
    }

    /// The number as three 64-bit limbs, highest first.
    fn limbs(self) -> [u64; 3] {
        let index = u64::from(self.shard_index);
        let high = VERSION << 56
            | (self.shard_created_s & SECONDS_MASK) << 20
            | (index & 0xf) << 16
            | self.counter >> 48;
        let arrived_s = self.arrived_s & SECONDS_MASK;
        let middle = (self.counter & 0xffff_ffff_ffff) << 16 | arrived_s >> 28;
        let low = (arrived_s & 0xfff_ffff) << 36 | index << 4 | VERSION;
        [high, middle, low]
    }

    fn from_limbs([high, middle, low]: [u64; 3]) -> Option<Self> {
        let shard_index = u32::try_from(low >> 4 & 0xffff_ffff).ok()?;
        let counter = (high & 0xffff) << 48 | middle >> 16;
        let versions_match = high >> 56 == VERSION && low & 0xf == VERSION;
        let index_digit_matches = high >> 16 & 0xf == u64::from(shard_index) & 0xf;
        let is_ours = versions_match && index_digit_matches && counter <= END_COUNTER;
        is_ours.then_some(Self {
            shard_created_s: high >> 20 & SECONDS_MASK,
            shard_index,
            counter,
            arrived_s: (middle & 0xff) << 28 | low >> 36,
        })
    }
}

impl fmt::Display for SequenceNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut limbs = self.limbs();
        let low = divide(&mut limbs);
        let middle = divide(&mut limbs);
        let [_, _, high] = limbs;
        write!(formatter, "{high:018}{middle:019}{low:019}")
    }
}

impl FromStr for SequenceNumber {
    type Err = InvalidSequenceNumber;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() != DIGITS || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(InvalidSequenceNumber);
        }
        let (high, rest) = text.split_at(DIGITS - 2 * CHUNK_DIGITS);
        let (middle, low) = rest.split_at(CHUNK_DIGITS);
        let mut limbs = [0; 3];
        for chunk in [high, middle, low] {
            let chunk = chunk.parse().map_err(|_| InvalidSequenceNumber)?;
            multiply_and_add(&mut limbs, chunk).ok_or(InvalidSequenceNumber)?;
        }
        Self::from_limbs(limbs).ok_or(InvalidSequenceNumber)
    }
}

/// Divides by [`CHUNK`] in place; gives the remainder.
fn divide(limbs: &mut [u64; 3]) -> u64 {
    let mut remainder = 0_u64;
    for limb in limbs {
        let dividend = u128::from(remainder) << 64 | u128::from(*limb);
        *limb = low_half(dividend / u128::from(CHUNK));
        remainder = low_half(dividend % u128::from(CHUNK));
    }
    remainder
}

/// Multiplies by [`CHUNK`] and adds in place; `None` when the limbs overflow.
fn multiply_and_add(limbs: &mut [u64; 3], add: u64) -> Option<()> {
    let mut carry = u128::from(add);
    for limb in limbs.iter_mut().rev() {
        let product = u128::from(*limb) * u128::from(CHUNK) + carry;
        *limb = low_half(product);
        carry = product >> 64;
    }
    (carry == 0).then_some(())
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the low half is what is asked for"
)]
fn low_half(value: u128) -> u64 {
    value as u64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_layout_is_that_of_aws() {
        // Composed digit by digit from the layout in the module's description.
        let hex = format!(
            "2{:09x}{:x}{:016x}00{:09x}{:08x}2",
            1_700_000_000, 1, 7, 1_700_000_123, 17
        );
        let number = SequenceNumber {
            shard_created_s: 1_700_000_000,
            shard_index: 17,
            counter: 7,
            arrived_s: 1_700_000_123,
        };
        let [high, middle, low] = number.limbs();
        assert_eq!(format!("{high:x}{middle:016x}{low:016x}"), hex);
    }

    #[test]
    fn what_is_no_sequence_number_is_refused() {
        let digits = "9".repeat(DIGITS);
        for text in ["", "0", "1", "-1", "abc", digits.as_str()] {
            assert_eq!(
                text.parse::<SequenceNumber>(),
                Err(InvalidSequenceNumber),
                "{text}"
            );
        }
    }

    proptest! {
        #[test]
        fn a_number_reads_back_as_it_was_written(
            shard_created_s in 0..=SECONDS_MASK,
            shard_index: u32,
            counter in 0..=END_COUNTER,
            arrived_s in 0..=SECONDS_MASK,
        ) {
            let number = SequenceNumber { shard_created_s, shard_index, counter, arrived_s };
            let text = number.to_string();
            prop_assert_eq!(text.len(), DIGITS);
            prop_assert!(!text.starts_with('0'));
            prop_assert_eq!(text.parse(), Ok(number));
        }

        #[test]
        fn the_counter_alone_orders_a_shard(
            counter in 0..END_COUNTER,
            earlier in 0..=SECONDS_MASK,
            later in 0..=SECONDS_MASK,
        ) {
            let number = |counter, arrived_s| SequenceNumber {
                shard_created_s: 1_700_000_000, shard_index: 3, counter, arrived_s,
            };
            prop_assert!(number(counter, later).to_string() < number(counter + 1, earlier).to_string());
        }
    }
}
