//! What the fuzz targets share: bytes are read as choices, choices make a
//! template, and what a template takes is measured.

mod choices;
mod grammar;
pub mod memory;

pub use choices::Choices;
pub use grammar::template;
