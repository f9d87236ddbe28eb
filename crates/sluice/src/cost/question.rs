//! What is asked, and what of a pipeline's file decides the answer.

use clap::ValueEnum;
use pipeline::Pipeline;
use pipeline::config::Form;
use serde::Serialize;

use super::figure::{Figures, Name};

/// What a batch gathers in layout `batch` when the pipeline's file says nothing else.
const LAYOUT_BATCH: (f64, f64) = (10_000.0, 5.0);

const BYTES_PER_MIB: f64 = 1024.0 * 1024.0;

/// How many records come, and how large they are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Load {
    pub(crate) records_per_s: f64,
    pub(crate) record_bytes: f64,
}

/// How records become objects, as far as it costs something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Layout {
    Record,
    Batch,
}

/// How a stream is paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Mode {
    /// By the shard and hour
    Provisioned,
    /// By the gigabyte
    OnDemand,
}

/// What of a pipeline costs something.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Plan {
    pub(crate) layout: Layout,
    /// The shards of the pipeline's file.
    pub(crate) shards: Option<f64>,
    pub(crate) mode: Mode,
    pub(crate) memory_mib: f64,
    pub(crate) timeout_s: f64,
    pub(crate) batch_size: f64,
    pub(crate) window_s: f64,
    /// Batches of one shard at once.
    pub(crate) lanes: f64,
    /// The folders that the records of one batch go to, in layout `batch`.
    pub(crate) folders: f64,
    /// Objects of so many records, whatever layout and batches come to.
    pub(crate) records_per_object: Option<f64>,
    /// What an invocation takes, whatever its records come to.
    pub(crate) seconds_per_batch: Option<f64>,
    /// What every key begins with.
    pub(crate) prefix: String,
}

impl Plan {
    /// What a pipeline's file says, and one folder for each batch.
    pub(crate) fn of(pipeline: &Pipeline) -> Self {
        let (process, shards) = (pipeline.process(), pipeline.stream().shards);
        Self {
            layout: match pipeline.config().form {
                Form::Record { .. } => Layout::Record,
                Form::Batch { .. } => Layout::Batch,
            },
            shards: shards.map(f64::from),
            mode: if shards.is_some() {
                Mode::Provisioned
            } else {
                Mode::OnDemand
            },
            memory_mib: process.memory_mib.into(),
            timeout_s: process.timeout.as_secs_f64(),
            batch_size: process.source.batch_size.into(),
            window_s: process.source.maximum_batching_window_in_seconds.into(),
            lanes: process.source.parallelization_factor.into(),
            folders: 1.0,
            records_per_object: None,
            seconds_per_batch: None,
            prefix: pipeline.config().key.literal_prefix(),
        }
    }

    /// The same pipeline with `layout: batch`, and batches as that layout gathers them.
    pub(crate) fn with_layout_batch(&self) -> Self {
        let (batch_size, window_s) = LAYOUT_BATCH;
        Self {
            layout: Layout::Batch,
            batch_size: self.batch_size.max(batch_size),
            window_s: self.window_s.max(window_s),
            records_per_object: None,
            ..self.clone()
        }
    }

    /// What the shards of the pipeline's file take of records of this size, in records/s.
    pub(crate) fn capacity(&self, record_bytes: f64, figures: &Figures) -> f64 {
        let shards = self.shards.unwrap_or(figures[Name::OnDemandShards]);
        shards * capacity_of_a_shard(record_bytes, figures)
    }
}

/// What one shard takes of records of this size, in records/s.
pub(super) fn capacity_of_a_shard(record_bytes: f64, figures: &Figures) -> f64 {
    let by_bytes = figures[Name::ShardMibPerS] * BYTES_PER_MIB / record_bytes;
    figures[Name::ShardRecordsPerS].min(by_bytes)
}
