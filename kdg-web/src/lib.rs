//! The Kinesis Data Generator as a page, as one WebAssembly module for the window and its worker.
//!
//! ```text
//! page ──ToWorker──▶ worker ─▶ plan ─▶ run ─▶ aws ─▶ signature ─▶ http
//!   ◀───FromWorker─────┘
//! ```
//!
//! What a pipeline would make of a record is told by a module of its own, `crates/trial`, which is
//! loaded when it is first asked for.
//!
//! The page draws and signs in. The worker makes, signs and sends records, and tells four times a
//! second how they stand. Everything but [`page`], [`worker`] and the client in `http/browser.rs`
//! runs natively as well, and is tested there against the local stack.

// In the order in which a session meets them.
pub mod config;

pub mod cognito;

pub mod link;

pub mod original;

// What the two sides say to each other.
pub mod message;

pub mod plan;

pub mod preview;

pub mod drive;

pub mod run;

pub mod aws;

pub mod sendable;

pub mod signature;

pub mod http;

// What becomes of records, before there are any.
pub mod trial;

// What the page shows and remembers.
pub mod state;

mod page;

mod worker;

use wasm_bindgen::prelude::wasm_bindgen;

/// Starts the page; called once by the script of the window.
#[wasm_bindgen]
pub fn page_main() {
    page::start();
}

/// Starts the worker; called once by its script.
#[wasm_bindgen]
pub fn worker_main() {
    worker::start();
}
