//! One record ⇄ the bytes that the log holds of it.
//!
//! ```text
//! length u32 │ checksum u32 │ counter u64 │ arrival in ms u64 │ key length u16 │ partition key │ data
//! ```
//!
//! Little-endian; the length and the CRC-32 are of what follows the checksum.

use std::ops::Range;

const PREFIX: usize = 8;
const FIXED: usize = 18;

/// A record's place in the bytes that it was decoded from.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) counter: u64,
    pub(super) arrival_ms: u64,
    pub(super) partition_key: Range<usize>,
    pub(super) data: Range<usize>,
    /// Bytes of the whole frame.
    pub(super) length: usize,
}

/// Why no frame begins here.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Broken {
    /// The bytes end before the frame does; this many are needed at least.
    Incomplete(usize),
    /// The checksum does not match, or the lengths contradict each other.
    Corrupt,
}

/// Appends one frame.
pub(super) fn encode(
    counter: u64,
    arrival_ms: u64,
    partition_key: &str,
    data: &[u8],
    into: &mut Vec<u8>,
) {
    let start = into.len();
    into.extend_from_slice(&[0; PREFIX]);
    into.extend_from_slice(&counter.to_le_bytes());
    into.extend_from_slice(&arrival_ms.to_le_bytes());
    let key_length = u16::try_from(partition_key.len()).unwrap_or(u16::MAX);
    into.extend_from_slice(&key_length.to_le_bytes());
    into.extend_from_slice(&partition_key.as_bytes()[..usize::from(key_length)]);
    into.extend_from_slice(data);
    let body = &into[start + PREFIX..];
    let length = u32::try_from(body.len()).unwrap_or(u32::MAX);
    let checksum = crc32fast::hash(body);
    into[start..start + 4].copy_from_slice(&length.to_le_bytes());
    into[start + 4..start + PREFIX].copy_from_slice(&checksum.to_le_bytes());
}

/// Reads the frame at the beginning of `bytes`.
pub(super) fn decode(bytes: &[u8]) -> Result<Frame, Broken> {
    let (Some(length), Some(checksum)) = (number(bytes, 0), number(bytes, 4)) else {
        return Err(Broken::Incomplete(PREFIX));
    };
    let length =
        PREFIX + usize::try_from(u32::from_le_bytes(length)).unwrap_or(usize::MAX - PREFIX);
    let Some(body) = bytes.get(PREFIX..length) else {
        return Err(Broken::Incomplete(length));
    };
    let (Some(counter), Some(arrival_ms), Some(key_length)) =
        (number(body, 0), number(body, 8), number(body, 16))
    else {
        return Err(Broken::Corrupt);
    };
    let data_start = PREFIX + FIXED + usize::from(u16::from_le_bytes(key_length));
    if data_start > length || crc32fast::hash(body) != u32::from_le_bytes(checksum) {
        return Err(Broken::Corrupt);
    }
    Ok(Frame {
        counter: u64::from_le_bytes(counter),
        arrival_ms: u64::from_le_bytes(arrival_ms),
        partition_key: PREFIX + FIXED..data_start,
        data: data_start..length,
        length,
    })
}

fn number<const WIDTH: usize>(bytes: &[u8], at: usize) -> Option<[u8; WIDTH]> {
    bytes.get(at..at + WIDTH)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_frame_reads_back_as_it_was_written(
            counter: u64,
            arrival_ms: u64,
            partition_key in ".{1,64}",
            data: Vec<u8>,
            follows: Vec<u8>,
        ) {
            let mut bytes = Vec::new();
            encode(counter, arrival_ms, &partition_key, &data, &mut bytes);
            let length = bytes.len();
            bytes.extend_from_slice(&follows);
            let frame = decode(&bytes).unwrap();
            prop_assert_eq!(frame.length, length);
            prop_assert_eq!((frame.counter, frame.arrival_ms), (counter, arrival_ms));
            prop_assert_eq!(&bytes[frame.partition_key], partition_key.as_bytes());
            prop_assert_eq!(&bytes[frame.data], data.as_slice());
        }

        #[test]
        fn a_cut_or_flipped_frame_is_never_taken_for_a_record(
            data: Vec<u8>,
            at: prop::sample::Index,
            bit in 0..8_u32,
        ) {
            let mut bytes = Vec::new();
            encode(1, 2, "key", &data, &mut bytes);
            let at = at.index(bytes.len());
            prop_assert!(matches!(decode(&bytes[..at]), Err(Broken::Incomplete(_))));
            bytes[at] ^= 1 << bit;
            prop_assert!(decode(&bytes).is_err());
        }
    }
}
