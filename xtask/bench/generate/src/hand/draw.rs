//! Numbers and words from 64 random bits at a time.

use kdg::Entropy;

use super::Hand;

impl Hand {
    /// A whole number in `0..bound`, by Lemire's method.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        let mut product = u128::from(self.entropy.next_u64()) * u128::from(bound);
        if (product as u64) < bound {
            let biased = bound.wrapping_neg() % bound;
            while (product as u64) < biased {
                product = u128::from(self.entropy.next_u64()) * u128::from(bound);
            }
        }
        (product >> 64) as u64
    }

    pub(super) fn fraction(&mut self) -> f64 {
        (self.entropy.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub(super) fn one_of(&mut self, words: &[&'static str]) -> &'static [u8] {
        words[self.below(words.len() as u64) as usize].as_bytes()
    }

    /// One of the words, each with the sum of the weights up to its own.
    pub(super) fn weighted(&mut self, words: &[(f64, &'static str)]) -> &'static [u8] {
        let (total, last) = words[words.len() - 1];
        let drawn = self.fraction() * total;
        let found = words.iter().find(|(up_to, _)| drawn < *up_to);
        found.map_or(last, |(_, word)| word).as_bytes()
    }
}

pub(super) fn number(number: impl itoa::Integer, out: &mut Vec<u8>) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

/// Two digits.
pub(super) fn two(number: u32, out: &mut Vec<u8>) {
    out.extend_from_slice(&[b'0' + (number / 10) as u8, b'0' + (number % 10) as u8]);
}
