//! Who holds which key: a bounded memory of what the store has already told.
//!
//! Under create-only puts the holder of a key never changes, so that what is remembered stays
//! true, across invocations too. It saves a put and a look at every record after the first that
//! has the same key.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::object::Stamp;

/// How many keys are remembered: well under a megabyte, and many seconds of a busy shard.
const CAPACITY: usize = 4096;

/// The holders of the keys seen last.
#[derive(Debug, Default)]
pub(crate) struct Holders(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    by_key: HashMap<String, Holder>,
    oldest_first: VecDeque<String>,
}

/// Who holds a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Holder {
    /// A pipeline's record.
    Record(Stamp),
    /// An object that no pipeline made.
    Stranger,
}

impl Holder {
    pub(crate) fn is(&self, stamp: &Stamp) -> bool {
        matches!(self, Self::Record(holder) if holder == stamp)
    }
}

impl Holders {
    pub(crate) fn get(&self, key: &str) -> Option<Holder> {
        self.lock().by_key.get(key).cloned()
    }

    pub(crate) fn insert(&self, key: &str, holder: Holder) {
        let mut known = self.lock();
        if known.by_key.insert(key.to_owned(), holder).is_some() {
            return;
        }
        known.oldest_first.push_back(key.to_owned());
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
}
