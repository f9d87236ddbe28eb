//! A compiled template: a flat list of operations, and the loop that runs them.

mod life;

use std::sync::Arc;

use crate::scene::Scene;
use crate::scene::pool::{Definition, Field};

use super::compare::{self, whole};
use super::error::quoted;
use super::function::Operation;
use super::limit::{
    MAX_NESTED_BLOCKS, MAX_OPERATIONS, MAX_RENDERED_BYTES, MAX_REPEAT, MAX_TURNS, MAX_VALUE_BYTES,
    RenderError,
};
use super::markup::{Comparison, Counter};
use super::text::Text;

/// Writing so many bytes takes about as long as an operation.
const BYTES_OF_AN_OPERATION: u64 = 16;

/// What rendering does next. Numbers called `otherwise`, `end` and the like are
/// the operation to go on with.
pub(super) enum Op {
    Literal(Text),
    /// Appends a text, empty or not, and what an operation makes.
    Call(Text, Operation),
    /// Appends the value of a slot.
    Value(usize),
    /// Appends a counter of the block at this depth.
    Counter {
        depth: usize,
        counter: Counter,
    },
    /// From here on the text is the first or second operand of what follows.
    Mark(usize),
    /// The first operand becomes the value of a slot.
    Keep(usize),
    Compare {
        comparison: Comparison,
        otherwise: usize,
    },
    Holds {
        negated: bool,
        otherwise: usize,
    },
    Chance {
        chance: f64,
        otherwise: usize,
    },
    Alive {
        reference: usize,
        negated: bool,
        otherwise: usize,
    },
    Jump(usize),
    /// Starts a repeat block, as often as drawn or, without bounds, as the first
    /// operand says.
    Repeat {
        depth: usize,
        times: Option<(u64, u64)>,
        end: usize,
    },
    /// Ends a turn of a repeat block.
    Again {
        depth: usize,
        start: usize,
        separator: Option<Box<str>>,
    },
    /// Picks an entity; if it is a new one, its fields follow.
    Pick {
        entity: usize,
        known: usize,
    },
    /// Takes the new entity with its fields into the pool.
    Enter {
        entity: usize,
    },
    /// Picks a live entity to refer to, or stays with the one picked before.
    Refer {
        reference: usize,
        anew: bool,
    },
}

/// An entity that the template declares, and where its values start.
pub(super) struct Declared {
    pub(super) definition: Arc<Definition>,
    pub(super) first: usize,
}

/// An entity that the template refers to, and the slots of its fields.
pub(super) struct Referred {
    pub(super) fields: Vec<(Field, Box<str>, usize)>,
}

/// A compiled template.
#[derive(Default)]
pub(super) struct Program {
    pub(super) ops: Vec<Op>,
    pub(super) declared: Vec<Declared>,
    pub(super) referred: Vec<Referred>,
}

/// How far a repeat block has come.
#[derive(Clone, Copy, Default)]
struct Turn {
    index: u64,
    count: u64,
}

/// What a record keeps while it is rendered.
struct Run {
    start: usize,
    marks: [usize; 2],
    turns: [Turn; MAX_NESTED_BLOCKS],
    /// Turns of all blocks so far.
    turned: u64,
    /// The references that have been picked, a bit each.
    picked: u64,
}

impl Program {
    /// Appends a record to `out`, or nothing if it fails.
    pub(super) fn run(&self, scene: &mut Scene, out: &mut Vec<u8>) -> Result<(), RenderError> {
        let mut run = Run {
            start: out.len(),
            marks: [out.len(); 2],
            turns: [Turn::default(); MAX_NESTED_BLOCKS],
            turned: 0,
            picked: 0,
        };
        // A record that failed may have left it otherwise.
        scene.set_true_time(false);
        let mut next = 0;
        let mut operations = 0;
        while let Some(op) = self.ops.get(next) {
            next += 1;
            operations += 1;
            let before = out.len();
            match op {
                Op::Literal(text) => text.write(out),
                Op::Call(before, operation) => {
                    before.write(out);
                    operation.render(scene, out);
                }
                Op::Value(slot) => out.extend_from_slice(scene.memory.value(*slot)),
                op => match self.control(op, &mut run, scene, out) {
                    Ok(jump) => next = jump.unwrap_or(next),
                    Err(error) => {
                        out.truncate(run.start);
                        return Err(error);
                    }
                },
            }
            // A call may write for long, and what goes into a condition is soon gone.
            operations += out.len().saturating_sub(before) as u64 / BYTES_OF_AN_OPERATION;
            if out.len() - run.start > MAX_RENDERED_BYTES || operations > MAX_OPERATIONS {
                out.truncate(run.start);
                return Err(if operations > MAX_OPERATIONS {
                    RenderError::TooManyOperations
                } else {
                    RenderError::TooLarge
                });
            }
        }
        Ok(())
    }

    /// Runs an operation that is more than text; where to go on if not with the
    /// next one.
    fn control(
        &self,
        op: &Op,
        run: &mut Run,
        scene: &mut Scene,
        out: &mut Vec<u8>,
    ) -> Result<Option<usize>, RenderError> {
        let jump = match op {
            Op::Literal(_) | Op::Call(..) | Op::Value(_) => None,
            Op::Counter { depth, counter } => {
                run.write_counter(*depth, *counter, out);
                None
            }
            Op::Mark(operand) => {
                run.marks[usize::from(*operand > 0)] = out.len();
                None
            }
            Op::Keep(slot) => {
                let value = out.get(run.marks[0]..).unwrap_or(&[]);
                if value.len() > MAX_VALUE_BYTES {
                    return Err(RenderError::LongValue);
                }
                scene.memory.set_value(*slot, value);
                out.truncate(run.marks[0]);
                None
            }
            Op::Compare {
                comparison,
                otherwise,
            } => {
                let [first, second] = run.marks;
                let left = out.get(first..second).unwrap_or(&[]);
                let holds = compare::holds(left, *comparison, out.get(second..).unwrap_or(&[]));
                out.truncate(first);
                (!holds).then_some(*otherwise)
            }
            Op::Holds { negated, otherwise } => {
                let holds = compare::is_something(out.get(run.marks[0]..).unwrap_or(&[]));
                out.truncate(run.marks[0]);
                (holds == *negated).then_some(*otherwise)
            }
            Op::Chance { chance, otherwise } => (scene.fraction() >= *chance).then_some(*otherwise),
            Op::Alive {
                reference,
                negated,
                otherwise,
            } => {
                let pool = scene.memory.referred(*reference);
                let alive = pool.is_some_and(|(pool, _)| pool.live() > 0);
                (alive == *negated).then_some(*otherwise)
            }
            Op::Jump(to) => Some(*to),
            Op::Repeat { depth, times, end } => {
                let count = match times {
                    Some((low, high)) => scene.between(*low, *high),
                    None => count(out, run.marks[0])?,
                };
                if let Some(turn) = run.turns.get_mut(*depth) {
                    *turn = Turn { index: 0, count };
                }
                run.turn(count > 0)?.then_some(*end)
            }
            Op::Again {
                depth,
                start,
                separator,
            } => {
                let Some(turn) = run.turns.get_mut(*depth) else {
                    return Ok(None);
                };
                turn.index += 1;
                let goes_on = turn.index < turn.count;
                if let (true, Some(separator)) = (goes_on, separator) {
                    out.extend_from_slice(separator.as_bytes());
                }
                (!run.turn(goes_on)?).then_some(*start)
            }
            Op::Pick { entity, known } => self.pick(*entity, scene).then_some(*known),
            Op::Enter { entity } => {
                self.enter(*entity, scene)?;
                None
            }
            Op::Refer { reference, anew } => {
                let bit = 1_u64.checked_shl(u32::try_from(*reference).unwrap_or(u32::MAX));
                let bit = bit.unwrap_or(0);
                if *anew || run.picked & bit == 0 {
                    self.refer(*reference, scene)?;
                    run.picked |= bit;
                }
                None
            }
        };
        Ok(jump)
    }
}

/// How often a block is repeated that is told so by a value.
fn count(out: &mut Vec<u8>, start: usize) -> Result<u64, RenderError> {
    let value = out.get(start..).unwrap_or(&[]);
    let count = whole(value).filter(|count| *count <= MAX_REPEAT);
    let count = count.ok_or_else(|| RenderError::NotACount {
        found: quoted(&String::from_utf8_lossy(value)),
    });
    out.truncate(start);
    count
}

impl Run {
    /// Counts a turn if there is one; whether the block is over.
    fn turn(&mut self, goes_on: bool) -> Result<bool, RenderError> {
        self.turned += u64::from(goes_on);
        if self.turned > MAX_TURNS {
            return Err(RenderError::TooManyTurns);
        }
        Ok(!goes_on)
    }

    fn write_counter(&self, depth: usize, counter: Counter, out: &mut Vec<u8>) {
        let turn = self.turns.get(depth).copied().unwrap_or_default();
        let number = match counter {
            Counter::Index => turn.index,
            Counter::Number => turn.index + 1,
            Counter::Count => turn.count,
        };
        out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
    }
}
