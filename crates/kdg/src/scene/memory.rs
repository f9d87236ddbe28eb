//! What outlives a record: counters, walks and entities, and the buffers that
//! variables use.
//!
//! A template knows its state by numbers of its own. They are bound to the
//! state of a scene when it first renders there, so that a name means the same
//! thing in every template of the scene and no render looks names up.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use crate::template::RenderError;

use super::pool::{Definition, Pool};

/// What a template keeps from record to record.
#[derive(Debug, Default)]
pub(crate) struct Needs {
    /// Distinguishes templates, so that what has no name is not shared.
    pub(crate) template: u64,
    /// How many values a record puts aside.
    pub(crate) variables: usize,
    pub(crate) cells: Vec<CellNeed>,
    pub(crate) entities: Vec<Arc<Definition>>,
    /// Names of entities that another template may declare.
    pub(crate) references: Vec<Box<str>>,
}

/// A number that a template keeps.
#[derive(Debug)]
pub(crate) struct CellNeed {
    /// Names of different kinds are different names.
    pub(crate) kind: &'static str,
    /// Without a name it belongs to one tag.
    pub(crate) name: Option<Box<str>>,
}

/// A number that is kept from record to record.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) enum Cell {
    #[default]
    Unset,
    Count(i64),
    Level(f64),
}

/// The state of a scene.
#[derive(Default)]
pub(crate) struct Memory {
    values: Vec<Vec<u8>>,
    cells: Vec<Cell>,
    named: HashMap<&'static str, HashMap<Box<str>, usize>>,
    pools: Vec<Pool>,
    bindings: Vec<Binding>,
    /// The binding of the template that is being rendered.
    current: usize,
}

/// Where the state of one template lies.
struct Binding {
    template: u64,
    cells: Vec<usize>,
    entities: Vec<usize>,
    references: Vec<usize>,
}

impl Needs {
    /// One more number to keep.
    pub(crate) fn cell(&mut self, kind: &'static str, name: Option<&str>) -> usize {
        let name = name.map(Into::into);
        self.cells.push(CellNeed { kind, name });
        self.cells.len() - 1
    }

    /// Whether anything is kept from record to record.
    pub(crate) fn is_stateful(&self) -> bool {
        !(self.cells.is_empty() && self.entities.is_empty() && self.references.is_empty())
    }
}

impl Memory {
    /// Makes the state of a template the one that the other methods speak of.
    pub(crate) fn enter(&mut self, needs: &Needs) -> Result<(), RenderError> {
        if self.values.len() < needs.variables {
            self.values.resize_with(needs.variables, Vec::new);
        }
        if needs.is_stateful() {
            let known = |binding: &Binding| binding.template == needs.template;
            self.current = match self.bindings.iter().position(known) {
                Some(index) => index,
                None => self.bind(needs)?,
            };
        }
        Ok(())
    }

    fn bind(&mut self, needs: &Needs) -> Result<usize, RenderError> {
        for definition in &needs.entities {
            let pool = self.pools.iter().find(|pool| pool.name == definition.name);
            if pool.is_some_and(|pool| !pool.accepts(definition)) {
                return Err(RenderError::Differs {
                    entity: definition.name.to_string(),
                });
            }
        }
        let cells = needs.cells.iter().map(|cell| self.cell_of(cell)).collect();
        let mut entities = Vec::new();
        for definition in &needs.entities {
            let index = self.pool_of(&definition.name);
            self.pools[index].define(definition);
            entities.push(index);
        }
        let references = needs.references.iter();
        let references = references.map(|name| self.pool_of(name)).collect();
        self.bindings.push(Binding {
            template: needs.template,
            cells,
            entities,
            references,
        });
        Ok(self.bindings.len() - 1)
    }

    fn cell_of(&mut self, need: &CellNeed) -> usize {
        if let Some(name) = &need.name {
            let named = self.named.entry(need.kind).or_default();
            if let Some(index) = named.get(name) {
                return *index;
            }
            named.insert(name.clone(), self.cells.len());
        }
        self.cells.push(Cell::Unset);
        self.cells.len() - 1
    }

    fn pool_of(&mut self, name: &str) -> usize {
        let known = self.pools.iter().position(|pool| &*pool.name == name);
        known.unwrap_or_else(|| {
            self.pools.push(Pool::new(name));
            self.pools.len() - 1
        })
    }

    /// The value that the template put aside as `slot`.
    pub(crate) fn value(&self, slot: usize) -> &[u8] {
        self.values.get(slot).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn set_value(&mut self, slot: usize, value: &[u8]) {
        if let Some(kept) = self.values.get_mut(slot) {
            kept.clear();
            kept.extend_from_slice(value);
        }
    }

    /// The number that the template knows as `cell`.
    pub(crate) fn cell(&mut self, cell: usize) -> Option<&mut Cell> {
        let index = *self.bindings.get(self.current)?.cells.get(cell)?;
        self.cells.get_mut(index)
    }

    /// The pool of an entity that the template declares, and the values.
    pub(crate) fn declared(&mut self, entity: usize) -> Option<(&mut Pool, &mut Vec<Vec<u8>>)> {
        let index = *self.bindings.get(self.current)?.entities.get(entity)?;
        Some((self.pools.get_mut(index)?, &mut self.values))
    }

    /// What the entities hold that the template declares.
    pub(crate) fn entity_bytes(&self) -> usize {
        let binding = self.bindings.get(self.current);
        let entities = binding.iter().flat_map(|binding| &binding.entities);
        let pools = entities.filter_map(|index| self.pools.get(*index));
        pools.map(Pool::bytes).sum()
    }

    /// The names of the entities of which some are alive.
    pub(crate) fn alive(&self) -> impl Iterator<Item = &str> {
        let alive = self.pools.iter().filter(|pool| pool.live() > 0);
        alive.map(|pool| &*pool.name)
    }

    /// The pool of an entity that the template refers to, and the values.
    pub(crate) fn referred(&mut self, reference: usize) -> Option<(&mut Pool, &mut Vec<Vec<u8>>)> {
        let index = *self.bindings.get(self.current)?.references.get(reference)?;
        Some((self.pools.get_mut(index)?, &mut self.values))
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory")
            .field("cells", &self.cells)
            .field("pools", &self.pools.len())
            .finish_non_exhaustive()
    }
}
