//! What is known of a stream besides its records, as it is kept in `stream.json`.

use std::collections::BTreeMap;
use std::fmt;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use serde::{Deserialize, Serialize};

use super::hash_key;
use super::hash_key::HashRange;
use super::limits::{DEFAULT_MAX_RECORD_KIB, RETENTION_HOURS};
use super::sequence::SequenceNumber;

const MS_PER_HOUR: u64 = 3_600_000;

/// The most seconds, about twelve days, by which a stream may be older in its sequence numbers.
const MOST_AHEAD_S: u64 = 1 << 20;

/// A stream and its shards.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StreamDescription {
    pub(crate) name: String,
    pub(crate) created_ms: u64,
    pub(crate) mode: StreamMode,
    pub(crate) status: Status,
    /// When a status that passes by itself has passed.
    pub(crate) settled_ms: u64,
    pub(crate) retention_hours: u32,
    /// Records older than this were dropped by a shorter retention and don't come back with a longer one.
    pub(crate) trimmed_ms: u64,
    pub(crate) max_record_kib: u32,
    pub(crate) tags: BTreeMap<String, String>,
    /// The key that records are said to be encrypted with. They are stored in the clear.
    pub(crate) kms_key: Option<String>,
    /// When `UpdateShardCount` was called within the last day.
    pub(crate) rescaled_ms: Vec<u64>,
    /// By index, ascending; an expired shard leaves a gap.
    pub(crate) shards: Vec<ShardDescription>,
}

/// A shard's place in the stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ShardDescription {
    pub(crate) index: u32,
    /// None, the split one, or the two merged ones in the order of their hash keys.
    pub(crate) parents: Vec<u32>,
    pub(crate) range: HashRange,
    pub(crate) created_ms: u64,
    /// The creation second in its sequence numbers: later than that of any parent, and earlier than
    /// in truth by as much as tells streams of the same second apart.
    pub(crate) created_s: u64,
    pub(crate) closed_ms: Option<u64>,
}

/// The state of a stream (API reference, `StreamDescription`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Status {
    Creating,
    Active,
    Updating,
    Deleting,
}

/// How a stream's capacity is paid for (API reference, `StreamModeDetails`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum StreamMode {
    Provisioned,
    OnDemand,
}

impl StreamDescription {
    /// An active stream of equal shards.
    pub(crate) fn new(name: &str, shards: u32, now_ms: u64) -> Self {
        let created_s = (now_ms / 1000).saturating_sub(ahead_s(name));
        let shards = hash_key::uniform(shards)
            .into_iter()
            .zip(0..)
            .map(|(range, index)| ShardDescription {
                index,
                parents: Vec::new(),
                range,
                created_ms: now_ms,
                created_s,
                closed_ms: None,
            })
            .collect();
        Self {
            name: name.to_owned(),
            created_ms: now_ms,
            mode: StreamMode::Provisioned,
            status: Status::Active,
            settled_ms: now_ms,
            retention_hours: u32::try_from(*RETENTION_HOURS.start()).unwrap_or_default(),
            trimmed_ms: 0,
            max_record_kib: DEFAULT_MAX_RECORD_KIB,
            tags: BTreeMap::new(),
            kms_key: None,
            rescaled_ms: Vec::new(),
            shards,
        }
    }

    /// Records that arrived before this are gone.
    pub(crate) fn horizon_ms(&self, now_ms: u64) -> u64 {
        let retention_ms = u64::from(self.retention_hours) * MS_PER_HOUR;
        self.trimmed_ms.max(now_ms.saturating_sub(retention_ms))
    }

    /// The shard with this index, unless it has expired.
    pub(crate) fn shard(&self, index: u32) -> Option<&ShardDescription> {
        let position = self
            .shards
            .binary_search_by_key(&index, |shard| shard.index)
            .ok()?;
        self.shards.get(position)
    }

    pub(crate) fn open_shards(&self) -> impl Iterator<Item = &ShardDescription> {
        self.shards.iter().filter(|shard| shard.closed_ms.is_none())
    }

    /// The shards that go on where this one ended.
    pub(crate) fn children(&self, index: u32) -> impl Iterator<Item = &ShardDescription> {
        self.shards
            .iter()
            .filter(move |shard| shard.parents.contains(&index))
    }

    /// Enters a state that passes after `lasts_ms`, at once when that is 0.
    pub(crate) fn enter(&mut self, status: Status, lasts_ms: u64, now_ms: u64) {
        self.status = if lasts_ms == 0 && status != Status::Deleting {
            Status::Active
        } else {
            status
        };
        self.settled_ms = now_ms.saturating_add(lasts_ms);
    }
}

/// By how much the shards of a stream are older in sequence numbers than in truth: on AWS no two
/// streams are created in one moment, and their sequence numbers therefore differ.
fn ahead_s(name: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    hasher.finish() % MOST_AHEAD_S
}

impl ShardDescription {
    /// By how much it is older in sequence numbers than in truth.
    pub(crate) fn ahead_s(&self) -> u64 {
        (self.created_ms / 1000).saturating_sub(self.created_s)
    }

    pub(crate) fn id(&self) -> String {
        shard_id(self.index)
    }

    pub(crate) fn starting_sequence_number(&self) -> SequenceNumber {
        SequenceNumber::start_of_shard(self.index, self.created_s)
    }

    /// What a closed shard ends with.
    pub(crate) fn ending_sequence_number(&self) -> Option<SequenceNumber> {
        self.closed_ms.map(|closed_ms| {
            SequenceNumber::end_of_shard(self.index, self.created_s, closed_ms / 1000)
        })
    }

    /// The number of the record with this counter.
    pub(crate) fn sequence_number(&self, counter: u64, arrival_ms: u64) -> SequenceNumber {
        SequenceNumber {
            shard_created_s: self.created_s,
            shard_index: self.index,
            counter,
            arrived_s: (arrival_ms / 1000).max(self.created_s),
        }
    }

    /// Whether `number` could lie in this shard, and not in one of an earlier stream of the same name.
    pub(crate) fn gave_out(&self, number: SequenceNumber) -> bool {
        number.shard_index == self.index && number.shard_created_s == self.created_s
    }

    /// Whether it took records at that time.
    pub(crate) fn was_open_at(&self, time_ms: u64) -> bool {
        self.created_ms <= time_ms && self.closed_ms.is_none_or(|closed_ms| closed_ms > time_ms)
    }
}

impl Status {
    /// Whether the stream can be written to and read from (Developer Guide, "Resharding a stream").
    pub(crate) fn serves_records(self) -> bool {
        matches!(self, Self::Active | Self::Updating)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Creating => "CREATING",
            Self::Active => "ACTIVE",
            Self::Updating => "UPDATING",
            Self::Deleting => "DELETING",
        })
    }
}

/// The id of the shard with this index.
pub(crate) fn shard_id(index: u32) -> String {
    format!("shardId-{index:012}")
}

/// The index in a shard id. Like AWS, takes any prefix and any number of zeros: `shard-7`, `7`.
pub(crate) fn shard_index(shard_id: &str) -> Option<u32> {
    let digits = shard_id.split('-').nth(1).unwrap_or(shard_id);
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let index = is_number.then(|| digits.parse().ok()).flatten();
    index.filter(|index| i32::try_from(*index).is_ok())
}
