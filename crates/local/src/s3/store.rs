//! The buckets, by name.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::sync::{Arc, PoisonError, RwLock};

use super::Config;
use super::bucket::Bucket;

/// Every bucket of the account.
pub(crate) struct Store {
    config: Config,
    buckets: RwLock<BTreeMap<String, Arc<Bucket>>>,
}

impl Store {
    /// Opens every bucket that has a folder.
    pub(crate) fn open(config: Config) -> io::Result<Self> {
        fs::create_dir_all(&config.directory)?;
        let mut buckets = BTreeMap::new();
        for folder in fs::read_dir(&config.directory)? {
            let folder = folder?;
            if let (true, Ok(name)) = (folder.path().is_dir(), folder.file_name().into_string()) {
                let bucket = Bucket::open(folder.path(), config.clock.now_ms())?;
                buckets.insert(name, Arc::new(bucket));
            }
        }
        Ok(Self {
            config,
            buckets: RwLock::new(buckets),
        })
    }

    /// Creates a bucket; tells whether it is new.
    pub(crate) fn create(&self, name: &str) -> io::Result<bool> {
        let mut buckets = self.buckets.write().unwrap_or_else(PoisonError::into_inner);
        if buckets.contains_key(name) {
            return Ok(false);
        }
        let bucket = Bucket::open(self.config.directory.join(name), self.now_ms())?;
        buckets.insert(name.to_owned(), Arc::new(bucket));
        Ok(true)
    }

    /// The bucket of this name.
    pub(crate) fn find(&self, name: &str) -> Option<Arc<Bucket>> {
        let buckets = self.buckets.read().unwrap_or_else(PoisonError::into_inner);
        buckets.get(name).cloned()
    }

    /// Every bucket with its name, in the order of the names.
    pub(crate) fn all(&self) -> Vec<(String, Arc<Bucket>)> {
        let buckets = self.buckets.read().unwrap_or_else(PoisonError::into_inner);
        buckets
            .iter()
            .map(|(name, bucket)| (name.clone(), Arc::clone(bucket)))
            .collect()
    }

    /// Deletes a bucket if it is empty; tells whether it was.
    pub(crate) fn delete(&self, name: &str) -> io::Result<bool> {
        let mut buckets = self.buckets.write().unwrap_or_else(PoisonError::into_inner);
        let Some(bucket) = buckets.get(name).filter(|bucket| bucket.is_empty()) else {
            return Ok(false);
        };
        bucket.remove()?;
        buckets.remove(name);
        Ok(true)
    }

    pub(crate) fn now_ms(&self) -> u64 {
        self.config.clock.now_ms()
    }

    pub(crate) fn region(&self) -> &str {
        &self.config.region
    }
}
