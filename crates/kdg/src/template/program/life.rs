//! What rendering does with entities.

use crate::entropy::between;
use crate::scene::Scene;

use super::super::limit::{MAX_ENTITIES_BYTES, MAX_ENTITY_BYTES, RenderError};
use super::super::spelling::nearest;
use super::{Declared, Program};

impl Program {
    /// Picks an entity of those that may be alive; whether it already is.
    pub(super) fn pick(&self, entity: usize, scene: &mut Scene) -> bool {
        let Some(declared) = self.declared.get(entity) else {
            return true;
        };
        let drawn = scene.below(declared.definition.size);
        let mut drawn = usize::try_from(drawn).unwrap_or(usize::MAX);
        let live = scene
            .memory
            .declared(entity)
            .map_or(0, |(pool, _)| pool.live());
        let is_full = || scene.memory.entity_bytes() + MAX_ENTITY_BYTES > MAX_ENTITIES_BYTES;
        if drawn >= live && live > 0 && is_full() {
            drawn %= live;
        }
        let is_known = visit(declared, entity, drawn, scene);
        scene.set_true_time(!is_known);
        is_known
    }

    /// Takes a new entity with its fields into the pool.
    pub(super) fn enter(&self, entity: usize, scene: &mut Scene) -> Result<(), RenderError> {
        scene.set_true_time(false);
        let Some(declared) = self.declared.get(entity) else {
            return Ok(());
        };
        let (memory, entropy) = scene.parts();
        let Some((pool, values)) = memory.declared(entity) else {
            return Ok(());
        };
        let end = declared.first + declared.definition.fields.len();
        let values = values.get(declared.first..end).unwrap_or(&[]);
        if values.iter().map(Vec::len).sum::<usize>() > MAX_ENTITY_BYTES {
            return Err(RenderError::LongEntity {
                entity: declared.definition.name.to_string(),
            });
        }
        let index = pool.add(values, |low, high| between(entropy, low, high));
        visit(declared, entity, index, scene);
        Ok(())
    }

    pub(super) fn refer(&self, reference: usize, scene: &mut Scene) -> Result<(), RenderError> {
        let referred = self.referred.get(reference);
        let live = scene
            .memory
            .referred(reference)
            .map_or(0, |(pool, _)| pool.live());
        let drawn = scene.below(live as u64);
        let index = usize::try_from(drawn).unwrap_or(usize::MAX);
        let (Some(referred), Some((pool, values))) = (referred, scene.memory.referred(reference))
        else {
            return Ok(());
        };
        if live == 0 {
            let entity = pool.name.to_string();
            let near = nearest(&entity, scene.memory.alive());
            return Err(RenderError::NoneAlive {
                nearest: near.map(|(_, near)| near.to_owned()),
                entity,
            });
        }
        for (field, name, slot) in &referred.fields {
            let value = values.get_mut(*slot);
            if !value.is_some_and(|value| pool.read(index, field, value)) {
                let near = nearest(name, pool.fields());
                return Err(RenderError::NoField {
                    nearest: near.map(|(_, near)| near.to_owned()),
                    entity: pool.name.to_string(),
                    field: name.to_string(),
                });
            }
        }
        Ok(())
    }
}

/// Takes the values of a live entity, if that is one, and its next step.
fn visit(declared: &Declared, entity: usize, index: usize, scene: &mut Scene) -> bool {
    let (memory, entropy) = scene.parts();
    let Some((pool, values)) = memory.declared(entity) else {
        return true;
    };
    if index >= pool.live() {
        return false;
    }
    let values = values.get_mut(declared.first..).unwrap_or(&mut []);
    pool.visit(index, values, |low, high| between(entropy, low, high));
    true
}
