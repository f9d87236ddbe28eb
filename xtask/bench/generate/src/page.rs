//! What the page calls.

use wasm_bindgen::prelude::wasm_bindgen;

use crate::sample::{Renderer, SAMPLES};

/// The digest of the first `records` records.
///
/// # Errors
///
/// What is wrong with the template, or with a record.
#[wasm_bindgen]
pub fn digest(records: u32) -> Result<String, String> {
    crate::digest::digest(records.into())
}

/// A sample, ready to be measured.
#[wasm_bindgen]
pub struct Measured(Renderer);

#[wasm_bindgen]
impl Measured {
    /// The sample called `name`.
    ///
    /// # Errors
    ///
    /// When there is none, or it does not compile.
    #[wasm_bindgen(constructor)]
    pub fn new(name: &str) -> Result<Measured, String> {
        let sample = SAMPLES.iter().find(|sample| sample.name == name);
        let sample = sample.ok_or_else(|| format!("there is no sample called {name}"))?;
        let renderer = Renderer::new(sample.text).map_err(|errors| errors.to_string())?;
        Ok(Self(renderer))
    }

    /// Renders so many records and tells how many bytes they had.
    #[expect(clippy::cast_precision_loss, reason = "JavaScript counts in f64")]
    pub fn render(&mut self, records: u32) -> f64 {
        self.0.render(records) as f64
    }
}
