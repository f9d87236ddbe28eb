//! zstd where there is no library of C, such as in a browser: the same bytes and the same words.

use std::{
    error::Error,
    io::{self, ErrorKind, Read},
};

use ruzstd::decoding::{
    FrameDecoder, StreamingDecoder,
    errors::{FrameDecoderError, ReadFrameHeaderError},
};
use xxhash_rust::xxh64::Xxh64;

/// The words of the library of C, which a function keeps with a record.
const CORRUPT: &str = "Data corruption detected";
const INCOMPLETE: &str = "incomplete frame";
const TOO_WIDE: &str = "Frame requires too much memory for decoding";
const UNKNOWN: &str = "Unknown frame descriptor";
const UNSUPPORTED: &str = "Unsupported frame parameter";
const WITHOUT_DICTIONARY: &str = "Dictionary mismatch";
const WRONG_CHECKSUM: &str = "Restored data doesn't match checksum";

/// What comes before the content of a frame that is to be skipped: its mark and its length.
const SKIPPED_HEADER_BYTES: usize = 8;

/// The content of frames, one after the other.
pub(super) struct Frames<'b> {
    rest: &'b [u8],
    frame: Option<StreamingDecoder<&'b [u8], FrameDecoder>>,
    digest: Xxh64,
    max_window_bytes: u64,
}

impl<'b> Frames<'b> {
    /// Reads what `bytes` hold, with no larger window.
    pub(super) fn new(bytes: &'b [u8], max_window_bytes: u64) -> Self {
        Self {
            rest: bytes,
            frame: None,
            digest: Xxh64::default(),
            max_window_bytes,
        }
    }

    fn begin(&mut self) -> io::Result<()> {
        use FrameDecoderError as Failed;
        use ReadFrameHeaderError as Header;
        match StreamingDecoder::new_with_max_window_size(self.rest, self.max_window_bytes) {
            Ok(frame) => {
                self.frame = Some(frame);
                self.digest.reset(0);
            }
            Err(Failed::ReadFrameHeaderError(Header::SkipFrame { length, .. })) => {
                let skipped = usize::try_from(length).unwrap_or(usize::MAX);
                let skipped = skipped.saturating_add(SKIPPED_HEADER_BYTES);
                self.rest = self.rest.get(skipped..).ok_or_else(|| said(INCOMPLETE))?;
            }
            Err(error) => {
                return Err(said(match &error {
                    _ if is_cut_off(&error) => INCOMPLETE,
                    Failed::WindowSizeTooBig { .. } => TOO_WIDE,
                    Failed::DictNotProvided { .. } => WITHOUT_DICTIONARY,
                    Failed::ReadFrameHeaderError(Header::BadMagicNumber(_)) => UNKNOWN,
                    _ => UNSUPPORTED,
                }));
            }
        }
        Ok(())
    }

    /// Goes on behind a frame that has been read to its end.
    fn end(&mut self) -> io::Result<()> {
        if let Some(frame) = self.frame.take() {
            let (rest, decoder) = frame.into_parts();
            let noted = decoder.get_checksum_from_data();
            // A frame keeps the lower half.
            let found = self.digest.digest() & u64::from(u32::MAX);
            if noted.is_some_and(|noted| u64::from(noted) != found) {
                return Err(said(WRONG_CHECKSUM));
            }
            self.rest = rest;
        }
        Ok(())
    }
}

impl Read for Frames<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            let Some(frame) = &mut self.frame else {
                if self.rest.is_empty() {
                    return Ok(0);
                }
                self.begin()?;
                continue;
            };
            match frame.read(buffer) {
                Ok(0) => self.end()?,
                Ok(length) => {
                    self.digest.update(buffer.get(..length).unwrap_or_default());
                    return Ok(length);
                }
                Err(error) if is_cut_off(&error) => return Err(said(INCOMPLETE)),
                Err(_) => return Err(said(CORRUPT)),
            }
        }
    }
}

/// Whether the bytes ended too early, by the first cause of an error.
fn is_cut_off(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        let io = error.downcast_ref::<io::Error>();
        if io.is_some_and(|io| io.kind() == ErrorKind::UnexpectedEof) {
            return true;
        }
        // An error of ours in one of input and output is not its source but its content.
        cause = match io.and_then(io::Error::get_ref) {
            Some(content) => Some(content),
            None => error.source(),
        };
    }
    false
}

fn said(words: &'static str) -> io::Error {
    io::Error::other(words)
}
