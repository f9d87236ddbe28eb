//! The inside of a tag under the wider rule → what it says.
//!
//! A tag ends where its grammar ends, not at the first `}}`, so that arguments,
//! texts and fields may hold any braces.

mod reader;
mod term;

use super::error::Problem;
use super::markup::{
    Block, Comparison, Declaration, DeclaredStep, Markup, Name, Term, Test, Times,
};

use super::spelling::distance;

pub(super) use reader::Stop;

use reader::{Read, Reader};

/// The first words of tags that are no function, which no variable can be named.
pub(super) const KEYWORDS: &[&str] = &["let", "else", "entity", "ref"];

/// The names of blocks, as they are written.
const BLOCKS: &[&str] = &["#repeat", "#if", "/repeat", "/if"];

/// What can follow `if`.
pub(super) const CONDITION: &str = "a condition: a value, two of them compared as in `n > 3`, `not` and a value, `ref` and an entity, or `chance 0.5`";

/// How other languages write what this one has.
const FOREIGN: &[(&str, &str)] = &[
    ("#each", "#repeat"),
    ("#for", "#repeat"),
    ("/each", "/repeat"),
    ("/for", "/repeat"),
    ("elif", "else if"),
    ("elseif", "else if"),
    ("elsif", "else if"),
    ("if", "#if"),
    ("repeat", "#repeat"),
    ("set", "let"),
    ("var", "let"),
];

/// Reads the tag whose `{{` stands at `at`; what it says and where it ends.
pub(super) fn tag(text: &str, at: usize) -> Read<(Markup<'_>, usize)> {
    let mut reader = Reader::new(text, at + 2);
    reader.skip_space();
    let markup = match reader.peek() {
        Some('#') => open(&mut reader)?,
        Some('/') => close(&mut reader)?,
        _ => statement(&mut reader, at)?,
    };
    reader.skip_space();
    if reader.take("}}") {
        return Ok((markup, reader.at));
    }
    Err(match (&markup, reader.before()) {
        (Markup::Show(_), Some(')')) => reader.expected("`}}` after the argument"),
        (Markup::Show(_), _) => misread_keyword(&reader, at),
        _ => reader.expected("`}}`"),
    })
}

fn foreign(name: &str) -> Option<&'static str> {
    let found = FOREIGN.iter().find(|(foreign, _)| *foreign == name);
    found.map(|(_, ours)| *ours)
}

/// `{{lett x = 1}}` was meant to be `{{let x = 1}}`.
fn misread_keyword(reader: &Reader<'_>, at: usize) -> Stop {
    let mut again = Reader::new(reader.text, at + 2);
    again.skip_space();
    let found = again.word().and_then(|word| {
        let close = |keyword: &&&str| distance(keyword, word.text) == 1;
        let near = KEYWORDS.iter().find(close).copied();
        Some((word, foreign(word.text).or(near)?))
    });
    match found {
        Some((word, keyword)) => Stop {
            at: word.at,
            problem: Problem::UnknownName {
                what: "keyword",
                name: word.text.to_owned(),
                nearest: Some(keyword.to_owned()),
            },
            end: None,
        },
        None => reader.expected("`(` or `}}`"),
    }
}

fn open<'a>(reader: &mut Reader<'a>) -> Read<Markup<'a>> {
    match block(reader)? {
        "#repeat" => {
            reader.skip_space();
            let times = times(reader)?;
            reader.skip_space();
            let separator = match reader.peek() {
                Some('"' | '\'') => Some(reader.plain_text()?),
                _ => None,
            };
            Ok(Markup::Repeat { times, separator })
        }
        _ => Ok(Markup::If(test(reader)?)),
    }
}

fn close<'a>(reader: &mut Reader<'a>) -> Read<Markup<'a>> {
    Ok(Markup::Close(match block(reader)? {
        "/repeat" => Block::Repeat,
        _ => Block::If,
    }))
}

/// The sign and the name of a block that belongs to that sign.
fn block(reader: &mut Reader<'_>) -> Read<&'static str> {
    let at = reader.at;
    let sign = &reader.text[at..=at];
    reader.at += 1;
    reader.skip_space();
    let Some(word) = reader.word() else {
        let expected = match sign {
            "#" => "`repeat` or `if` after `#`",
            _ => "`repeat` or `if` after `/`",
        };
        return Err(reader.expected(expected));
    };
    let name = format!("{sign}{}", word.text);
    let known = BLOCKS.iter().find(|block| **block == name);
    known.copied().ok_or_else(|| Stop {
        at,
        problem: Problem::UnknownName {
            what: "block",
            nearest: nearest_block(&name),
            name,
        },
        end: None,
    })
}

fn nearest_block(name: &str) -> Option<String> {
    if let Some(ours) = foreign(name) {
        return Some(ours.to_owned());
    }
    let same_sign = BLOCKS.iter().filter(|block| block[..1] == name[..1]);
    let nearest = same_sign.map(|block| (distance(block, name), block));
    let nearest = nearest.min().filter(|(distance, _)| *distance <= 2);
    nearest.map(|(_, block)| (*block).to_owned())
}

/// A tag that starts with neither `#` nor `/`.
fn statement<'a>(reader: &mut Reader<'a>, tag: usize) -> Read<Markup<'a>> {
    let start = reader.at;
    let word = reader.word().map(|word| word.text);
    let after = reader.at;
    reader.skip_space();
    // A word of the language alone is one that lacks the rest.
    let spaced = reader.at > after || reader.rest().starts_with("}}");
    match word {
        Some("else") if reader.text[reader.at..].starts_with("}}") => return Ok(Markup::Else),
        Some("else") if reader.keyword("if") => return Ok(Markup::ElseIf(test(reader)?)),
        Some("else") => return Err(reader.expected("`if` or `}}` after `else`")),
        Some("let") if spaced && reader.peek() != Some('.') => {
            let name = reader.name("the name of a variable")?;
            reader.skip_space();
            if !reader.take("=") {
                return Err(reader.expected("`=` after the name of the variable"));
            }
            reader.skip_space();
            let term = term::term(reader, true)?;
            return Ok(Markup::Let { name, term });
        }
        Some("entity") if spaced && reader.peek() != Some('.') => {
            return Ok(Markup::Entity(declaration(reader)?));
        }
        Some("ref") if spaced && reader.peek() != Some('.') => {
            let entity = reader.name("the name of an entity")?;
            reader.skip_space();
            if !reader.take(".") {
                return Ok(Markup::Refer(entity));
            }
        }
        _ => {}
    }
    reader.at = start;
    Ok(Markup::Show(term::reference(reader, Some(tag), true)?))
}

fn times<'a>(reader: &mut Reader<'a>) -> Read<Times<'a>> {
    if !reader.peek().is_some_and(|c| c.is_ascii_digit()) {
        let named = |c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '@');
        if !reader.peek().is_some_and(named) {
            return Err(reader.expected("how often, such as `3`, `1..5` or a variable"));
        }
        return Ok(Times::Term(term::reference(reader, None, false)?));
    }
    let at = reader.at;
    let (low, high) = reader.range()?;
    Ok(Times::Between { at, low, high })
}

fn test<'a>(reader: &mut Reader<'a>) -> Read<Test<'a>> {
    reader.skip_space();
    if reader.rest().starts_with("}}") {
        return Err(reader.expected(CONDITION));
    }
    if reader.chance_follows() {
        return reader.chance().map(Test::Chance);
    }
    let negated = reader.keyword_before("not", |c| c.is_alphanumeric() || c == '@');
    let start = reader.at;
    if reader.keyword_before("ref", char::is_alphanumeric) {
        let entity = reader.name("the name of an entity")?;
        reader.skip_space();
        if reader.peek() != Some('.') {
            return Ok(Test::Alive { entity, negated });
        }
        reader.at = start;
    }
    let term = term::term(reader, false)?;
    reader.skip_space();
    if negated {
        return Ok(Test::Holds { term, negated });
    }
    let Some(comparison) = comparison(reader) else {
        return match reader.peek() {
            Some('}') => Ok(Test::Holds { term, negated }),
            _ => Err(reader.expected("`==`, `!=`, `<`, `<=`, `>`, `>=` or `}}`")),
        };
    };
    reader.skip_space();
    Ok(Test::Compare(term, comparison, term::term(reader, false)?))
}

fn comparison(reader: &mut Reader<'_>) -> Option<Comparison> {
    let signs = [
        ("==", Comparison::Equal),
        ("!=", Comparison::Unequal),
        ("<=", Comparison::LessOrEqual),
        (">=", Comparison::GreaterOrEqual),
        ("<", Comparison::Less),
        (">", Comparison::Greater),
    ];
    let found = signs.into_iter().find(|(sign, _)| reader.take(sign));
    found.map(|(_, comparison)| comparison)
}

fn declaration<'a>(reader: &mut Reader<'a>) -> Read<Declaration<'a>> {
    let name = reader.name("the name of an entity")?;
    reader.skip_space();
    if !reader.keyword("of") {
        return Err(reader.expected("`of` and how many are alive, as in `of 100`"));
    }
    reader.skip_space();
    let size_at = reader.at;
    let size = reader.whole()?;
    reader.skip_space();
    let fields = fields(reader)?;
    reader.skip_space();
    let mut steps = Vec::new();
    if reader.take(":") {
        steps.push(step(reader)?);
        reader.skip_space();
        while reader.take("->") {
            steps.push(step(reader)?);
            reader.skip_space();
        }
    }
    Ok(Declaration {
        name,
        size_at,
        size,
        fields,
        steps,
    })
}

fn fields<'a>(reader: &mut Reader<'a>) -> Read<Vec<(Name<'a>, Term<'a>)>> {
    let mut fields = Vec::new();
    if !reader.take("{") {
        return Err(reader.expected("`{` and the fields of the entity"));
    }
    reader.skip_space();
    while !reader.take("}") {
        let name = reader.key()?;
        reader.skip_space();
        if !reader.take(":") {
            return Err(reader.expected("`:` after the name of the field"));
        }
        reader.skip_space();
        fields.push((name, term::term(reader, false)?));
        reader.skip_space();
        if !reader.take(",") && reader.peek() != Some('}') {
            return Err(reader.expected("`,` or `}`"));
        }
        reader.skip_space();
    }
    Ok(fields)
}

fn step<'a>(reader: &mut Reader<'a>) -> Read<DeclaredStep<'a>> {
    reader.skip_space();
    let name = reader.name("the name of a step")?;
    reader.skip_space();
    let counted = reader.peek().is_some_and(|c| c.is_ascii_digit());
    let (low, high) = if counted { reader.range()? } else { (1, 1) };
    Ok(DeclaredStep { name, low, high })
}
