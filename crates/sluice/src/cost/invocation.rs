//! A batch → how long its function runs, and with how much memory.

use serde::Serialize;

use super::batch::Batch;
use super::figure::{Figures, Name};
use super::question::Plan;
use super::shards::Shards;

const MIB_PER_GB: f64 = 1024.0;

/// The average invocation.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct Invocation {
    pub(crate) seconds: f64,
    pub(crate) gb_seconds: f64,
    /// Invocations that run at the same time, on average.
    pub(crate) concurrency: f64,
    /// Their share of those that may: one for each shard and lane. Above 1, records fall behind.
    pub(crate) busy: f64,
}

impl Invocation {
    pub(crate) fn of(plan: &Plan, batch: &Batch, shards: Shards, figures: &Figures) -> Self {
        let seconds = plan
            .seconds_per_batch
            .unwrap_or_else(|| seconds(plan, batch.records, batch.objects, figures));
        let concurrency = batch.invocations_per_s * seconds;
        Self {
            seconds,
            gb_seconds: gb_seconds(plan, seconds),
            concurrency,
            busy: concurrency / (shards.used * plan.lanes),
        }
    }
}

/// How long an invocation takes: its start, the work on its records with the share of a processor
/// that its memory brings, and its puts, so many at once.
pub(super) fn seconds(plan: &Plan, records: f64, objects: f64, figures: &Figures) -> f64 {
    let vcpu = (plan.memory_mib / figures[Name::VcpuMib]).min(1.0);
    let waves = (objects / figures[Name::PutsAtOnce]).ceil();
    figures[Name::InvocationSeconds]
        + records * figures[Name::RecordCpuSeconds] / vcpu
        + waves * figures[Name::PutSeconds]
}

/// What Lambda charges for.
pub(super) fn gb_seconds(plan: &Plan, seconds: f64) -> f64 {
    seconds * plan.memory_mib / MIB_PER_GB
}
