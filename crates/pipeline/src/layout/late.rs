//! Records that arrive long after, or before, the time that they tell of themselves.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::Unrenderable;

/// How far a record's own time may be from its arrival, and what happens beyond.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Late {
    /// The distance, in either direction: a clock may be fast as well.
    pub after: TimeDelta,
    /// What happens beyond it.
    pub policy: OnLate,
}

/// Where a record goes whose own time is too far from its arrival.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnLate {
    /// Where it would go if it told no time: to the partition of its arrival.
    #[default]
    Arrival,
    /// To the quarantine.
    Quarantine,
}

impl Late {
    /// The time by which a record is placed.
    pub(super) fn place(
        self,
        own: DateTime<Utc>,
        arrival: DateTime<Utc>,
    ) -> Result<DateTime<Utc>, Unrenderable> {
        if (arrival - own).abs() <= self.after {
            return Ok(own);
        }
        match self.policy {
            OnLate::Arrival => Ok(arrival),
            OnLate::Quarantine => Err(Unrenderable::Late {
                own,
                seconds: self.after.num_seconds(),
            }),
        }
    }
}
