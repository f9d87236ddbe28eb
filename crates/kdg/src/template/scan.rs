//! The text of a template → literal text and tags.
//!
//! At each `{{` the rules of the KDG are tried first, to the letter, so that
//! every tag it understands means the same here. Only a tag that names nothing
//! under those rules is read by the wider rule: white space around every part,
//! `()`, arguments that contain `)` or `}}`, and `{{{` where the first brace
//! belongs to the text.

use std::borrow::Cow;

use super::argument::Argument;
use super::error::{Problem, quoted};
use super::function::{self, Function};

/// A part of a template.
pub(super) enum Piece<'a> {
    Literal(&'a str),
    Tag(Tag<'a>),
    Broken(Broken<'a>),
}

/// A call of a function.
pub(super) struct Tag<'a> {
    /// Byte offset of its `{{`.
    pub(super) at: usize,
    pub(super) text: &'a str,
    pub(super) function: &'static Function,
    pub(super) argument: Argument<'a>,
    /// Byte offset of the argument, if there is one.
    pub(super) argument_at: Option<usize>,
}

/// Something between braces that cannot be called.
pub(super) struct Broken<'a> {
    /// Byte offset of the offending character.
    pub(super) at: usize,
    pub(super) tag: &'a str,
    pub(super) problem: Problem,
}

/// The parts of `text`, in order. Text between tags may hold any braces; a `{{`
/// that is never closed is text, as in the KDG.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = 0;
    while let Some(at) = find(text, rest, "{{") {
        let Some(close) = find(text, at + 2, "}}") else {
            break;
        };
        pieces.push(Piece::Literal(&text[rest..at]));
        if let Some(tag) = original(text, at, close) {
            pieces.push(Piece::Tag(tag));
            rest = close + 2;
            continue;
        }
        let inner = text[at..]
            .find(|c| c != '{')
            .map_or(text.len(), |run| at + run)
            - 2;
        pieces.push(Piece::Literal(&text[at..inner]));
        match extended(text, inner) {
            Ok((tag, end)) => {
                pieces.push(Piece::Tag(tag));
                rest = end;
            }
            Err((at, problem, end)) => {
                let end = end.unwrap_or(close + 2);
                pieces.push(Piece::Broken(Broken {
                    at,
                    tag: &text[inner..end],
                    problem,
                }));
                rest = end;
            }
        }
    }
    pieces.push(Piece::Literal(&text[rest..]));
    pieces
}

/// The tag from `at` to `close` under the rules of the KDG: one inner `{{` is
/// dropped, the first non-empty `(…)` is the argument wherever it stands, and
/// the first two names between dots are looked up without trimming.
fn original(text: &str, at: usize, close: usize) -> Option<Tag<'_>> {
    let mut whole = Cow::Borrowed(&text[at + 2..close]);
    let dropped = whole.find("{{");
    if let Some(inner) = dropped {
        whole.to_mut().replace_range(inner..inner + 2, "");
    }
    let group = original_argument(&whole);
    let name = group.map_or(whole.clone(), |(open, end)| {
        Cow::Owned(format!("{}{}", &whole[..open], &whole[end..]))
    });
    let mut names = name.split('.');
    let function = function::named(names.next()?, names.next()?)?;
    let argument = group.map_or(String::new(), |(open, end)| {
        whole[open + 1..end - 1].to_owned()
    });
    let argument_at = group.map(|(open, _)| {
        let before = if dropped.is_some_and(|inner| inner <= open) {
            2
        } else {
            0
        };
        at + 2 + before + open + 1
    });
    let text = &text[at..close + 2];
    Some(Tag {
        at,
        text,
        function,
        argument: Argument::new(Cow::Owned(argument)),
        argument_at,
    })
}

/// Where the first `(`, one or more characters that are not `)`, and a `)` lie.
fn original_argument(tag: &str) -> Option<(usize, usize)> {
    let mut from = 0;
    loop {
        let open = find(tag, from, "(")?;
        let end = find(tag, open + 1, ")")?;
        if end > open + 1 {
            return Some((open, end + 1));
        }
        from = end;
    }
}

/// Where the reading stopped, why, and where the tag ends if that is known.
type Stop = (usize, Problem, Option<usize>);

/// The tag at `at` under the wider rule, and where the text goes on.
fn extended(text: &str, at: usize) -> Result<(Tag<'_>, usize), Stop> {
    let mut position = skip_space(text, at + 2);
    let (module, after) = word(text, position)
        .ok_or_else(|| stop(text, position, "a function such as random.number", None))?;
    position = skip_space(text, after);
    let mut names = vec![module];
    while text[position..].starts_with('.') {
        let start = skip_space(text, position + 1);
        let (name, after) =
            word(text, start).ok_or_else(|| stop(text, start, "a name after the dot", None))?;
        names.push(name);
        position = skip_space(text, after);
    }
    let mut argument = None;
    if text[position..].starts_with('(') {
        let end = argument_end(text, position + 1)
            .ok_or_else(|| stop(text, position, "the `)` that ends this argument", None))?;
        argument = Some((position + 1, end));
        position = skip_space(text, end + 1);
    }
    if !text[position..].starts_with("}}") {
        let expected = if argument.is_some() {
            "`}}` after the argument"
        } else {
            "`(` or `}}`"
        };
        return Err(stop(text, position, expected, None));
    }
    let end = position + 2;
    let found = names.get(1).and_then(|name| function::named(module, name));
    let function = found.ok_or_else(|| {
        let name = names.join(".");
        let nearest = function::nearest(&name);
        (at, Problem::UnknownFunction { name, nearest }, Some(end))
    })?;
    let given = argument.map_or("", |(start, end)| &text[start..end]);
    let tag = Tag {
        at,
        text: &text[at..end],
        function,
        argument: Argument::new(Cow::Borrowed(given)),
        argument_at: argument.map(|(start, _)| start),
    };
    Ok((tag, end))
}

/// Where the `)` lies that ends the argument starting at `start`.
///
/// Brackets are balanced and strings are skipped. Free text such as a date
/// format may hold a lone quote or bracket; then the first `)` counts that is
/// followed by `}}`.
fn argument_end(text: &str, start: usize) -> Option<usize> {
    balanced_end(text, start).or_else(|| {
        let mut closing = text[start..].match_indices(')').map(|(at, _)| start + at);
        closing.find(|at| text[skip_space(text, at + 1)..].starts_with("}}"))
    })
}

fn balanced_end(text: &str, start: usize) -> Option<usize> {
    let mut open = Vec::new();
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in text[start..].char_indices() {
        if let Some(end) = quote {
            if escaped {
                escaped = false;
            } else if c == '\\' {
                escaped = true;
            } else if c == end {
                quote = None;
            }
            continue;
        }
        match c {
            '"' | '\'' => quote = Some(c),
            '(' => open.push(')'),
            '[' => open.push(']'),
            '{' => open.push('}'),
            ')' | ']' | '}' => match open.pop() {
                None if c == ')' => return Some(start + at),
                close if close == Some(c) => {}
                _ => return None,
            },
            _ => {}
        }
    }
    None
}

fn stop(text: &str, at: usize, expected: &'static str, end: Option<usize>) -> Stop {
    let rest = &text[at..];
    let length = rest.find([' ', '\t', '}']).unwrap_or(rest.len());
    let found = match (rest.is_empty(), rest.starts_with("}}"), rest.chars().next()) {
        (true, ..) => "the end of the template".to_owned(),
        (_, true, _) => "`}}`".to_owned(),
        (.., Some(first)) => quoted(&rest[..length.max(first.len_utf8())]),
        (.., None) => String::new(),
    };
    (at, Problem::Syntax { expected, found }, end)
}

/// The name at `at` and the offset after it.
fn word(text: &str, at: usize) -> Option<(&str, usize)> {
    let rest = &text[at..];
    let length = rest
        .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .unwrap_or(rest.len());
    (length > 0).then(|| (&rest[..length], at + length))
}

fn skip_space(text: &str, at: usize) -> usize {
    text.len() - text[at..].trim_start().len()
}

fn find(text: &str, from: usize, pattern: &str) -> Option<usize> {
    text[from..].find(pattern).map(|at| from + at)
}
