//! The object that a copy reads, under the conditions of its request.

use std::fs::File;

use s3s::dto::CopySource;
use s3s::{S3Result, s3_error};

use super::condition::ReadConditions;
use super::{disk, find, no_such_key, precondition_failed};
use crate::s3::entry::Entry;
use crate::s3::store::Store;

/// The bucket and the key.
pub(super) fn name(source: &CopySource) -> S3Result<(&str, &str)> {
    match source {
        CopySource::Bucket { bucket, key, .. } => Ok((bucket, key)),
        _ => Err(s3_error!(
            NotImplemented,
            "a copy source here is a bucket and a key"
        )),
    }
}

/// What is known of the object, and the file that holds it.
pub(super) fn open(
    store: &Store,
    source: &CopySource,
    conditions: &ReadConditions,
) -> S3Result<(Entry, File)> {
    let (bucket, key) = name(source)?;
    let opened = find(store, bucket)?.open_object(key).map_err(disk)?;
    let (entry, file) = opened.ok_or_else(no_such_key)?;
    conditions
        .check(&entry)
        .map_err(|_| precondition_failed())?;
    Ok((entry, file))
}
