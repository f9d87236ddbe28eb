//! The KDG's week of hours: how many records a second, and how much that varies.
//!
//! The semantics are those of the page's periodic rate, without its defects: the cell after the
//! last hour of a day is the first of the next day, and the records of a second are rounded so that
//! their average is kept.

use serde_json::Value;
use thiserror::Error;

use crate::entropy::{self, Entropy};

const DAYS: usize = 7;
const HOURS: usize = 24;
const MS_PER_MINUTE: i64 = 60_000;
const MINUTES_PER_HOUR: i64 = 60;
const MINUTES_PER_DAY: i64 = 24 * MINUTES_PER_HOUR;
/// The Unix epoch was a Thursday, and the KDG counts from Sunday.
const FIRST_WEEKDAY: i64 = 4;

/// Records per second for each hour of a week.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    /// From Sunday on, 24 hours a day.
    cells: [[Cell; HOURS]; DAYS],
    smooth: bool,
}

/// The records per second of an hour.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Cell {
    /// On average.
    pub mean: f64,
    /// The standard deviation.
    pub deviation: f64,
}

/// A grid that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum GridError {
    /// It is not a JSON object.
    #[error("the grid is no JSON object such as {{\"#1-9-mu\": \"100\"}}: {0}")]
    NotAnObject(String),
    /// A key that names no cell.
    #[error(
        "{0} names no hour, write #DAY-HOUR-mu or #DAY-HOUR-sig with a day from 0 (Sunday) to 6 and an hour from 0 to 23"
    )]
    Key(String),
    /// A value that is no rate.
    #[error("{key} is {value}, which is no number of 0 or more")]
    Value {
        /// The cell.
        key: String,
        /// What is in it.
        value: String,
    },
}

impl Grid {
    /// Reads what the KDG keeps under `periods`: an object from `#DAY-HOUR-mu` and
    /// `#DAY-HOUR-sig` to a number, or to text with one. An hour that is not there has no records.
    /// Fractions count, and what is blank is 0.
    ///
    /// # Errors
    ///
    /// [`GridError`] with the key that cannot be read.
    pub fn from_periods(json: &str) -> Result<Self, GridError> {
        let value: Value = serde_json::from_str(json)
            .map_err(|error| GridError::NotAnObject(error.to_string()))?;
        let Value::Object(periods) = value else {
            return Err(GridError::NotAnObject("it is something else".to_owned()));
        };
        let mut grid = Self::empty();
        for (key, value) in periods {
            let place = grid.place(&key);
            let place = place.ok_or_else(|| GridError::Key(key.clone()))?;
            // The KDG takes a blank cell for none.
            *place = rate(&value).ok_or_else(|| GridError::Value {
                key,
                value: value.to_string(),
            })?;
        }
        Ok(grid)
    }

    /// A week without records.
    pub fn empty() -> Self {
        Self {
            cells: [[Cell::default(); HOURS]; DAYS],
            smooth: false,
        }
    }

    /// Sets the cell of an hour; a day or hour that no week has is left out.
    pub fn set(&mut self, day: usize, hour: usize, cell: Cell) {
        if let Some(place) = self.cells.get_mut(day).and_then(|day| day.get_mut(hour)) {
            *place = cell;
        }
    }

    /// The same grid, in which an hour passes evenly into the next.
    #[must_use]
    pub fn smoothed(mut self) -> Self {
        self.smooth = true;
        self
    }

    /// What holds at a local time in milliseconds since the Unix epoch.
    pub fn at(&self, local_ms: i64) -> Cell {
        let minutes = local_ms.div_euclid(MS_PER_MINUTE);
        let day = (minutes.div_euclid(MINUTES_PER_DAY) + FIRST_WEEKDAY).rem_euclid(7);
        let hour_of_week = day * 24 + minutes.rem_euclid(MINUTES_PER_DAY) / MINUTES_PER_HOUR;
        let cell = self.hour(hour_of_week);
        if !self.smooth {
            return cell;
        }
        let next = self.hour(hour_of_week + 1);
        #[expect(clippy::cast_precision_loss, reason = "below 60")]
        let passed = minutes.rem_euclid(MINUTES_PER_HOUR) as f64 / 60.0;
        let between = |from: f64, to: f64| from + (to - from) * passed;
        Cell {
            mean: between(cell.mean, next.mean),
            deviation: between(cell.deviation, next.deviation),
        }
    }

    /// Draws the records of the second at a local time.
    pub(super) fn draw(&self, local_ms: i64, entropy: &mut impl Entropy) -> u64 {
        let cell = self.at(local_ms);
        let drawn = cell.mean + cell.deviation * gaussian(entropy);
        // Up as often as the part of a record is large: of 2.3 three in ten.
        let rounded = (drawn + entropy::fraction(entropy)).floor();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "negative numbers saturate to none, as intended"
        )]
        let records = rounded as u64;
        records
    }

    fn hour(&self, hour_of_week: i64) -> Cell {
        let hour = usize::try_from(hour_of_week.rem_euclid(168)).unwrap_or_default();
        self.cells[hour / HOURS][hour % HOURS]
    }

    fn place(&mut self, key: &str) -> Option<&mut f64> {
        let mut parts = key.strip_prefix('#')?.split('-');
        let (day, hour, what) = (parts.next()?, parts.next()?, parts.next()?);
        let cell = self
            .cells
            .get_mut(day.parse::<usize>().ok()?)?
            .get_mut(hour.parse::<usize>().ok()?)?;
        match (what, parts.next()) {
            ("mu", None) => Some(&mut cell.mean),
            ("sig", None) => Some(&mut cell.deviation),
            _ => None,
        }
    }
}

fn rate(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) if text.trim().is_empty() => Some(0.0),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.filter(|rate| rate.is_finite() && *rate >= 0.0)
}

/// A standard normal number, by Marsaglia's polar method as in the KDG.
fn gaussian(entropy: &mut impl Entropy) -> f64 {
    loop {
        let x = 2.0 * entropy::fraction(entropy) - 1.0;
        let y = 2.0 * entropy::fraction(entropy) - 1.0;
        let square = x * x + y * y;
        if square > 0.0 && square < 1.0 {
            // `libm` gives the same digits on every platform, which the standard library does not.
            return x * (-2.0 * libm::log(square) / square).sqrt();
        }
    }
}
