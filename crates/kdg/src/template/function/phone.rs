//! Telephone numbers.

use super::super::argument::{Argument, Given, Misfit};
use super::super::value::{Located, Value};
use super::{Operation, draw};
use crate::scene::Scene;

/// The patterns of American numbers. The plain ones are there twice, so that
/// they are as likely as the templates of the KDG expect.
pub(super) static PATTERNS: &[&str] = &[
    "###-###-####",
    "(###) ###-####",
    "1-###-###-####",
    "###.###.####",
    "###-###-####",
    "(###) ###-####",
    "1-###-###-####",
    "###.###.####",
    "###-###-#### x###",
    "(###) ###-#### x###",
    "1-###-###-#### x###",
    "###.###.#### x###",
    "###-###-#### x####",
    "(###) ###-#### x####",
    "1-###-###-#### x####",
    "###.###.#### x####",
    "###-###-#### x#####",
    "(###) ###-#### x#####",
    "1-###-###-#### x#####",
    "###.###.#### x#####",
];

/// `phone.phoneNumber`: of any pattern, or of the one given.
pub(super) fn number(argument: &Argument<'_>) -> Result<Operation, Misfit> {
    Ok(match argument.free_text()? {
        None => Operation::Plain(any),
        Some(pattern) => Operation::new(move |scene, out| draw::numbered(&pattern, scene, out)),
    })
}

/// A number of any pattern.
pub(super) fn any(scene: &mut Scene, out: &mut Vec<u8>) {
    if let Some(pattern) = scene.pick(PATTERNS) {
        draw::numbered(pattern, scene, out);
    }
}

/// `phone.phoneNumberFormat`: of the pattern with this number, the first unless
/// told. A number without a pattern prints nothing, as in the KDG.
pub(super) fn numbered(argument: &Argument<'_>) -> Result<Operation, Misfit> {
    let index = match argument.structured()? {
        Given::Value(Located {
            value: Value::List(_) | Value::Object(_),
            ..
        }) => return Err(argument.misfit("a whole number of 0 to 19")),
        Given::Value(given) if !given.value.is_falsy() => given.value.to_text(),
        Given::Raw(text) => text.to_owned(),
        Given::Nothing | Given::Value(_) => "0".to_owned(),
    };
    let chosen = PATTERNS
        .iter()
        .enumerate()
        .find(|(known, _)| known.to_string() == index);
    let pattern = chosen.map_or("", |(_, pattern)| *pattern);
    Ok(Operation::new(move |scene, out| {
        draw::numbered(pattern, scene, out);
    }))
}
