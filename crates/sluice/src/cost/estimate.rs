//! A plan and a load → everything that can be said about them before anything is deployed.

use serde::Serialize;

use super::batch::Batch;
use super::charge::{self, Charge};
use super::figure::Figures;
use super::invocation::Invocation;
use super::latency::Latency;
use super::question::{Layout, Load, Mode, Plan};
use super::shards::Shards;
use super::{firehose, stream};

/// What a pipeline needs, costs and takes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Estimate {
    pub(crate) records_per_s: f64,
    pub(crate) record_bytes: f64,
    pub(crate) layout: Layout,
    pub(crate) mode: Mode,
    pub(crate) memory_mib: f64,
    pub(crate) shards: Shards,
    pub(crate) batch: Batch,
    pub(crate) invocation: Invocation,
    pub(crate) prefix: String,
    pub(crate) latency: Latency,
    pub(crate) dollars: Dollars,
    /// Records an object from which on the pipeline is cheaper than Firehose's pass-through.
    pub(crate) break_even_records_per_object: Option<u32>,
}

/// What the same records cost on each path; the stream is in none but its own.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Dollars {
    pub(crate) pipeline: Charge,
    /// The same pipeline with `layout: batch`, when it has another.
    pub(crate) with_layout_batch: Option<Charge>,
    pub(crate) firehose: Charge,
    pub(crate) firehose_parquet: Charge,
    pub(crate) stream: Charge,
}

impl Estimate {
    pub(crate) fn of(plan: &Plan, load: Load, figures: &Figures) -> Self {
        let shards = Shards::of(plan, load, figures);
        let function = |plan: &Plan| {
            let batch = Batch::of(plan, load, shards, figures);
            let invocation = Invocation::of(plan, &batch, shards, figures);
            let charge = Charge::of_function(&batch, &invocation, load, figures);
            (batch, invocation, charge)
        };
        let (batch, invocation, pipeline) = function(plan);
        let has_one_each = plan.layout == Layout::Record && plan.records_per_object.is_none();
        let firehose = firehose::pass_through(load, figures);
        let break_even = charge::break_even(plan, firehose.per_million, figures);
        Self {
            records_per_s: load.records_per_s,
            record_bytes: load.record_bytes,
            layout: plan.layout,
            mode: plan.mode,
            memory_mib: plan.memory_mib,
            shards,
            batch,
            invocation,
            prefix: plan.prefix.clone(),
            latency: Latency::of(&batch, &invocation, figures),
            dollars: Dollars {
                pipeline,
                with_layout_batch: has_one_each.then(|| function(&plan.with_layout_batch()).2),
                firehose,
                firehose_parquet: firehose::parquet(load, plan.folders, figures),
                stream: stream::charge(plan.mode, load, shards, figures),
            },
            break_even_records_per_object: break_even,
        }
    }
}

#[cfg(test)]
mod tests;
