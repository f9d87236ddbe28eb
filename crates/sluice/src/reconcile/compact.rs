//! Identities as values of 32 bytes, so that millions of them fit into memory.

use std::collections::HashMap;
use std::sync::Arc;

use pipeline::record::{Identity, SequenceNumber};

/// How many decimal digits a part of a sequence number has; any of them is less than `u64::MAX`.
const DIGITS: usize = 19;

/// How many digits fit. Kinesis writes 56, and reserves the right to write 129.
const MAX_DIGITS: usize = 3 * DIGITS;

/// A record's identity, to be read with the [`Names`] that made it.
///
/// Ordered by shard, then by sequence number, then by place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Compact {
    shard: u32,
    /// Above all others when a sequence number is a long one: then the last part is its index.
    number: [u64; 3],
    /// One more than the place among those that were packed together; 0 for one by itself.
    place: u32,
}

/// What compact identities stand for.
#[derive(Debug, Default)]
pub(super) struct Names {
    shards: Vec<Arc<str>>,
    index_of: HashMap<Arc<str>, u32>,
    long: Vec<SequenceNumber>,
    index_of_long: HashMap<SequenceNumber, u64>,
}

impl Compact {
    /// The record of the stream that this one was packed in, or is.
    pub(super) fn outer(self) -> Self {
        Self { place: 0, ..self }
    }

    /// What decides which of two records is newer, when they arrived together.
    pub(super) fn position(self) -> ([u64; 3], u32) {
        (self.number, self.place)
    }

    pub(super) fn shard(self) -> u32 {
        self.shard
    }
}

impl Names {
    /// Stands for an identity.
    pub(super) fn compact(&mut self, identity: &Identity) -> Compact {
        let known = self.index_of.get(identity.shard_id()).copied();
        let shard = known.unwrap_or_else(|| {
            let shard_id: Arc<str> = identity.shard_id().into();
            let index = u32::try_from(self.shards.len()).unwrap_or(u32::MAX);
            self.shards.push(shard_id.clone());
            self.index_of.insert(shard_id, index);
            index
        });
        let number = identity.sequence_number();
        let number = parts(number).unwrap_or_else(|| {
            let next = u64::try_from(self.long.len()).unwrap_or(u64::MAX);
            let index = *self.index_of_long.entry(number.clone()).or_insert(next);
            if index == next {
                self.long.push(number.clone());
            }
            long(index)
        });
        Compact {
            shard,
            number,
            place: place(identity),
        }
    }

    /// What stands for an identity already; `None` if its shard or its number is not known.
    pub(super) fn find(&self, identity: &Identity) -> Option<Compact> {
        let number = identity.sequence_number();
        Some(Compact {
            shard: *self.index_of.get(identity.shard_id())?,
            number: match parts(number) {
                Some(parts) => parts,
                None => long(*self.index_of_long.get(number)?),
            },
            place: place(identity),
        })
    }

    /// The identity as text.
    pub(super) fn text(&self, compact: Compact) -> String {
        let known = usize::try_from(compact.shard).ok();
        let shard = known.and_then(|index| self.shards.get(index));
        let shard = shard.map_or("", |shard| shard.as_ref());
        let number = match compact.number {
            [u64::MAX, _, index] => {
                let long = usize::try_from(index).ok();
                let long = long.and_then(|index| self.long.get(index));
                long.map_or_else(String::new, ToString::to_string)
            }
            [0, 0, last] => last.to_string(),
            [0, middle, last] => format!("{middle}{last:019}"),
            [first, middle, last] => format!("{first}{middle:019}{last:019}"),
        };
        match compact.place {
            0 => format!("{shard}:{number}"),
            place => format!("{shard}:{number}:{}", place - 1),
        }
    }
}

fn place(identity: &Identity) -> u32 {
    let place = identity.sub_sequence();
    place.map_or(0, |place| place.saturating_add(1))
}

fn long(index: u64) -> [u64; 3] {
    [u64::MAX, 0, index]
}

/// The parts of a sequence number that is not too long.
fn parts(number: &SequenceNumber) -> Option<[u64; 3]> {
    let digits = number.as_str();
    if digits.len() > MAX_DIGITS {
        return None;
    }
    let (rest, last) = digits.split_at(digits.len().saturating_sub(DIGITS));
    let (first, middle) = rest.split_at(rest.len().saturating_sub(DIGITS));
    let part = |digits: &str| match digits {
        "" => Some(0),
        digits => digits.parse().ok(),
    };
    Some([part(first)?, part(middle)?, part(last)?])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_is_given_back_whatever_its_length() {
        let mut names = Names::default();
        assert_eq!(names.find(&"shardId-000000000001:7".parse().unwrap()), None);
        let numbers = [
            "0".to_owned(),
            "7".to_owned(),
            "10000000000000000000".to_owned(),
            "49590338271490256608559692538361571095921575989136588898".to_owned(),
            "9".repeat(57),
            "9".repeat(58),
            format!("1{}", "0".repeat(128)),
        ];
        for number in &numbers {
            for place in ["", ":0", ":12"] {
                let text = format!("shardId-000000000001:{number}{place}");
                let identity = text.parse().unwrap();
                let compact = names.compact(&identity);
                assert_eq!(names.text(compact), text);
                assert_eq!(names.find(&identity), Some(compact));
            }
        }
    }

    #[test]
    fn identities_are_ordered_as_their_records_are() {
        let mut names = Names::default();
        let mut of = |text: &str| names.compact(&text.parse().unwrap());
        let nine = of("s:9999999999999999999");
        let ten = of("s:10000000000000000000");
        assert!(nine < ten && ten < of("s:10000000000000000000:0"));
        assert_eq!(of("s:10000000000000000000:3").outer(), ten);
    }

    #[test]
    fn an_identity_is_as_small_as_it_is_said_to_be() {
        assert_eq!(size_of::<Compact>(), 32);
    }
}
