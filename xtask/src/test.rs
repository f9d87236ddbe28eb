//! `cargo xtask test`: every check, in the order in which it is quickest to fail.

use clap::ValueEnum;

use crate::{clients, step, tidy};

/// Which tests to run.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Only these; everything when omitted
    #[arg(long)]
    only: Option<Part>,
}

/// A part of the tests that can be run alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Formatting, lints, invariants, Rust tests, and other people's clients against the stack
    Rust,
}

/// Runs the tests.
///
/// # Errors
///
/// At the first check that fails.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    if arguments.only.is_none_or(|part| part == Part::Rust) {
        rust()?;
    }
    step::say("every test passed");
    Ok(())
}

fn rust() -> anyhow::Result<()> {
    step::run(
        "formatting",
        step::cargo().args(["fmt", "--all", "--check"]),
    )?;
    tidy::run()?;
    let mut clippy = step::cargo();
    clippy.args([
        "clippy",
        "--workspace",
        "--all-targets",
        "--locked",
        "--",
        "-D",
        "warnings",
    ]);
    step::run("lints", &mut clippy)?;
    // The binaries come first: the tests run them as a user would.
    step::run(
        "binaries",
        step::cargo().args(["build", "--workspace", "--bins", "--locked"]),
    )?;
    step::run(
        "tests",
        step::cargo().args(["test", "--workspace", "--locked", "--no-fail-fast"]),
    )?;
    clients::run()
}
