//! What is there of uploads in parts, and parts that are copied from objects.
//!
//! Source: "`UploadPartCopy`", "`ListParts`" and "`ListMultipartUploads`" in the Amazon S3 API Reference.

use std::fs;
use std::io::{Read, Seek, SeekFrom};
use std::time::UNIX_EPOCH;

use s3s::dto::{
    CopyPartResult, ETag, ListMultipartUploadsInput, ListMultipartUploadsOutput, ListPartsInput,
    ListPartsOutput, MultipartUpload, UploadPartCopyInput, UploadPartCopyOutput,
};
use s3s::{S3Request, S3Result, s3_error};

use super::condition::ReadConditions;
use super::multipart::{Part, UPLOAD_FILE, Upload, check_number, open};
use super::{copied, copy_source, disk, find, hex, timestamp};
use crate::s3::store::Store;

/// How many parts or uploads a page holds.
const PAGE: i32 = 1000;

pub(super) async fn upload_part_copy(
    store: &Store,
    request: S3Request<UploadPartCopyInput>,
) -> S3Result<UploadPartCopyOutput> {
    let input = request.input;
    let open = open(store, &input.bucket, &input.key, &input.upload_id)?;
    check_number(input.part_number)?;
    let conditions = ReadConditions {
        matches: input.copy_source_if_match,
        none_matches: input.copy_source_if_none_match,
        modified_since: input.copy_source_if_modified_since,
        unmodified_since: input.copy_source_if_unmodified_since,
    };
    let (source, mut file) = copy_source::open(store, &input.copy_source, &conditions)?;
    let (start, end) = match &input.copy_source_range {
        None => (0, source.size),
        Some(range) => range_of(range, source.size)?,
    };
    file.seek(SeekFrom::Start(start)).map_err(disk)?;
    let (staged, md5) = copied(open.bucket.stage(), file.take(end - start)).await?;
    let part = Part {
        number: input.part_number,
        size: staged.size(),
        md5: hex(&md5),
        modified_ms: store.now_ms(),
    };
    open.keep(&part, staged)?;
    Ok(UploadPartCopyOutput {
        copy_part_result: Some(CopyPartResult {
            e_tag: Some(ETag::Strong(part.md5)),
            last_modified: Some(timestamp(part.modified_ms)),
            ..CopyPartResult::default()
        }),
        ..UploadPartCopyOutput::default()
    })
}

pub(super) async fn list_parts(
    store: &Store,
    request: S3Request<ListPartsInput>,
) -> S3Result<ListPartsOutput> {
    let input = request.input;
    let open = open(store, &input.bucket, &input.key, &input.upload_id)?;
    let after = input.part_number_marker.unwrap_or(0);
    let limit = input.max_parts.unwrap_or(PAGE).clamp(0, PAGE);
    let mut arrived = open.parts()?;
    arrived.retain(|part| part.number > after);
    let page = usize::try_from(limit).unwrap_or(0);
    let is_truncated = arrived.len() > page;
    arrived.truncate(page);
    let last = arrived.last().map(|part| part.number);
    let parts = arrived.into_iter().map(|part| s3s::dto::Part {
        e_tag: Some(ETag::Strong(part.md5)),
        last_modified: Some(timestamp(part.modified_ms)),
        part_number: Some(part.number),
        size: i64::try_from(part.size).ok(),
        ..s3s::dto::Part::default()
    });
    Ok(ListPartsOutput {
        bucket: Some(input.bucket),
        key: Some(input.key),
        upload_id: Some(input.upload_id),
        part_number_marker: Some(after),
        next_part_number_marker: last.filter(|_| is_truncated),
        max_parts: Some(limit),
        is_truncated: Some(is_truncated),
        parts: Some(parts.collect()),
        ..ListPartsOutput::default()
    })
}

pub(super) async fn list_multipart_uploads(
    store: &Store,
    request: S3Request<ListMultipartUploadsInput>,
) -> S3Result<ListMultipartUploadsOutput> {
    let input = request.input;
    let bucket = find(store, &input.bucket)?;
    let prefix = input.prefix.clone().unwrap_or_default();
    // Behind this key, or behind this upload of it.
    let marker = input.key_marker.clone().unwrap_or_default();
    let marked = input.upload_id_marker.clone();
    let mut open = Vec::new();
    for folder in fs::read_dir(bucket.uploads()).map_err(disk)? {
        let folder = folder.map_err(disk)?;
        let path = folder.path().join(UPLOAD_FILE);
        // One that is completed or given up meanwhile is none.
        let Ok(text) = fs::read(&path) else { continue };
        let Ok(upload) = serde_json::from_slice::<Upload>(&text) else {
            continue;
        };
        let begun = fs::metadata(&path).and_then(|metadata| metadata.modified());
        let Ok(begun) = begun else { continue };
        let begun_ms = begun
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default()
            .as_millis();
        let id = folder.file_name().to_string_lossy().into_owned();
        open.push((upload.key, id, u64::try_from(begun_ms).unwrap_or(u64::MAX)));
    }
    open.sort_unstable();
    open.retain(|(key, id, _)| {
        let is_behind =
            *key > marker || *key == marker && marked.as_ref().is_some_and(|marked| id > marked);
        key.starts_with(&prefix) && is_behind
    });
    let limit = input.max_uploads.unwrap_or(PAGE).clamp(0, PAGE);
    let page = usize::try_from(limit).unwrap_or(0);
    let is_truncated = open.len() > page;
    open.truncate(page);
    let last = open.last().filter(|_| is_truncated).cloned();
    let (next_key, next_id) = last.map_or((None, None), |(key, id, _)| (Some(key), Some(id)));
    let uploads = open.into_iter().map(|(key, id, begun_ms)| MultipartUpload {
        key: Some(key),
        upload_id: Some(id),
        initiated: Some(timestamp(begun_ms)),
        ..MultipartUpload::default()
    });
    Ok(ListMultipartUploadsOutput {
        bucket: Some(input.bucket),
        prefix: input.prefix,
        key_marker: input.key_marker,
        upload_id_marker: input.upload_id_marker,
        max_uploads: Some(limit),
        is_truncated: Some(is_truncated),
        next_key_marker: next_key,
        next_upload_id_marker: next_id,
        uploads: Some(uploads.collect()),
        ..ListMultipartUploadsOutput::default()
    })
}

/// Reads `bytes=FIRST-LAST`, which has to lie within the source; tells where it begins and ends.
fn range_of(range: &str, size: u64) -> S3Result<(u64, u64)> {
    let parsed = range.strip_prefix("bytes=").and_then(|range| {
        let (first, last) = range.split_once('-')?;
        Some((
            first.parse().ok()?,
            last.parse::<u64>().ok()?.checked_add(1)?,
        ))
    });
    match parsed {
        None => Err(s3_error!(
            InvalidArgument,
            "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the \
             zero-based offsets of the first and last bytes to copy"
        )),
        Some((start, end)) if start < end && end <= size => Ok((start, end)),
        Some(_) => Err(s3_error!(
            InvalidRange,
            "Range specified is not valid for source object of size: {}",
            size
        )),
    }
}
