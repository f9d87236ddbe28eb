//! Words of every trade, and text made to measure.

use super::super::argument::{Argument, Given, Misfit};
use super::super::lists;
use super::super::value::{Located, Value};
use super::{Operation, address, commerce, draw, finance};
use crate::scene::Scene;

/// More of these than this cannot fit a record of 1 MiB, at ten characters each.
const MOST_WORDS: u32 = 1 << 17;

/// Where a word comes from.
static SOURCES: [Operation; 27] = [
    Operation::List(lists::DEPARTMENTS),
    Operation::Plain(commerce::product_name),
    Operation::List(lists::PRODUCT_ADJECTIVES),
    Operation::List(lists::PRODUCT_MATERIALS),
    Operation::List(lists::PRODUCTS),
    Operation::List(lists::COLORS),
    Operation::List(lists::CATCH_PHRASE_ADJECTIVES),
    Operation::List(lists::CATCH_PHRASE_DESCRIPTORS),
    Operation::List(lists::CATCH_PHRASE_NOUNS),
    Operation::List(lists::BS_ADJECTIVES),
    Operation::List(lists::BS_VERBS),
    Operation::List(lists::BS_NOUNS),
    Operation::List(lists::STREET_SUFFIXES),
    Operation::List(address::COUNTIES),
    Operation::List(lists::COUNTRIES),
    Operation::List(lists::STATES),
    Operation::List(finance::ACCOUNTS),
    Operation::List(finance::TRANSACTIONS),
    Operation::List(lists::CURRENCY_NAMES),
    Operation::List(lists::HACKER_NOUNS),
    Operation::List(lists::HACKER_VERBS),
    Operation::List(lists::HACKER_ADJECTIVES),
    Operation::List(lists::HACKER_ING_VERBS),
    Operation::List(lists::HACKER_ABBREVIATIONS),
    Operation::List(lists::JOB_DESCRIPTORS),
    Operation::List(lists::JOB_AREAS),
    Operation::List(lists::JOB_TYPES),
];

/// `random.word`: of any source, and at times more than one.
pub(super) fn any(scene: &mut Scene, out: &mut Vec<u8>) {
    if let Some(source) = scene.pick(&SOURCES) {
        source.render(scene, out);
    }
}

/// One to three words.
pub(super) fn few(scene: &mut Scene, out: &mut Vec<u8>) {
    let count = draw::count(1, 3, scene);
    write(count, scene, out);
}

/// `random.words`: so many, 1 to 3 unless told, with spaces between them.
pub(super) fn several(argument: &Argument<'_>) -> Result<Operation, Misfit> {
    let parameters = argument.parameters(&["count"])?;
    Ok(match parameters.count("count", MOST_WORDS)? {
        None => Operation::Plain(few),
        Some(count) => Operation::new(move |scene, out| write(count, scene, out)),
    })
}

fn write(count: u32, scene: &mut Scene, out: &mut Vec<u8>) {
    for index in 0..count {
        if index > 0 {
            out.push(b' ');
        }
        any(scene, out);
    }
}

/// `helpers.slugify`: the text as it may stand in an address.
pub(super) fn slugify(argument: &Argument<'_>) -> Result<Operation, Misfit> {
    let mut slug = argument.free_text()?.unwrap_or_default().into_bytes();
    draw::rewrite(&mut slug, 0, draw::slug);
    Ok(Operation::text(String::from_utf8_lossy(&slug)))
}

/// `helpers.replaceSymbolWithNumber`.
pub(super) fn numbered(argument: &Argument<'_>) -> Result<Operation, Misfit> {
    let pattern = argument.free_text()?.unwrap_or_default();
    Ok(Operation::new(move |scene, out| {
        draw::numbered(&pattern, scene, out);
    }))
}

/// `helpers.replaceSymbols`.
pub(super) fn lettered(argument: &Argument<'_>) -> Result<Operation, Misfit> {
    let pattern = argument.free_text()?.unwrap_or_default();
    Ok(Operation::new(move |scene, out| {
        draw::lettered(&pattern, scene, out);
    }))
}

/// `helpers.mustache`: the argument as it is.
pub(super) fn mustache(argument: &Argument<'_>) -> Operation {
    match argument.given() {
        Given::Nothing => Operation::text(""),
        Given::Value(Located { value, .. }) => Operation::text(value.to_text()),
        Given::Raw(text) => Operation::text(text),
    }
}

/// `helpers.shuffle`: the elements in any order; what is no list, as it is.
pub(super) fn shuffle(argument: &Argument<'_>) -> Result<Operation, Misfit> {
    let items: Vec<Box<str>> = match argument.structured()? {
        Given::Nothing => ["a", "b", "c"].map(Into::into).into(),
        Given::Value(given) if given.value.is_falsy() => ["a", "b", "c"].map(Into::into).into(),
        Given::Value(Located {
            value: Value::List(items),
            ..
        }) => items
            .iter()
            .map(|item| item.value.list_text().into())
            .collect(),
        Given::Value(given) => return Ok(Operation::text(given.value.to_text())),
        Given::Raw(text) => return Ok(Operation::text(text)),
    };
    Ok(Operation::new(move |scene, out| {
        shuffled(&items, scene, out);
    }))
}

/// Fisher and Yates' method, on the stack unless there are many elements.
fn shuffled(items: &[Box<str>], scene: &mut Scene, out: &mut Vec<u8>) {
    let mut few = [0_usize; 64];
    let mut many = Vec::new();
    let order = if let Some(order) = few.get_mut(..items.len()) {
        order
    } else {
        many.resize(items.len(), 0);
        many.as_mut_slice()
    };
    for (place, index) in order.iter_mut().enumerate() {
        *index = place;
    }
    for last in (1..order.len()).rev() {
        let drawn = scene.below(last as u64 + 1);
        order.swap(last, usize::try_from(drawn).unwrap_or(last));
    }
    for (place, index) in order.iter().enumerate() {
        if place > 0 {
            out.push(b',');
        }
        if let Some(item) = items.get(*index) {
            out.extend_from_slice(item.as_bytes());
        }
    }
}
