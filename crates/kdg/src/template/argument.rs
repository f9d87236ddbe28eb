//! The text between the parentheses of a tag → what the function takes.

use std::borrow::Cow;

use super::error::{Problem, quoted};
use super::value::{self, Located, Spelling, Value, number_text};

/// The argument of a tag. The KDG takes `5, 10` for one text.
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

/// The values that a function with several parameters is called with.
pub(super) struct Parameters<'a> {
    argument: &'a Argument<'a>,
    names: &'static [&'static str],
    values: Vec<Option<Located>>,
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

    /// As [`Self::free_text`], where any value is taken for its text.
    pub(super) fn printed(&self) -> Option<String> {
        match self.given() {
            Given::Nothing => None,
            Given::Raw(text) => Some(text.to_owned()),
            Given::Value(given) => (!given.value.is_falsy()).then(|| given.value.to_text()),
        }
    }

    /// Two or more values with commas between them, which is one text only in
    /// the KDG.
    pub(super) fn sequence(&self) -> Option<Vec<Located>> {
        let Given::Raw(text) = self.given() else {
            return None;
        };
        let items = value::parse_sequence(text, Spelling::Loose).ok()?;
        (items.len() > 1).then_some(items)
    }

    /// What is given for each of `names`: values between commas, or one object
    /// that names them and nothing else. Text that is neither is the first.
    pub(super) fn parameters(
        &self,
        names: &'static [&'static str],
    ) -> Result<Parameters<'_>, Misfit> {
        if self.sequence().is_none()
            && let Given::Value(given) = self.structured()?
            && let Value::Object(entries) = &given.value
            && let Some((key, entry)) = entries.iter().find(|(key, _)| !names.contains(&&**key))
        {
            return Err(Misfit {
                at: entry.at,
                expected: format!("one of {} as a key", names.join(", ")),
                found: quoted(key),
            });
        }
        self.options(names)
    }

    /// As [`Self::parameters`], where an object may have other keys, too.
    pub(super) fn options(&self, names: &'static [&'static str]) -> Result<Parameters<'_>, Misfit> {
        if let Some(items) = self.sequence() {
            if let Some(surplus) = items.get(names.len()) {
                let expected = format!("at most {} ({})", plural(names.len()), names.join(", "));
                return Err(Misfit::at(surplus, expected));
            }
            return Ok(Parameters::new(self, names, items));
        }
        let items = match self.structured()? {
            Given::Nothing => Vec::new(),
            Given::Raw(text) => vec![Located {
                at: 0,
                value: Value::Text(text.to_owned()),
            }],
            Given::Value(given) if matches!(given.value, Value::Object(_)) => {
                return Ok(Parameters {
                    argument: self,
                    names,
                    values: names
                        .iter()
                        .map(|key| given.value.get(key).cloned())
                        .collect(),
                });
            }
            Given::Value(given) => vec![given],
        };
        Ok(Parameters::new(self, names, items))
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

impl<'a> Parameters<'a> {
    fn new(
        argument: &'a Argument<'a>,
        names: &'static [&'static str],
        items: Vec<Located>,
    ) -> Self {
        Self {
            argument,
            names,
            values: items.into_iter().map(Some).collect(),
        }
    }

    /// The value of a parameter, if one is given.
    pub(super) fn given(&self, name: &str) -> Option<&Located> {
        let index = self.names.iter().position(|known| *known == name)?;
        self.values.get(index)?.as_ref()
    }

    /// The value of a parameter, unless it is one that stands for the default:
    /// null, false, 0, or empty text.
    pub(super) fn wanted(&self, name: &str) -> Option<&Located> {
        self.given(name).filter(|given| !given.value.is_falsy())
    }

    /// A parameter that is printed, unless it stands for the default.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.wanted(name).map(|given| given.value.to_text())
    }

    /// Whether a parameter says yes, as JavaScript understands it.
    pub(super) fn is_set(&self, name: &str) -> bool {
        self.wanted(name).is_some()
    }

    /// A parameter that is counted with, unless it stands for the default.
    pub(super) fn number(&self, name: &str) -> Result<Option<f64>, Misfit> {
        let Some(given) = self.wanted(name) else {
            return Ok(None);
        };
        let number = given.value.as_number();
        number
            .map(Some)
            .ok_or_else(|| self.misfit(name, format!("a number as {name}")))
    }

    /// How many items are wanted, `None` only if the parameter is missing. As
    /// in the KDG null and false count nothing, text may hold a number, and a
    /// part of an item is an item.
    pub(super) fn count(&self, name: &str, most: u32) -> Result<Option<u32>, Misfit> {
        let Some(given) = self.given(name) else {
            return Ok(None);
        };
        let number = given
            .value
            .as_number()
            .ok_or_else(|| self.misfit(name, "a number of items"))?;
        self.whole(name, number, most).map(Some)
    }

    /// As [`Self::count`], with the default for 0 and null, too.
    pub(super) fn length(&self, name: &str, default: u32, most: u32) -> Result<u32, Misfit> {
        match self.number(name)? {
            Some(number) => self.whole(name, number, most),
            None => Ok(default),
        }
    }

    /// `number` rounded up, if that is no more than `most`.
    pub(super) fn whole(&self, name: &str, number: f64, most: u32) -> Result<u32, Misfit> {
        if number > f64::from(most) {
            return Err(self.misfit(name, format!("at most {most} items")));
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "negative numbers saturate to no items, as intended"
        )]
        Ok(number.ceil() as u32)
    }

    /// The value of a parameter is not what was `expected`.
    pub(super) fn misfit(&self, name: &str, expected: impl Into<String>) -> Misfit {
        match self.given(name) {
            Some(given) if given.at > 0 => Misfit::at(given, expected),
            _ => self.argument.misfit(expected),
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

fn plural(arguments: usize) -> String {
    match arguments {
        1 => "1 argument".to_owned(),
        more => format!("{more} arguments"),
    }
}

fn rest_of(text: &str, at: usize) -> String {
    match text.get(at..) {
        Some(rest) if !rest.is_empty() => quoted(rest),
        _ => "the end of the argument".to_owned(),
    }
}
