//! What the tags of a template say → a program.

mod block;
mod entity;
mod term;
mod unknown;

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::scene::memory::Needs;

use super::error::{Problem, TemplateError, TemplateErrors};
use super::function::Operation;
use super::grammar::KEYWORDS;
use super::limit::{MAX_ERRORS, MAX_VARIABLES};
use super::markup::{Markup, Name, Term};
use super::program::{Op, Program};
use super::scan::{self, Piece};
use super::scope::Scope;
use super::source::Source;
use super::text::Text;

use block::Open;
use entity::Reference;
use unknown::Early;

/// A template that has been read as far as this.
pub(super) struct Compiler<'a> {
    source: &'a Source<'a>,
    program: Program,
    needs: Needs,
    scope: Scope,
    /// Text that is not yet an operation.
    pending: String,
    open: Vec<Open<'a>>,
    references: Vec<Reference<'a>>,
    /// Where the tags of `needs.entities` stand.
    places: Vec<usize>,
    early: Vec<Early<'a>>,
    /// Names whose tags could not be read, which is blame enough.
    lost: Vec<&'a str>,
    /// With their places in the text, which they are sorted by in the end.
    errors: Vec<(usize, TemplateError)>,
    /// The tag that is being read.
    tag: &'a str,
    /// What follows is not read: there are errors enough, or more of something
    /// than can be kept account of in a time that anybody would wait.
    stopped: bool,
}

pub(super) fn compile(source: &Source<'_>) -> Result<(Program, Needs), TemplateErrors> {
    /// Numbers tell templates apart, whatever their text.
    static TEMPLATES: AtomicU64 = AtomicU64::new(0);
    let mut compiler = Compiler {
        source,
        program: Program::default(),
        needs: Needs {
            template: TEMPLATES.fetch_add(1, Ordering::Relaxed),
            ..Needs::default()
        },
        scope: Scope::default(),
        pending: String::new(),
        open: Vec::new(),
        references: Vec::new(),
        places: Vec::new(),
        early: Vec::new(),
        lost: Vec::new(),
        errors: Vec::new(),
        tag: "",
        stopped: false,
    };
    // That it stopped is known to the compiler.
    let _ = scan::pieces(source.text(), |piece| {
        compiler.piece(piece);
        if compiler.stopped {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    });
    compiler.finish()
}

impl<'a> Compiler<'a> {
    fn piece(&mut self, piece: Piece<'a>) {
        match piece {
            Piece::Literal(text) => self.pending.push_str(text),
            Piece::Broken(broken) => {
                self.tag = broken.tag;
                self.error(broken.at, broken.problem);
                if let Some(block) = broken.opens {
                    self.open_broken(block, broken.start);
                }
                self.lost.extend(broken.declares);
            }
            Piece::Tag(tag) => {
                self.tag = tag.text;
                self.markup(tag.at, tag.markup);
            }
        }
    }

    fn markup(&mut self, at: usize, markup: Markup<'a>) {
        match markup {
            Markup::Show(term) => self.term(term),
            Markup::Let { name, term } => self.assign(name, term),
            Markup::Repeat { times, separator } => self.open_repeat(at, times, separator),
            Markup::If(test) => self.open_if(at, test),
            Markup::ElseIf(test) => self.branch(at, Some(test)),
            Markup::Else => self.branch(at, None),
            Markup::Close(block) => self.close(at, block),
            Markup::Entity(declaration) => self.entity(at, declaration),
            Markup::Refer(name) => self.refer_anew(name),
        }
    }

    /// Gives a variable that is known its value, or makes a new one known.
    fn assign(&mut self, name: Name<'a>, term: Term<'a>) {
        self.push(Op::Mark(0));
        // Its old value may be part of the new one.
        self.term(term);
        let slot = self.scope.slot(name.text).unwrap_or_else(|| {
            if KEYWORDS.contains(&name.text) {
                let problem = Problem::Name {
                    what: "a variable",
                    name: name.text.to_owned(),
                    reason: "it is a word of the language",
                };
                self.error(name.at, problem);
            }
            let slot = self.reserve(1, name.at);
            self.scope.declare(name.text.to_owned(), slot);
            slot
        });
        self.push(Op::Keep(slot));
    }

    /// So many slots side by side, for what stands at `at`.
    fn reserve(&mut self, count: usize, at: usize) -> usize {
        let before = self.scope.slots();
        let first = self.scope.reserve(count);
        if before <= MAX_VARIABLES && self.scope.slots() > MAX_VARIABLES {
            self.too_many(
                at,
                "too many variables and fields of entities",
                MAX_VARIABLES as u64,
            );
            self.stopped = true;
        }
        first
    }

    fn too_many(&mut self, at: usize, what: &'static str, most: u64) {
        self.error(at, Problem::TooMany { what, most });
    }

    fn error(&mut self, at: usize, problem: Problem) {
        self.error_of(self.tag, at, problem);
    }

    fn error_of(&mut self, tag: &str, at: usize, problem: Problem) {
        if self.errors.len() < MAX_ERRORS {
            let error = self.source.error(at, tag, problem);
            self.errors.push((at, error));
        }
        self.stopped |= self.errors.len() == MAX_ERRORS;
    }

    fn push(&mut self, op: Op) {
        self.flush();
        self.program.ops.push(op);
    }

    /// A call takes the text before it along, which saves every record a step.
    fn push_call(&mut self, operation: Operation) {
        let before = Text::new(std::mem::take(&mut self.pending));
        self.program.ops.push(Op::Call(before, operation));
    }

    /// The operation that comes next.
    fn here(&mut self) -> usize {
        self.flush();
        self.program.ops.len()
    }

    fn flush(&mut self) {
        if !self.pending.is_empty() {
            let text = Text::new(std::mem::take(&mut self.pending));
            self.program.ops.push(Op::Literal(text));
        }
    }

    fn finish(mut self) -> Result<(Program, Needs), TemplateErrors> {
        self.flush();
        if !self.stopped {
            self.close_all();
            self.check_references();
        }
        self.explain_early();
        self.needs.variables = self.scope.slots();
        if self.errors.is_empty() {
            Ok((self.program, self.needs))
        } else {
            self.errors.sort_by_key(|(at, _)| *at);
            if let (true, Some((at, _))) = (self.stopped, self.errors.last()) {
                let unread = self.source.error(*at, "", Problem::Unread);
                self.errors.push((*at, unread));
            }
            let errors = self.errors.into_iter().map(|(_, error)| error);
            Err(TemplateErrors(errors.collect()))
        }
    }
}
