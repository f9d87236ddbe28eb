//! A load → the shards that take it.

use serde::Serialize;

use super::figure::{Figures, Name};
use super::question::{Load, Mode, Plan, capacity_of_a_shard};

/// How many shards a stream has, and how many it needs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct Shards {
    pub(crate) needed: f64,
    pub(crate) in_file: Option<f64>,
    /// Those that the estimate reckons with: enough of them.
    pub(crate) used: f64,
}

impl Shards {
    pub(crate) fn of(plan: &Plan, load: Load, figures: &Figures) -> Self {
        let capacity = capacity_of_a_shard(load.record_bytes, figures);
        let needed = (load.records_per_s / capacity).ceil().max(1.0);
        let at_least = match plan.mode {
            Mode::Provisioned => plan.shards.unwrap_or(1.0),
            Mode::OnDemand => figures[Name::OnDemandShards],
        };
        Self {
            needed,
            in_file: plan.shards,
            used: needed.max(at_least),
        }
    }

    /// Whether the stream of the file would throttle its producers.
    pub(crate) fn are_too_few(&self, mode: Mode) -> bool {
        mode == Mode::Provisioned && self.in_file.is_some_and(|shards| shards < self.needed)
    }
}
