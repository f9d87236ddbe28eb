//! What a path from the stream to the bucket costs.

use std::collections::BTreeMap;

use serde::Serialize;

use super::batch::Batch;
use super::figure::{Figures, Name};
use super::invocation::{self, Invocation};
use super::question::{Load, Plan};

const MILLION: f64 = 1_000_000.0;
const THOUSAND: f64 = 1_000.0;
const BYTES_PER_KB: f64 = 1024.0;
const SECONDS_PER_MONTH: f64 = 30.0 * 86_400.0;

/// Break-evens are looked for up to the largest batch that Lambda gathers.
const MOST_RECORDS: u32 = 10_000;

/// Dollars for the same records, by three measures.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Charge {
    pub(crate) per_million: f64,
    pub(crate) per_gb: f64,
    /// Of 30 days at this rate.
    pub(crate) per_month: f64,
    /// What it is made of, per million records.
    pub(crate) parts: BTreeMap<&'static str, f64>,
}

impl Charge {
    /// The sum of parts that are dollars per million records.
    pub(super) fn of(parts: &[(&'static str, f64)], load: Load, figures: &Figures) -> Self {
        let per_million: f64 = parts.iter().map(|(_, dollars)| dollars).sum();
        Self {
            per_million,
            per_gb: per_million / gb_of_a_million(load.record_bytes / BYTES_PER_KB, figures),
            per_month: per_million * load.records_per_s * SECONDS_PER_MONTH / MILLION,
            parts: parts.iter().copied().collect(),
        }
    }

    /// Our function: requests, compute and puts.
    pub(crate) fn of_function(
        batch: &Batch,
        invocation: &Invocation,
        load: Load,
        figures: &Figures,
    ) -> Self {
        let [requests, compute, puts] =
            function(batch.records, batch.objects, invocation.gb_seconds, figures);
        let parts = [("requests", requests), ("compute", compute), ("puts", puts)];
        Self::of(&parts, load, figures)
    }
}

/// A million records of so many KB, in GB.
pub(super) fn gb_of_a_million(record_kb: f64, figures: &Figures) -> f64 {
    MILLION * record_kb / figures[Name::KbPerGb]
}

/// How many KB a record counts for that is rounded up to a multiple.
pub(super) fn rounded_kb(record_bytes: f64, increment_kb: f64) -> f64 {
    (record_bytes / (increment_kb * BYTES_PER_KB)).ceil() * increment_kb
}

/// The fewest records an object for which our function costs no more than this per million.
pub(crate) fn break_even(plan: &Plan, per_million: f64, figures: &Figures) -> Option<u32> {
    (1..=MOST_RECORDS).find(|records| {
        let records = f64::from(*records);
        let seconds = plan
            .seconds_per_batch
            .unwrap_or_else(|| invocation::seconds(plan, records, 1.0, figures));
        let gb_seconds = invocation::gb_seconds(plan, seconds);
        let parts = function(records, 1.0, gb_seconds, figures);
        parts.iter().sum::<f64>() <= per_million
    })
}

fn function(records: f64, objects: f64, gb_seconds: f64, figures: &Figures) -> [f64; 3] {
    let batches = MILLION / records;
    [
        batches / MILLION * figures[Name::LambdaRequestsPerMillion],
        batches * gb_seconds * figures[Name::LambdaGbSecond],
        batches * objects / THOUSAND * figures[Name::PutPer1000],
    ]
}
