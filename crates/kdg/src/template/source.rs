//! A template as written → the text that is scanned, and the way back from a
//! place in that text to line and column.

use super::error::{Problem, TemplateError};

/// What becomes of the line breaks in a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineBreaks {
    /// They are left out, as in the KDG: one template, one line.
    Strip,
    /// They stay in the record, as LF.
    Keep,
}

/// A template without surrounding white space and, usually, line breaks.
pub(super) struct Source<'a> {
    written: &'a str,
    text: String,
    /// For each stretch taken over unchanged: where it starts in `text` and
    /// where in `written`. Ascending.
    stretches: Vec<(usize, usize)>,
}

impl<'a> Source<'a> {
    pub(super) fn new(written: &'a str, line_breaks: LineBreaks) -> Self {
        let start = written.len() - written.trim_start_matches(is_trimmed).len();
        let kept = written.trim_matches(is_trimmed);
        let mut source = Self {
            written,
            text: String::with_capacity(kept.len()),
            stretches: Vec::new(),
        };
        let mut rest = 0;
        while let Some(found) = kept[rest..].find(['\r', '\n']) {
            source.take_over(&kept[rest..rest + found], start + rest);
            rest += found;
            if line_breaks == LineBreaks::Keep {
                source.take_over("\n", start + rest);
            }
            rest += if kept[rest..].starts_with("\r\n") {
                2
            } else {
                1
            };
        }
        source.take_over(&kept[rest..], start + rest);
        source
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The error `problem` at byte `at` of [`Self::text`].
    pub(super) fn error(&self, at: usize, tag: &str, problem: Problem) -> TemplateError {
        let (line, column) = self.place(at);
        TemplateError {
            line,
            column,
            tag: tag.replace('\n', ""),
            problem,
        }
    }

    /// Line and column of byte `at` of [`Self::text`], as it was written.
    pub(super) fn place(&self, at: usize) -> (usize, usize) {
        let following = self
            .stretches
            .partition_point(|(in_text, _)| *in_text <= at);
        let (in_text, in_written) = following
            .checked_sub(1)
            .and_then(|index| self.stretches.get(index))
            .unwrap_or(&(0, 0));
        let before = self
            .written
            .get(..in_written + (at - in_text))
            .unwrap_or(self.written);
        let before = before.replace("\r\n", "\n").replace('\r', "\n");
        let column = before
            .rsplit('\n')
            .next()
            .map_or(0, |line| line.chars().count())
            + 1;
        (before.matches('\n').count() + 1, column)
    }

    fn take_over(&mut self, stretch: &str, in_written: usize) {
        if !stretch.is_empty() {
            self.stretches.push((self.text.len(), in_written));
            self.text.push_str(stretch);
        }
    }
}

/// What `String.prototype.trim` removes, which the KDG applies to a template:
/// unlike in Rust a byte order mark is white space and U+0085 is not.
fn is_trimmed(c: char) -> bool {
    c == '\u{feff}' || (c.is_whitespace() && c != '\u{85}')
}
