//! An object in: put by a client, or copied from another.

use http::header;
use s3s::dto::{
    CopyObjectInput, CopyObjectOutput, CopyObjectResult, MetadataDirective, PutObjectInput,
    PutObjectOutput,
};
use s3s::{S3Request, S3Result, s3_error};

use super::condition::ReadConditions;
use super::upload::{Claims, Upload, announced_size, announced_trailer, receive, without_framing};
use super::{check_key, condition, copied, copy_source, etag, find, refused, timestamp};
use crate::s3::entry::{Attributes, Checksums, Entry};
use crate::s3::place::Place;
use crate::s3::store::Store;

pub(super) async fn put_object(
    store: &Store,
    request: S3Request<PutObjectInput>,
) -> S3Result<PutObjectOutput> {
    let trailers = request.trailing_headers;
    let input = request.input;
    check_key(&input.key)?;
    let bucket = find(store, &input.bucket)?;
    let condition = condition::of_put(input.if_match, input.if_none_match)?;
    let claims = Claims {
        content_md5: input.content_md5,
        algorithm: input.checksum_algorithm,
        size: announced_size(&request.headers),
        trailer: announced_trailer(&request.headers),
        checksums: Checksums {
            crc32: input.checksum_crc32,
            crc32c: input.checksum_crc32c,
            crc64nvme: input.checksum_crc64nvme,
            sha1: input.checksum_sha1,
            sha256: input.checksum_sha256,
        },
    };
    let upload = receive(&bucket, input.body, claims, trailers).await?;
    let attributes = Attributes {
        content_type: input.content_type,
        content_encoding: input.content_encoding.and_then(without_framing),
        content_disposition: input.content_disposition,
        content_language: input.content_language,
        cache_control: input.cache_control,
        metadata: input.metadata.unwrap_or_default().into_iter().collect(),
    };
    let (entry, staged) = entry_of(upload, attributes, store.now_ms());
    let entry = bucket
        .put(&input.key, entry, staged, &condition)
        .map_err(refused)?;
    Ok(PutObjectOutput {
        e_tag: Some(etag(&entry)),
        checksum_crc32: entry.checksums.crc32,
        checksum_crc32c: entry.checksums.crc32c,
        checksum_crc64nvme: entry.checksums.crc64nvme,
        checksum_sha1: entry.checksums.sha1,
        checksum_sha256: entry.checksums.sha256,
        ..PutObjectOutput::default()
    })
}

pub(super) async fn copy_object(
    store: &Store,
    request: S3Request<CopyObjectInput>,
) -> S3Result<CopyObjectOutput> {
    // Of the destination; `s3s` does not know them in this operation.
    let condition = condition::of_put(
        condition::header(&request.headers, &header::IF_MATCH)?,
        condition::header(&request.headers, &header::IF_NONE_MATCH)?,
    )?;
    let input = request.input;
    check_key(&input.key)?;
    let from = copy_source::name(&input.copy_source)?;
    let replace = input
        .metadata_directive
        .is_some_and(|directive| directive.as_str() == MetadataDirective::REPLACE);
    if !replace && from == (input.bucket.as_str(), input.key.as_str()) {
        return Err(s3_error!(
            InvalidRequest,
            "This copy request is illegal because it is trying to copy an object to itself \
             without changing the object's metadata."
        ));
    }
    let conditions = ReadConditions {
        matches: input.copy_source_if_match,
        none_matches: input.copy_source_if_none_match,
        modified_since: input.copy_source_if_modified_since,
        unmodified_since: input.copy_source_if_unmodified_since,
    };
    let (source, file) = copy_source::open(store, &input.copy_source, &conditions)?;
    let bucket = find(store, &input.bucket)?;
    let (staged, md5) = copied(bucket.stage(), file).await?;
    let attributes = if replace {
        Attributes {
            content_type: input.content_type,
            content_encoding: input.content_encoding,
            content_disposition: input.content_disposition,
            content_language: input.content_language,
            cache_control: input.cache_control,
            metadata: input.metadata.unwrap_or_default().into_iter().collect(),
        }
    } else {
        source.attributes
    };
    let upload = Upload {
        staged,
        md5: super::hex(&md5),
        checksums: source.checksums,
    };
    let (entry, staged) = entry_of(upload, attributes, store.now_ms());
    let entry = bucket
        .put(&input.key, entry, staged, &condition)
        .map_err(refused)?;
    let copied = CopyObjectResult {
        e_tag: Some(etag(&entry)),
        last_modified: Some(timestamp(entry.modified_ms)),
        ..CopyObjectResult::default()
    };
    Ok(CopyObjectOutput {
        copy_object_result: Some(copied),
        ..CopyObjectOutput::default()
    })
}

fn entry_of(
    upload: Upload,
    attributes: Attributes,
    now_ms: u64,
) -> (Entry, crate::s3::staged::Staged) {
    let entry = Entry {
        // The bucket decides.
        place: Place::Key,
        size: upload.staged.size(),
        etag: upload.md5,
        modified_ms: now_ms,
        attributes,
        checksums: upload.checksums,
    };
    (entry, upload.staged)
}
