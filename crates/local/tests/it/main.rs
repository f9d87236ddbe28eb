//! The tests of this crate, one module a stage.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, missing_docs)]

mod kinesis;
