//! `cargo xtask bench`: ours beside theirs, in one run, as ratios.

mod generate;
mod handle;
mod page;
mod process;
mod send;
mod start;
mod turns;

use clap::ValueEnum;

use crate::step;

/// What to measure.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Only this one; everything when omitted
    name: Option<Name>,
}

/// A measurement that can be run alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Name {
    /// Records rendered from templates: ours, faker's, written by hand, and in a browser
    Generate,
    /// The function's work without Lambda and S3: its speed, its memory and its size
    Handle,
    /// The generator's page: acknowledged records per second, and how long it keeps people waiting
    Page,
    /// Records through stream, event source mapping and function into the bucket: ours and Python's
    Process,
    /// Acknowledged records per second, with the limits of shards and without
    Send,
    /// How soon the function answers, beside ones that do nothing
    Start,
}

/// Runs the measurements.
///
/// # Errors
///
/// When a run fails, leaves a record unaccounted for, or falls short of a target.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let wanted = |name| arguments.name.is_none_or(|only| only == name);
    if wanted(Name::Generate) {
        generate::run()?;
    }
    if wanted(Name::Handle) {
        handle::run()?;
    }
    if wanted(Name::Page) {
        page::run()?;
    }
    if wanted(Name::Process) {
        process::run()?;
    }
    if wanted(Name::Send) {
        send::run()?;
    }
    if wanted(Name::Start) {
        start::run()?;
    }
    step::say(
        "a ratio holds for this machine and this run; the absolute figures move with its load",
    );
    Ok(())
}
