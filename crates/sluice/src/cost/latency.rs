//! How long a record is on its way from the stream to its object.

use serde::Serialize;

use super::batch::Batch;
use super::figure::{Figures, Name};
use super::invocation::Invocation;

/// From the arrival in the stream until the object is stored, while nothing is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct Latency {
    /// Half a poll, half of the gathering, the invocation.
    pub(crate) typical_s: f64,
    /// A whole poll, all of the gathering, the invocation.
    pub(crate) longest_s: f64,
}

impl Latency {
    pub(crate) fn of(batch: &Batch, invocation: &Invocation, figures: &Figures) -> Self {
        let waits = figures[Name::PollSeconds] + batch.gathers_s;
        Self {
            typical_s: waits / 2.0 + invocation.seconds,
            longest_s: waits + invocation.seconds,
        }
    }
}
