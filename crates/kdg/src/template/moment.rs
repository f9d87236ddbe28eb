//! A format of moment.js 2.17 → the date and time as text, in English.
//!
//! That is the version the KDG loads. Its tokens and their precedence, the
//! localized `L` formats and its ways with brackets and backslashes are kept,
//! oddities included: templates depend on them.

mod calendar;
mod token;
mod written;

use calendar::Moment;
use token::{Field, LOCALIZED, TOKENS, Token};

pub(super) use calendar::LATEST_MS;
pub(super) use token::{MONTHS, WEEKDAYS};
pub(super) use written::{Written, written};

/// Which clock a format shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Zone {
    Utc,
    /// So many minutes ahead of UTC; without a name.
    Local(i32),
}

/// A format, split into what is to be written.
#[derive(Debug, PartialEq)]
pub(super) struct Format {
    parts: Vec<Part>,
}

#[derive(Debug, PartialEq)]
enum Part {
    Literal(String),
    Token(Token),
}

impl Format {
    /// Every text is a format: what is no token stands for itself.
    pub(super) fn parse(format: &str) -> Self {
        let expanded = expand(format);
        let mut parts = Vec::new();
        let mut rest = expanded.as_str();
        while let Some(c) = rest.chars().next() {
            let (literal, length) = if let Some(bracketed) = bracketed(rest) {
                // The brackets themselves are not printed.
                (&bracketed[1..bracketed.len() - 1], bracketed.len())
            } else if let Some(escaped) = rest.strip_prefix('\\') {
                let length = token_at(escaped).map_or_else(|| first_length(escaped), str::len);
                (escaped[..length].trim_start_matches('\\'), 1 + length)
            } else if let Some((text, token)) =
                TOKENS.iter().find(|(text, _)| rest.starts_with(text))
            {
                match token {
                    Some(token) => parts.push(Part::Token(*token)),
                    None => push_literal(&mut parts, text),
                }
                ("", text.len())
            } else if is_line_break(c) {
                ("", c.len_utf8())
            } else {
                (&rest[..c.len_utf8()], c.len_utf8())
            };
            push_literal(&mut parts, literal);
            rest = &rest[length..];
        }
        Self { parts }
    }

    /// Writes the time `epoch_ms` as a clock in `zone` shows it.
    pub(super) fn render(&self, epoch_ms: i64, zone: Zone, out: &mut Vec<u8>) {
        let moment = Moment::new(epoch_ms, zone);
        for part in &self.parts {
            match part {
                Part::Literal(text) => out.extend_from_slice(text.as_bytes()),
                Part::Token(token) => token.write(&moment, out),
            }
        }
    }
}

/// Writes the time `epoch_ms` as dates are written in JSON, in UTC.
pub(super) fn write_iso(epoch_ms: i64, out: &mut Vec<u8>) {
    const PARTS: [(Token, &[u8]); 7] = [
        (Token::Number(Field::Year, 4), b"-"),
        (Token::Number(Field::Month, 2), b"-"),
        (Token::Number(Field::Day, 2), b"T"),
        (Token::Number(Field::Hour, 2), b":"),
        (Token::Number(Field::Minute, 2), b":"),
        (Token::Number(Field::Second, 2), b"."),
        (Token::Fraction(3), b"Z"),
    ];
    let moment = Moment::new(epoch_ms, Zone::Utc);
    for (token, following) in PARTS {
        token.write(&moment, out);
        out.extend_from_slice(following);
    }
}

/// Replaces `LT`, `L` and the like by the formats they stand for. Bracketed and
/// escaped ones stay.
fn expand(format: &str) -> String {
    let mut expanded = String::with_capacity(format.len());
    let mut rest = format;
    while let Some(c) = rest.chars().next() {
        let length = if let Some(bracketed) = bracketed(rest) {
            expanded.push_str(bracketed);
            bracketed.len()
        } else if let Some(escaped) = rest.strip_prefix('\\').and_then(localized_at) {
            expanded.push('\\');
            expanded.push_str(escaped.0);
            1 + escaped.0.len()
        } else if let Some((text, meaning)) = localized_at(rest) {
            expanded.push_str(meaning);
            text.len()
        } else {
            expanded.push(c);
            c.len_utf8()
        };
        rest = &rest[length..];
    }
    expanded
}

fn localized_at(text: &str) -> Option<(&'static str, &'static str)> {
    LOCALIZED
        .iter()
        .find(|(token, _)| text.starts_with(token))
        .copied()
}

fn token_at(text: &str) -> Option<&'static str> {
    TOKENS
        .iter()
        .map(|(token, _)| *token)
        .find(|token| text.starts_with(token))
}

/// `[…]` at the start of `text`: up to the last `]` before the next `[`.
fn bracketed(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('[')?;
    let reach = inner.find('[').unwrap_or(inner.len());
    let close = inner[..reach].rfind(']')?;
    Some(&text[..close + 2])
}

fn first_length(text: &str) -> usize {
    match text.chars().next() {
        Some(c) if !is_line_break(c) => c.len_utf8(),
        _ => 0,
    }
}

/// What `.` does not match in JavaScript, and what therefore vanishes.
fn is_line_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{2028}' | '\u{2029}')
}

fn push_literal(parts: &mut Vec<Part>, text: &str) {
    if let Some(Part::Literal(before)) = parts.last_mut() {
        before.push_str(text);
    } else if !text.is_empty() {
        parts.push(Part::Literal(text.to_owned()));
    }
}

#[cfg(test)]
mod tests;
