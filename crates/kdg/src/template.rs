//! A record template → a list of operations, compiled once, rendered many times.
//!
//! The language is that of the Amazon Kinesis Data Generator, and beyond it:
//! text with tags such as `{{random.number(50)}}`. What renders sensibly there
//! renders the same here. What fails there without a word (white space in a
//! tag, a `}}` in the text before it, loosely written arguments) either works
//! here or is reported before the first record, with line and column. Variables,
//! blocks, sequences and entities are tags that fail there, so that they take
//! nothing away. `TEMPLATES.md` beside this crate's manifest describes it all.

mod argument;
mod compare;
mod compile;
mod error;
mod function;
mod grammar;
mod limit;
mod lists;
mod markup;
mod moment;
mod program;
mod scan;
mod scope;
mod source;
mod spelling;
mod text;
mod value;

use std::fmt;

use crate::scene::Scene;
use crate::scene::memory::Needs;

pub use error::{Problem, TemplateError, TemplateErrors};
pub use function::{Function, functions};
pub use limit::{
    MAX_ENTITIES, MAX_ENTITIES_BYTES, MAX_ENTITY_BYTES, MAX_ERRORS, MAX_NESTED_BLOCKS,
    MAX_OPERATIONS, MAX_REFERENCES, MAX_RENDERED_BYTES, MAX_REPEAT, MAX_STEP_RECORDS, MAX_TURNS,
    MAX_VALUE_BYTES, MAX_VARIABLES, RenderError,
};
pub use source::LineBreaks;

use program::Program;
use source::Source;

/// A template, ready to render.
pub struct Template {
    program: Program,
    needs: Needs,
}

impl Template {
    /// Compiles a template the way the KDG reads it: its line breaks serve the
    /// eye and are left out of the record.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the template, at once: tags that do not
    /// parse, functions that do not exist, arguments that do not suit. Only what
    /// follows [`MAX_ERRORS`] of them, or a limit on the text itself, is not read.
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
        if source.text().is_empty() {
            return Err(TemplateErrors(vec![source.error(0, "", Problem::Empty)]));
        }
        let (program, needs) = compile::compile(&source)?;
        Ok(Self { program, needs })
    }

    /// Appends one record to `out`, without a trailing line break; nothing if
    /// the record cannot be rendered, for a reason that [`Self::try_render`]
    /// tells.
    pub fn render(&self, scene: &mut Scene, out: &mut Vec<u8>) {
        // Documented: who wants the reason asks for it.
        let _ = self.try_render(scene, out);
    }

    /// Appends one record to `out`, without a trailing line break.
    ///
    /// Nothing is allocated but what `out` needs to grow, and what variables and
    /// entities need the first time.
    ///
    /// # Errors
    ///
    /// What depends on the values drawn or on other templates of the scene; see
    /// [`RenderError`]. `out` is then as it was.
    pub fn try_render(&self, scene: &mut Scene, out: &mut Vec<u8>) -> Result<(), RenderError> {
        scene.memory.enter(&self.needs)?;
        self.program.run(scene, out)
    }

    /// Whether a record depends on those before it: the template has sequences,
    /// walks, entities or references to them.
    ///
    /// Such a template renders in order, in one scene. Any other gives the same
    /// record for the same [`Scene::begin_record`] and clock, whatever has been
    /// rendered before, so that threads with scenes of their own can share the
    /// numbers of its records.
    pub fn is_stateful(&self) -> bool {
        self.needs.is_stateful()
    }
}

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Template")
            .field("operations", &self.program.ops.len())
            .field("stateful", &self.is_stateful())
            .finish_non_exhaustive()
    }
}
