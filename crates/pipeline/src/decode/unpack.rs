//! One record of the stream → the records that its producer packed into it.

mod aggregate;
mod log_events;

use std::borrow::Cow;

pub(super) use self::aggregate::begins_as_aggregate;
use self::log_events::TooMany;
use super::{Compression, MAX_DECOMPRESSED_BYTES, Step, weight};
use crate::record::{Data, Record};

/// The most records that one is taken apart into. Producers pack far fewer: without a bound, two
/// bytes of an aggregate could ask for a record of hundreds.
const MAX_RECORDS: usize = 100_000;

/// The most bytes that the parts of a record may have which each of them gets again, such as the
/// name of their log group.
const MAX_REPEATED_BYTES: usize = 2 * MAX_DECOMPRESSED_BYTES;

/// The most bytes that the parts of an aggregate may open to together, unless they are so many that
/// each has the least: 64 times the mebibyte that a record of the stream has by default.
const MAX_OPENED_BYTES: usize = 64 * 1024 * 1024;

/// What each part of an aggregate may open to, however many there are.
const MIN_OPENED_BYTES: usize = 16 * 1024;

/// The records that one record of the stream holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unpacked<'r> {
    /// In their order; never empty.
    pub records: Cow<'r, [Record]>,
    /// What they were packed in.
    pub packing: Packing,
}

/// What records were packed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// The record is one by itself.
    None,
    /// An aggregated record of the Kinesis Producer Library.
    Aggregate {
        /// How many records it holds.
        parts: usize,
    },
    /// A message of a CloudWatch Logs subscription.
    LogEvents,
    /// A message of a CloudWatch Logs subscription that holds no events, such as the one by which
    /// CloudWatch checks that the stream can be reached.
    NoLogEvents,
    /// A message of a CloudWatch Logs subscription with more than can be held: it stays whole.
    TooManyLogEvents,
}

impl Packing {
    /// The layers that are open once a record is unpacked, outermost first.
    pub fn steps(self) -> &'static [Step] {
        const GZIP: Step = Step::Compressed(Compression::Gzip);
        match self {
            Self::None => &[Step::Base64],
            Self::Aggregate { .. } => &[Step::Base64, Step::Aggregate],
            Self::NoLogEvents | Self::TooManyLogEvents => &[Step::Base64, GZIP],
            Self::LogEvents => &[Step::Base64, GZIP, Step::LogEvent],
        }
    }

    /// The most bytes that a compressed payload may open to. Parts of an aggregate share theirs,
    /// because Lambda can't deliver it in halves when opening them all takes too long.
    pub(super) fn most_opened(self) -> usize {
        match self {
            Self::Aggregate { parts } => {
                (MAX_OPENED_BYTES / parts.max(1)).clamp(MIN_OPENED_BYTES, MAX_DECOMPRESSED_BYTES)
            }
            _ => MAX_DECOMPRESSED_BYTES,
        }
    }
}

/// Takes a record apart, where a producer packed several into one.
///
/// What is not whole, such as an aggregate with a wrong checksum, is one ordinary record, and so is
/// what was taken out of another.
pub fn unpack(record: &Record) -> Unpacked<'_> {
    let one = |packing| Unpacked {
        records: Cow::Borrowed(std::slice::from_ref(record)),
        packing,
    };
    // A part that has been kept apart is never opened again: its parts would have its own identity.
    if record.identity.sub_sequence().is_some() {
        return one(Packing::None);
    }
    let Data::Decoded(bytes) = &record.data else {
        return one(Packing::None);
    };
    if let Some(records) = aggregate::split(record, bytes) {
        let parts = records.len();
        return Unpacked {
            records: Cow::Owned(records),
            packing: Packing::Aggregate { parts },
        };
    }
    match log_events::split(record, bytes) {
        Some(Ok(records)) if records.is_empty() => one(Packing::NoLogEvents),
        Some(Ok(records)) => Unpacked {
            records: Cow::Owned(records),
            packing: Packing::LogEvents,
        },
        Some(Err(TooMany)) => one(Packing::TooManyLogEvents),
        None => one(Packing::None),
    }
}
