//! Buckets: create, delete, find, list.

use s3s::dto::{
    Bucket, CreateBucketInput, CreateBucketOutput, DeleteBucketInput, DeleteBucketOutput,
    GetBucketLocationInput, GetBucketLocationOutput, HeadBucketInput, HeadBucketOutput,
    ListBucketsInput, ListBucketsOutput,
};
use s3s::{S3Request, S3Result, s3_error};

use super::{disk, find, timestamp};
use crate::account::DEFAULT_REGION;
use crate::s3::store::Store;

/// Creates a bucket.
///
/// Source: "`CreateBucket`" in the Amazon S3 API Reference, the error `BucketAlreadyOwnedByYou`.
pub(super) async fn create_bucket(
    store: &Store,
    request: S3Request<CreateBucketInput>,
) -> S3Result<CreateBucketOutput> {
    let name = request.input.bucket;
    // The oldest region lets an owner create a bucket again.
    if store.create(&name).map_err(disk)? || store.region() == DEFAULT_REGION {
        return Ok(CreateBucketOutput {
            location: Some(format!("/{name}")),
        });
    }
    Err(s3_error!(
        BucketAlreadyOwnedByYou,
        "Your previous request to create the named bucket succeeded and you already own it."
    ))
}

pub(super) async fn delete_bucket(
    store: &Store,
    request: S3Request<DeleteBucketInput>,
) -> S3Result<DeleteBucketOutput> {
    let name = request.input.bucket;
    find(store, &name)?;
    if store.delete(&name).map_err(disk)? {
        return Ok(DeleteBucketOutput {});
    }
    Err(s3_error!(
        BucketNotEmpty,
        "The bucket you tried to delete is not empty"
    ))
}

pub(super) async fn head_bucket(
    store: &Store,
    request: S3Request<HeadBucketInput>,
) -> S3Result<HeadBucketOutput> {
    find(store, &request.input.bucket)?;
    let bucket_region = Some(store.region().to_owned());
    Ok(HeadBucketOutput {
        bucket_region,
        ..HeadBucketOutput::default()
    })
}

pub(super) async fn list_buckets(
    store: &Store,
    request: S3Request<ListBucketsInput>,
) -> S3Result<ListBucketsOutput> {
    let prefix = request.input.prefix.unwrap_or_default();
    let buckets = store
        .all()
        .into_iter()
        .filter(|(name, _)| name.starts_with(&prefix));
    let buckets = buckets.map(|(name, bucket)| Bucket {
        creation_date: Some(timestamp(bucket.created_ms())),
        name: Some(name),
        ..Bucket::default()
    });
    Ok(ListBucketsOutput {
        buckets: Some(buckets.collect()),
        ..ListBucketsOutput::default()
    })
}

/// The region of a bucket; nothing stands for the oldest one, us-east-1.
///
/// Source: "`GetBucketLocation`" in the Amazon S3 API Reference.
pub(super) async fn get_bucket_location(
    store: &Store,
    request: S3Request<GetBucketLocationInput>,
) -> S3Result<GetBucketLocationOutput> {
    find(store, &request.input.bucket)?;
    let region = store.region();
    let location_constraint = (region != DEFAULT_REGION).then(|| region.to_owned().into());
    Ok(GetBucketLocationOutput {
        location_constraint,
    })
}
