//! Latin that says nothing: words, sentences and paragraphs.

use super::super::argument::{Argument, Misfit, Parameters};
use super::super::lists;
use super::super::value::{Value, unquoted};
use super::{Operation, draw};
use crate::scene::Scene;

/// More words than this cannot fit a record of 1 MiB.
pub(super) const MOST_WORDS: u32 = 1 << 19;
/// A sentence has at least three words.
const MOST_SENTENCES: u32 = MOST_WORDS / 3;
/// A paragraph has up to three sentences more than it was asked for.
const MOST_PARAGRAPHS: u32 = MOST_SENTENCES / 3;

const SENTENCES_OF_A_PARAGRAPH: [u32; 4] = [3, 4, 5, 6];
const BETWEEN_PARAGRAPHS: &str = "\n \r";

/// What `lorem.text` is, each equally likely.
static TEXTS: [fn(&mut Scene, &mut Vec<u8>); 7] = [
    |scene, out| draw::word(lists::LOREM, scene, out),
    three_words,
    sentence,
    few_sentences,
    paragraph,
    |scene, out| write_paragraphs(3, BETWEEN_PARAGRAPHS, scene, out),
    |scene, out| {
        let count = draw::count(1, 5, scene);
        write_sentences(count, "\n", scene, out);
    },
];

/// `lorem.words`: so many words, 3 unless told, with spaces between them.
pub(super) fn words(argument: &Argument<'_>) -> Result<Operation, Misfit> {
    let count = argument
        .parameters(&["count"])?
        .count("count", MOST_WORDS)?
        .unwrap_or(3);
    Ok(Operation::new(move |scene, out| {
        write_words(count, scene, out);
    }))
}

/// `lorem.sentence`: of so many words, 3 to 10 unless told.
pub(super) fn sentence_of(argument: &Argument<'_>) -> Result<Operation, Misfit> {
    let parameters = argument.parameters(&["words"])?;
    Ok(match parameters.count("words", MOST_WORDS)? {
        None => Operation::Plain(sentence),
        Some(count) => Operation::new(move |scene, out| write_sentence(count, scene, out)),
    })
}

/// `lorem.sentences`: so many, 2 to 6 unless told, and what is between them.
pub(super) fn sentences(argument: &Argument<'_>) -> Result<Operation, Misfit> {
    let parameters = argument.parameters(&["count", "separator"])?;
    let count = parameters.count("count", MOST_SENTENCES)?;
    let separator = separator(&parameters, count, " ")?;
    Ok(Operation::new(move |scene, out| {
        let count = count.unwrap_or_else(|| draw::count(2, 6, scene));
        write_sentences(count, &separator, scene, out);
    }))
}

/// `lorem.lines`: so many sentences, 1 to 5 unless told, each on its own line.
pub(super) fn lines(argument: &Argument<'_>) -> Result<Operation, Misfit> {
    let count = argument
        .parameters(&["count"])?
        .count("count", MOST_SENTENCES)?;
    Ok(Operation::new(move |scene, out| {
        let count = count.unwrap_or_else(|| draw::count(1, 5, scene));
        write_sentences(count, "\n", scene, out);
    }))
}

/// `lorem.paragraph`: of so many sentences, 3 unless told, and up to 3 more.
pub(super) fn paragraph_of(argument: &Argument<'_>) -> Result<Operation, Misfit> {
    let parameters = argument.parameters(&["count"])?;
    let Some(asked) = parameters.count("count", MOST_SENTENCES - 3)? else {
        return Ok(Operation::Plain(paragraph));
    };
    let mut counts = [asked, asked + 1, asked + 2, asked + 3];
    // JavaScript appends what it should add to a number in quotes: "1" is 10 to 13.
    if let Some(Value::Text(digits)) = parameters.given("count").map(|given| &given.value) {
        for (more, count) in counts.iter_mut().enumerate() {
            let appended = Value::Text(format!("{}{more}", unquoted(digits).trim_end()));
            let number = appended.as_number().unwrap_or(0.0);
            *count = parameters.whole("count", number, MOST_SENTENCES)?;
        }
    }
    Ok(Operation::new(move |scene, out| {
        if let Some(count) = scene.pick(&counts) {
            write_sentences(*count, " ", scene, out);
        }
    }))
}

/// `lorem.paragraphs`: so many, 3 unless told, and what is between them.
pub(super) fn paragraphs(argument: &Argument<'_>) -> Result<Operation, Misfit> {
    let parameters = argument.parameters(&["count", "separator"])?;
    let count = parameters.count("count", MOST_PARAGRAPHS)?;
    let separator = separator(&parameters, count, BETWEEN_PARAGRAPHS)?;
    let count = count.unwrap_or(3);
    Ok(Operation::new(move |scene, out| {
        write_paragraphs(count, &separator, scene, out);
    }))
}

/// `lorem.text`: anything of the above.
pub(super) fn text(scene: &mut Scene, out: &mut Vec<u8>) {
    if let Some(text) = scene.pick(&TEXTS) {
        text(scene, out);
    }
}

/// A sentence of 3 to 10 words.
pub(super) fn sentence(scene: &mut Scene, out: &mut Vec<u8>) {
    let count = draw::count(3, 10, scene);
    write_sentence(count, scene, out);
}

pub(super) fn three_words(scene: &mut Scene, out: &mut Vec<u8>) {
    write_words(3, scene, out);
}

/// Two to six sentences.
pub(super) fn few_sentences(scene: &mut Scene, out: &mut Vec<u8>) {
    let count = draw::count(2, 6, scene);
    write_sentences(count, " ", scene, out);
}

/// Three to six sentences.
pub(super) fn paragraph(scene: &mut Scene, out: &mut Vec<u8>) {
    if let Some(count) = scene.pick(&SENTENCES_OF_A_PARAGRAPH) {
        write_sentences(*count, " ", scene, out);
    }
}

/// All separators together must fit a record, too.
fn separator(
    parameters: &Parameters<'_>,
    count: Option<u32>,
    default: &str,
) -> Result<String, Misfit> {
    let Some(given) = parameters.given("separator") else {
        return Ok(default.to_owned());
    };
    let separator = given.value.to_text();
    let together = separator.len().saturating_mul(count.unwrap_or(6) as usize);
    if together > crate::MAX_RECORD_BYTES {
        return Err(parameters.misfit("separator", "separators that fit a record"));
    }
    Ok(separator)
}

fn write_words(count: u32, scene: &mut Scene, out: &mut Vec<u8>) {
    for index in 0..count {
        if index > 0 {
            out.push(b' ');
        }
        draw::word(lists::LOREM, scene, out);
    }
}

fn write_sentence(words: u32, scene: &mut Scene, out: &mut Vec<u8>) {
    let start = out.len();
    write_words(words, scene, out);
    if let Some(first) = out.get_mut(start) {
        first.make_ascii_uppercase();
    }
    out.push(b'.');
}

fn write_sentences(count: u32, separator: &str, scene: &mut Scene, out: &mut Vec<u8>) {
    for index in 0..count {
        if index > 0 {
            out.extend_from_slice(separator.as_bytes());
        }
        sentence(scene, out);
    }
}

fn write_paragraphs(count: u32, separator: &str, scene: &mut Scene, out: &mut Vec<u8>) {
    for index in 0..count {
        if index > 0 {
            out.extend_from_slice(separator.as_bytes());
        }
        paragraph(scene, out);
    }
}
