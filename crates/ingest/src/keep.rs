//! What cannot be sent → an object with its bytes and the reason.

use std::collections::HashMap;
use std::fmt::Write as _;

use aws_sdk_s3::Client;
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::primitives::ByteStream;
use bytes::Bytes;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use pipeline::layout::QUARANTINE_PREFIX;
use pipeline::object::{
    ERROR_METADATA, PARTITION_KEY_METADATA, PIPELINE_METADATA, REASON_METADATA, SHA256_METADATA,
    sha256, write_partition_key,
};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

/// How many bytes of the digest name an object.
const NAME_BYTES: usize = 16;

/// How much of a reason's sentence is kept.
const MAX_ERROR_BYTES: usize = 512;

/// Keeps a sentence legible in a header.
const SENTENCE: &AsciiSet = &CONTROLS.add(b'%');

/// Something that could not be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its bytes: of a record as the API told it or as it was to be sent, or of an answer.
    pub body: Bytes,
    /// The stable name of the reason.
    pub code: &'static str,
    /// The reason as a sentence.
    pub error: String,
    /// The partition key, where it has one already.
    pub partition_key: Option<String>,
    /// Tells the same bytes of one run apart, counted from 0.
    pub copy: usize,
}

/// Keeps what could not be sent.
pub trait Keep {
    /// Keeps it, unless the same is kept already.
    fn keep(&self, kept: &Kept) -> impl Future<Output = Result<(), KeepError>>;
}

/// Why something could not be kept.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the bucket does not take it: {0}")]
pub struct KeepError(String);

/// The bucket of a pipeline.
#[derive(Debug, Clone)]
pub struct Quarantine {
    client: Client,
    bucket: String,
    pipeline: String,
}

impl KeepError {
    /// With what the bucket said.
    pub fn new(said: impl Into<String>) -> Self {
        Self(said.into())
    }
}

impl Kept {
    /// Where it goes: below `quarantine/PIPELINE/REASON/`, named after its bytes, so that a run
    /// that is repeated keeps nothing twice.
    pub fn key(&self, pipeline: &str) -> String {
        let mut key = format!("{QUARANTINE_PREFIX}{pipeline}/{}/", self.code);
        for byte in &Sha256::digest(&self.body)[..NAME_BYTES] {
            // Writing to a string does not fail.
            let _ = write!(key, "{byte:02x}");
        }
        if self.copy > 0 {
            let _ = write!(key, "-{}", self.copy);
        }
        key
    }
}

/// Tells apart what has the same bytes and the same reason, in this order.
pub fn number_copies(kept: &mut [Kept], pipeline: &str) {
    let mut copies: HashMap<String, usize> = HashMap::new();
    for kept in kept {
        kept.copy = 0;
        let copies = copies.entry(kept.key(pipeline)).or_default();
        kept.copy = *copies;
        *copies += 1;
    }
}

impl Quarantine {
    /// The bucket of this name. The client should be that of [`pipeline::store::client`].
    pub fn new(client: Client, bucket: String, pipeline: String) -> Self {
        Self {
            client,
            bucket,
            pipeline,
        }
    }
}

impl Keep for Quarantine {
    async fn keep(&self, kept: &Kept) -> Result<(), KeepError> {
        let mut request = self
            .client
            .put_object()
            .bucket(&self.bucket)
            .key(kept.key(&self.pipeline))
            .content_type("application/octet-stream")
            .metadata(PIPELINE_METADATA, &self.pipeline)
            .metadata(REASON_METADATA, kept.code)
            .metadata(SHA256_METADATA, sha256(&kept.body))
            .metadata(
                ERROR_METADATA,
                encode(&kept.error, SENTENCE, MAX_ERROR_BYTES),
            )
            .if_none_match("*")
            .body(ByteStream::from(kept.body.clone()));
        if let Some(key) = &kept.partition_key {
            request = request.metadata(PARTITION_KEY_METADATA, write_partition_key(key));
        }
        match request.send().await {
            Ok(_) => Ok(()),
            // It was kept by the run that this one repeats.
            Err(error) if status(&error) == Some(412) => Ok(()),
            Err(error) => Err(KeepError(match (status(&error), error.code()) {
                (Some(status), code) => format!("{status} {}", code.unwrap_or_default()),
                (None, _) => "it cannot be reached".to_owned(),
            })),
        }
    }
}

fn status<E>(error: &aws_sdk_s3::error::SdkError<E>) -> Option<u16> {
    error.raw_response().map(|answer| answer.status().as_u16())
}

/// Text in printable ASCII, whole characters of it only.
fn encode(text: &str, set: &'static AsciiSet, max_bytes: usize) -> String {
    let mut encoded = String::new();
    for character in text.chars() {
        let mut buffer = [0; 4];
        let character = character.encode_utf8(&mut buffer);
        let before = encoded.len();
        encoded.extend(utf8_percent_encode(character, set));
        if encoded.len() > max_bytes {
            encoded.truncate(before);
            break;
        }
    }
    encoded
}
