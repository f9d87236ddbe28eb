//! The live entities of one name.

use std::sync::Arc;

/// What keeping an entity takes beside its text, and each of its fields.
const ENTITY_BYTES: usize = 96;
const FIELD_BYTES: usize = 8;

/// A text that is over keeps so much room for the next one, so that short ones need
/// no new memory, and long ones no memory that nobody counts.
const KEPT_BYTES: usize = 256;

/// What an entity is made of.
#[derive(Debug)]
pub(crate) struct Definition {
    pub(crate) name: Box<str>,
    /// The tag as written: templates that share an entity write it alike.
    pub(crate) text: Box<str>,
    /// How many are alive at a time.
    pub(crate) size: u64,
    pub(crate) fields: Vec<Box<str>>,
    /// What it goes through; without steps it lives for ever.
    pub(crate) steps: Vec<Step>,
}

/// A step in the life of an entity, and in how many records it shows.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub(crate) name: Box<str>,
    pub(crate) low: u64,
    pub(crate) high: u64,
}

/// Something that an entity of another template is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Field {
    Named(Box<str>),
    Step,
    Number,
}

/// The entities of one name, the live ones first.
#[derive(Debug)]
pub(crate) struct Pool {
    pub(crate) name: Box<str>,
    /// Missing as long as the entity is only referred to.
    definition: Option<Arc<Definition>>,
    entities: Vec<Entity>,
    /// The rest of `entities` is over; their buffers wait for the next ones.
    live: usize,
    born: u64,
    /// What the live ones hold.
    bytes: usize,
}

#[derive(Debug, Default)]
struct Entity {
    number: u64,
    /// The step of its latest record.
    shown: usize,
    /// The step of its next record, and how many of that are left.
    step: usize,
    left: u64,
    /// The fields one after the other, and where each ends.
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl Definition {
    /// Everything that can be asked for, in the order of a template's values.
    pub(crate) fn all_fields(&self) -> impl Iterator<Item = &str> {
        let steps = (!self.steps.is_empty()).then_some("step");
        let named = self.fields.iter().map(|field| &**field);
        named.chain(["number"]).chain(steps)
    }
}

impl Field {
    pub(crate) fn new(name: &str) -> Self {
        match name {
            "step" => Self::Step,
            "number" => Self::Number,
            name => Self::Named(name.into()),
        }
    }
}

impl Pool {
    pub(super) fn new(name: &str) -> Self {
        Self {
            name: name.into(),
            definition: None,
            entities: Vec::new(),
            live: 0,
            born: 0,
            bytes: 0,
        }
    }

    /// Whether the pool can hold what another template declares.
    pub(super) fn accepts(&self, definition: &Definition) -> bool {
        let known = self.definition.as_ref();
        known.is_none_or(|known| known.text == definition.text)
    }

    pub(super) fn define(&mut self, definition: &Arc<Definition>) {
        self.definition
            .get_or_insert_with(|| Arc::clone(definition));
    }

    /// Everything that its entities can be asked for.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &str> {
        let definition = self.definition.iter();
        definition.flat_map(|definition| definition.all_fields())
    }

    pub(crate) fn live(&self) -> usize {
        self.live
    }

    /// What the live ones hold.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Writes the fields of the live entity `index` to the values from `first`
    /// on, and takes it one record further.
    pub(crate) fn visit(
        &mut self,
        index: usize,
        values: &mut [Vec<u8>],
        draw: impl FnMut(u64, u64) -> u64,
    ) {
        let Some(definition) = self.definition.clone() else {
            return;
        };
        let Some(entity) = self.entities.get_mut(index) else {
            return;
        };
        entity.shown = entity.step;
        let fields = definition.fields.len();
        for (field, value) in values.iter_mut().enumerate().take(fields) {
            value.clear();
            value.extend_from_slice(entity.field(field));
        }
        if let Some(value) = values.get_mut(fields) {
            write_number(entity.number, value);
        }
        if let (Some(step), Some(value)) = (
            definition.steps.get(entity.step),
            values.get_mut(fields + 1),
        ) {
            value.clear();
            value.extend_from_slice(step.name.as_bytes());
            if entity.advance(&definition.steps, draw) {
                self.live -= 1;
                self.bytes = self.bytes.saturating_sub(entity.bytes());
                if entity.text.len() > KEPT_BYTES {
                    entity.text = Vec::new();
                }
                self.entities.swap(index, self.live);
            }
        }
    }

    /// A new live entity with these fields; its index.
    pub(crate) fn add(
        &mut self,
        values: &[Vec<u8>],
        mut draw: impl FnMut(u64, u64) -> u64,
    ) -> usize {
        if self.live == self.entities.len() {
            self.entities.push(Entity::default());
        }
        let index = self.live;
        let first = self.definition.as_ref().and_then(|d| d.steps.first());
        if let Some(entity) = self.entities.get_mut(index) {
            self.born += 1;
            self.live += 1;
            entity.number = self.born;
            (entity.step, entity.shown) = (0, 0);
            entity.left = first.map_or(0, |step| draw(step.low, step.high));
            entity.text.clear();
            entity.ends.clear();
            entity.text.reserve_exact(values.iter().map(Vec::len).sum());
            for value in values {
                entity.text.extend_from_slice(value);
                entity.ends.push(entity.text.len());
            }
            self.bytes += entity.bytes();
        }
        index
    }

    /// Writes what the live entity `index` holds under `field`; `false` if it
    /// has no such field.
    pub(crate) fn read(&self, index: usize, field: &Field, value: &mut Vec<u8>) -> bool {
        let (Some(definition), Some(entity)) = (&self.definition, self.entities.get(index)) else {
            return false;
        };
        match field {
            Field::Number => write_number(entity.number, value),
            Field::Step => {
                let Some(step) = definition.steps.get(entity.shown) else {
                    return false;
                };
                value.clear();
                value.extend_from_slice(step.name.as_bytes());
            }
            Field::Named(name) => {
                let Some(field) = definition.fields.iter().position(|known| known == name) else {
                    return false;
                };
                value.clear();
                value.extend_from_slice(entity.field(field));
            }
        }
        true
    }
}

impl Entity {
    /// By its text alone, so that it is the same on every platform.
    fn bytes(&self) -> usize {
        ENTITY_BYTES + self.ends.len() * FIELD_BYTES + self.text.len()
    }

    fn field(&self, field: usize) -> &[u8] {
        let before = field
            .checked_sub(1)
            .and_then(|before| self.ends.get(before));
        let start = before.copied().unwrap_or(0);
        let end = self.ends.get(field).copied().unwrap_or(start);
        self.text.get(start..end).unwrap_or(&[])
    }

    /// One record less; `true` if that was the last of its life.
    fn advance(&mut self, steps: &[Step], mut draw: impl FnMut(u64, u64) -> u64) -> bool {
        self.left = self.left.saturating_sub(1);
        while self.left == 0 {
            self.step += 1;
            let Some(step) = steps.get(self.step) else {
                return true;
            };
            self.left = draw(step.low, step.high);
        }
        false
    }
}

fn write_number(number: u64, value: &mut Vec<u8>) {
    value.clear();
    value.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}
