//! The time, in a format of moment.js.

use super::super::argument::{Argument, Misfit};
use super::super::moment::{Format, Zone};
use super::Operation;

const LOCAL: &str = "YYYY-MM-DDTHH:mm:ssZ";
/// The KDG prints a literal Z here, not an offset.
const UTC: &str = "YYYY-MM-DDTHH:mm:ss[Z]";

/// `date.now` and `current.timestamp`: the clock, in local time.
pub(super) fn now(argument: &Argument<'_>) -> Result<Operation, Misfit> {
    let format = format(argument, LOCAL)?;
    Ok(Operation::new(move |scene, out| {
        format.render(scene.now_ms(), Zone::Local(scene.offset_minutes()), out);
    }))
}

/// `date.utc`: the clock, in UTC.
pub(super) fn utc(argument: &Argument<'_>) -> Result<Operation, Misfit> {
    let format = format(argument, UTC)?;
    Ok(Operation::new(move |scene, out| {
        format.render(scene.now_ms(), Zone::Utc, out);
    }))
}

/// `date.simTime`: the simulated clock, in local time.
pub(super) fn simulated(argument: &Argument<'_>) -> Result<Operation, Misfit> {
    let format = format(argument, LOCAL)?;
    Ok(Operation::new(move |scene, out| {
        format.render(
            scene.simulated_ms(),
            Zone::Local(scene.offset_minutes()),
            out,
        );
    }))
}

fn format(argument: &Argument<'_>, default: &str) -> Result<Format, Misfit> {
    let format = argument.free_text()?;
    Ok(Format::parse(format.as_deref().unwrap_or(default)))
}
