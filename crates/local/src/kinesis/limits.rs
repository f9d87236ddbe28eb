//! The numbers of "Quotas and limits" in the Kinesis Data Streams Developer Guide and of its API reference.

use std::ops::RangeInclusive;

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;

/// Records that one shard takes in a second (guide, `/streams/latest/dev/service-sizes-and-limits.html`).
pub(crate) const WRITE_RECORDS_PER_SECOND: usize = 1_000;

/// Bytes of data and partition keys that one shard takes in a second (same page).
pub(crate) const WRITE_BYTES_PER_SECOND: usize = MIB;

/// `GetRecords` calls that one shard answers in a second, over all its consumers (same page).
pub(crate) const READ_CALLS_PER_SECOND: usize = 5;

/// Bytes that one shard hands out in a second, over all its consumers (same page).
pub(crate) const READ_BYTES_PER_SECOND: usize = 2 * MIB;

/// `GetShardIterator` calls that one shard answers in a second (API reference, `API_GetShardIterator`).
pub(crate) const ITERATORS_PER_SECOND: usize = 5;

/// Entries of one `PutRecords` (API reference, `API_PutRecords`).
pub(crate) const PUT_ENTRIES: RangeInclusive<usize> = 1..=500;

/// Bytes of data and partition keys of one `PutRecords` (API reference, `API_PutRecords`).
pub(crate) const PUT_BYTES: usize = 10 * MIB;

/// Bytes of the data of any record (API reference, `API_PutRecord`).
pub(crate) const DATA_BYTES: RangeInclusive<usize> = 0..=10 * MIB;

/// Characters of a partition key (API reference, `API_PutRecord`).
pub(crate) const PARTITION_KEY_CHARS: RangeInclusive<usize> = 1..=256;

/// What `MaxRecordSizeInKiB` may be set to (API reference, `API_UpdateMaxRecordSize`).
pub(crate) const MAX_RECORD_KIB: RangeInclusive<i64> = 1_024..=10_240;

/// `MaxRecordSizeInKiB` of a stream that does not set it.
pub(crate) const DEFAULT_MAX_RECORD_KIB: u32 = 1_024;

/// Records of one `GetRecords` (API reference, `API_GetRecords`).
pub(crate) const GET_RECORDS: RangeInclusive<i64> = 1..=10_000;

/// Bytes of data and partition keys of one `GetRecords` (API reference, `API_GetRecords`).
pub(crate) const GET_BYTES: usize = 10 * MIB;

/// How long a shard iterator or a page token is good for (API reference, `API_GetShardIterator`).
pub(crate) const TOKEN_LIFETIME_MS: u64 = 300_000;

/// Hours that a stream keeps its records (API reference, `API_IncreaseStreamRetentionPeriod`).
pub(crate) const RETENTION_HOURS: RangeInclusive<i64> = 24..=8_760;

/// Shards of a stream that is created without a number: an on-demand stream starts with four.
pub(crate) const DEFAULT_SHARDS: u32 = 4;

/// Open shards in the account (guide, the quota of the smaller regions is 200, of the larger 500 and more).
pub(crate) const SHARD_QUOTA: usize = 500;

/// On-demand streams in the account (same page).
pub(crate) const ON_DEMAND_STREAM_QUOTA: u32 = 50;

/// `UpdateShardCount` calls of one stream in 24 hours (API reference, `API_UpdateShardCount`).
pub(crate) const RESCALES_PER_DAY: usize = 10;

/// Tags of one stream (API reference, `API_AddTagsToStream`).
pub(crate) const TAGS_PER_STREAM: usize = 50;

/// Shards, streams or tags on a page that names no size (API reference, `API_DescribeStream`).
pub(crate) const DEFAULT_PAGE: i64 = 100;

/// Shards on a page of `ListShards` that names no size, and the most it ever holds (API reference, `API_ListShards`).
pub(crate) const SHARD_PAGE: i64 = 1_000;

/// What any page size may be set to.
pub(crate) const PAGE: RangeInclusive<i64> = 1..=10_000;

/// Bytes of a request body: a full `PutRecords` in base64 with room for its JSON.
pub(crate) const REQUEST_BYTES: usize = 32 * MIB;
