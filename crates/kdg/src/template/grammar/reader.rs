//! A place in the text of a template, and the small things read there.

use super::super::error::{Problem, quoted};
use super::super::markup::Name;
use super::super::value::{self, Spelling, Value};

/// Where the reading stopped, why, and where the tag ends if that is known.
pub(in super::super) struct Stop {
    pub(in super::super) at: usize,
    pub(in super::super) problem: Problem,
    pub(in super::super) end: Option<usize>,
}

pub(in super::super) type Read<T> = Result<T, Stop>;

pub(super) struct Reader<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str, at: usize) -> Self {
        Self { text, at }
    }

    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// The last character before this place that is no white space.
    pub(super) fn before(&self) -> Option<char> {
        self.text[..self.at].trim_end().chars().next_back()
    }

    pub(super) fn take(&mut self, expected: &str) -> bool {
        let found = self.rest().starts_with(expected);
        if found {
            self.at += expected.len();
        }
        found
    }

    pub(super) fn skip_space(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    pub(super) fn word(&mut self) -> Option<Name<'a>> {
        let rest = self.rest();
        let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let length = length.unwrap_or(rest.len());
        let at = self.at;
        self.at += length;
        (length > 0).then(|| Name {
            at,
            text: &rest[..length],
        })
    }

    /// A word that starts with a letter or an underscore.
    pub(super) fn name(&mut self, expected: &'static str) -> Read<Name<'a>> {
        if self.peek().is_some_and(|c| c.is_ascii_digit()) {
            return Err(self.expected(expected));
        }
        self.word().ok_or_else(|| self.expected(expected))
    }

    /// The name of a field, with quotes or without.
    pub(super) fn key(&mut self) -> Read<Name<'a>> {
        const EXPECTED: &str = "the name of a field, of letters, digits and `_`";
        let quote = self.peek().filter(|c| matches!(c, '"' | '\''));
        self.at += quote.map_or(0, char::len_utf8);
        let name = self.name(EXPECTED)?;
        match quote {
            Some(quote) if !self.take(quote.encode_utf8(&mut [0; 4])) => {
                Err(self.expected(EXPECTED))
            }
            _ => Ok(name),
        }
    }

    /// Takes `keyword` if it is the whole word here.
    pub(super) fn keyword(&mut self, keyword: &str) -> bool {
        let start = self.at;
        let found = self.word().is_some_and(|word| word.text == keyword);
        if !found {
            self.at = start;
        }
        found
    }

    /// Takes `keyword` and the space after it if something follows that starts
    /// as told; otherwise it is a name like any other.
    pub(super) fn keyword_before(&mut self, keyword: &str, starts: fn(char) -> bool) -> bool {
        let start = self.at;
        if self.keyword(keyword) {
            self.skip_space();
            if self.peek().is_some_and(starts) {
                return true;
            }
        }
        self.at = start;
        false
    }

    /// A whole number.
    pub(super) fn whole(&mut self) -> Read<u64> {
        let rest = self.rest();
        let length = rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len());
        let number = rest[..length].parse();
        let number = number.map_err(|_| match length {
            0 => self.expected("a whole number"),
            _ => self.expected("a whole number of at most 19 digits"),
        })?;
        self.at += length;
        Ok(number)
    }

    /// `3` or `3..10`.
    pub(super) fn range(&mut self) -> Read<(u64, u64)> {
        let low = self.whole()?;
        self.skip_space();
        if !self.take("..") {
            return Ok((low, low));
        }
        self.skip_space();
        let start = self.at;
        let high = self.whole()?;
        if high < low {
            self.at = start;
            return Err(self.expected("a number that is not below the first"));
        }
        Ok((low, high))
    }

    /// A number as written, without an exponent.
    pub(super) fn number(&mut self) -> Read<&'a str> {
        let start = self.at;
        self.take("-");
        let whole = self.digits();
        let fraction = self.rest().starts_with('.') && !self.rest().starts_with("..");
        let fraction = fraction && self.take(".") && !self.digits();
        if !whole || fraction {
            return Err(self.expected("a digit"));
        }
        Ok(&self.text[start..self.at])
    }

    /// Takes `chance` if a number follows; otherwise it is a name like any other.
    pub(super) fn chance_follows(&mut self) -> bool {
        let start = self.at;
        let follows = self.keyword_before("chance", |c| c.is_ascii_digit() || c == '.')
            && (self.peek() != Some('.') || self.is_bare_fraction());
        if !follows {
            self.at = start;
        }
        follows
    }

    /// Whether this is `.5`, a number without its first digit.
    pub(super) fn is_bare_fraction(&self) -> bool {
        let after = self.rest().strip_prefix('.');
        after.is_some_and(|after| after.starts_with(|c: char| c.is_ascii_digit()))
    }

    /// A probability, with a digit before the point or without.
    pub(super) fn chance(&mut self) -> Read<f64> {
        let start = self.at;
        let written = if self.take(".") {
            self.digits();
            &self.text[start..self.at]
        } else {
            self.number()?
        };
        let chance = written.parse().ok();
        let chance = chance.filter(|chance| (0.0..=1.0).contains(chance));
        chance.ok_or_else(|| {
            self.at = start;
            self.expected("a chance of 0 to 1")
        })
    }

    fn digits(&mut self) -> bool {
        let rest = self.rest();
        let after = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        self.at += rest.len() - after.len();
        after.len() < rest.len()
    }

    /// Text in quotes without tags in it.
    pub(super) fn plain_text(&mut self) -> Read<String> {
        let Some(quote) = self.peek() else {
            return Err(self.expected("a text in quotes"));
        };
        let open = self.at;
        self.at += quote.len_utf8();
        let start = self.at;
        loop {
            match self.peek() {
                None => {
                    self.at = open;
                    return Err(self.expected("a text that ends with a quote"));
                }
                Some(c) if c == quote => break,
                _ => self.skip_character(),
            }
        }
        let text = self.unescaped(start, self.at, quote)?;
        self.at += quote.len_utf8();
        Ok(text)
    }

    /// Moves on by one character, or by two if the first is a backslash.
    pub(super) fn skip_character(&mut self) {
        self.take("\\");
        self.at += self.peek().map_or(0, char::len_utf8);
    }

    /// What stands between two places of text in quotes, escapes replaced.
    pub(super) fn unescaped(&self, start: usize, end: usize, quote: char) -> Read<String> {
        let quoted = format!("{quote}{}{quote}", &self.text[start..end]);
        match value::parse(&quoted, Spelling::Loose) {
            Ok(value::Located {
                value: Value::Text(text),
                ..
            }) => Ok(text),
            Ok(_) => Err(self.expected("a text in quotes")),
            Err(unexpected) => {
                let at = (start + unexpected.at).saturating_sub(quote.len_utf8());
                Err(Reader::new(self.text, at.min(end)).expected(unexpected.expected))
            }
        }
    }

    /// Something else than what stands here.
    pub(super) fn expected(&self, expected: &'static str) -> Stop {
        let rest = self.rest();
        let length = rest.find([' ', '\t', '}']).unwrap_or(rest.len());
        let found = match (rest.is_empty(), rest.starts_with("}}"), rest.chars().next()) {
            (true, ..) => "the end of the template".to_owned(),
            (_, true, _) => "`}}`".to_owned(),
            (.., Some(first)) => quoted(&rest[..length.max(first.len_utf8())]),
            (.., None) => String::new(),
        };
        Stop {
            at: self.at,
            problem: Problem::Syntax { expected, found },
            end: None,
        }
    }
}
