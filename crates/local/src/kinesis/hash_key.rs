//! Partition key → 128-bit hash key → the range that one shard owns.

use md5::{Digest, Md5};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An inclusive range of hash keys. On the wire and on disk its ends are decimal strings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct HashRange {
    #[serde(
        rename = "StartingHashKey",
        serialize_with = "as_decimal",
        deserialize_with = "from_decimal"
    )]
    pub(crate) start: u128,
    #[serde(
        rename = "EndingHashKey",
        serialize_with = "as_decimal",
        deserialize_with = "from_decimal"
    )]
    pub(crate) end: u128,
}

impl HashRange {
    /// Every hash key.
    pub(crate) const ALL: Self = Self {
        start: 0,
        end: u128::MAX,
    };

    /// The two parts of this range when a child starts at `at`.
    pub(crate) fn split(self, at: u128) -> (Self, Self) {
        let left = Self {
            end: at - 1,
            ..self
        };
        (left, Self { start: at, ..self })
    }

    /// Whether `other` begins just where this range ends.
    pub(crate) fn touches(self, other: Self) -> bool {
        self.end.checked_add(1) == Some(other.start)
    }
}

/// The hash key of a partition key: the MD5 digest of its UTF-8 as a big-endian number
/// (Developer Guide, "Amazon Kinesis Data Streams Terminology and concepts").
pub(crate) fn of_partition_key(partition_key: &str) -> u128 {
    u128::from_be_bytes(Md5::digest(partition_key.as_bytes()).into())
}

/// The ranges of `count` equal shards: each floor(2^128 / count) wide, the last takes the remainder.
pub(crate) fn uniform(count: u32) -> Vec<HashRange> {
    let count = u128::from(count.max(1));
    if count == 1 {
        return vec![HashRange::ALL];
    }
    // 2^128 itself does not fit: divide 2^128 - 1 and carry the one that is missing.
    let width = u128::MAX / count + u128::from(u128::MAX % count == count - 1);
    (0..count)
        .map(|index| HashRange {
            start: index * width,
            end: if index == count - 1 {
                u128::MAX
            } else {
                (index + 1) * width - 1
            },
        })
        .collect()
}

fn as_decimal<S: Serializer>(hash_key: &u128, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(hash_key)
}

fn from_decimal<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u128, D::Error> {
    String::deserialize(deserializer)?
        .parse()
        .map_err(de::Error::custom)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_power_of_two_divides_the_space_exactly() {
        let starts: Vec<u128> = uniform(4).iter().map(|range| range.start).collect();
        assert_eq!(starts, [0, 1 << 126, 1 << 127, 3 << 126]);
    }

    #[test]
    fn a_partition_key_hashes_to_its_md5() {
        assert_eq!(
            of_partition_key("a"),
            0x0cc1_75b9_c0f1_b6a8_31c3_99e2_6977_2661
        );
    }

    proptest! {
        #[test]
        fn uniform_ranges_tile_the_space(count in 1_u32..5_000) {
            let ranges = uniform(count);
            prop_assert_eq!(ranges.len(), count as usize);
            prop_assert_eq!(ranges[0].start, 0);
            prop_assert_eq!(ranges[ranges.len() - 1].end, u128::MAX);
            for pair in ranges.windows(2) {
                prop_assert!(pair[0].touches(pair[1]));
                prop_assert_eq!(pair[1].start - pair[0].start, ranges[1].start);
            }
        }
    }
}
