//! An argument that is an object: names and what they stand for.

use super::super::argument::{Argument, Given, Misfit};
use super::super::error::quoted;
use super::super::spelling::distance;
use super::super::value::{Located, Value};

/// More decimals than this an f64 does not hold.
const MOST_DECIMALS: f64 = 12.0;

/// What the argument names; nothing if there is none.
pub(super) struct Options {
    given: Option<Located>,
}

impl Options {
    /// Reads an object with some of `known` in it. `example` shows one.
    pub(super) fn read(
        argument: &Argument<'_>,
        known: &[&str],
        example: &'static str,
    ) -> Result<Self, Misfit> {
        let given = match argument.structured()? {
            Given::Nothing => return Ok(Self { given: None }),
            Given::Value(given) => given,
            Given::Raw(_) => return Err(argument.misfit(example)),
        };
        let Value::Object(entries) = &given.value else {
            return Err(argument.misfit(example));
        };
        for (name, place) in entries {
            if !known.contains(&name.as_str()) {
                return Err(unknown(name, known, place));
            }
        }
        Ok(Self { given: Some(given) })
    }

    pub(super) fn number(&self, name: &str) -> Result<Option<f64>, Misfit> {
        match self.get(name) {
            None => Ok(None),
            Some(Located {
                value: Value::Number(number),
                ..
            }) if number.is_finite() => Ok(Some(*number)),
            Some(other) => Err(Misfit::at(other, format!("a number as \"{name}\""))),
        }
    }

    /// A number that is above 0.
    pub(super) fn positive(&self, name: &str, default: f64) -> Result<f64, Misfit> {
        let number = self.number(name)?.unwrap_or(default);
        self.require(name, number > 0.0, || {
            format!("a number above 0 as \"{name}\"")
        })?;
        Ok(number)
    }

    pub(super) fn text(&self, name: &str) -> Result<Option<&str>, Misfit> {
        match self.get(name) {
            None => Ok(None),
            Some(Located {
                value: Value::Text(text),
                ..
            }) => Ok(Some(text)),
            Some(other) => Err(Misfit::at(other, format!("a text as \"{name}\""))),
        }
    }

    /// The number of decimals that are printed.
    pub(super) fn decimals(&self) -> Result<Option<u8>, Misfit> {
        let Some(number) = self.number("decimals")? else {
            return Ok(None);
        };
        let whole = (0.0..=MOST_DECIMALS).contains(&number) && number.fract() == 0.0;
        self.require("decimals", whole, || {
            format!("whole \"decimals\" of 0 to {MOST_DECIMALS}")
        })?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a whole number of 0 to 12"
        )]
        Ok(Some(number as u8))
    }

    /// `min` and `max`, which may be missing but not swapped.
    pub(super) fn bounds(&self) -> Result<(Option<f64>, Option<f64>), Misfit> {
        let (min, max) = (self.number("min")?, self.number("max")?);
        if let (Some(low), Some(high)) = (min, max) {
            self.require("min", low <= high, || {
                format!("a \"min\" that is not above the \"max\" of {high}")
            })?;
        }
        Ok((min, max))
    }

    /// Blames the option `name` unless all is `well`.
    pub(super) fn require(
        &self,
        name: &str,
        well: bool,
        expected: impl FnOnce() -> String,
    ) -> Result<(), Misfit> {
        match self.get(name).or(self.given.as_ref()) {
            Some(place) if !well => Err(Misfit::at(place, expected())),
            _ => Ok(()),
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<&Located> {
        self.given.as_ref()?.value.get(name)
    }
}

fn unknown(name: &str, known: &[&str], place: &Located) -> Misfit {
    let near = known
        .iter()
        .map(|known| (distance(known, name), *known))
        .min()
        .filter(|(distance, _)| *distance <= 2);
    let expected = match near {
        Some((_, near)) => format!("\"{near}\" where it says {}", quoted(name)),
        None => format!(
            "only {} in its object, not {}",
            known.join(", "),
            quoted(name)
        ),
    };
    Misfit::at(place, expected)
}
