//! `--price NAME=VALUE` and `--prices FILE`: other figures in the place of the list's.

use std::collections::BTreeMap;
use std::path::Path;
use std::str::FromStr;

use anyhow::Context as _;
use serde_saphyr::{Error, Spanned};
use thiserror::Error;

use super::figure::{FIGURES, Figure, Figures, Kind, Name};

/// A name that is nearer than this to a known one was probably meant to be it.
const SIMILAR: f64 = 0.75;

/// One figure's other value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Replacement {
    name: Name,
    value: f64,
}

/// Why a replacement cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum ReplacementError {
    #[error("expected NAME=VALUE, such as put-per-1000=0.0054")]
    Form,
    #[error("no figure is called `{name}`; {remedy}")]
    Unknown { name: String, remedy: String },
    #[error("`{name}` is a price; give a number of dollars that is not negative")]
    Price { name: &'static str },
    #[error("`{name}` counts {unit}; give a number above 0")]
    Count {
        name: &'static str,
        unit: &'static str,
    },
}

impl FromStr for Replacement {
    type Err = ReplacementError;

    fn from_str(text: &str) -> Result<Self, ReplacementError> {
        let (name, value) = text.split_once('=').ok_or(ReplacementError::Form)?;
        let value = value.trim().parse().map_err(|_| ReplacementError::Form)?;
        Self::new(name.trim(), value)
    }
}

impl Replacement {
    fn new(name: &str, value: f64) -> Result<Self, ReplacementError> {
        let figure = find(name)?;
        match figure.kind {
            Kind::Price if !(value.is_finite() && value >= 0.0) => {
                Err(ReplacementError::Price { name: figure.name })
            }
            Kind::Limit | Kind::Assumption if !(value.is_finite() && value > 0.0) => {
                Err(ReplacementError::Count {
                    name: figure.name,
                    unit: figure.unit,
                })
            }
            _ => Ok(Self {
                name: figure.key,
                value,
            }),
        }
    }
}

/// The list's figures, those of a file in their place, and those of the command line in theirs.
///
/// # Errors
///
/// When the file cannot be read, or with everything that is wrong with it.
pub(crate) fn figures(
    file: Option<&Path>,
    replacements: &[Replacement],
) -> anyhow::Result<Figures> {
    let mut figures = Figures::default();
    let of_file = file.map(read).transpose()?.unwrap_or_default();
    for replacement in of_file.iter().chain(replacements) {
        figures.set(replacement.name, replacement.value);
    }
    Ok(figures)
}

fn read(file: &Path) -> anyhow::Result<Vec<Replacement>> {
    let shown = file.display();
    let source = std::fs::read_to_string(file)
        .with_context(|| format!("the prices {shown} cannot be read"))?;
    parse(&source).map_err(|problems| {
        let lines: Vec<_> = problems
            .iter()
            .map(|problem| format!("{shown}:{problem}"))
            .collect();
        anyhow::anyhow!("{}", lines.join("\n"))
    })
}

/// Reads lines such as `put-per-1000: 0.0054`; each problem begins with its place.
fn parse(source: &str) -> Result<Vec<Replacement>, Vec<String>> {
    let options = serde_saphyr::options! { with_snippet: false };
    let written: BTreeMap<String, Spanned<f64>> =
        serde_saphyr::from_str_with_options(source, options).map_err(|error| {
            let problem = match (error.without_snippet(), error.location()) {
                (Error::DuplicateMappingKey { .. }, Some(place)) => format!(
                    "{}:{}: a name appears twice; remove one of the two lines",
                    place.line(),
                    place.column()
                ),
                _ => format!(" {error}; write lines such as `put-per-1000: 0.0054`"),
            };
            vec![problem]
        })?;
    let mut written: Vec<_> = written.into_iter().collect();
    written.sort_by_key(|(_, value)| value.referenced.line());
    let mut problems = Vec::new();
    let mut replacements = Vec::new();
    for (name, value) in written {
        match Replacement::new(&name, value.value) {
            Ok(replacement) => replacements.push(replacement),
            Err(error) => {
                let place = value.referenced;
                problems.push(format!("{}:{}: {error}", place.line(), place.column()));
            }
        }
    }
    if problems.is_empty() {
        Ok(replacements)
    } else {
        Err(problems)
    }
}

fn find(name: &str) -> Result<&'static Figure, ReplacementError> {
    let known = || FIGURES.iter();
    known()
        .find(|figure| figure.name == name)
        .ok_or_else(|| ReplacementError::Unknown {
            name: name.to_owned(),
            remedy: nearest(name).map_or_else(
                || {
                    let names: Vec<_> = known().map(|figure| figure.name).collect();
                    format!("use one of {}", names.join(", "))
                },
                |nearest| format!("did you mean `{nearest}`?"),
            ),
        })
}

fn nearest(name: &str) -> Option<&'static str> {
    FIGURES
        .iter()
        .map(|figure| (strsim::jaro_winkler(name, figure.name), figure.name))
        .filter(|(similarity, _)| *similarity > SIMILAR)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse_one(text: &str) -> Result<Replacement, ReplacementError> {
        text.parse()
    }

    #[test]
    fn a_name_and_a_number_replace_a_figure() {
        let replacement = parse_one("put-per-1000=0.0054").unwrap();
        let figures = figures(None, &[replacement]).unwrap();
        assert!((figures[Name::PutPer1000] - 0.0054).abs() < f64::EPSILON);
        let listed = Figures::default();
        assert!((figures[Name::ShardHour] - listed[Name::ShardHour]).abs() < f64::EPSILON);
    }

    #[test]
    fn a_misspelt_name_gets_the_one_that_was_meant() {
        let error = parse_one("put-per-100=0.0054").unwrap_err().to_string();
        assert!(error.contains("did you mean `put-per-1000`?"), "{error}");
        let error = parse_one("zzz=1").unwrap_err().to_string();
        assert!(
            error.contains("use one of lambda-requests-per-million"),
            "{error}"
        );
    }

    #[test]
    fn a_price_may_be_nothing_and_a_limit_may_not() {
        assert!(parse_one("firehose-gb=0").is_ok());
        for wrong in [
            "firehose-gb=-1",
            "firehose-gb=NaN",
            "prefix-puts-per-s=0",
            "kb-per-gb=inf",
            "put-per-1000",
            "put-per-1000=cheap",
        ] {
            assert!(parse_one(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_file_replaces_several_and_tells_everything_that_is_wrong_with_it() {
        let good = "# Frankfurt\nput-per-1000: 0.0054\nshard-hour: 0.018\n";
        assert_eq!(parse(good).unwrap().len(), 2);
        let problems = parse("shard-hours: 0.018\nprefix-puts-per-s: 0\n").unwrap_err();
        let problems = problems.join("\n");
        assert!(
            problems.contains("did you mean `shard-hour`?"),
            "{problems}"
        );
        assert!(problems.contains("2:20: `prefix-puts-per-s`"), "{problems}");
        assert!(parse("shard-hour: dear\n").is_err());
        assert!(parse("").is_ok_and(|none| none.is_empty()));
    }
}
