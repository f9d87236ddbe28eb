//! What was typed cannot be meant: told from a run that failed by its exit code.

use std::fmt::Display;

use thiserror::Error;

/// The exit code of a command that was typed wrongly, as clap has it.
pub(crate) const EXIT_CODE: u8 = 2;

/// What is wrong with an option, and what to type in its place.
#[derive(Debug, Error)]
#[error("{0}")]
pub(crate) struct Misuse(String);

/// An error that ends the command with [`EXIT_CODE`].
pub(crate) fn misuse(words: impl Display) -> anyhow::Error {
    Misuse(words.to_string()).into()
}
