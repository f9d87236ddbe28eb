//! Compressed payloads: known by their first bytes, and opened no further than a limit.

use std::io::{self, Read};

use bytes::Bytes;
use flate2::read::MultiGzDecoder;

use crate::outcome::QuarantineReason;

/// The most bytes that a payload may have once it is decompressed: more than the largest record
/// of a stream, 10 MiB, and little enough for the smallest function.
pub const MAX_DECOMPRESSED_BYTES: usize = 16 * 1024 * 1024;

/// The largest window of zstd that is allocated, as a power of two: that of the limit above.
const MAX_WINDOW_LOG: u32 = 24;

const GZIP_MAGIC: &[u8] = &[0x1f, 0x8b, 0x08];
const ZSTD_MAGIC: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];

/// How a payload is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// RFC 1952; several members are one payload.
    Gzip,
    /// RFC 8878; several frames are one payload.
    Zstd,
}

impl Compression {
    /// Recognises a payload. Neither beginning is valid UTF-8, so text is never taken for it.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(GZIP_MAGIC) {
            Some(Self::Gzip)
        } else if bytes.starts_with(ZSTD_MAGIC) {
            Some(Self::Zstd)
        } else {
            None
        }
    }

    /// What it is called on a screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }

    /// Decompresses a whole payload.
    ///
    /// # Errors
    ///
    /// [`QuarantineReason::NotDecompressible`] if it is cut off or corrupt, and
    /// [`QuarantineReason::TooLarge`] beyond [`MAX_DECOMPRESSED_BYTES`].
    pub fn decompress(self, bytes: &[u8]) -> Result<Bytes, QuarantineReason> {
        let opened = match self {
            Self::Gzip => read(MultiGzDecoder::new(bytes)),
            Self::Zstd => {
                zstd::stream::read::Decoder::with_buffer(bytes).and_then(|mut decoder| {
                    decoder.window_log_max(MAX_WINDOW_LOG)?;
                    read(decoder)
                })
            }
        };
        match opened {
            Ok(Some(bytes)) => Ok(bytes),
            Ok(None) => Err(QuarantineReason::TooLarge {
                limit: MAX_DECOMPRESSED_BYTES,
            }),
            Err(error) => Err(QuarantineReason::NotDecompressible {
                compression: self.name(),
                reason: error.to_string(),
            }),
        }
    }
}

/// Everything up to the limit, and nothing if there is more.
fn read(source: impl Read) -> io::Result<Option<Bytes>> {
    let mut bytes = Vec::new();
    source
        .take(MAX_DECOMPRESSED_BYTES as u64 + 1)
        .read_to_end(&mut bytes)?;
    Ok((bytes.len() <= MAX_DECOMPRESSED_BYTES).then(|| bytes.into()))
}
