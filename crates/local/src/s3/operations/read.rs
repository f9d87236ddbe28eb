//! An object, or what is known of it, out.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use bytes::Bytes;
use futures::stream;
use s3s::dto::{GetObjectInput, GetObjectOutput, HeadObjectInput, HeadObjectOutput, StreamingBlob};
use s3s::{Body, S3Request, S3Result, s3_error};

use super::condition::ReadConditions;
use super::{disk, etag, find, no_such_key, timestamp};
use crate::s3::entry::Entry;
use crate::s3::store::Store;

/// A body up to this size is read at once; a larger one goes out in chunks of it.
const CHUNK_BYTES: u64 = 256 * 1024;

/// The type of an object whose writer named none.
const UNKNOWN_TYPE: &str = "binary/octet-stream";

pub(super) async fn get_object(
    store: &Store,
    request: S3Request<GetObjectInput>,
) -> S3Result<GetObjectOutput> {
    let input = request.input;
    let bucket = find(store, &input.bucket)?;
    let found = bucket.open_object(&input.key).map_err(disk)?;
    let (entry, file) = found.ok_or_else(no_such_key)?;
    let conditions = ReadConditions {
        matches: input.if_match,
        none_matches: input.if_none_match,
        modified_since: input.if_modified_since,
        unmodified_since: input.if_unmodified_since,
    };
    conditions.check(&entry)?;
    let range = input
        .range
        .map(|range| range.check(entry.size))
        .transpose()?;
    // The last bytes of an object that has none.
    if range.as_ref().is_some_and(std::ops::Range::is_empty) {
        return Err(s3_error!(
            InvalidRange,
            "The requested range is not satisfiable"
        ));
    }
    let part = range.clone().unwrap_or(0..entry.size);
    let body = body_of(file, part.start, part.end - part.start).map_err(disk)?;
    let content_range =
        range.map(|range| format!("bytes {}-{}/{}", range.start, range.end - 1, entry.size));
    let head = head_of(entry);
    // A checksum is of the whole object.
    let whole = content_range.is_none();
    Ok(GetObjectOutput {
        body: Some(StreamingBlob::from(body)),
        content_length: i64::try_from(part.end - part.start).ok(),
        content_range,
        accept_ranges: head.accept_ranges,
        cache_control: head.cache_control,
        checksum_crc32: head.checksum_crc32.filter(|_| whole),
        checksum_crc32c: head.checksum_crc32c.filter(|_| whole),
        checksum_crc64nvme: head.checksum_crc64nvme.filter(|_| whole),
        checksum_sha1: head.checksum_sha1.filter(|_| whole),
        checksum_sha256: head.checksum_sha256.filter(|_| whole),
        content_disposition: head.content_disposition,
        content_encoding: head.content_encoding,
        content_language: head.content_language,
        content_type: head.content_type,
        e_tag: head.e_tag,
        last_modified: head.last_modified,
        metadata: head.metadata,
        ..GetObjectOutput::default()
    })
}

pub(super) async fn head_object(
    store: &Store,
    request: S3Request<HeadObjectInput>,
) -> S3Result<HeadObjectOutput> {
    let input = request.input;
    let entry = find(store, &input.bucket)?
        .find(&input.key)
        .ok_or_else(no_such_key)?;
    let conditions = ReadConditions {
        matches: input.if_match,
        none_matches: input.if_none_match,
        modified_since: input.if_modified_since,
        unmodified_since: input.if_unmodified_since,
    };
    conditions.check(&entry)?;
    Ok(head_of(entry))
}

fn head_of(entry: Entry) -> HeadObjectOutput {
    let e_tag = Some(etag(&entry));
    let Entry {
        size,
        modified_ms,
        attributes,
        checksums,
        ..
    } = entry;
    HeadObjectOutput {
        accept_ranges: Some("bytes".to_owned()),
        cache_control: attributes.cache_control,
        checksum_crc32: checksums.crc32,
        checksum_crc32c: checksums.crc32c,
        checksum_crc64nvme: checksums.crc64nvme,
        checksum_sha1: checksums.sha1,
        checksum_sha256: checksums.sha256,
        content_disposition: attributes.content_disposition,
        content_encoding: attributes.content_encoding,
        content_language: attributes.content_language,
        content_length: i64::try_from(size).ok(),
        content_type: attributes
            .content_type
            .or_else(|| Some(UNKNOWN_TYPE.to_owned())),
        e_tag,
        last_modified: Some(timestamp(modified_ms)),
        metadata: Some(attributes.metadata.into_iter().collect()),
        ..HeadObjectOutput::default()
    }
}

fn body_of(mut file: File, start: u64, length: u64) -> io::Result<Body> {
    file.seek(SeekFrom::Start(start))?;
    if length <= CHUNK_BYTES {
        return Ok(Body::from(read_chunk(&mut file, length)?));
    }
    let chunks = stream::unfold((file, length), |(mut file, left)| async move {
        let length = left.min(CHUNK_BYTES);
        if length == 0 {
            return None;
        }
        let chunk = read_chunk(&mut file, length);
        let left = if chunk.is_ok() { left - length } else { 0 };
        Some((chunk, (file, left)))
    });
    Ok(StreamingBlob::wrap(chunks).into())
}

fn read_chunk(file: &mut File, length: u64) -> io::Result<Bytes> {
    let mut chunk = vec![0; usize::try_from(length).map_err(io::Error::other)?];
    file.read_exact(&mut chunk)?;
    Ok(Bytes::from(chunk))
}
