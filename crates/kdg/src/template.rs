//! A record template → a list of operations, compiled once, rendered many times.
//!
//! The language is that of the Amazon Kinesis Data Generator:
//! text with tags such as `{{random.number(50)}}`. What renders sensibly there
//! renders the same here. What fails there without a word (white space in a
//! tag, a `}}` in the text before it, loosely written arguments) either works
//! here or is reported before the first record, with line and column.

mod argument;
mod error;
mod function;
mod lists;
mod moment;
mod scan;
mod source;
mod value;

use std::fmt;

use crate::scene::Scene;

pub use error::{Problem, TemplateError, TemplateErrors};
pub use function::{Function, functions};
pub use source::LineBreaks;

use function::Operation;
use scan::Piece;
use source::Source;

/// A template, ready to render.
pub struct Template {
    steps: Vec<Step>,
}

/// What rendering does next.
enum Step {
    Literal(Box<str>),
    Call(Operation),
}

impl Template {
    /// Compiles a template the way the KDG reads it: its line breaks serve the
    /// eye and are left out of the record.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the template, at once: tags that do not
    /// parse, functions that do not exist, arguments that do not suit.
    pub fn compile(source: &str) -> Result<Self, TemplateErrors> {
        Self::compile_with(source, LineBreaks::Strip)
    }

    /// Compiles a template whose line breaks are treated as told.
    ///
    /// # Errors
    ///
    /// As [`Template::compile`].
    pub fn compile_with(source: &str, line_breaks: LineBreaks) -> Result<Self, TemplateErrors> {
        let source = Source::new(source, line_breaks);
        let text = source.text();
        if text.is_empty() {
            return Err(TemplateErrors(vec![source.error(0, "", Problem::Empty)]));
        }
        let mut steps = Vec::new();
        let mut errors = Vec::new();
        for piece in scan::pieces(text) {
            match piece {
                Piece::Literal(text) => push_literal(&mut steps, text),
                Piece::Broken(broken) => {
                    errors.push(source.error(broken.at, broken.tag, broken.problem));
                }
                Piece::Tag(tag) => match tag.function.compile(&tag.argument) {
                    Ok(operation) => steps.push(Step::Call(operation)),
                    Err(misfit) => {
                        let at = tag.argument_at.map_or(tag.at, |start| start + misfit.at);
                        errors.push(source.error(at, tag.text, misfit.of(tag.function.name)));
                    }
                },
            }
        }
        if errors.is_empty() {
            Ok(Self { steps })
        } else {
            Err(TemplateErrors(errors))
        }
    }

    /// Appends one record to `out`, without a trailing line break.
    ///
    /// Nothing is allocated but what `out` needs to grow.
    pub fn render(&self, scene: &mut Scene, out: &mut Vec<u8>) {
        for step in &self.steps {
            match step {
                Step::Literal(text) => out.extend_from_slice(text.as_bytes()),
                Step::Call(operation) => operation.render(scene, out),
            }
        }
    }
}

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Template")
            .field("steps", &self.steps.len())
            .finish_non_exhaustive()
    }
}

/// Adjacent literals become one step.
fn push_literal(steps: &mut Vec<Step>, text: &str) {
    if let Some(Step::Literal(before)) = steps.last_mut() {
        *before = format!("{before}{text}").into_boxed_str();
    } else if !text.is_empty() {
        steps.push(Step::Literal(text.into()));
    }
}
