//! An object in parts: each part a file, joined when the upload is completed.
//!
//! Source: "Multipart upload overview" in the Amazon S3 User Guide.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use md5::{Digest, Md5};
use s3s::dto::{
    AbortMultipartUploadInput, AbortMultipartUploadOutput, CompleteMultipartUploadInput,
    CompleteMultipartUploadOutput, CompletedPart, CreateMultipartUploadInput,
    CreateMultipartUploadOutput, ETag, UploadPartInput, UploadPartOutput,
};
use s3s::{S3Error, S3Request, S3Result, s3_error};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::upload::{Claims, announced_size, announced_trailer, receive};
use super::{check_key, condition, copied, disk, etag, find, hex, refused};
use crate::s3::bucket::Bucket;
use crate::s3::entry::{Attributes, Checksums, Entry};
use crate::s3::place::Place;
use crate::s3::staged::Staged;
use crate::s3::store::Store;

/// Parts are numbered from 1 to this.
const LAST_PART: i32 = 10_000;

/// Every part but the last has at least this many bytes.
const PART_MIN_BYTES: u64 = 5 * 1024 * 1024;

/// The file that tells what an upload will become.
pub(super) const UPLOAD_FILE: &str = "upload";

/// What an upload will become.
#[derive(Serialize, Deserialize)]
pub(super) struct Upload {
    pub(super) key: String,
    attributes: Attributes,
}

/// A part that has arrived; its file bears the number, this its digest.
#[derive(Serialize, Deserialize)]
pub(super) struct Part {
    pub(super) number: i32,
    pub(super) size: u64,
    pub(super) md5: String,
    pub(super) modified_ms: u64,
}

/// An upload that has begun.
pub(super) struct Open {
    pub(super) bucket: Arc<Bucket>,
    folder: PathBuf,
    upload: Upload,
}

pub(super) async fn create_multipart_upload(
    store: &Store,
    request: S3Request<CreateMultipartUploadInput>,
) -> S3Result<CreateMultipartUploadOutput> {
    let input = request.input;
    check_key(&input.key)?;
    let bucket = find(store, &input.bucket)?;
    let id = Uuid::new_v4().simple().to_string();
    let attributes = Attributes {
        content_type: input.content_type,
        content_encoding: input.content_encoding,
        content_disposition: input.content_disposition,
        content_language: input.content_language,
        cache_control: input.cache_control,
        metadata: input.metadata.unwrap_or_default().into_iter().collect(),
    };
    let folder = bucket.uploads().join(&id);
    fs::create_dir(&folder).map_err(disk)?;
    let upload = Upload {
        key: input.key.clone(),
        attributes,
    };
    let text = serde_json::to_vec(&upload).map_err(S3Error::internal_error)?;
    write_whole(&folder.join(UPLOAD_FILE), &text).map_err(disk)?;
    Ok(CreateMultipartUploadOutput {
        bucket: Some(input.bucket),
        key: Some(input.key),
        upload_id: Some(id),
        ..CreateMultipartUploadOutput::default()
    })
}

pub(super) async fn upload_part(
    store: &Store,
    request: S3Request<UploadPartInput>,
) -> S3Result<UploadPartOutput> {
    let trailers = request.trailing_headers;
    let input = request.input;
    let open = open(store, &input.bucket, &input.key, &input.upload_id)?;
    check_number(input.part_number)?;
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
    let upload = receive(&open.bucket, input.body, claims, trailers).await?;
    let part = Part {
        number: input.part_number,
        size: upload.staged.size(),
        md5: upload.md5,
        modified_ms: store.now_ms(),
    };
    open.keep(&part, upload.staged)?;
    Ok(UploadPartOutput {
        e_tag: Some(ETag::Strong(part.md5)),
        checksum_crc32: upload.checksums.crc32,
        checksum_crc32c: upload.checksums.crc32c,
        checksum_crc64nvme: upload.checksums.crc64nvme,
        checksum_sha1: upload.checksums.sha1,
        checksum_sha256: upload.checksums.sha256,
        ..UploadPartOutput::default()
    })
}

pub(super) async fn complete_multipart_upload(
    store: &Store,
    request: S3Request<CompleteMultipartUploadInput>,
) -> S3Result<CompleteMultipartUploadOutput> {
    let input = request.input;
    let open = open(store, &input.bucket, &input.key, &input.upload_id)?;
    let condition = condition::of_put(input.if_match, input.if_none_match)?;
    let wanted = input
        .multipart_upload
        .and_then(|upload| upload.parts)
        .unwrap_or_default();
    let parts = open.select(&wanted)?;
    let mut staged = open.bucket.stage();
    let mut digests = Md5::new();
    for part in &parts {
        let file = fs::File::open(open.bytes_of(part.number)).map_err(disk)?;
        let (with_part, md5) = copied(staged, file).await?;
        staged = with_part;
        // The bytes decide, not their description: the part may have been sent twice at once.
        if hex(&md5) != part.md5 {
            return Err(invalid_part());
        }
        digests.update(md5);
    }
    let entry = Entry {
        place: Place::Key,
        size: staged.size(),
        etag: format!("{}-{}", hex(&digests.finalize()), parts.len()),
        modified_ms: store.now_ms(),
        attributes: open.upload.attributes,
        checksums: Checksums::default(),
    };
    let entry = open
        .bucket
        .put(&input.key, entry, staged, &condition)
        .map_err(refused)?;
    // The object is there, whatever is left of its parts.
    let _ = fs::remove_dir_all(&open.folder);
    Ok(CompleteMultipartUploadOutput {
        location: Some(format!("/{}/{}", input.bucket, input.key)),
        bucket: Some(input.bucket),
        key: Some(input.key),
        e_tag: Some(etag(&entry)),
        ..CompleteMultipartUploadOutput::default()
    })
}

pub(super) async fn abort_multipart_upload(
    store: &Store,
    request: S3Request<AbortMultipartUploadInput>,
) -> S3Result<AbortMultipartUploadOutput> {
    let input = request.input;
    let open = open(store, &input.bucket, &input.key, &input.upload_id)?;
    fs::remove_dir_all(&open.folder).map_err(disk)?;
    Ok(AbortMultipartUploadOutput::default())
}

/// Writes a file that is never seen in part.
fn write_whole(path: &Path, text: &[u8]) -> io::Result<()> {
    let new = path.with_extension(format!("{}.new", Uuid::new_v4().simple()));
    fs::write(&new, text)?;
    fs::rename(new, path)
}

fn invalid_part() -> S3Error {
    s3_error!(
        InvalidPart,
        "One or more of the specified parts could not be found. The part may not have been uploaded, \
         or the specified entity tag may not match the part's entity tag."
    )
}

pub(super) fn check_number(number: i32) -> S3Result<()> {
    if (1..=LAST_PART).contains(&number) {
        return Ok(());
    }
    Err(s3_error!(
        InvalidArgument,
        "Part number must be an integer between 1 and {}, inclusive",
        LAST_PART
    ))
}

pub(super) fn open(store: &Store, bucket: &str, key: &str, id: &str) -> S3Result<Open> {
    let missing = || {
        s3_error!(
            NoSuchUpload,
            "The specified multipart upload does not exist."
        )
    };
    let bucket = find(store, bucket)?;
    // What is no id of ours must not become a path.
    Uuid::try_parse(id).map_err(|_| missing())?;
    let folder = bucket.uploads().join(id);
    let text = fs::read(folder.join(UPLOAD_FILE)).map_err(|_| missing())?;
    let upload: Upload = serde_json::from_slice(&text).map_err(S3Error::internal_error)?;
    if upload.key != key {
        return Err(missing());
    }
    Ok(Open {
        bucket,
        folder,
        upload,
    })
}

impl Open {
    fn bytes_of(&self, number: i32) -> PathBuf {
        self.folder.join(format!("{number:05}"))
    }

    fn description_of(&self, number: i32) -> PathBuf {
        self.folder.join(format!("{number:05}.json"))
    }

    /// Keeps a part, in place of one that bears its number.
    pub(super) fn keep(&self, part: &Part, mut staged: Staged) -> S3Result<()> {
        let (_, path) = staged.in_file().map_err(disk)?;
        fs::rename(path, self.bytes_of(part.number)).map_err(disk)?;
        staged.moved();
        let text = serde_json::to_vec(part).map_err(S3Error::internal_error)?;
        write_whole(&self.description_of(part.number), &text).map_err(disk)
    }

    /// Every part that has arrived, in the order of the numbers.
    pub(super) fn parts(&self) -> S3Result<Vec<Part>> {
        let mut parts: Vec<Part> = Vec::new();
        for file in fs::read_dir(&self.folder).map_err(disk)? {
            let path = file.map_err(disk)?.path();
            if path
                .extension()
                .is_some_and(|extension| extension == "json")
            {
                let text = fs::read(path).map_err(disk)?;
                parts.push(serde_json::from_slice(&text).map_err(S3Error::internal_error)?);
            }
        }
        parts.sort_by_key(|part| part.number);
        Ok(parts)
    }

    /// The parts that the client lists, which must be there, in order and large enough.
    fn select(&self, wanted: &[CompletedPart]) -> S3Result<Vec<Part>> {
        let mut arrived = self.parts()?;
        let mut selected: Vec<Part> = Vec::new();
        for part in wanted {
            let number = part.part_number.unwrap_or(0);
            if selected.last().is_some_and(|last| last.number >= number) {
                return Err(s3_error!(
                    InvalidPartOrder,
                    "The list of parts was not in ascending order. Parts must be ordered by part number."
                ));
            }
            let claimed = part.e_tag.as_ref().map(ETag::value);
            let found = arrived.iter().position(|part| {
                part.number == number && claimed.is_none_or(|etag| etag == part.md5)
            });
            match found {
                Some(at) => selected.push(arrived.swap_remove(at)),
                None => {
                    return Err(invalid_part());
                }
            }
        }
        let but_the_last = selected.len().saturating_sub(1);
        if selected.is_empty() {
            return Err(s3_error!(
                MalformedXML,
                "You must specify at least one part"
            ));
        }
        if selected[..but_the_last]
            .iter()
            .any(|part| part.size < PART_MIN_BYTES)
        {
            return Err(s3_error!(
                EntityTooSmall,
                "Your proposed upload is smaller than the minimum allowed size"
            ));
        }
        Ok(selected)
    }
}
