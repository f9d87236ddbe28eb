//! Puts into the bucket that never replace what they do not know, and the answers to them.

#[cfg(feature = "s3")]
mod access;
#[cfg(feature = "s3")]
mod s3;

use std::future::Future;

use crate::{
    object::{Object, Stamp},
    outcome::RetryReason,
};

#[cfg(feature = "s3")]
pub use access::access;
#[cfg(feature = "s3")]
pub use s3::{Bucket, client, retries};

/// Where objects are put: S3, or a stand-in for it.
pub trait Store {
    /// Puts an object if `condition` holds, and otherwise tells who holds the key.
    ///
    /// An error says nothing about whether the object was written.
    fn put(
        &self,
        object: &Object,
        condition: &Condition,
    ) -> impl Future<Output = Result<Put, RetryReason>>;
}

/// What has to hold for a put to be carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// There is no object with this key (`If-None-Match: *`).
    Absent,
    /// The object with this key still has this `ETag` (`If-Match`).
    Unchanged(String),
}

/// The answer to a put.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Put {
    /// The object was written.
    Written,
    /// It was not: the key is taken.
    Taken {
        /// Who made the object that is there; `None` for one that no pipeline made.
        by: Option<Stamp>,
        /// The `ETag` of the object that is there.
        etag: String,
    },
}
