//! The words that records are filled with, written by the build script.

include!(concat!(env!("OUT_DIR"), "/lists.rs"));

/// A part of a text that is put together from words.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Piece {
    /// One of these, each equally likely.
    Words(&'static [&'static str]),
    Text(&'static str),
}

include!(concat!(env!("OUT_DIR"), "/locales.rs"));
