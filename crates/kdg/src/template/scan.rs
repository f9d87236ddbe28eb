//! The text of a template → literal text and tags.
//!
//! At each `{{` the rules of the KDG are tried first, to the letter, so that
//! every tag it understands means the same here. Only a tag that names nothing
//! under those rules is read by the wider rule: white space around every part,
//! `()`, arguments that contain `)` or `}}`, and `{{{` where the first brace
//! belongs to the text.

use std::borrow::Cow;
use std::ops::ControlFlow;

use super::argument::Argument;
use super::error::Problem;
use super::function;
use super::grammar;
use super::markup::{Block, Call, Markup, Term};

/// A part of a template.
pub(super) enum Piece<'a> {
    Literal(&'a str),
    Tag(Tag<'a>),
    Broken(Broken<'a>),
}

/// Something between braces.
pub(super) struct Tag<'a> {
    /// Byte offset of its `{{`.
    pub(super) at: usize,
    pub(super) text: &'a str,
    pub(super) markup: Markup<'a>,
}

/// Something between braces that cannot be read.
pub(super) struct Broken<'a> {
    /// Byte offset of its `{{`.
    pub(super) start: usize,
    /// Byte offset of the offending character.
    pub(super) at: usize,
    pub(super) tag: &'a str,
    pub(super) problem: Problem,
    /// The block that it was meant to open, so that its end is not blamed too.
    pub(super) opens: Option<Block>,
    /// The name that it was meant to declare, for the same reason.
    pub(super) declares: Option<&'a str>,
}

/// Hands over the parts of `text`, in order, until told to stop. Text between
/// tags may hold any braces; a `{{` that is never closed is text, as in the KDG.
pub(super) fn pieces<'a>(
    text: &'a str,
    mut take: impl FnMut(Piece<'a>) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let mut rest = 0;
    while let Some(at) = find(text, rest, "{{") {
        let Some(close) = find(text, at + 2, "}}") else {
            break;
        };
        take(Piece::Literal(&text[rest..at]))?;
        if let Some(tag) = original(text, at, close) {
            take(Piece::Tag(tag))?;
            rest = close + 2;
            continue;
        }
        let inner = text[at..]
            .find(|c| c != '{')
            .map_or(text.len(), |run| at + run)
            - 2;
        take(Piece::Literal(&text[at..inner]))?;
        match grammar::tag(text, inner) {
            Ok((markup, end)) => {
                take(Piece::Tag(Tag {
                    at: inner,
                    text: &text[inner..end],
                    markup,
                }))?;
                rest = end;
            }
            Err(stop) => {
                let end = stop.end.unwrap_or(close + 2);
                take(Piece::Broken(Broken {
                    start: inner,
                    at: stop.at,
                    tag: &text[inner..end],
                    problem: stop.problem,
                    opens: opens(&text[inner + 2..end]),
                    declares: declares(&text[inner + 2..end]),
                }))?;
                rest = end;
            }
        }
    }
    take(Piece::Literal(&text[rest..]))
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
    let left_out = group.zip(dropped).map(|((open, _), inner)| {
        // Not within the argument if it stands before it.
        inner.checked_sub(open + 1).unwrap_or(usize::MAX)
    });
    let text = &text[at..close + 2];
    let call = Call {
        function,
        argument: Argument::new(Cow::Owned(argument)),
        argument_at: argument_at.unwrap_or(at),
        left_out,
    };
    Some(Tag {
        at,
        text,
        markup: Markup::Show(Term::Call(call)),
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

/// The block that a tag opens which could not be read.
fn opens(tag: &str) -> Option<Block> {
    let name = tag.trim_start().strip_prefix('#')?.trim_start();
    Some(if name.starts_with("if") {
        Block::If
    } else {
        Block::Repeat
    })
}

/// The name that a tag declares which could not be read.
fn declares(tag: &str) -> Option<&str> {
    let (keyword, rest) = tag.trim_start().split_once(char::is_whitespace)?;
    if !matches!(keyword, "let" | "entity") {
        return None;
    }
    let rest = rest.trim_start();
    let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')?;
    rest.get(..length)
}

fn find(text: &str, from: usize, pattern: &str) -> Option<usize> {
    text[from..].find(pattern).map(|at| from + at)
}
