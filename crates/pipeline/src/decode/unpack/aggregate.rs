//! Aggregated records of the Kinesis Producer Library.
//!
//! The format is that of `aggregation-format.md` in `awslabs/amazon-kinesis-producer`: four magic
//! bytes, a protobuf message, and the MD5 of that message.

use bytes::Bytes;
use md5::{Digest as _, Md5};
use prost::Message;

use super::{MAX_RECORDS, MAX_REPEATED_BYTES};
use crate::record::{Data, Record};

const MAGIC: &[u8] = &[0xf3, 0x89, 0x9a, 0xc2];
const CHECKSUM_BYTES: usize = 16;

#[derive(Clone, PartialEq, Message)]
struct AggregatedRecord {
    #[prost(string, repeated, tag = "1")]
    partition_key_table: Vec<String>,
    #[prost(string, repeated, tag = "2")]
    explicit_hash_key_table: Vec<String>,
    #[prost(message, repeated, tag = "3")]
    records: Vec<SubRecord>,
}

#[derive(Clone, PartialEq, Message)]
struct SubRecord {
    #[prost(uint64, required, tag = "1")]
    partition_key_index: u64,
    #[prost(bytes = "bytes", required, tag = "3")]
    data: Bytes,
}

/// Whether bytes look like an aggregate, whole or not.
pub(in crate::decode) fn begins_as_aggregate(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

/// The records of an aggregate; `None` if the bytes are not a whole one that holds any.
pub(super) fn split(outer: &Record, bytes: &Bytes) -> Option<Vec<Record>> {
    let content = bytes.strip_prefix(MAGIC)?;
    let (message, checksum) = content.split_last_chunk::<CHECKSUM_BYTES>()?;
    if Md5::digest(message).as_slice() != checksum {
        return None;
    }
    // A slice of the buffer, so that the data of each record is one too.
    let message = bytes.slice(MAGIC.len()..bytes.len() - CHECKSUM_BYTES);
    let aggregate = AggregatedRecord::decode(message).ok()?;
    if aggregate.records.is_empty() || aggregate.records.len() > MAX_RECORDS {
        return None;
    }
    let keys = aggregate.partition_key_table;
    let mut key_bytes = 0;
    let records = (0..).zip(aggregate.records).map(|(place, record)| {
        let key = keys.get(usize::try_from(record.partition_key_index).ok()?)?;
        key_bytes += key.len();
        if key_bytes > MAX_REPEATED_BYTES {
            return None;
        }
        Some(Record {
            identity: outer.identity.within(place),
            partition_key: key.clone(),
            arrival: outer.arrival,
            data: Data::Decoded(record.data),
        })
    });
    records.collect()
}
