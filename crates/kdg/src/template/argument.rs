//! The text between the parentheses of a tag → what the function takes.

use std::borrow::Cow;

use super::error::{Problem, quoted};
use super::value::{self, Located, Spelling, Value, number_text};

/// The argument of a tag. There is at most one: `5, 10` is one text.
pub(super) struct Argument<'a> {
    text: Cow<'a, str>,
}

/// What an argument says, under the rules of the KDG.
pub(super) enum Given<'a> {
    /// No parentheses, or nothing between them, or `""`.
    Nothing,
    Value(Located),
    /// Text that is not JSON stands for itself, quotes included.
    Raw(&'a str),
}

/// An argument that does not suit the function.
#[derive(Debug)]
pub(super) struct Misfit {
    /// Byte offset into the argument.
    pub(super) at: usize,
    expected: String,
    found: String,
}

impl<'a> Argument<'a> {
    pub(super) fn new(text: Cow<'a, str>) -> Self {
        Self { text }
    }

    /// What the KDG makes of the argument: JSON, or else the text itself.
    pub(super) fn given(&self) -> Given<'_> {
        if self.text.trim().is_empty() {
            return Given::Nothing;
        }
        match value::parse(&self.text, Spelling::Strict) {
            Ok(Located {
                value: Value::Text(text),
                ..
            }) if text.is_empty() => Given::Nothing,
            Ok(value) => Given::Value(value),
            Err(_) => Given::Raw(&self.text),
        }
    }

    /// As [`Self::given`], for functions that work with lists or objects: one
    /// may be written loosely, and one that still cannot be read is an error
    /// instead of text.
    pub(super) fn structured(&self) -> Result<Given<'_>, Misfit> {
        match self.given() {
            Given::Raw(text) if text.trim_start().starts_with(['[', '{']) => {
                match value::parse(text, Spelling::Loose) {
                    Ok(value) => Ok(Given::Value(value)),
                    Err(unexpected) => Err(Misfit {
                        at: unexpected.at,
                        expected: unexpected.expected.to_owned(),
                        found: rest_of(text, unexpected.at),
                    }),
                }
            }
            given => Ok(given),
        }
    }

    /// The argument as free text, such as a date format. `None` stands for the
    /// default, which the KDG also takes for 0, false and null.
    pub(super) fn free_text(&self) -> Result<Option<String>, Misfit> {
        match self.given() {
            Given::Nothing => Ok(None),
            Given::Raw(text) => Ok(Some(text.to_owned())),
            Given::Value(given) if given.value.is_falsy() => Ok(None),
            Given::Value(Located {
                value: Value::Text(text),
                ..
            }) => Ok(Some(text)),
            Given::Value(Located {
                value: Value::Number(number),
                ..
            }) => Ok(Some(number_text(number))),
            Given::Value(_) => Err(self.misfit("text")),
        }
    }

    /// How many items are wanted: `default` only if the argument is missing.
    /// As in the KDG null and false count nothing, text may hold a number, and
    /// a part of an item is an item.
    pub(super) fn count(&self, default: u32, most: u32) -> Result<u32, Misfit> {
        let number = match self.given() {
            Given::Nothing => return Ok(default),
            Given::Value(Located {
                value: Value::Null | Value::Bool(false),
                ..
            }) => Some(0.0),
            Given::Value(Located {
                value: Value::Number(number),
                ..
            }) => Some(number),
            Given::Value(Located {
                value: Value::Text(text),
                ..
            }) => text.trim().parse().ok(),
            Given::Value(_) | Given::Raw(_) => None,
        };
        let number = number.filter(|number| number.is_finite());
        let number = number.ok_or_else(|| self.misfit("a number of items"))?;
        if number > f64::from(most) {
            return Err(self.misfit(format!("at most {most} items")));
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "negative numbers saturate to no items, as intended"
        )]
        Ok(number.ceil() as u32)
    }

    /// The whole argument is not what was `expected`.
    pub(super) fn misfit(&self, expected: impl Into<String>) -> Misfit {
        Misfit {
            at: 0,
            expected: expected.into(),
            found: quoted(&self.text),
        }
    }
}

impl Misfit {
    /// The value at this place is not what was `expected`.
    pub(super) fn at(place: &Located, expected: impl Into<String>) -> Self {
        let mut found = place.value.to_text();
        if let Value::Text(text) = &place.value {
            found = format!("\"{text}\"");
        }
        Self {
            at: place.at,
            expected: expected.into(),
            found: quoted(&found),
        }
    }

    pub(super) fn of(self, function: &'static str) -> Problem {
        Problem::Argument {
            function,
            expected: self.expected,
            found: self.found,
        }
    }
}

fn rest_of(text: &str, at: usize) -> String {
    match text.get(at..) {
        Some(rest) if !rest.is_empty() => quoted(rest),
        _ => "the end of the argument".to_owned(),
    }
}
