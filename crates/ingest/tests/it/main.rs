//! The tests of this crate.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod api;
mod fetch;
mod report;
mod run;
mod transport;
