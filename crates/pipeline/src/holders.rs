//! Who holds which key: a bounded memory of what the store has already told.
//!
//! Under create-only puts the holder of a key never changes, so that what is remembered stays
//! true, across invocations too. It saves a put and a look at every record after the first that
//! has the same key. Keys and holders are kept as SHA-256 digests: two of a kind are only ever
//! compared, and 32 bytes are a tenth of their text.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

use sha2::{Digest as _, Sha256};

use crate::object::Stamp;

/// How many keys are remembered: well under a megabyte, and many seconds of a busy shard.
const CAPACITY: usize = 4096;

/// The holders of the keys seen last.
#[derive(Debug, Default)]
pub(crate) struct Holders(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    by_key: HashMap<Digest, Holder>,
    oldest_first: VecDeque<Digest>,
}

/// Who holds a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holder {
    /// A pipeline's record.
    Record(Digest),
    /// An object that no pipeline made.
    Stranger,
}

/// Stands for a text that is only ever compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Digest([u8; 32]);

impl Holder {
    /// The record with this stamp.
    pub(crate) fn record(stamp: &Stamp) -> Self {
        let metadata = stamp.to_metadata();
        Self::Record(Digest::of(metadata.iter().map(|(_, value)| value.as_str())))
    }

    pub(crate) fn is(&self, stamp: &Stamp) -> bool {
        *self == Self::record(stamp)
    }
}

impl Digest {
    fn of<'a>(parts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut sha256 = Sha256::new();
        for part in parts {
            // The length keeps `ab`, `c` apart from `a`, `bc`.
            sha256.update(part.len().to_le_bytes());
            sha256.update(part);
        }
        Self(sha256.finalize().into())
    }
}

impl Holders {
    pub(crate) fn get(&self, key: &str) -> Option<Holder> {
        self.lock().by_key.get(&Digest::of([key])).copied()
    }

    pub(crate) fn insert(&self, key: &str, holder: Holder) {
        let key = Digest::of([key]);
        let mut known = self.lock();
        if known.by_key.insert(key, holder).is_some() {
            return;
        }
        known.oldest_first.push_back(key);
        if known.oldest_first.len() > CAPACITY
            && let Some(oldest) = known.oldest_first.pop_front()
        {
            known.by_key.remove(&oldest);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        // No invariant spans a panic here: an entry is there or it is not.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_key_is_forgotten_first() {
        let holders = Holders::default();
        for number in 0..=CAPACITY {
            holders.insert(&number.to_string(), Holder::Stranger);
        }
        assert_eq!(holders.get("0"), None);
        assert_eq!(holders.get("1"), Some(Holder::Stranger));
        assert_eq!(holders.get(&CAPACITY.to_string()), Some(Holder::Stranger));
    }

    #[test]
    fn a_holder_is_its_own_record_and_no_other() {
        let stamp = |record: &'static str| {
            Stamp::from_metadata(|name| match name {
                crate::object::RECORD_METADATA => Some(record),
                crate::object::PIPELINE_METADATA => Some("orders"),
                _ => Some("2026-11-20T18:00:00.123Z"),
            })
            .expect("a whole stamp")
        };
        let holder = Holder::record(&stamp("shardId-000000000000:1"));
        assert!(holder.is(&stamp("shardId-000000000000:1")));
        assert!(!holder.is(&stamp("shardId-000000000000:11")));
        assert!(!Holder::Stranger.is(&stamp("shardId-000000000000:1")));
    }
}
