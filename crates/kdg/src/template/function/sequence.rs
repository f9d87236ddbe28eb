//! `sequence.next`: whole numbers one after the other.

use crate::scene::memory::{Cell, Needs};

use super::super::argument::{Argument, Misfit};
use super::Operation;
use super::options::Options;

/// Whole numbers up to here are what JSON can express, 2⁵³.
const MOST_EXACT: f64 = 9_007_199_254_740_992.0;

/// Compiles `sequence.next`. It starts at `start`, 1 unless told, and goes on
/// by `step`, 1 unless told. Tags with the same `name` count together.
pub(super) fn next(argument: &Argument<'_>, needs: &mut Needs) -> Result<Operation, Misfit> {
    let options = Options::read(
        argument,
        &["start", "step", "name"],
        r#"an object such as {"start": 1000, "step": 1, "name": "orders"}"#,
    )?;
    let start = whole(&options, "start")?;
    let step = whole(&options, "step")?;
    let cell = needs.cell("sequence", options.text("name")?);
    Ok(Operation::new(move |scene, out| {
        if let Some(cell) = scene.memory.cell(cell) {
            let next = match cell {
                Cell::Count(count) => count.wrapping_add(step),
                _ => start,
            };
            *cell = Cell::Count(next);
            out.extend_from_slice(itoa::Buffer::new().format(next).as_bytes());
        }
    }))
}

fn whole(options: &Options, name: &str) -> Result<i64, Misfit> {
    let number = options.number(name)?.unwrap_or(1.0);
    let usable = number.fract() == 0.0 && number.abs() <= MOST_EXACT;
    options.require(name, usable, || format!("a whole number as \"{name}\""))?;
    #[expect(clippy::cast_possible_truncation, reason = "whole and at most 2^53")]
    Ok(number as i64)
}
