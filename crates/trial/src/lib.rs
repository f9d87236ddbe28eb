//! A pipeline's file and a record → what would become of it, in the browser.
//!
//! ```text
//! question ─▶ pipeline::file ─▶ pipeline::trial ─▶ answer
//! ```
//!
//! What is told is told by the crate `pipeline`, the one that the deployed function is built of.
//! This module only carries it: JSON in, JSON out. A page loads it when somebody wants to try a
//! record, because it weighs several times what the page does.

pub mod answer;

pub mod question;

pub mod shipped;

use wasm_bindgen::prelude::wasm_bindgen;

pub use answer::{Answer, answer};
pub use question::Question;

/// Answers a [`Question`] with an [`Answer`], both as JSON.
#[wasm_bindgen]
pub fn judge(question: &str) -> String {
    let answered = serde_json::from_str(question).map_or_else(
        |error| Answer::Unread {
            message: format!("the question is not one: {error}; reload the page"),
        },
        |question| answer(&question),
    );
    json(&answered)
}

/// The pipelines of the repository with what lies beside them, as JSON.
#[wasm_bindgen]
pub fn shipped() -> String {
    json(&Answer::Ready {
        shipped: &shipped::SHIPPED,
    })
}

/// Texts and numbers can always be written as JSON.
fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
