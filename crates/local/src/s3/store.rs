//! The buckets, by name.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use s3s::validation::{AwsNameValidation, NameValidation as _};

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
        let folder = &config.directory;
        fs::create_dir_all(folder).map_err(at(folder))?;
        let mut buckets = BTreeMap::new();
        for folder in fs::read_dir(folder).map_err(at(folder))? {
            let folder = folder?;
            if let (true, Ok(name)) = (folder.path().is_dir(), folder.file_name().into_string()) {
                let path = folder.path();
                let bucket =
                    Bucket::open(path.clone(), config.clock.now_ms()).map_err(at(&path))?;
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
        if !AwsNameValidation::new().validate_bucket_name(name) {
            let message = format!("{name:?} is not a name that AWS gives to a bucket");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        let folder = self.config.directory.join(name);
        let bucket = Bucket::open(folder.clone(), self.now_ms()).map_err(at(&folder))?;
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
        let deleted = match buckets.get(name) {
            Some(bucket) => bucket.remove_if_empty()?,
            None => false,
        };
        if deleted {
            buckets.remove(name);
        }
        Ok(deleted)
    }

    pub(crate) fn now_ms(&self) -> u64 {
        self.config.clock.now_ms()
    }

    pub(crate) fn region(&self) -> &str {
        &self.config.region
    }
}

/// Names the place in the words of an error.
fn at(place: &Path) -> impl FnOnce(io::Error) -> io::Error {
    let place = place.display().to_string();
    move |error| io::Error::new(error.kind(), format!("{place}: {error}"))
}
