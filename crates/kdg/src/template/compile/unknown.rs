//! Names that nothing is known by, and what was meant.

use crate::scene::pool::Definition;

use super::super::error::Problem;
use super::super::function;
use super::super::spelling::{distance, nearest};
use super::Compiler;

/// A field of something that is no entity yet, and the error that says so.
pub(super) struct Early<'a> {
    entity: String,
    field: String,
    tag: &'a str,
    at: usize,
}

impl Compiler<'_> {
    /// A name that is neither a function nor known here.
    pub(super) fn unknown(&mut self, at: usize, name: String) {
        let (first, field) = name.split_once('.').unwrap_or((&name, ""));
        if self.lost.contains(&first) {
            return;
        }
        if let Some(definition) = self.declared(first).filter(|_| !field.is_empty()) {
            let is_known = self.scope.slot(&format!("{first}.number")).is_some();
            let problem = if is_known {
                no_field(definition, field)
            } else {
                self.elsewhere(first, field, false)
            };
            self.error(at, problem);
            return;
        }
        let function = function::nearest(&name).filter(|known| is_like(known, &name));
        let near = nearest(&name, self.scope.names())
            .filter(|(far, _)| function.is_none_or(|function| *far <= distance(function, &name)));
        let is_field = !field.is_empty();
        if is_field {
            self.early.push(Early {
                entity: first.to_owned(),
                field: field.to_owned(),
                tag: self.tag,
                at,
            });
        }
        let problem = match near {
            Some((_, near)) => Problem::UnknownName {
                what: if is_field { "field" } else { "variable" },
                nearest: Some(near.to_owned()),
                name,
            },
            None if function.is_some() || is_field => Problem::UnknownFunction {
                name,
                nearest: function,
            },
            None => Problem::UnknownVariable {
                // A tag alone shows a value; everywhere else quotes make one of any text.
                or_text: !self.source.text()[at..].starts_with("{{"),
                name,
            },
        };
        self.error(at, problem);
    }

    /// Finds the entities that are declared only after their fields were asked for, of which the
    /// names are blamed so far.
    pub(super) fn explain_early(&mut self) {
        for early in std::mem::take(&mut self.early) {
            let mut declared = self.needs.entities.iter().zip(&self.places);
            // One that comes before is the tag that holds this name itself.
            let follows = |known: &Definition, at| *known.name == *early.entity && at > early.at;
            if !declared.any(|(known, at)| follows(known, *at)) {
                continue;
            }
            let problem = self.elsewhere(&early.entity, &early.field, true);
            let error = self.source.error(early.at, early.tag, problem);
            let blamed = self.errors.iter_mut().find(|(at, _)| *at == early.at);
            if let Some(blamed) = blamed {
                blamed.1 = error;
            }
        }
    }

    fn declared(&self, entity: &str) -> Option<&Definition> {
        let mut declared = self.needs.entities.iter();
        let found = declared.find(|known| &*known.name == entity);
        found.map(|definition| &**definition)
    }

    /// A field of an entity that is declared, but not where the field is asked for.
    fn elsewhere(&self, entity: &str, field: &str, follows: bool) -> Problem {
        let mut declared = self.needs.entities.iter();
        let index = declared.position(|known| &*known.name == entity);
        let at = index.and_then(|index| self.places.get(index));
        let (line, column) = self.source.place(at.copied().unwrap_or_default());
        Problem::NotHere {
            entity: entity.to_owned(),
            field: field.to_owned(),
            follows,
            line,
            column,
        }
    }
}

/// An entity without this field.
pub(super) fn no_field(definition: &Definition, field: &str) -> Problem {
    let entity = &definition.name;
    if field == "step" {
        return Problem::NoSteps {
            entity: entity.to_string(),
        };
    }
    let near = nearest(field, definition.all_fields());
    Problem::UnknownName {
        what: "field",
        name: format!("{entity}.{field}"),
        nearest: near.map(|(_, near)| format!("{entity}.{near}")),
    }
}

/// Whether a name is enough of a function's: a short one is near to many of them, and
/// rather the name of a variable.
fn is_like(function: &str, name: &str) -> bool {
    let bare = function.rsplit('.').next().unwrap_or(function);
    let far = distance(bare, name).min(distance(function, name));
    name.contains('.') || far.saturating_mul(3) <= name.len()
}
