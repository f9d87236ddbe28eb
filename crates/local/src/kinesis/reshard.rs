//! Split, merge and rescale: how one set of shards becomes the next.
//!
//! A closed shard stays listed as the parent of its children; an index is never used twice. A child's
//! sequence numbers begin a second after its parents', so they are greater whatever the clock does.

use super::description::ShardDescription;
use super::hash_key;
use super::hash_key::HashRange;

/// Closes the shard at `position`; its children part its range at `at`.
pub(crate) fn split(shards: &mut Vec<ShardDescription>, position: usize, at: u128, now_ms: u64) {
    let (left, right) = shards[position].range.split(at);
    for range in [left, right] {
        let child = child_of(shards, &[position], range, now_ms);
        shards.push(child);
    }
    close(&mut shards[position], now_ms);
}

/// Closes two adjacent shards, the lower one first; their child takes both ranges.
pub(crate) fn merge(shards: &mut Vec<ShardDescription>, lower: usize, upper: usize, now_ms: u64) {
    let range = HashRange {
        start: shards[lower].range.start,
        end: shards[upper].range.end,
    };
    let child = child_of(shards, &[lower, upper], range, now_ms);
    shards.push(child);
    for position in [lower, upper] {
        close(&mut shards[position], now_ms);
    }
}

/// Splits and merges until `target` equal shards are open.
///
/// As on AWS a shard has at most two parents, so some shards live only for the moment between the steps
/// (API reference, `API_UpdateShardCount`: "temporary shards"). A shard that already fits stays.
pub(crate) fn rescale(shards: &mut Vec<ShardDescription>, target: u32, now_ms: u64) {
    let ranges = hash_key::uniform(target);
    for range in &ranges {
        let cut = open_within(shards, HashRange::ALL).find(|position| {
            let found = shards[*position].range;
            found.start < range.start && range.start <= found.end
        });
        if let Some(position) = cut {
            split(shards, position, range.start, now_ms);
        }
    }
    for range in ranges {
        let mut pieces: Vec<usize> = open_within(shards, range).collect();
        pieces.sort_unstable_by_key(|position| shards[*position].range.start);
        let merged = pieces.into_iter().reduce(|lower, upper| {
            merge(shards, lower, upper, now_ms);
            shards.len() - 1
        });
        debug_assert!(merged.is_some(), "every target range is covered");
    }
}

fn open_within(
    shards: &[ShardDescription],
    range: HashRange,
) -> impl Iterator<Item = usize> + use<'_> {
    shards
        .iter()
        .enumerate()
        .filter_map(move |(position, shard)| {
            let is_within = range.start <= shard.range.start && shard.range.end <= range.end;
            (shard.closed_ms.is_none() && is_within).then_some(position)
        })
}

fn child_of(
    shards: &[ShardDescription],
    parents: &[usize],
    range: HashRange,
    now_ms: u64,
) -> ShardDescription {
    let parents = || parents.iter().map(|position| &shards[*position]);
    let latest_parent_s = parents().map(|parent| parent.created_s).max();
    let ahead_s = parents().map(ShardDescription::ahead_s).max();
    let latest_parent_ms = parents().map(|parent| parent.created_ms).max();
    ShardDescription {
        index: shards
            .iter()
            .map(|shard| shard.index + 1)
            .max()
            .unwrap_or_default(),
        parents: parents().map(|parent| parent.index).collect(),
        range,
        created_ms: now_ms.max(latest_parent_ms.unwrap_or_default()),
        created_s: (now_ms / 1000)
            .saturating_sub(ahead_s.unwrap_or_default())
            .max(latest_parent_s.unwrap_or_default())
            + 1,
        closed_ms: None,
    }
}

fn close(shard: &mut ShardDescription, now_ms: u64) {
    shard.closed_ms = Some(now_ms.max(shard.created_ms));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kinesis::description::StreamDescription;

    fn open_ranges(shards: &[ShardDescription]) -> Vec<HashRange> {
        let mut ranges: Vec<HashRange> = shards
            .iter()
            .filter(|shard| shard.closed_ms.is_none())
            .map(|shard| shard.range)
            .collect();
        ranges.sort_unstable_by_key(|range| range.start);
        ranges
    }

    fn check_ancestry(shards: &[ShardDescription]) -> Result<(), TestCaseError> {
        for (position, shard) in shards.iter().enumerate() {
            prop_assert_eq!(shard.index as usize, position);
            prop_assert!(shard.parents.len() <= 2);
            for parent in &shard.parents {
                let parent = &shards[*parent as usize];
                prop_assert!(parent.closed_ms.is_some());
                prop_assert!(parent.created_s < shard.created_s);
                let overlaps =
                    parent.range.start <= shard.range.end && shard.range.start <= parent.range.end;
                prop_assert!(overlaps, "a child shares keys with its parent");
            }
        }
        Ok(())
    }

    #[test]
    fn doubling_splits_each_shard_once() {
        let mut shards = StreamDescription::new("s", 2, 0).shards;
        rescale(&mut shards, 4, 0);
        assert_eq!(shards.len(), 6);
        assert_eq!(shards[2].parents, [0]);
        assert_eq!(shards[5].parents, [1]);
    }

    #[test]
    fn a_shard_that_already_fits_stays_open() {
        let mut shards = StreamDescription::new("s", 2, 0).shards;
        let before = shards.clone();
        rescale(&mut shards, 2, 0);
        assert_eq!(shards, before);
    }

    proptest! {
        #[test]
        fn a_rescaled_stream_is_uniform_and_every_closed_shard_has_children(
            counts in prop::collection::vec(1_u32..40, 1..5),
            clock in prop::collection::vec(0_u64..10_000_000, 5),
        ) {
            let mut shards = StreamDescription::new("s", counts[0], clock[0]).shards;
            for (target, now_ms) in counts.iter().zip(&clock).skip(1) {
                rescale(&mut shards, *target, *now_ms);
                prop_assert_eq!(open_ranges(&shards), hash_key::uniform(*target));
            }
            check_ancestry(&shards)?;
            for shard in shards.iter().filter(|shard| shard.closed_ms.is_some()) {
                prop_assert!(shards.iter().any(|child| child.parents.contains(&shard.index)));
            }
        }
    }
}
