//! The text of an argument → a JSON value, strictly or loosely written, and
//! back to text the way JavaScript prints it.
//!
//! A parser of our own because an argument needs three things that `serde_json`
//! does not give: the place of every value, the loose spelling that people use
//! in templates, and an order of keys that no Cargo feature can change.

mod number;

use std::fmt::Write;

pub(super) use number::unquoted;

/// Values nested deeper than this are refused instead of exhausting the stack.
pub(super) const MOST_DEEP: usize = 128;

/// A value and the byte at which it starts.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Located {
    pub(super) at: usize,
    pub(super) value: Value,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    List(Vec<Located>),
    Object(Vec<(String, Located)>),
}

/// Which spelling is understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spelling {
    /// What `JSON.parse` takes.
    Strict,
    /// Also single quotes, bare keys and trailing commas.
    Loose,
}

/// The byte at which the text stops being a value, and what could stand there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unexpected {
    pub(super) at: usize,
    pub(super) expected: &'static str,
}

/// Reads the one value that `text` consists of.
pub(super) fn parse(text: &str, spelling: Spelling) -> Result<Located, Unexpected> {
    let mut reader = Reader {
        text,
        at: 0,
        spelling,
    };
    let value = reader.value(0)?;
    reader.skip_space();
    if reader.at < text.len() {
        Err(reader.expected("the end of the argument"))
    } else {
        Ok(value)
    }
}

/// Reads the values between commas that `text` consists of.
pub(super) fn parse_sequence(text: &str, spelling: Spelling) -> Result<Vec<Located>, Unexpected> {
    let mut reader = Reader {
        text,
        at: 0,
        spelling,
    };
    let mut items = vec![reader.value(0)?];
    reader.skip_space();
    while reader.take(",") {
        items.push(reader.value(0)?);
        reader.skip_space();
    }
    if reader.at < text.len() {
        Err(reader.expected("the end of the arguments"))
    } else {
        Ok(items)
    }
}

impl Value {
    /// What the KDG takes for "no argument" where any value may be left out.
    pub(super) fn is_falsy(&self) -> bool {
        match self {
            Self::Null | Self::Bool(false) => true,
            Self::Number(number) => *number == 0.0 || number.is_nan(),
            Self::Text(text) => text.is_empty(),
            _ => false,
        }
    }

    /// The value under `key`, the last one if the key is repeated.
    pub(super) fn get(&self, key: &str) -> Option<&Located> {
        match self {
            Self::Object(entries) => entries
                .iter()
                .rev()
                .find(|(name, _)| name == key)
                .map(|(_, value)| value),
            _ => None,
        }
    }

    /// What JavaScript's `String` makes of it, save that an object becomes JSON
    /// where JavaScript prints `[object Object]`.
    pub(super) fn to_text(&self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Bool(value) => value.to_string(),
            Self::Number(number) => number_text(*number),
            Self::Text(text) => text.clone(),
            Self::List(items) => {
                let items: Vec<String> = items.iter().map(|item| item.value.list_text()).collect();
                items.join(",")
            }
            Self::Object(_) => {
                let mut json = String::new();
                self.write_json(&mut json);
                json
            }
        }
    }

    /// Inside a list null is nothing.
    pub(super) fn list_text(&self) -> String {
        if *self == Self::Null {
            String::new()
        } else {
            self.to_text()
        }
    }

    fn write_json(&self, out: &mut String) {
        match self {
            Self::Text(text) => write_json_text(text, out),
            Self::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    out.push(if index == 0 { '[' } else { ',' });
                    item.value.write_json(out);
                }
                out.push_str(if items.is_empty() { "[]" } else { "]" });
            }
            Self::Object(entries) => {
                for (index, (key, entry)) in entries.iter().enumerate() {
                    out.push(if index == 0 { '{' } else { ',' });
                    write_json_text(key, out);
                    out.push(':');
                    entry.value.write_json(out);
                }
                out.push_str(if entries.is_empty() { "{}" } else { "}" });
            }
            plain => out.push_str(&plain.to_text()),
        }
    }
}

/// A number as JavaScript prints it: `1`, `0.5`, `1e+21`.
pub(super) fn number_text(number: f64) -> String {
    ryu_js::Buffer::new().format(number).to_owned()
}

fn write_json_text(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c < ' ' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    spelling: Spelling,
}

impl Reader<'_> {
    fn value(&mut self, depth: usize) -> Result<Located, Unexpected> {
        self.skip_space();
        let at = self.at;
        if depth > MOST_DEEP {
            return Err(self.expected("values that are nested less deeply"));
        }
        let value = match self.peek() {
            Some('[') => self.list(depth)?,
            Some('{') => self.object(depth)?,
            Some(quote) if self.is_quote(quote) => Value::Text(self.string(quote)?),
            Some('-' | '0'..='9') => Value::Number(self.number()?),
            _ if self.take("null") => Value::Null,
            _ if self.take("true") => Value::Bool(true),
            _ if self.take("false") => Value::Bool(false),
            _ => return Err(self.expected("a JSON value")),
        };
        Ok(Located { at, value })
    }

    fn list(&mut self, depth: usize) -> Result<Value, Unexpected> {
        let mut items = Vec::new();
        self.at += 1;
        self.skip_space();
        while !self.take("]") {
            items.push(self.value(depth + 1)?);
            self.separator("]", "`,` or `]`")?;
        }
        Ok(Value::List(items))
    }

    fn object(&mut self, depth: usize) -> Result<Value, Unexpected> {
        let mut entries = Vec::new();
        self.at += 1;
        self.skip_space();
        while !self.take("}") {
            let key = self.key()?;
            self.skip_space();
            if !self.take(":") {
                return Err(self.expected("`:` after the key"));
            }
            entries.push((key, self.value(depth + 1)?));
            self.separator("}", "`,` or `}`")?;
        }
        Ok(Value::Object(entries))
    }

    /// A comma and what may follow it; or nothing, before the closing bracket.
    fn separator(&mut self, close: &str, expected: &'static str) -> Result<(), Unexpected> {
        self.skip_space();
        if self.text[self.at..].starts_with(close) {
            return Ok(());
        }
        if !self.take(",") {
            return Err(self.expected(expected));
        }
        self.skip_space();
        if self.spelling == Spelling::Strict && self.text[self.at..].starts_with(close) {
            return Err(self.expected("another value after the comma"));
        }
        Ok(())
    }

    fn key(&mut self) -> Result<String, Unexpected> {
        match self.peek() {
            Some(quote) if self.is_quote(quote) => self.string(quote),
            Some(c) if self.spelling == Spelling::Loose && is_bare(c) => {
                let rest = &self.text[self.at..];
                let length = rest.find(|c| !is_bare(c)).unwrap_or(rest.len());
                self.at += length;
                Ok(rest[..length].to_owned())
            }
            _ => Err(self.expected("a key")),
        }
    }

    fn string(&mut self, quote: char) -> Result<String, Unexpected> {
        let mut text = String::new();
        self.at += 1;
        loop {
            let Some(c) = self.peek() else {
                return Err(self.expected("the quote that ends this text"));
            };
            if c < ' ' && self.spelling == Spelling::Strict {
                return Err(self.expected("an escape such as \\t, not the bare character"));
            }
            self.at += c.len_utf8();
            match c {
                '\\' => text.push(self.escape()?),
                c if c == quote => return Ok(text),
                c => text.push(c),
            }
        }
    }

    fn escape(&mut self) -> Result<char, Unexpected> {
        let Some(c) = self.peek() else {
            return Err(self.expected("the quote that ends this text"));
        };
        self.at += c.len_utf8();
        match c {
            '"' | '\\' | '/' => Ok(c),
            '\'' if self.spelling == Spelling::Loose => Ok(c),
            'b' => Ok('\u{8}'),
            'f' => Ok('\u{c}'),
            'n' => Ok('\n'),
            'r' => Ok('\r'),
            't' => Ok('\t'),
            'u' => self.unicode(),
            _ => {
                self.at -= c.len_utf8();
                Err(self.expected("an escape that JSON knows"))
            }
        }
    }

    /// The character of `\uXXXX`, two of which may form one. Half a pair is what
    /// JavaScript makes of it in UTF-8: U+FFFD.
    fn unicode(&mut self) -> Result<char, Unexpected> {
        let first = self.four_digits()?;
        let after_first = self.at;
        if (0xd800..0xdc00).contains(&first) && self.take("\\u") {
            let second = self.four_digits()?;
            if (0xdc00..0xe000).contains(&second) {
                let code = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            self.at = after_first;
        }
        Ok(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn four_digits(&mut self) -> Result<u32, Unexpected> {
        let digits = self.text.get(self.at..self.at + 4);
        let digits = digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let code = code.ok_or_else(|| self.expected("four hexadecimal digits"))?;
        self.at += 4;
        Ok(code)
    }

    /// JSON's grammar, which takes neither `007` nor `.5` nor `1.`.
    fn number(&mut self) -> Result<f64, Unexpected> {
        let start = self.at;
        self.take("-");
        if !self.take("0") {
            self.digits()?;
        }
        if self.take(".") {
            self.digits()?;
        }
        if self.take("e") || self.take("E") {
            if !self.take("-") {
                self.take("+");
            }
            self.digits()?;
        }
        match self.text[start..self.at].parse() {
            Ok(number) if f64::is_finite(number) => Ok(number),
            _ => {
                self.at = start;
                Err(self.expected("a number below 1.8e308"))
            }
        }
    }

    fn digits(&mut self) -> Result<(), Unexpected> {
        let rest = &self.text[self.at..];
        let length = rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len());
        if length == 0 {
            return Err(self.expected("a digit"));
        }
        self.at += length;
        Ok(())
    }

    fn is_quote(&self, c: char) -> bool {
        c == '"' || (c == '\'' && self.spelling == Spelling::Loose)
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn take(&mut self, expected: &str) -> bool {
        let found = self.text[self.at..].starts_with(expected);
        if found {
            self.at += expected.len();
        }
        found
    }

    fn skip_space(&mut self) {
        let rest = &self.text[self.at..];
        self.at = self.text.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
    }

    fn expected(&self, expected: &'static str) -> Unexpected {
        Unexpected {
            at: self.at,
            expected,
        }
    }
}

fn is_bare(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '$' | '-')
}
