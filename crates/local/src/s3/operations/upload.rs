//! A body on its way in: written aside, digested, and held against what the client said of it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::StreamExt as _;
use http::HeaderMap;
use s3s::checksum::ChecksumHasher;
use s3s::crypto::{Crc32, Crc32c, Crc64Nvme, Sha1, Sha256};
use s3s::dto::{Checksum, ChecksumAlgorithm, StreamingBlob};
use s3s::{S3Error, S3Result, TrailingHeaders, s3_error};

use super::{disk, hex};
use crate::s3::bucket::Bucket;
use crate::s3::entry::Checksums;
use crate::s3::staged::Staged;

/// What the client says of the body: digests in headers, and the algorithm of a trailer.
#[derive(Default)]
pub(super) struct Claims {
    pub(super) content_md5: Option<String>,
    pub(super) algorithm: Option<ChecksumAlgorithm>,
    pub(super) checksums: Checksums,
}

/// A body that has arrived whole.
pub(super) struct Upload {
    pub(super) staged: Staged,
    /// The MD5 digest in hexadecimal digits, which is the `ETag` of a simple put.
    pub(super) md5: String,
    pub(super) checksums: Checksums,
}

/// Takes a body in.
///
/// # Errors
///
/// `BadDigest` when it is not what the client says it is.
pub(super) async fn receive(
    bucket: &Bucket,
    body: Option<StreamingBlob>,
    mut claims: Claims,
    trailers: Option<TrailingHeaders>,
) -> S3Result<Upload> {
    let mut staged = bucket.stage().map_err(disk)?;
    let mut hasher = hasher_for(&claims)?;
    if let Some(mut body) = body {
        while let Some(chunk) = body.next().await {
            let chunk = chunk
                .map_err(|error| S3Error::with_source(s3s::S3ErrorCode::IncompleteBody, error))?;
            hasher.update(&chunk);
            staged.write(&chunk).map_err(disk)?;
        }
    }
    if let Some(trailers) = trailers.and_then(|trailers| trailers.take()) {
        claims.checksums.read_trailers(&trailers);
    }
    let digest = staged.md5();
    if claims
        .content_md5
        .is_some_and(|claimed| claimed != STANDARD.encode(digest))
    {
        return Err(bad_digest("Content-MD5"));
    }
    let found = Checksums::from(hasher.finalize());
    claims.checksums.check(&found)?;
    Ok(Upload {
        staged,
        md5: hex(&digest),
        checksums: found,
    })
}

fn hasher_for(claims: &Claims) -> S3Result<ChecksumHasher> {
    let algorithm = claims.algorithm.as_ref().map(ChecksumAlgorithm::as_str);
    let known = [
        ChecksumAlgorithm::CRC32,
        ChecksumAlgorithm::CRC32C,
        ChecksumAlgorithm::CRC64NVME,
        ChecksumAlgorithm::SHA1,
        ChecksumAlgorithm::SHA256,
    ];
    if algorithm.is_some_and(|algorithm| !known.contains(&algorithm)) {
        return Err(s3_error!(
            InvalidRequest,
            "Checksum algorithm provided is unsupported."
        ));
    }
    let wanted =
        |name: &str, claimed: &Option<String>| claimed.is_some() || algorithm == Some(name);
    let claimed = &claims.checksums;
    Ok(ChecksumHasher {
        crc32: wanted(ChecksumAlgorithm::CRC32, &claimed.crc32).then(Crc32::default),
        crc32c: wanted(ChecksumAlgorithm::CRC32C, &claimed.crc32c).then(Crc32c::default),
        crc64nvme: wanted(ChecksumAlgorithm::CRC64NVME, &claimed.crc64nvme)
            .then(Crc64Nvme::default),
        sha1: wanted(ChecksumAlgorithm::SHA1, &claimed.sha1).then(Sha1::default),
        sha256: wanted(ChecksumAlgorithm::SHA256, &claimed.sha256).then(Sha256::default),
    })
}

fn bad_digest(name: &str) -> S3Error {
    s3_error!(
        BadDigest,
        "The {} you specified did not match the calculated checksum.",
        name
    )
}

impl Checksums {
    fn read_trailers(&mut self, trailers: &HeaderMap) {
        let read = |name: &str| {
            trailers
                .get(name)
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned)
        };
        let fields = [
            (&mut self.crc32, "x-amz-checksum-crc32"),
            (&mut self.crc32c, "x-amz-checksum-crc32c"),
            (&mut self.crc64nvme, "x-amz-checksum-crc64nvme"),
            (&mut self.sha1, "x-amz-checksum-sha1"),
            (&mut self.sha256, "x-amz-checksum-sha256"),
        ];
        for (claimed, name) in fields {
            if let Some(value) = read(name) {
                *claimed = Some(value);
            }
        }
    }

    fn check(&self, found: &Self) -> S3Result<()> {
        let pairs = [
            ("CRC32", &self.crc32, &found.crc32),
            ("CRC32C", &self.crc32c, &found.crc32c),
            ("CRC64NVME", &self.crc64nvme, &found.crc64nvme),
            ("SHA1", &self.sha1, &found.sha1),
            ("SHA256", &self.sha256, &found.sha256),
        ];
        match pairs
            .iter()
            .find(|(_, claimed, found)| claimed.is_some() && claimed != found)
        {
            Some((name, ..)) => Err(bad_digest(name)),
            None => Ok(()),
        }
    }
}

impl From<Checksum> for Checksums {
    fn from(checksum: Checksum) -> Self {
        Self {
            crc32: checksum.checksum_crc32,
            crc32c: checksum.checksum_crc32c,
            crc64nvme: checksum.checksum_crc64nvme,
            sha1: checksum.checksum_sha1,
            sha256: checksum.checksum_sha256,
        }
    }
}
