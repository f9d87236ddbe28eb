//! Functions that choose among the elements of their argument.

use std::collections::HashMap;

use super::super::argument::{Argument, Given, Misfit};
use super::super::text::Text;
use super::super::value::{Located, Value};
use super::Operation;

/// `random.arrayElement` and `helpers.randomize`: an element of the list, each
/// equally likely. A text is the list of its characters.
pub(super) fn element(argument: &Argument<'_>) -> Result<Operation, Misfit> {
    const EXPECTED: &str = r#"a list such as ["a", "b"]"#;
    let choices = match argument.structured()? {
        Given::Nothing => texts(&["a", "b", "c"]),
        Given::Value(given) if given.value.is_falsy() => texts(&["a", "b", "c"]),
        Given::Value(Located {
            value: Value::List(items),
            ..
        }) if !items.is_empty() => items
            .iter()
            .map(|item| item.value.to_text().into())
            .collect(),
        Given::Value(Located {
            value: Value::Text(text),
            ..
        }) => characters(&text),
        // A word is its characters, but `a, b` was meant as a list.
        Given::Raw(text) if !text.contains([',', '"', '\'']) => characters(text),
        Given::Value(_) | Given::Raw(_) => return Err(argument.misfit(EXPECTED)),
    };
    Ok(one_of(choices))
}

/// `random.weightedArrayElement`: an element of `data`, as likely as its weight
/// in `weights` says. Elements beyond the last weight are never chosen.
pub(super) fn weighted(argument: &Argument<'_>) -> Result<Operation, Misfit> {
    let given = match argument.structured()? {
        Given::Nothing => return Ok(one_of(texts(&["dog", "cat"]))),
        Given::Value(given) if given.value.is_falsy() => {
            return Ok(one_of(texts(&["dog", "cat"])));
        }
        Given::Value(given) => given,
        Given::Raw(_) => {
            return Err(argument.misfit(r#"{"weights": [0.8, 0.2], "data": ["a", "b"]}"#));
        }
    };
    let weights = list(&given, "weights")?;
    let data = list(&given, "data")?;
    let mut total = 0.0;
    let mut choices: Vec<(f64, Text)> = Vec::with_capacity(weights.len());
    for (index, place) in weights.iter().enumerate() {
        let Value::Number(weight) = place.value else {
            return Err(Misfit::at(place, "a number as weight"));
        };
        if !(weight >= 0.0 && weight.is_finite()) {
            return Err(Misfit::at(place, "a weight of 0 or more"));
        }
        let Some(item) = data.get(index) else {
            let expected = format!(
                "no more weights than the {} elements of \"data\"",
                data.len()
            );
            return Err(Misfit::at(place, expected));
        };
        total += weight;
        if weight > 0.0 {
            choices.push((total, Text::new(item.value.to_text())));
        }
    }
    if choices.is_empty() {
        return Err(argument.misfit("weights of which one is above 0"));
    }
    if !total.is_finite() {
        return Err(argument.misfit("weights with a sum below 1e308"));
    }
    Ok(Operation::new(move |scene, out| {
        let drawn = scene.fraction() * total;
        let index = choices.partition_point(|(up_to, _)| *up_to <= drawn);
        // Rounding may carry the draw up to the total itself.
        if let Some((_, text)) = choices.get(index).or(choices.last()) {
            text.write(out);
        }
    }))
}

/// `random.objectElement`: a value of the object, or its key if told; a list
/// and a text are objects whose keys are counted from 0.
pub(super) fn object_element(argument: &Argument<'_>) -> Result<Operation, Misfit> {
    const EXPECTED: &str = r#"an object such as {"a": 1, "b": 2}"#;
    let (object, keys) = if let Some(items) = argument.sequence() {
        let [object, field] = items.as_slice() else {
            return Err(argument.misfit(EXPECTED));
        };
        let keys = field.value == Value::Text("key".to_owned());
        (object.value.clone(), keys)
    } else {
        match argument.structured()? {
            Given::Nothing => return Ok(one_of(texts(&["bar", "car"]))),
            Given::Value(given) if given.value.is_falsy() => {
                return Ok(one_of(texts(&["bar", "car"])));
            }
            Given::Value(given) => (given.value, false),
            Given::Raw(text) => (Value::Text(text.to_owned()), false),
        }
    };
    let entries: Vec<(Box<str>, Box<str>)> = match object {
        Value::Object(entries) => {
            // The last one of a repeated key counts.
            let numbered = entries.iter().enumerate();
            let last: HashMap<&str, usize> = numbered.map(|(at, (key, _))| (&**key, at)).collect();
            let entries = entries.iter().enumerate();
            entries
                .filter(|(at, (key, _))| last.get(&**key) == Some(at))
                .map(|(_, (key, entry))| (key.as_str().into(), entry.value.to_text().into()))
                .collect()
        }
        Value::List(items) => numbered(items.iter().map(|item| item.value.to_text())),
        Value::Text(text) => numbered(text.chars().map(String::from)),
        _ => Vec::new(),
    };
    if entries.is_empty() {
        return Err(argument.misfit(EXPECTED));
    }
    let choices = entries.into_iter();
    Ok(one_of(
        choices
            .map(|(key, entry)| if keys { key } else { entry })
            .collect(),
    ))
}

fn numbered(entries: impl Iterator<Item = String>) -> Vec<(Box<str>, Box<str>)> {
    entries
        .enumerate()
        .map(|(index, entry)| (index.to_string().into(), entry.into()))
        .collect()
}

fn one_of(choices: Vec<Box<str>>) -> Operation {
    Operation::Choice(
        choices
            .into_iter()
            .map(|text| Text::new(text.into()))
            .collect(),
    )
}

fn list<'g>(given: &'g Located, key: &str) -> Result<&'g [Located], Misfit> {
    match given.value.get(key) {
        Some(Located {
            value: Value::List(items),
            ..
        }) if !items.is_empty() => Ok(items),
        Some(other) => Err(Misfit::at(other, format!("a list under \"{key}\""))),
        None => Err(Misfit::at(
            given,
            format!("an object with a list under \"{key}\""),
        )),
    }
}

fn texts(texts: &[&str]) -> Vec<Box<str>> {
    texts.iter().map(|&text| text.into()).collect()
}

fn characters(text: &str) -> Vec<Box<str>> {
    text.chars().map(|c| c.to_string().into()).collect()
}
