//! The tests of this crate, one module a stage.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod allocation;
mod arguments;
mod batch;
mod delivery;
mod delivery_laws;
mod distribution;
mod fault;
mod flow;
mod functions;
mod grid;
mod hostile;
mod language;
mod language_errors;
mod pace;
mod page;
mod record;
mod scan;
mod seed;
mod state;
mod template;
mod template_errors;
mod vectors;
