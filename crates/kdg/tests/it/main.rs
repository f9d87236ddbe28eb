//! The tests of this crate, one module a stage.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod arguments;
mod batch;
mod delivery;
mod delivery_laws;
mod fault;
mod grid;
mod functions;
mod pace;
mod record;
mod scan;
mod template;
mod template_errors;
mod vectors;
