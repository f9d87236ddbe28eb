//! Terms: what gives text.

use super::super::error::Problem;
use super::super::function::Operation;
use super::super::lists::Piece;
use super::super::markup::{Call, Part, Term};
use super::super::program::Op;
use super::Compiler;

impl<'a> Compiler<'a> {
    /// Appends operations that append the text of a term.
    pub(super) fn term(&mut self, term: Term<'a>) {
        if self.stopped {
            return;
        }
        match term {
            Term::Call(call) => self.call(&call),
            Term::Words(pieces) => self.words(pieces),
            Term::Name { at, name } => match self.scope.slot(&name) {
                Some(slot) => self.push(Op::Value(slot)),
                None => self.unknown(at, name),
            },
            Term::Counter { at, counter } => match self.repeats().checked_sub(1) {
                Some(depth) => self.push(Op::Counter { depth, counter }),
                None => self.error(at, Problem::NotOpen { block: "repeat" }),
            },
            Term::Reference { entity, field } => {
                let (reference, slot) = self.reference(entity, Some(field));
                self.push(Op::Refer {
                    reference,
                    anew: false,
                });
                self.push(Op::Value(slot));
            }
            Term::Quoted(parts) => {
                for part in parts {
                    match part {
                        Part::Literal(text) => self.pending.push_str(&text),
                        Part::Term(term) => self.term(term),
                    }
                }
            }
            Term::Number(text) => self.pending.push_str(text),
        }
    }

    fn call(&mut self, call: &Call<'a>) {
        match call.function.compile(&call.argument, &mut self.needs) {
            Ok(operation) => self.push_call(operation),
            Err(misfit) => {
                let left_out = call.left_out.is_some_and(|inner| inner <= misfit.at);
                let at = call.argument_at + misfit.at + if left_out { 2 } else { 0 };
                self.error(at, misfit.of(call.function.name));
            }
        }
    }

    fn words(&mut self, pieces: &'static [Piece]) {
        for piece in pieces {
            match piece {
                Piece::Words(words) => self.push_call(Operation::List(words)),
                Piece::Text(text) => self.pending.push_str(text),
            }
        }
    }
}
