//! The tests of this crate, one module a stage.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod bucket;
mod decode;
mod deployed;
mod event;
mod file;
mod ingest;
mod key;
mod lines;
mod memory;
mod process;
mod program;
mod quarantine;
mod replay;
mod schedule;
mod schema;
mod terraform;
mod unpack;
mod weight;
