//! The local S3: buckets are folders, objects are files under their key that a user can open.
//!
//! The protocol and the signatures are `s3s`'s; the store is ours, for create-only puts that have
//! one winner, for keys beside their own prefixes, and for speed.

mod access;
mod bucket;
mod entry;
mod files;
mod journal;
mod operations;
mod place;
mod replay;
mod staged;
mod store;

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::ops::Bound;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use s3s::Body;
use s3s::config::{S3Config, StaticConfigProvider};
use s3s::service::{S3Service, S3ServiceBuilder};

use crate::clock::Clock;
use crate::credentials::Credentials;
use access::Access;
use bucket::{Condition, PutError};
use entry::{Attributes, Checksums, Entry};
use operations::Operations;
use place::Place;
use store::Store;

/// The largest file of a form: `s3s` reads it into memory before it looks at the signature.
const FORM_MAX_BYTES: u64 = 64 * 1024 * 1024;

/// Where the buckets lie, and what time it is.
#[derive(Clone)]
pub struct Config {
    /// The folder that holds a folder for each bucket.
    pub directory: PathBuf,
    /// The time that objects are modified at.
    pub clock: Arc<dyn Clock>,
    /// The region that buckets say they are in.
    pub region: String,
}

/// The local S3. Clones share the buckets.
#[derive(Clone)]
pub struct S3 {
    store: Arc<Store>,
    service: S3Service,
    clock: Arc<dyn Clock>,
}

/// An object as a listing within the process shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectView {
    /// The key.
    pub key: String,
    /// Bytes.
    pub size: u64,
    /// Milliseconds since the Unix epoch.
    pub modified_ms: u64,
    /// The user's metadata, by the name without `x-amz-meta-`.
    pub metadata: BTreeMap<String, String>,
    /// The file that holds the bytes.
    pub file: PathBuf,
}

impl S3 {
    /// Opens the folder, which is made when missing, and completes what a crash cut off.
    ///
    /// # Errors
    ///
    /// When the folder cannot be read or written, or a journal in it is damaged; the words name
    /// the place.
    pub fn open(config: Config, credentials: Credentials) -> io::Result<Self> {
        let clock = Arc::clone(&config.clock);
        let store = Arc::new(Store::open(config)?);
        let mut builder = S3ServiceBuilder::new(Operations::new(Arc::clone(&store)));
        let access = Access {
            credentials,
            clock: Arc::clone(&clock),
        };
        builder.set_auth(access.clone());
        builder.set_access(access);
        let mut limits = S3Config::default();
        limits.post_object_max_file_size = FORM_MAX_BYTES;
        builder.set_config(Arc::new(StaticConfigProvider::new(Arc::new(limits))));
        Ok(Self {
            store,
            service: builder.build(),
            clock,
        })
    }

    /// Answers a request of the S3 protocol.
    pub async fn handle(&self, request: Request<Body>) -> Response<Body> {
        match self.service.call(request).await {
            Ok(response) => response,
            Err(error) => {
                tracing::warn!(?error, "a request to S3 could not be answered");
                internal_error()
            }
        }
    }

    /// Creates a bucket, unless it is there.
    ///
    /// # Errors
    ///
    /// When AWS would refuse the name, or the folder cannot be made.
    pub fn create_bucket(&self, name: &str) -> io::Result<()> {
        self.store.create(name).map(drop)
    }

    /// Puts an object from within the process.
    ///
    /// # Errors
    ///
    /// When there is no such bucket, or the disk refuses.
    pub fn put(&self, bucket: &str, key: &str, body: &Bytes, content_type: &str) -> io::Result<()> {
        let name = bucket;
        let failed = |error| match error {
            PutError::Io(error) => error,
            _ => not_found(name),
        };
        let bucket = self.store.find(name).ok_or_else(|| not_found(name))?;
        let mut staged = bucket.stage();
        staged.write(body)?;
        let entry = Entry {
            place: Place::Key,
            size: staged.size(),
            etag: operations::hex(&staged.md5()),
            modified_ms: self.clock.now_ms(),
            attributes: Attributes {
                content_type: Some(content_type.to_owned()),
                ..Attributes::default()
            },
            checksums: Checksums::default(),
        };
        let put = bucket.put(key, entry, staged, &Condition::Always);
        put.map(drop).map_err(failed)
    }

    /// Every object of a bucket whose key begins with `prefix`, in the order of the keys.
    ///
    /// # Errors
    ///
    /// When there is no such bucket.
    pub fn list(&self, bucket: &str, prefix: &str) -> io::Result<Vec<ObjectView>> {
        let bucket = self.store.find(bucket).ok_or_else(|| not_found(bucket))?;
        let mut objects = Vec::new();
        bucket.scan(Bound::Included(prefix), |key, entry| {
            let within = key.starts_with(prefix);
            if within {
                objects.push(ObjectView {
                    key: key.to_owned(),
                    size: entry.size,
                    modified_ms: entry.modified_ms,
                    metadata: entry.attributes.metadata.clone(),
                    file: bucket.path(key, entry),
                });
            }
            within
        });
        Ok(objects)
    }
}

impl fmt::Debug for S3 {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("S3").finish_non_exhaustive()
    }
}

fn not_found(bucket: &str) -> io::Error {
    io::Error::new(
        io::ErrorKind::NotFound,
        format!("there is no bucket {bucket}"),
    )
}

fn internal_error() -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response
}
