//! What may be typed after `sluice reconcile`.

use std::path::PathBuf;
use std::str::FromStr;

use chrono::{DateTime, TimeDelta, Utc};
use clap::Args;
use thiserror::Error;

use crate::deployed::DeployedArguments;
use crate::rhythm::Seconds;

/// How many identities of each kind are listed when nothing is said.
const DEFAULT_LIMIT: &str = "20";

#[derive(Debug, Args)]
pub(crate) struct ReconcileArguments {
    #[command(flatten)]
    pub(crate) deployed: DeployedArguments,
    /// Expect the records of this ledger of `sluice send` rather than all of the stream
    #[arg(long, value_name = "FILE")]
    pub(crate) ledger: Option<PathBuf>,
    /// Only records that arrived since then: a time, or how long ago, such as 90m, 12h or 2d
    #[arg(long, value_name = "RFC3339|AGO")]
    pub(crate) since: Option<Since>,
    /// Look for stored records below this prefix too, as after a change of object.key
    #[arg(long, value_name = "PREFIX")]
    pub(crate) also_in: Vec<String>,
    /// Look again for so long while records are missing, which may be under way
    #[arg(long, value_name = "SECONDS")]
    pub(crate) wait: Option<Seconds>,
    /// How many identities of each kind are listed: a number, or all
    #[arg(long, value_name = "N|all", default_value = DEFAULT_LIMIT)]
    pub(crate) list: Limit,
    /// Print one line of JSON with every identity, on stdout
    #[arg(long)]
    pub(crate) json: bool,
}

/// The time from which records count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Since {
    Time(DateTime<Utc>),
    Ago(TimeDelta),
}

/// How many of a kind are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limit(pub(crate) usize);

/// What is wrong with a time or a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(crate) enum ArgumentError {
    #[error(
        "expected a time such as 2026-11-20T18:00:00Z, or how long ago, such as 90m, 12h or 2d"
    )]
    Since,
    #[error("expected a number, or all")]
    Limit,
}

impl Since {
    /// The time, where it is now so late.
    pub(crate) fn time(self, now: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::Time(time) => time,
            Self::Ago(ago) => now.checked_sub_signed(ago).unwrap_or(DateTime::UNIX_EPOCH),
        }
    }
}

impl FromStr for Since {
    type Err = ArgumentError;

    fn from_str(text: &str) -> Result<Self, ArgumentError> {
        if let Ok(time) = DateTime::parse_from_rfc3339(text) {
            return Ok(Self::Time(time.to_utc()));
        }
        let unit = text.chars().last().ok_or(ArgumentError::Since)?;
        let seconds = match unit {
            's' => 1,
            'm' => 60,
            'h' => 60 * 60,
            'd' => 24 * 60 * 60,
            _ => return Err(ArgumentError::Since),
        };
        let number: u32 = text
            .strip_suffix(unit)
            .and_then(|number| number.parse().ok())
            .ok_or(ArgumentError::Since)?;
        Ok(Self::Ago(TimeDelta::seconds(i64::from(number) * seconds)))
    }
}

impl FromStr for Limit {
    type Err = ArgumentError;

    fn from_str(text: &str) -> Result<Self, ArgumentError> {
        match text {
            "all" => Ok(Self(usize::MAX)),
            number => number.parse().map(Self).map_err(|_| ArgumentError::Limit),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_absolute_or_so_long_ago() {
        let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let time = |text: &str| {
            text.parse::<Since>()
                .map(|since| since.time(now).timestamp())
        };
        assert_eq!(time("90m"), Ok(1_700_000_000 - 5_400));
        assert_eq!(time("2d"), Ok(1_700_000_000 - 172_800));
        assert_eq!(time("1970-01-01T00:00:07Z"), Ok(7));
        for wrong in ["", "90", "m", "-1h", "yesterday", "1µ"] {
            assert_eq!(time(wrong), Err(ArgumentError::Since), "{wrong}");
        }
    }
}
