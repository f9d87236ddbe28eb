//! What was typed about rates and times → a pace.

use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use anyhow::Context;
use kdg::{Grid, Pace};
use thiserror::Error;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::command_line::PaceArguments;
use crate::misuse::misuse;
use crate::producer::{local_offset_minutes, now_ms};

const MS_PER_MINUTE: i64 = 60_000;

/// A number of seconds, parts of one included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seconds(pub(crate) Duration);

/// Two rates in records per second: `100..5000`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Ramp {
    pub(crate) from: f64,
    pub(crate) to: f64,
}

/// What is wrong with a number of seconds or a ramp.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(crate) enum RhythmError {
    #[error("expected a number of seconds, such as 90 or 0.5")]
    Seconds,
    #[error("expected two rates, such as 100..5000")]
    Ramp,
}

/// A time that is simulated, and where it is local.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Simulation {
    pub(crate) from_ms: i64,
    /// How long it lasts.
    pub(crate) lasts: Option<Duration>,
    /// How many times as fast it passes; as fast as records are taken when `None`.
    pub(crate) speed: Option<f64>,
}

/// How fast, and in which time.
#[derive(Debug)]
pub(crate) struct Rhythm {
    pub(crate) pace: Pace,
    pub(crate) simulation: Option<Simulation>,
    /// By which local time is ahead of UTC.
    pub(crate) offset_minutes: i32,
}

impl FromStr for Seconds {
    type Err = RhythmError;

    fn from_str(text: &str) -> Result<Self, RhythmError> {
        let seconds = text.parse().map_err(|_| RhythmError::Seconds)?;
        let duration = Duration::try_from_secs_f64(seconds);
        duration.map(Self).map_err(|_| RhythmError::Seconds)
    }
}

impl FromStr for Ramp {
    type Err = RhythmError;

    fn from_str(text: &str) -> Result<Self, RhythmError> {
        let (from, to) = text.split_once("..").ok_or(RhythmError::Ramp)?;
        let rate = |text: &str| text.trim().parse().map_err(|_| RhythmError::Ramp);
        Ok(Self {
            from: rate(from)?,
            to: rate(to)?,
        })
    }
}

impl Simulation {
    /// When it ends, in the time that really passes.
    pub(crate) fn ends(&self) -> Option<Duration> {
        let seconds = self.lasts?.as_secs_f64() / self.speed?;
        Duration::try_from_secs_f64(seconds).ok()
    }
}

impl Rhythm {
    /// As fast as the stream takes records, in real time.
    pub(crate) fn unlimited() -> Self {
        Self {
            pace: Pace::unlimited(),
            simulation: None,
            offset_minutes: local_offset_minutes(),
        }
    }

    /// Reads what was typed.
    ///
    /// # Errors
    ///
    /// When a rate or a time cannot be kept, or the grid cannot be read.
    pub(crate) fn of(arguments: &PaceArguments, seed: u64) -> anyhow::Result<Self> {
        let from = arguments.from.as_deref().map(|text| time("--from", text));
        let from = from.transpose()?;
        let until = arguments.until.as_deref().map(|text| time("--until", text));
        let until = until.transpose()?;
        let offset_minutes = from.map_or_else(local_offset_minutes, |(_, offset)| offset);
        let simulation = match (from, until) {
            (None, _) => None,
            (Some((from_ms, _)), None) => Some(Simulation {
                from_ms,
                lasts: None,
                speed: arguments.speed,
            }),
            (Some((from_ms, _)), Some((until_ms, _))) => {
                let Ok(lasts_ms) = u64::try_from(until_ms.saturating_sub(from_ms)) else {
                    return Err(misuse("--until lies before --from; swap them"));
                };
                Some(Simulation {
                    from_ms,
                    lasts: Some(Duration::from_millis(lasts_ms)),
                    speed: arguments.speed,
                })
            }
        };
        let starts_ms = from.map_or_else(now_ms, |(from_ms, _)| from_ms);
        let local_ms = starts_ms + i64::from(offset_minutes) * MS_PER_MINUTE;
        let mut pace = pace(arguments, local_ms, seed)?;
        if simulation.is_some() {
            pace = pace.simulated(arguments.speed).map_err(misuse)?;
        }
        Ok(Self {
            pace,
            simulation,
            offset_minutes,
        })
    }
}

fn pace(arguments: &PaceArguments, local_ms: i64, seed: u64) -> anyhow::Result<Pace> {
    let seconds = |seconds: Option<Seconds>| seconds.map_or(Duration::ZERO, |seconds| seconds.0);
    if let Some(file) = &arguments.grid {
        let grid = read_grid(file)?;
        let grid = if arguments.smooth {
            grid.smoothed()
        } else {
            grid
        };
        return Ok(Pace::grid(grid, local_ms, seed));
    }
    if let Some(ramp) = arguments.ramp {
        return Pace::ramp(ramp.from, ramp.to, seconds(arguments.over)).map_err(misuse);
    }
    if let Some(peak) = arguments.burst {
        let (lasts, every) = (seconds(arguments.lasts), seconds(arguments.every));
        let base = arguments.rate.unwrap_or(0.0);
        return Pace::burst(base, peak, lasts, every).map_err(misuse);
    }
    match arguments.rate {
        Some(rate) => Pace::constant(rate).map_err(misuse),
        None if arguments.from.is_some() => Err(misuse(
            "a simulated time needs a rate; add --rate, --ramp, --burst or --grid",
        )),
        None => Ok(Pace::unlimited()),
    }
}

fn read_grid(file: &Path) -> anyhow::Result<Grid> {
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("the grid {} cannot be read", file.display()))?;
    Grid::from_periods(&text).with_context(|| file.display().to_string())
}

/// A time as milliseconds since the Unix epoch, and the minutes of its offset.
///
/// # Errors
///
/// When the text is no RFC 3339 time; the option that holds it is named.
pub(crate) fn time(option: &str, text: &str) -> anyhow::Result<(i64, i32)> {
    // What the parser says names parts of the format and not of the text.
    let time = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| {
        let words = "is no time; write it as 2026-11-20T18:00:00+01:00";
        misuse(format!("{option} {text:?} {words}"))
    })?;
    let ms = i64::try_from(time.unix_timestamp_nanos() / 1_000_000)
        .with_context(|| format!("{option} is too far away"))?;
    Ok((ms, i32::from(time.offset().whole_minutes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_ramps_are_read_or_explained() {
        assert_eq!("0.5".parse(), Ok(Seconds(Duration::from_millis(500))));
        assert_eq!("-1".parse::<Seconds>(), Err(RhythmError::Seconds));
        let ramp = Ramp { from: 0.0, to: 5e3 };
        assert_eq!("0..5000".parse(), Ok(ramp));
        for wrong in ["5", "1..", "..2", "a..b"] {
            assert_eq!(wrong.parse::<Ramp>(), Err(RhythmError::Ramp), "{wrong}");
        }
    }

    #[test]
    fn a_time_carries_its_offset() {
        let (ms, offset) = time("--from", "1970-01-01T01:00:00.5+01:00").unwrap();
        assert_eq!((ms, offset), (500, 60));
        let error = time("--from", "yesterday").unwrap_err().to_string();
        assert!(error.starts_with("--from"), "{error}");
    }
}
