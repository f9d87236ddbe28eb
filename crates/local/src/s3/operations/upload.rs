//! A body on its way in: written aside, digested, and held against what the client said of it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::StreamExt as _;
use http::{HeaderMap, StatusCode, header};
use s3s::checksum::ChecksumHasher;
use s3s::crypto::{Crc32, Crc32c, Crc64Nvme, Sha1, Sha256};
use s3s::dto::{Checksum, ChecksumAlgorithm, StreamingBlob};
use s3s::{S3Error, S3ErrorCode, S3Result, TrailingHeaders, s3_error};

use super::{disk, hex};
use crate::s3::bucket::Bucket;
use crate::s3::entry::Checksums;
use crate::s3::staged::Staged;

/// What the client says of the body: digests in headers, and the algorithm of a trailer.
#[derive(Default)]
pub(super) struct Claims {
    pub(super) content_md5: Option<String>,
    pub(super) algorithm: Option<ChecksumAlgorithm>,
    /// How many bytes the client says there are.
    pub(super) size: Option<u64>,
    /// The names of the headers that follow the body.
    pub(super) trailer: Option<String>,
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
/// When it is not what the client says it is, or does not arrive whole.
pub(super) async fn receive(
    bucket: &Bucket,
    body: Option<StreamingBlob>,
    mut claims: Claims,
    trailers: Option<TrailingHeaders>,
) -> S3Result<Upload> {
    let mut staged = bucket.stage();
    let mut hasher = hasher_for(&claims)?;
    if let Some(mut body) = body {
        while let Some(chunk) = body.next().await {
            let chunk = chunk.map_err(|error| broken_body(&error.to_string()))?;
            hasher.update(&chunk);
            staged.write(&chunk).map_err(disk)?;
        }
    }
    if claims.size.is_some_and(|size| size != staged.size()) {
        // Also a body in signed chunks that ends between two of them.
        return Err(broken_body(""));
    }
    if let Some(trailers) = trailers {
        let arrived = trailers.take().unwrap_or_default();
        let announced = claims.trailer.as_deref().unwrap_or_default();
        let mut names = announced.split(',').map(str::trim);
        if names.any(|name| !name.is_empty() && !arrived.contains_key(name)) {
            return Err(malformed_trailer());
        }
        claims.checksums.read_trailers(&arrived);
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

/// How long the client says the body is, without the framing of its chunks.
pub(super) fn announced_size(headers: &HeaderMap) -> Option<u64> {
    let kind = headers.get(header::CONTENT_TYPE);
    if kind.is_some_and(|kind| kind.as_bytes().starts_with(b"multipart/form-data")) {
        // The body is a form, of which the object is one part.
        return None;
    }
    let number = |name: &str| headers.get(name)?.to_str().ok()?.parse().ok();
    let encoding = headers.get(header::CONTENT_ENCODING);
    let is_framed = encoding.is_some_and(|encoding| {
        encoding
            .to_str()
            .is_ok_and(|encoding| encoding.contains("aws-chunked"))
    });
    let content_length = || number(header::CONTENT_LENGTH.as_str()).filter(|_| !is_framed);
    number("x-amz-decoded-content-length").or_else(content_length)
}

/// The headers that the client says will follow the body.
pub(super) fn announced_trailer(headers: &HeaderMap) -> Option<String> {
    let trailer = headers.get("x-amz-trailer")?;
    trailer.to_str().ok().map(str::to_owned)
}

/// The encoding of an object: `aws-chunked` is one of the request only.
///
/// Source: "Signature calculation: transfer payload in multiple chunks" in the Amazon S3 API
/// Reference.
pub(super) fn without_framing(encoding: String) -> Option<String> {
    if !encoding.contains("aws-chunked") {
        return Some(encoding);
    }
    let encodings = encoding.split(',').map(str::trim);
    let kept: Vec<_> = encodings
        .filter(|encoding| !encoding.is_empty() && *encoding != "aws-chunked")
        .collect();
    (!kept.is_empty()).then(|| kept.join(","))
}

/// What is wrong with a body, by the words in which `s3s` says so: its types are private.
fn broken_body(words: &str) -> S3Error {
    if words.ends_with("Sha256Mismatch") {
        bad_request(
            "XAmzContentSHA256Mismatch",
            "The provided 'x-amz-content-sha256' header does not match what was computed.",
        )
    } else if words.ends_with("SignatureMismatch") {
        s3_error!(
            SignatureDoesNotMatch,
            "The signature of a chunk does not match the chunk."
        )
    } else {
        s3_error!(
            IncompleteBody,
            "You did not provide the number of bytes specified by the Content-Length HTTP header"
        )
    }
}

fn malformed_trailer() -> S3Error {
    bad_request(
        "MalformedTrailerError",
        "The request contained trailing data that was not well-formed or did not conform to our \
         published schema.",
    )
}

/// An error that `s3s` has no name for.
fn bad_request(code: &'static str, message: &'static str) -> S3Error {
    let mut error = S3Error::with_message(S3ErrorCode::Custom(code.into()), message);
    error.set_status_code(StatusCode::BAD_REQUEST);
    error
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
