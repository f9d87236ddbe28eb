//! A load and its shards → batches, and the objects that they become.

use serde::Serialize;

use super::figure::{Figures, Name};
use super::question::{Layout, Load, Plan};
use super::shards::Shards;

const BYTES_PER_MIB: f64 = 1024.0 * 1024.0;

/// The average batch.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct Batch {
    pub(crate) records: f64,
    /// Why it has no more.
    pub(crate) limited_by: Bound,
    /// How many records of this size an event holds; less than one when it holds none.
    pub(crate) fit_an_event: f64,
    /// How long its records gather, in seconds.
    pub(crate) gathers_s: f64,
    /// The objects that it becomes.
    pub(crate) objects: f64,
    pub(crate) records_per_object: f64,
    pub(crate) invocations_per_s: f64,
    pub(crate) puts_per_s: f64,
}

/// What ends a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Bound {
    /// `process.source.batch_size`.
    BatchSize,
    /// What arrives within the batching window, or between two polls.
    Arrival,
    /// The largest event.
    Event,
    /// The number that was asked for.
    Asked,
}

impl Batch {
    pub(crate) fn of(plan: &Plan, load: Load, shards: Shards, figures: &Figures) -> Self {
        // Base64 makes four characters of three bytes, and a comma goes between two records.
        let in_event = figures[Name::EnvelopeBytes] + (load.record_bytes / 3.0).ceil() * 4.0 + 1.0;
        let fit_an_event = (figures[Name::EventMib] * BYTES_PER_MIB / in_event).floor();
        let per_lane = load.records_per_s / (shards.used * plan.lanes);
        let gathers_s = plan.window_s.max(figures[Name::PollSeconds]);
        let bounds = [
            (plan.batch_size, Bound::BatchSize),
            (per_lane * gathers_s, Bound::Arrival),
            (fit_an_event, Bound::Event),
        ];
        let (mut records, mut limited_by) =
            bounds
                .into_iter()
                .fold((f64::INFINITY, Bound::Event), |least, bound| {
                    if bound.0 < least.0 { bound } else { least }
                });
        records = records.max(1.0);
        let objects = match (plan.records_per_object, plan.layout) {
            (Some(many), _) if many > 1.0 => {
                (records, limited_by) = (many * plan.folders, Bound::Asked);
                plan.folders
            }
            (Some(_), _) | (None, Layout::Record) => records,
            (None, Layout::Batch) => plan.folders.min(records),
        };
        let invocations_per_s = load.records_per_s / records;
        Self {
            records,
            limited_by,
            fit_an_event,
            gathers_s: match limited_by {
                Bound::Asked => records / per_lane,
                _ => plan.window_s.min(records / per_lane),
            },
            objects,
            records_per_object: records / objects,
            invocations_per_s,
            puts_per_s: invocations_per_s * objects,
        }
    }
}
