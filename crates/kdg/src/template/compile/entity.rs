//! Entities: what lives on from record to record.

use std::sync::Arc;

use crate::scene::pool::{Definition, Field, Step};

use super::super::error::Problem;
use super::super::function;
use super::super::grammar::KEYWORDS;
use super::super::limit::{MAX_ENTITIES, MAX_REFERENCES, MAX_STEP_RECORDS};
use super::super::markup::{Declaration, DeclaredStep, Name};
use super::super::program::{Declared, Op, Referred};
use super::Compiler;
use super::unknown::no_field;

/// A field of an entity that is referred to, to be checked in the end.
pub(super) struct Reference<'a> {
    tag: &'a str,
    entity: Name<'a>,
    field: Name<'a>,
}

impl<'a> Compiler<'a> {
    pub(super) fn entity(&mut self, at: usize, declaration: Declaration<'a>) {
        let name = declaration.name;
        self.check_entity(&declaration);
        let entity = self.program.declared.len();
        let pick = self.here();
        self.push(Op::Pick { entity, known: 0 });
        // Number and step lie behind the fields.
        let first = self.reserve(declaration.fields.len() + 2, name.at);
        if self.stopped {
            return;
        }
        let mut fields = Vec::new();
        for (slot, (field, term)) in (first..).zip(declaration.fields) {
            self.check_field(field, &fields);
            self.push(Op::Mark(0));
            self.term(term);
            // Known from here on, so that later fields can be made of it.
            let full = format!("{}.{}", name.text, field.text);
            self.scope.declare(full, slot);
            self.push(Op::Keep(slot));
            fields.push(field.text.into());
        }
        self.push(Op::Enter { entity });
        self.redirect(pick);
        let number = first + fields.len();
        self.scope.declare(format!("{}.number", name.text), number);
        if !declaration.steps.is_empty() {
            self.scope
                .declare(format!("{}.step", name.text), number + 1);
        }
        let steps = declaration.steps.iter().map(|step| Step {
            name: step.name.text.into(),
            low: step.low,
            high: step.high,
        });
        let definition = Arc::new(Definition {
            name: name.text.into(),
            text: self.source.text()[at..at + self.tag.len()].into(),
            size: declaration.size,
            fields,
            steps: steps.collect(),
        });
        self.needs.entities.push(Arc::clone(&definition));
        self.places.push(at);
        self.program.declared.push(Declared { definition, first });
    }

    fn check_entity(&mut self, declaration: &Declaration<'a>) {
        let name = declaration.name;
        let declared = self.needs.entities.iter();
        let mut problems = Vec::new();
        if declared.clone().any(|known| &*known.name == name.text) {
            problems.push("it is declared before");
        }
        if KEYWORDS.contains(&name.text) {
            problems.push("it is a word of the language");
        }
        if function::is_module(name.text) {
            problems.push("functions are called so");
        }
        for reason in problems {
            self.error(
                name.at,
                Problem::Name {
                    what: "an entity",
                    name: name.text.to_owned(),
                    reason,
                },
            );
        }
        let others: u64 = self.needs.entities.iter().map(|other| other.size).sum();
        let size = declaration.size;
        if size == 0 {
            let problem = Problem::Syntax {
                expected: "at least one entity",
                found: "`0`".to_owned(),
            };
            self.error(declaration.size_at, problem);
        } else if others.saturating_add(size) > MAX_ENTITIES {
            self.too_many(declaration.size_at, "too many entities", MAX_ENTITIES);
        }
        for (index, step) in declaration.steps.iter().enumerate() {
            self.check_step(index, step);
        }
    }

    fn check_step(&mut self, index: usize, step: &DeclaredStep<'a>) {
        if step.high > MAX_STEP_RECORDS {
            self.too_many(step.name.at, "too many records of a step", MAX_STEP_RECORDS);
        }
        if index == 0 && step.low == 0 {
            let problem = Problem::Syntax {
                expected: "a first step of at least one record",
                found: "`0`".to_owned(),
            };
            self.error(step.name.at, problem);
        }
    }

    fn check_field(&mut self, field: Name<'a>, before: &[Box<str>]) {
        let reason = if matches!(field.text, "step" | "number") {
            "every entity has it already"
        } else if before.iter().any(|known| &**known == field.text) {
            "it is declared before"
        } else {
            return;
        };
        self.error(
            field.at,
            Problem::Name {
                what: "a field",
                name: field.text.to_owned(),
                reason,
            },
        );
    }

    /// `{{ref session}}`.
    pub(super) fn refer_anew(&mut self, entity: Name<'a>) {
        let (reference, _) = self.reference(entity, None);
        self.push(Op::Refer {
            reference,
            anew: true,
        });
    }

    /// The number of an entity that may belong to another template, and the slot
    /// of its field.
    pub(super) fn reference(
        &mut self,
        entity: Name<'a>,
        field: Option<Name<'a>>,
    ) -> (usize, usize) {
        let known = self.needs.references.iter();
        let reference = known.clone().position(|known| &**known == entity.text);
        let reference = reference.unwrap_or_else(|| {
            if self.needs.references.len() == MAX_REFERENCES {
                self.too_many(
                    entity.at,
                    "too many entities to refer to",
                    MAX_REFERENCES as u64,
                );
                self.stopped = true;
            }
            self.needs.references.push(entity.text.into());
            self.program.referred.push(Referred { fields: Vec::new() });
            self.needs.references.len() - 1
        });
        let Some(field) = field else {
            return (reference, 0);
        };
        self.references.push(Reference {
            tag: self.tag,
            entity,
            field,
        });
        let known = self.program.referred.get(reference);
        let known = known.and_then(|referred| {
            let mut fields = referred.fields.iter();
            fields.find(|(_, name, _)| &**name == field.text)
        });
        if let Some((.., slot)) = known {
            return (reference, *slot);
        }
        let slot = self.reserve(1, field.at);
        if let Some(referred) = self.program.referred.get_mut(reference) {
            let name = field.text.into();
            referred.fields.push((Field::new(field.text), name, slot));
        }
        (reference, slot)
    }

    /// Blames references to fields that an entity of this template lacks. What
    /// other templates declare is not known before they render.
    pub(super) fn check_references(&mut self) {
        for reference in std::mem::take(&mut self.references) {
            let declared = self.needs.entities.iter();
            let mut declared = declared.filter(|known| &*known.name == reference.entity.text);
            let Some(definition) = declared.next() else {
                continue;
            };
            let field = reference.field.text;
            if definition.all_fields().any(|known| known == field) {
                continue;
            }
            let problem = no_field(definition, field);
            self.error_of(reference.tag, reference.field.at, problem);
        }
    }
}
