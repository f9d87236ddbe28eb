//! Compressed payloads: known by their first bytes, and opened no further than a limit.

#[cfg(any(target_arch = "wasm32", test))]
mod zstd_frames;

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

    /// Decompresses a whole payload, to at most so many bytes.
    ///
    /// # Errors
    ///
    /// [`QuarantineReason::NotDecompressible`] if it is cut off or corrupt, and
    /// [`QuarantineReason::TooLarge`] beyond the limit.
    pub fn decompress(self, bytes: &[u8], limit: usize) -> Result<Bytes, QuarantineReason> {
        let opened = match self {
            Self::Gzip => read(MultiGzDecoder::new(bytes), limit),
            Self::Zstd => read_zstd(bytes, limit),
        };
        match opened {
            Ok(Some(bytes)) => Ok(bytes),
            Ok(None) => Err(QuarantineReason::TooLarge { limit }),
            Err(error) => Err(QuarantineReason::NotDecompressible {
                compression: self.name(),
                reason: error.to_string(),
            }),
        }
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn read_zstd(bytes: &[u8], limit: usize) -> io::Result<Option<Bytes>> {
    let mut decoder = zstd::stream::read::Decoder::with_buffer(bytes)?;
    decoder.window_log_max(MAX_WINDOW_LOG)?;
    read(decoder, limit)
}

/// The library of C is not there in a browser.
#[cfg(target_arch = "wasm32")]
fn read_zstd(bytes: &[u8], limit: usize) -> io::Result<Option<Bytes>> {
    read(zstd_frames::Frames::new(bytes, 1 << MAX_WINDOW_LOG), limit)
}

/// Everything up to the limit, and nothing if there is more.
fn read(source: impl Read, limit: usize) -> io::Result<Option<Bytes>> {
    let mut bytes = Vec::new();
    source.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() <= limit).then(|| bytes.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::compression::zstd_frames::Frames;

    /// What a browser makes of a payload, which must be what a function does.
    fn in_a_browser(bytes: &[u8]) -> Result<Option<Bytes>, String> {
        let frames = Frames::new(bytes, 1 << MAX_WINDOW_LOG);
        read(frames, MAX_DECOMPRESSED_BYTES).map_err(|error| error.to_string())
    }

    fn in_a_function(bytes: &[u8]) -> Result<Option<Bytes>, String> {
        read_zstd(bytes, MAX_DECOMPRESSED_BYTES).map_err(|error| error.to_string())
    }

    /// Text that compresses, but to more than one block.
    fn lines() -> Vec<u8> {
        let lines =
            (0..20_000_u32).map(|n| format!("{{\"id\":{}}}\n", n.wrapping_mul(2_654_435_761)));
        lines.collect::<String>().into_bytes()
    }

    fn compressed(bytes: &[u8], with_checksum: bool) -> Vec<u8> {
        let mut encoder = zstd::stream::Encoder::new(Vec::new(), 3).unwrap();
        encoder.include_checksum(with_checksum).unwrap();
        io::copy(&mut &*bytes, &mut encoder).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn both_zstd_libraries_open_frames_one_after_the_other_and_skip_what_is_to_be_skipped() {
        let skipped = [&[0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0][..], b"abc"].concat();
        let (one, two) = (compressed(&lines(), true), compressed(b"{}", false));
        for payload in [
            one.clone(),
            [&one[..], &two].concat(),
            [&two[..], &skipped, &one, &skipped].concat(),
        ] {
            let opened = in_a_function(&payload);
            assert!(matches!(&opened, Ok(Some(bytes)) if bytes.starts_with(b"{")));
            assert_eq!(in_a_browser(&payload), opened);
        }
    }

    #[test]
    fn both_zstd_libraries_say_the_same_of_what_is_cut_off() {
        let whole = compressed(&lines(), true);
        let short = compressed(br#"{"id":1}"#, true);
        let lengths = [
            4,
            5,
            6,
            9,
            12,
            100,
            whole.len() / 2,
            whole.len() - 5,
            whole.len() - 1,
        ];
        let cut = lengths.map(|length| &whole[..length]);
        let cut = cut
            .into_iter()
            .chain((4..short.len()).map(|length| &short[..length]));
        for payload in cut {
            let said = in_a_function(payload);
            assert!(said.is_err(), "{} bytes", payload.len());
            assert_eq!(in_a_browser(payload), said, "{} bytes", payload.len());
        }
    }

    #[test]
    fn both_zstd_libraries_stop_at_a_bomb_and_at_a_window_that_is_too_large() {
        let bomb = compressed(&vec![b' '; MAX_DECOMPRESSED_BYTES + 1], false);
        assert_eq!(in_a_function(&bomb), Ok(None));
        assert_eq!(in_a_browser(&bomb), Ok(None));
        let mut encoder = zstd::stream::Encoder::new(Vec::new(), 3).unwrap();
        encoder.window_log(MAX_WINDOW_LOG + 1).unwrap();
        io::copy(&mut &*lines(), &mut encoder).unwrap();
        let wide = encoder.finish().unwrap();
        let said = in_a_function(&wide);
        assert!(said.is_err());
        assert_eq!(in_a_browser(&wide), said);
    }

    #[test]
    fn both_zstd_libraries_refuse_what_was_changed_or_open_what_was_meant() {
        let whole = compressed(&lines(), true);
        let mut wrong_digest = whole.clone();
        *wrong_digest.last_mut().unwrap() ^= 1;
        assert_eq!(in_a_browser(&wrong_digest), in_a_function(&wrong_digest));
        assert!(in_a_browser(&wrong_digest).is_err());
        let followed = [&whole[..], b"and more"].concat();
        assert_eq!(in_a_browser(&followed), in_a_function(&followed));
        let meant = Bytes::from(lines()).slice(..20_000);
        let short = compressed(&meant, true);
        for place in (20..short.len()).step_by(97) {
            let mut changed = short.clone();
            changed[place] ^= 0x10;
            // A bit that means nothing may be read over by one, but no other content is taken.
            for opened in [in_a_browser(&changed), in_a_function(&changed)] {
                assert!(
                    opened.is_err() || opened == Ok(Some(meant.clone())),
                    "{place}"
                );
            }
        }
    }
}
