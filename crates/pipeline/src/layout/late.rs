//! Records that arrive long after, or before, the time that they tell of themselves.

use std::fmt;

use chrono::{DateTime, Datelike, TimeDelta, Utc};
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

/// The time that a record tells of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnTime {
    /// As it was read: numbers are seconds.
    pub time: DateTime<Utc>,
    /// What the number would be as milliseconds, where it makes no sense as seconds.
    pub as_millis: Option<DateTime<Utc>>,
}

impl OwnTime {
    /// Whether its year has at most four digits, as in a key or in RFC 3339.
    pub(super) fn is_plain(self) -> bool {
        is_plain(self.time)
    }

    /// The time of a number of seconds.
    pub(super) fn of_seconds(time: DateTime<Utc>) -> Self {
        let as_millis = (!is_plain(time))
            .then(|| DateTime::from_timestamp_millis(time.timestamp()))
            .flatten()
            .filter(|time| is_plain(*time));
        Self { time, as_millis }
    }
}

impl fmt::Display for OwnTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.time)?;
        match self.as_millis {
            Some(meant) => write!(
                f,
                " (numbers are read as seconds; as milliseconds it would be {meant}: divide it by 1000)"
            ),
            None => Ok(()),
        }
    }
}

fn is_plain(time: DateTime<Utc>) -> bool {
    (0..=9999).contains(&time.year())
}

/// A record that is placed by its arrival, because its own time is too far from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is of {own}, more than {seconds} seconds from its arrival, by which it is placed")]
pub struct Moved {
    /// What the record tells.
    pub own: OwnTime,
    /// How far it may be.
    pub seconds: i64,
}

impl Late {
    /// The time by which a record is placed, and whether that is its arrival instead of its own.
    pub(super) fn place(
        self,
        own: OwnTime,
        arrival: DateTime<Utc>,
    ) -> Result<(DateTime<Utc>, Option<Moved>), Unrenderable> {
        if (arrival - own.time).abs() <= self.after {
            return Ok((own.time, None));
        }
        let seconds = self.after.num_seconds();
        match self.policy {
            OnLate::Arrival => Ok((arrival, Some(Moved { own, seconds }))),
            OnLate::Quarantine => Err(Unrenderable::Late { own, seconds }),
        }
    }
}
