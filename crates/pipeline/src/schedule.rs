//! When a pipeline asks its source: `EventBridge`'s `rate(…)` and `cron(…)`, in UTC.
//!
//! Source: "Using cron and rate expressions to schedule rules",
//! `eventbridge/latest/userguide/eb-scheduled-rule-pattern.html`.

mod cron;

use std::{fmt, str::FromStr};

use chrono::{DateTime, TimeDelta, Utc};

pub use self::cron::Cron;

/// How many minutes a rate may have at most: far more than anybody waits, and no overflow.
const MAX_RATE_MINUTES: i64 = 100 * 366 * 24 * 60;

/// A schedule that `EventBridge` would take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    source: String,
    rule: Rule,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Rule {
    Rate(TimeDelta),
    Cron(Box<Cron>),
}

/// What is wrong with a schedule, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}; {remedy}")]
pub struct ScheduleError {
    /// Where in the source, as a byte offset.
    pub offset: usize,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
}

impl Schedule {
    /// The first moment after `moment` at which it fires; `None` when there is none any more.
    ///
    /// A rate counts from the moment that is handed in: first from when the schedule was created,
    /// then from when it fired.
    pub fn next_after(&self, moment: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match &self.rule {
            Rule::Rate(period) => moment.checked_add_signed(*period),
            Rule::Cron(cron) => cron.next_after(moment),
        }
    }
}

impl FromStr for Schedule {
    type Err = ScheduleError;

    fn from_str(source: &str) -> Result<Self, ScheduleError> {
        let inner = |name: &str| source.strip_prefix(name)?.strip_suffix(')');
        let rule = if let Some(rate) = inner("rate(") {
            Rule::Rate(period(rate).map_err(|error| error.behind("rate(".len()))?)
        } else if let Some(fields) = inner("cron(") {
            let cron = Cron::parse(fields).map_err(|error| error.behind("cron(".len()))?;
            Rule::Cron(Box::new(cron))
        } else {
            return Err(ScheduleError::new(
                0,
                format!("`{source}` is neither rate(…) nor cron(…)"),
                "write it as for EventBridge, such as rate(5 minutes) or cron(0 10 * * ? *)",
            ));
        };
        Ok(Self {
            source: source.to_owned(),
            rule,
        })
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}

impl ScheduleError {
    fn new(offset: usize, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            offset,
            message: message.into(),
            remedy: remedy.into(),
        }
    }

    fn behind(self, bytes: usize) -> Self {
        Self {
            offset: self.offset + bytes,
            ..self
        }
    }
}

/// Reads `5 minutes`. `EventBridge` wants the singular for one, and only for one.
fn period(source: &str) -> Result<TimeDelta, ScheduleError> {
    let remedy = "write a whole number and minutes, hours or days, such as rate(5 minutes)";
    let mut words = source.split_whitespace();
    let (Some(count), Some(unit), None) = (words.next(), words.next(), words.next()) else {
        return Err(ScheduleError::new(
            0,
            format!("`{source}` is not a number and a unit"),
            remedy,
        ));
    };
    let digits = count.bytes().all(|byte| byte.is_ascii_digit());
    let number = count.parse::<i64>().ok().filter(|n| digits && *n > 0);
    let Some(number) = number else {
        let message = format!("`{count}` is not a whole number above 0");
        return Err(ScheduleError::new(0, message, remedy));
    };
    let at_unit = source.find(unit).unwrap_or_default();
    let (singular, minutes) = match unit.strip_suffix('s').unwrap_or(unit) {
        "minute" => ("minute", 1),
        "hour" => ("hour", 60),
        "day" => ("day", 24 * 60),
        _ => {
            let message = format!("`{unit}` is not a unit of a rate");
            return Err(ScheduleError::new(at_unit, message, remedy));
        }
    };
    if (number == 1) != (unit == singular) {
        let proper = if number == 1 { "" } else { "s" };
        return Err(ScheduleError::new(
            at_unit,
            format!("EventBridge refuses `{number} {unit}`"),
            format!("write rate({number} {singular}{proper})"),
        ));
    }
    number
        .checked_mul(minutes)
        .filter(|minutes| *minutes <= MAX_RATE_MINUTES)
        .map(TimeDelta::minutes)
        .ok_or_else(|| {
            let message = format!("`{source}` is longer than anybody waits");
            ScheduleError::new(0, message, "choose a shorter period")
        })
}
