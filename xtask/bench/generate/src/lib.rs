//! Templates to measure and compare, wherever `kdg` runs: in a terminal, in a browser, and beside
//! code written by hand that makes the same records.
//!
//! `cargo xtask bench generate` measures; `cargo xtask test --only wasm` compares.

pub mod sample;

pub mod digest;

#[cfg(not(target_family = "wasm"))]
pub mod hand;

#[cfg(target_family = "wasm")]
pub mod page;
