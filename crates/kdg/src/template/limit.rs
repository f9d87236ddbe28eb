//! How much a template may ask for, so that no template exhausts the machine.

use thiserror::Error;

use super::error::{shortened, suggestion};

/// The most bytes that one record renders to, ten times what a stream takes.
pub const MAX_RENDERED_BYTES: usize = 10 * 1024 * 1024;

/// The most errors of a template that are reported at once.
pub const MAX_ERRORS: usize = 100;

/// The most blocks inside one another.
pub const MAX_NESTED_BLOCKS: usize = 8;

/// The most turns of a single repeat block.
pub const MAX_REPEAT: u64 = 100_000;

/// The most turns that the repeat blocks of one record take together.
pub const MAX_TURNS: u64 = 1_000_000;

/// The most operations of one record: what a repeat block holds counts each time,
/// and so do every 16 bytes that are written, also into variables and conditions.
pub const MAX_OPERATIONS: u64 = 10_000_000;

/// The most variables of a template, counting the fields of its entities.
pub const MAX_VARIABLES: usize = 256;

/// The most bytes of a variable or of a field of an entity.
pub const MAX_VALUE_BYTES: usize = 64 * 1024;

/// The most entities that one template keeps alive.
pub const MAX_ENTITIES: u64 = 100_000;

/// The most bytes that the fields of one entity hold together.
pub const MAX_ENTITY_BYTES: usize = 4 * 1024;

/// The most bytes that the live entities of one template hold together, each
/// counted with what keeping it takes. While they do, a record picks one of those
/// that are alive, as if no more had been declared.
pub const MAX_ENTITIES_BYTES: usize = 64 * 1024 * 1024;

/// The most records that one step of an entity lasts.
pub const MAX_STEP_RECORDS: u64 = 1_000_000;

/// The most entities that one template refers to.
pub const MAX_REFERENCES: usize = 64;

/// Why a template that compiled cannot render this record.
///
/// Nothing is appended then, and a later record may well succeed. State that
/// was moved before the failure stays moved: a sequence leaves a gap.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RenderError {
    /// The record exceeds [`MAX_RENDERED_BYTES`].
    #[error("the record grows beyond {MAX_RENDERED_BYTES} bytes, repeat less or write less")]
    TooLarge,
    /// The repeat blocks exceed [`MAX_TURNS`], or a variable asks for more than
    /// [`MAX_REPEAT`].
    #[error("the record repeats more than {MAX_TURNS} times in all, repeat less")]
    TooManyTurns,
    /// The record exceeds [`MAX_OPERATIONS`].
    #[error("the record takes more than {MAX_OPERATIONS} operations, repeat less")]
    TooManyOperations,
    /// A value exceeds [`MAX_VALUE_BYTES`].
    #[error("a variable grows beyond {MAX_VALUE_BYTES} bytes, put less into it")]
    LongValue,
    /// An entity exceeds [`MAX_ENTITY_BYTES`].
    #[error(
        "the fields of {} hold more than {MAX_ENTITY_BYTES} bytes, shorten them",
        shortened(entity)
    )]
    LongEntity {
        /// Its name.
        entity: String,
    },
    /// A repeat block is told something else than a number.
    #[error("a repeat block needs a whole number of 0 to {MAX_REPEAT}, found {found}")]
    NotACount {
        /// What it was told, cut when it is long.
        found: String,
    },
    /// No entity is alive that could be referred to.
    #[error(
        "no {} is alive yet, first render a template that declares it in the same scene{}",
        shortened(entity),
        suggestion(nearest.as_deref())
    )]
    NoneAlive {
        /// Its name.
        entity: String,
        /// The one alive that was probably meant.
        nearest: Option<String>,
    },
    /// The entity has no such field.
    #[error(
        "{} has no field {}{}",
        shortened(entity),
        shortened(field),
        suggestion(nearest.as_deref())
    )]
    NoField {
        /// Its name.
        entity: String,
        /// The field.
        field: String,
        /// The field that was probably meant.
        nearest: Option<String>,
    },
    /// Another template declares the entity otherwise.
    #[error(
        "another template declares {} differently, give one of them another name",
        shortened(entity)
    )]
    Differs {
        /// Its name.
        entity: String,
    },
}
