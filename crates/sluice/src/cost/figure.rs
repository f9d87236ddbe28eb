//! What an estimate is made of: each price, limit and assumption has a name, and may be replaced.

use std::ops::Index;

use serde::Serialize;

/// The region whose list prices these are.
pub(crate) const REGION: &str = "us-east-1";

/// The month that the list prices hold for; before any discount, free tier or volume tier.
pub(crate) const AS_OF: &str = "2025-11";

const LAMBDA_PRICING: &str = "aws.amazon.com/lambda/pricing";
const S3_PRICING: &str = "aws.amazon.com/s3/pricing";
const STREAM_PRICING: &str = "aws.amazon.com/kinesis/data-streams/pricing";
const FIREHOSE_PRICING: &str = "aws.amazon.com/firehose/pricing";
const STREAM_LIMITS: &str = "docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html";
const LAMBDA_LIMITS: &str = "docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html";
const LAMBDA_MEMORY: &str = "docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html";
const LAMBDA_KINESIS: &str = "docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html";
const S3_LIMITS: &str = "docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html";
const FIREHOSE_PARTITIONS: &str =
    "docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning.html";
const OURS: &str = "sluice";

/// The name of a figure, in the order of [`FIGURES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Name {
    LambdaRequestsPerMillion,
    LambdaGbSecond,
    PutPer1000,
    ShardHour,
    PutUnitsPerMillion,
    OnDemandStreamHour,
    OnDemandInGb,
    OnDemandOutGb,
    FirehoseGb,
    FirehoseConversionGb,
    FirehosePartitioningGb,
    FirehoseObjectsPer1000,
    ShardRecordsPerS,
    ShardMibPerS,
    OnDemandShards,
    PutUnitKb,
    OnDemandIncrementKb,
    FirehoseIncrementKb,
    PrefixPutsPerS,
    EventMib,
    VcpuMib,
    PollSeconds,
    FirehoseObjectSeconds,
    KbPerGb,
    EnvelopeBytes,
    InvocationSeconds,
    RecordCpuSeconds,
    PutSeconds,
    PutsAtOnce,
    WarnPerMillion,
}

/// What a figure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    /// What AWS charges.
    Price,
    /// What AWS allows, or how it counts.
    Limit,
    /// What an estimate has to suppose.
    Assumption,
}

/// One number, what it means, and who says so.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Figure {
    pub(crate) key: Name,
    pub(crate) name: &'static str,
    pub(crate) value: f64,
    pub(crate) unit: &'static str,
    pub(crate) kind: Kind,
    pub(crate) source: &'static str,
}

const fn figure(
    kind: Kind,
    key: Name,
    name: &'static str,
    value: f64,
    unit: &'static str,
    source: &'static str,
) -> Figure {
    Figure {
        key,
        name,
        value,
        unit,
        kind,
        source,
    }
}

use Kind::{Assumption, Limit, Price};

/// Every figure, with the value it has unless the user gives another.
#[rustfmt::skip]
pub(crate) const FIGURES: [Figure; 30] = [
    figure(Price, Name::LambdaRequestsPerMillion, "lambda-requests-per-million", 0.20, "$ per million invocations", LAMBDA_PRICING),
    figure(Price, Name::LambdaGbSecond, "lambda-gb-second", 0.000_013_333_4, "$ per GB-second, arm64", LAMBDA_PRICING),
    figure(Price, Name::PutPer1000, "put-per-1000", 0.005, "$ per 1,000 PUT, S3 Standard", S3_PRICING),
    figure(Price, Name::ShardHour, "shard-hour", 0.015, "$ per shard and hour, provisioned", STREAM_PRICING),
    figure(Price, Name::PutUnitsPerMillion, "put-units-per-million", 0.014, "$ per million PUT payload units", STREAM_PRICING),
    figure(Price, Name::OnDemandStreamHour, "on-demand-stream-hour", 0.04, "$ per stream and hour", STREAM_PRICING),
    figure(Price, Name::OnDemandInGb, "on-demand-in-gb", 0.08, "$ per GB written", STREAM_PRICING),
    figure(Price, Name::OnDemandOutGb, "on-demand-out-gb", 0.04, "$ per GB read", STREAM_PRICING),
    figure(Price, Name::FirehoseGb, "firehose-gb", 0.029, "$ per GB ingested, first 500 TB", FIREHOSE_PRICING),
    figure(Price, Name::FirehoseConversionGb, "firehose-conversion-gb", 0.018, "$ per GB converted to Parquet", FIREHOSE_PRICING),
    figure(Price, Name::FirehosePartitioningGb, "firehose-partitioning-gb", 0.020, "$ per GB partitioned", FIREHOSE_PRICING),
    figure(Price, Name::FirehoseObjectsPer1000, "firehose-objects-per-1000", 0.005, "$ per 1,000 partitioned objects", FIREHOSE_PRICING),
    figure(Limit, Name::ShardRecordsPerS, "shard-records-per-s", 1000.0, "records/s a shard takes", STREAM_LIMITS),
    figure(Limit, Name::ShardMibPerS, "shard-mib-per-s", 1.0, "MiB/s a shard takes", STREAM_LIMITS),
    figure(Limit, Name::OnDemandShards, "on-demand-shards", 4.0, "shards of a new on-demand stream", STREAM_LIMITS),
    figure(Limit, Name::PutUnitKb, "put-unit-kb", 25.0, "KB of a PUT payload unit", STREAM_PRICING),
    figure(Limit, Name::OnDemandIncrementKb, "on-demand-increment-kb", 1.0, "KB that on-demand records are rounded up to", STREAM_PRICING),
    figure(Limit, Name::FirehoseIncrementKb, "firehose-increment-kb", 5.0, "KB that Firehose records are rounded up to", FIREHOSE_PRICING),
    figure(Limit, Name::PrefixPutsPerS, "prefix-puts-per-s", 3500.0, "PUT/s of a prefix before S3 splits it", S3_LIMITS),
    figure(Limit, Name::EventMib, "event-mib", 6.0, "MiB of an event", LAMBDA_LIMITS),
    figure(Limit, Name::VcpuMib, "vcpu-mib", 1769.0, "MiB of memory that come with a whole vCPU", LAMBDA_MEMORY),
    figure(Limit, Name::PollSeconds, "poll-seconds", 1.0, "seconds between two polls of a shard", LAMBDA_KINESIS),
    figure(Limit, Name::FirehoseObjectSeconds, "firehose-object-seconds", 90.0, "seconds that a partitioned object gathers", FIREHOSE_PARTITIONS),
    figure(Assumption, Name::KbPerGb, "kb-per-gb", 1_000_000.0, "KB of 1,024 bytes that are a GB", OURS),
    figure(Assumption, Name::EnvelopeBytes, "envelope-bytes", 640.0, "bytes of a record in an event beside its data", OURS),
    figure(Assumption, Name::InvocationSeconds, "invocation-seconds", 0.035, "seconds of an invocation before any record", OURS),
    figure(Assumption, Name::RecordCpuSeconds, "record-cpu-seconds", 0.000_048, "seconds of a whole vCPU for a record", OURS),
    figure(Assumption, Name::PutSeconds, "put-seconds", 0.03, "seconds of a PUT", OURS),
    figure(Assumption, Name::PutsAtOnce, "puts-at-once", 64.0, "PUTs at once of an invocation", OURS),
    figure(Assumption, Name::WarnPerMillion, "warn-per-million", 1.0, "$ per million records that are worth a warning", OURS),
];

/// The figures of one estimate.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Figures([f64; FIGURES.len()]);

impl Default for Figures {
    fn default() -> Self {
        Self(FIGURES.map(|figure| figure.value))
    }
}

impl Index<Name> for Figures {
    type Output = f64;

    fn index(&self, name: Name) -> &f64 {
        &self.0[name as usize]
    }
}

impl Figures {
    /// Puts another value in the place of a figure.
    pub(crate) fn set(&mut self, name: Name, value: f64) {
        self.0[name as usize] = value;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_name_finds_its_own_figure() {
        for (place, figure) in FIGURES.iter().enumerate() {
            assert_eq!(figure.key as usize, place, "{}", figure.name);
        }
        let names: BTreeSet<_> = FIGURES.iter().map(|figure| figure.name).collect();
        assert_eq!(names.len(), FIGURES.len());
    }
}
