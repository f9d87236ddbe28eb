//! Something that gives text: a call, a name, a counter, a literal.

use std::borrow::Cow;

use super::super::argument::Argument;
use super::super::error::Problem;
use super::super::function;
use super::super::markup::{Call, Counter, Name, Part, Term};
use super::super::value::{self, Spelling};
use super::KEYWORDS;
use super::reader::{Read, Reader, Stop};

const COUNTERS: [(&str, Counter); 3] = [
    ("index", Counter::Index),
    ("number", Counter::Number),
    ("count", Counter::Count),
];

/// A term. `last` says that the tag ends with it, so that an argument which is
/// free text can be found by the `)}}` after it.
pub(super) fn term<'a>(reader: &mut Reader<'a>, last: bool) -> Read<Term<'a>> {
    match reader.peek() {
        Some('"' | '\'') => quoted(reader),
        Some('-' | '0'..='9') => Ok(Term::Number(reader.number()?)),
        Some('@' | 'a'..='z' | 'A'..='Z' | '_') => reference(reader, None, last),
        _ if reader.is_bare_fraction() => Err(reader.expected("a digit before the point")),
        _ => Err(reader.expected("a function, a variable, a text in quotes or a number")),
    }
}

/// A term that is no literal. `tag` is where its tag starts if it is all that
/// the tag consists of, which an unknown function is blamed on.
pub(super) fn reference<'a>(
    reader: &mut Reader<'a>,
    tag: Option<usize>,
    last: bool,
) -> Read<Term<'a>> {
    if reader.peek() == Some('@') {
        return counter(reader);
    }
    let start = reader.at;
    if reader.keyword_before("ref", |c| c.is_ascii_alphabetic() || c == '_') {
        let entity = reader.name("the name of an entity")?;
        reader.skip_space();
        if !reader.take(".") {
            return Err(reader.expected("`.` and a field of the entity"));
        }
        reader.skip_space();
        let field = reader.name("a field of the entity")?;
        return Ok(Term::Reference { entity, field });
    }
    call(reader, tag.unwrap_or(start), last)
}

fn counter<'a>(reader: &mut Reader<'a>) -> Read<Term<'a>> {
    let at = reader.at;
    reader.at += 1;
    let word = reader.word().map_or("", |word| word.text);
    let found = COUNTERS.iter().find(|(name, _)| *name == word);
    if let Some((_, counter)) = found {
        return Ok(Term::Counter {
            at,
            counter: *counter,
        });
    }
    reader.at = at;
    Err(reader.expected("@index, @number or @count"))
}

/// Names between dots and maybe an argument: a function, or else a variable or
/// a field of an entity, which the grammar does not tell apart.
fn call<'a>(reader: &mut Reader<'a>, at: usize, last: bool) -> Read<Term<'a>> {
    let mut names: Vec<Name<'a>> = Vec::new();
    let mut expected = "a function such as random.number";
    loop {
        names.push(reader.word().ok_or_else(|| reader.expected(expected))?);
        let after = reader.at;
        reader.skip_space();
        if !reader.take(".") {
            // Space belongs to a name only if the tag is nothing else.
            reader.at = if last { reader.at } else { after };
            break;
        }
        reader.skip_space();
        expected = "a name after the dot";
    }
    let mut argument = None;
    if reader.peek() == Some('(') {
        let end = argument_end(reader, last)
            .ok_or_else(|| reader.expected("the `)` that ends this argument"))?;
        argument = Some((reader.at + 1, end));
        reader.at = end + 1;
    }
    let texts: Vec<&str> = names.iter().map(|name| name.text).collect();
    let module = texts.first().copied().unwrap_or_default();
    let found = texts.get(1).and_then(|name| function::named(module, name));
    let name = texts.join(".");
    if let Some(function) = found {
        let (start, end) = argument.unwrap_or((at, at));
        let given = argument.map_or("", |_| &reader.text[start..end]);
        return Ok(Term::Call(Call {
            function,
            argument: Argument::new(Cow::Borrowed(given)),
            argument_at: start,
            left_out: None,
        }));
    }
    if let Some(pieces) = function::localized(&name) {
        return Ok(Term::Words(pieces));
    }
    if argument.is_none() && texts.len() <= 2 {
        return Ok(Term::Name { at, name });
    }
    let nearest = function::nearest(&name);
    reader.skip_space();
    let end = reader.rest().starts_with("}}").then(|| reader.at + 2);
    Err(Stop {
        at,
        problem: Problem::UnknownFunction { name, nearest },
        end,
    })
}

/// Text in quotes; the tags in it give text as well.
fn quoted<'a>(reader: &mut Reader<'a>) -> Read<Term<'a>> {
    let open = reader.at;
    let Some(quote) = reader.peek() else {
        return Err(reader.expected("a text in quotes"));
    };
    reader.at += quote.len_utf8();
    let mut parts = Vec::new();
    let mut start = reader.at;
    loop {
        match reader.peek() {
            None => {
                reader.at = open;
                return Err(reader.expected("a text that ends with a quote"));
            }
            Some(c) if c == quote => {
                parts.push(Part::Literal(reader.unescaped(start, reader.at, quote)?));
                reader.at += quote.len_utf8();
                return Ok(Term::Quoted(parts));
            }
            Some('{') if is_tag(reader.rest()) => {
                parts.push(Part::Literal(reader.unescaped(start, reader.at, quote)?));
                let tag = reader.at;
                reader.at += 2;
                reader.skip_space();
                if holds_no_value(reader) {
                    return Err(misplaced(reader, quote));
                }
                parts.push(Part::Term(reference(reader, Some(tag), true)?));
                reader.skip_space();
                if !reader.take("}}") {
                    return Err(reader.expected("`}}`"));
                }
                start = reader.at;
            }
            Some(_) => reader.skip_character(),
        }
    }
}

/// Whether the inside of a tag stands here that sets, declares, repeats or decides.
fn holds_no_value(reader: &Reader<'_>) -> bool {
    let word = Reader::new(reader.text, reader.at).word();
    let is_keyword = |word: Name<'_>| word.text != "ref" && KEYWORDS.contains(&word.text);
    matches!(reader.peek(), Some('#' | '/')) || word.is_some_and(is_keyword)
}

/// A tag that belongs before the one in whose quotes it stands, and the end of that.
fn misplaced(reader: &Reader<'_>, quote: char) -> Stop {
    let closing = format!("{quote}}}}}");
    let end = reader.rest().find(&closing);
    Stop {
        end: end.map(|end| reader.at + end + closing.len()),
        ..reader.expected(
            "a function or a variable, since a text in quotes holds nothing else, so write this tag before the one that holds it",
        )
    }
}

/// Surplus braces belong to the text.
fn is_tag(rest: &str) -> bool {
    rest.starts_with("{{") && !rest.starts_with("{{{")
}

/// Where the `)` lies that ends the argument whose `(` stands here.
///
/// Brackets are balanced and strings are skipped. Free text such as a date
/// format may hold a lone quote or bracket; then the first `)` counts that is
/// followed by `}}`. So it does where two lone quotes of different tags look like
/// one text, but what would be the argument is no value.
fn argument_end(reader: &Reader<'_>, last: bool) -> Option<usize> {
    let start = reader.at + 1;
    let text = reader.text;
    let ends_tag = |at: usize| last && text[at + 1..].trim_start().starts_with("}}");
    match balanced_end(text, start) {
        Some((end, Some(inside))) if ends_tag(inside) && !is_value(&text[start..end]) => {
            Some(inside)
        }
        Some((end, _)) => Some(end),
        None => {
            let mut closing = text[start..].match_indices(')').map(|(at, _)| start + at);
            closing.find(|at| ends_tag(*at))
        }
    }
}

fn is_value(text: &str) -> bool {
    value::parse_sequence(text, Spelling::Loose).is_ok()
}

/// Where the brackets of an argument are balanced, and the first `)}` in quotes
/// before that place.
fn balanced_end(text: &str, start: usize) -> Option<(usize, Option<usize>)> {
    let mut open = Vec::new();
    let mut quote = None;
    let mut escaped = false;
    let mut inside = None;
    for (at, c) in text[start..].char_indices() {
        if let Some(end) = quote {
            let closes = c == ')' && text[start + at + 1..].trim_start().starts_with('}');
            if closes && inside.is_none() {
                inside = Some(start + at);
            }
            if escaped {
                escaped = false;
            } else if c == '\\' {
                escaped = true;
            } else if c == end {
                quote = None;
            }
            continue;
        }
        if open.len() > value::MOST_DEEP {
            return None;
        }
        match c {
            '"' | '\'' => quote = Some(c),
            '(' => open.push(')'),
            '[' => open.push(']'),
            '{' => open.push('}'),
            ')' | ']' | '}' => match open.pop() {
                None if c == ')' => return Some((start + at, inside)),
                close if close == Some(c) => {}
                _ => return None,
            },
            _ => {}
        }
    }
    None
}
