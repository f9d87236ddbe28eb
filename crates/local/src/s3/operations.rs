//! The operations of the S3 API, each a function of the buckets.

mod buckets;
mod condition;
mod copy_source;
mod delete;
mod list;
mod multipart;
mod parts;
mod read;
mod upload;
mod write;

use std::io::{self, Read};
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use s3s::dto::{
    AbortMultipartUploadInput, AbortMultipartUploadOutput, CompleteMultipartUploadInput,
    CompleteMultipartUploadOutput, CopyObjectInput, CopyObjectOutput, CreateBucketInput,
    CreateBucketOutput, CreateMultipartUploadInput, CreateMultipartUploadOutput, DeleteBucketInput,
    DeleteBucketOutput, DeleteObjectInput, DeleteObjectOutput, DeleteObjectsInput,
    DeleteObjectsOutput, ETag, GetBucketLocationInput, GetBucketLocationOutput, GetObjectInput,
    GetObjectOutput, HeadBucketInput, HeadBucketOutput, HeadObjectInput, HeadObjectOutput,
    ListBucketsInput, ListBucketsOutput, ListMultipartUploadsInput, ListMultipartUploadsOutput,
    ListObjectsInput, ListObjectsOutput, ListObjectsV2Input, ListObjectsV2Output, ListPartsInput,
    ListPartsOutput, PutObjectInput, PutObjectOutput, Timestamp, UploadPartCopyInput,
    UploadPartCopyOutput, UploadPartInput, UploadPartOutput,
};
use s3s::{S3, S3Error, S3Request, S3Response, S3Result, s3_error};

use super::bucket::{Bucket, PutError};
use super::entry::{Entry, KEY_MAX_BYTES};
use super::staged::Staged;
use super::store::Store;

/// What `s3s` calls.
pub(crate) struct Operations {
    store: Arc<Store>,
}

/// Forwards the operations of the trait to the functions of the same name.
macro_rules! forward {
    ($($name:ident => $module:ident: $input:ident -> $output:ident,)+) => {
        #[async_trait::async_trait]
        impl S3 for Operations {
            $(async fn $name(&self, request: S3Request<$input>) -> S3Result<S3Response<$output>> {
                $module::$name(&self.store, request).await.map(S3Response::new)
            })+
        }
    };
}

forward! {
    create_bucket => buckets: CreateBucketInput -> CreateBucketOutput,
    delete_bucket => buckets: DeleteBucketInput -> DeleteBucketOutput,
    head_bucket => buckets: HeadBucketInput -> HeadBucketOutput,
    list_buckets => buckets: ListBucketsInput -> ListBucketsOutput,
    get_bucket_location => buckets: GetBucketLocationInput -> GetBucketLocationOutput,
    put_object => write: PutObjectInput -> PutObjectOutput,
    copy_object => write: CopyObjectInput -> CopyObjectOutput,
    get_object => read: GetObjectInput -> GetObjectOutput,
    head_object => read: HeadObjectInput -> HeadObjectOutput,
    delete_object => delete: DeleteObjectInput -> DeleteObjectOutput,
    delete_objects => delete: DeleteObjectsInput -> DeleteObjectsOutput,
    list_objects => list: ListObjectsInput -> ListObjectsOutput,
    list_objects_v2 => list: ListObjectsV2Input -> ListObjectsV2Output,
    create_multipart_upload => multipart: CreateMultipartUploadInput -> CreateMultipartUploadOutput,
    upload_part => multipart: UploadPartInput -> UploadPartOutput,
    upload_part_copy => parts: UploadPartCopyInput -> UploadPartCopyOutput,
    list_parts => parts: ListPartsInput -> ListPartsOutput,
    list_multipart_uploads => parts: ListMultipartUploadsInput -> ListMultipartUploadsOutput,
    complete_multipart_upload => multipart: CompleteMultipartUploadInput -> CompleteMultipartUploadOutput,
    abort_multipart_upload => multipart: AbortMultipartUploadInput -> AbortMultipartUploadOutput,
}

impl Operations {
    pub(crate) fn new(store: Arc<Store>) -> Self {
        Self { store }
    }
}

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// Appends the bytes of a file to staged ones, on a thread that may wait for the disk.
async fn copied(
    mut staged: Staged,
    file: impl Read + Send + 'static,
) -> S3Result<(Staged, [u8; 16])> {
    let copied = tokio::task::spawn_blocking(move || {
        let md5 = staged.copy(file)?;
        io::Result::Ok((staged, md5))
    });
    copied.await.map_err(S3Error::internal_error)?.map_err(disk)
}

fn find(store: &Store, bucket: &str) -> S3Result<Arc<Bucket>> {
    store.find(bucket).ok_or_else(no_such_bucket)
}

fn no_such_bucket() -> S3Error {
    s3_error!(NoSuchBucket, "The specified bucket does not exist")
}

fn check_key(key: &str) -> S3Result<()> {
    if key.len() > KEY_MAX_BYTES {
        return Err(s3_error!(KeyTooLongError, "Your key is too long"));
    }
    Ok(())
}

fn no_such_key() -> S3Error {
    s3_error!(NoSuchKey, "The specified key does not exist.")
}

fn precondition_failed() -> S3Error {
    s3_error!(
        PreconditionFailed,
        "At least one of the pre-conditions you specified did not hold"
    )
}

fn timestamp(ms: u64) -> Timestamp {
    Timestamp::from(UNIX_EPOCH + Duration::from_millis(ms))
}

fn etag(entry: &Entry) -> ETag {
    ETag::Strong(entry.etag.clone())
}

fn disk(error: io::Error) -> S3Error {
    S3Error::internal_error(error)
}

fn refused(error: PutError) -> S3Error {
    match error {
        PutError::NoSuchBucket => no_such_bucket(),
        PutError::PreconditionFailed => precondition_failed(),
        PutError::NoSuchKey => no_such_key(),
        PutError::Io(error) => disk(error),
    }
}
