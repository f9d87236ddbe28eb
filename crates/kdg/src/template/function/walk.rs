//! `random.walk`: a level that moves a little from record to record.

use crate::scene::memory::{Cell, Needs};

use super::super::argument::{Argument, Misfit};
use super::super::value::number_text;
use super::Operation;
use super::decimal::{uniform, write};
use super::options::Options;

/// Larger steps soon lead to numbers that cannot be expressed.
const MOST_STEP: f64 = 1e300;

/// Compiles `random.walk`. It starts at `start`, moves by at most `step` either
/// way, and turns round at `min` and `max`. Tags with the same `name` move the
/// same level.
pub(super) fn walk(argument: &Argument<'_>, needs: &mut Needs) -> Result<Operation, Misfit> {
    let options = Options::read(
        argument,
        &["start", "step", "min", "max", "decimals", "name"],
        r#"an object such as {"start": 20, "step": 0.5, "min": 15, "max": 25}"#,
    )?;
    let (min, max) = options.bounds()?;
    let (low, high) = (min.unwrap_or(f64::MIN), max.unwrap_or(f64::MAX));
    let start = options.number("start")?.unwrap_or(0.0_f64.clamp(low, high));
    options.require("start", (low..=high).contains(&start), || {
        "a \"start\" within \"min\" and \"max\"".to_owned()
    })?;
    let step = options.positive("step", 1.0)?;
    let room = (high - low).min(MOST_STEP);
    options.require("step", step <= room, || {
        format!("a \"step\" of at most {}", number_text(room))
    })?;
    let decimals = options.decimals()?;
    let cell = needs.cell("walk", options.text("name")?);
    Ok(Operation::new(move |scene, out| {
        let before = match scene.memory.cell(cell) {
            Some(Cell::Level(level)) => Some(*level),
            _ => None,
        };
        let level = before.map_or(start, |level| {
            let moved = level + uniform(scene, -step, step);
            // As far inside the bound as it would have been outside.
            let turned = if moved > high {
                high - (moved - high)
            } else if moved < low {
                low + (low - moved)
            } else {
                moved
            };
            turned.max(low).min(high)
        });
        if let Some(cell) = scene.memory.cell(cell) {
            *cell = Cell::Level(level);
        }
        write(level, decimals, out);
    }))
}
