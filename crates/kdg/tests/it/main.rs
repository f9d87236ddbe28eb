//! The tests of this crate, one module a stage.
