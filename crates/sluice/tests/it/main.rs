//! The command line as a user runs it, with the functions that are deployed.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod bad_input;
mod check;
mod cost;
mod demo;
mod ingest;
mod page;
mod poison;
mod preview;
mod reconcile;
mod redrive;
mod reshard;
mod restart;
mod seeds;
mod send;
mod stack;
mod storm;
mod trial;
