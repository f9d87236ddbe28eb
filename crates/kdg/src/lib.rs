//! The generating half of sluice: a template becomes records, records become
//! batches, and batches are delivered to a Kinesis data stream.
//!
//! ```text
//! template ─▶ record ─▶ batch ─▶ delivery ─▶ PutRecords
//!                                  ▲
//!                                 pace
//! ```
//!
//! One module a stage, in this order. Nothing here reads a clock, draws entropy
//! or does I/O: the caller passes time and randomness in and carries requests
//! out. The same template and seed therefore give the same bytes in a terminal,
//! in a Lambda function and in a browser, and every schedule of answers and
//! faults can be replayed in a test.
//!
//! ```
//! use kdg::{Scene, SeededEntropy, Template};
//!
//! let template = Template::compile(r#"{"sensor": {{random.number(50)}}}"#)?;
//! let mut scene = Scene::new(SeededEntropy::new(7), 1_709_211_909_007);
//! let mut record = Vec::new();
//! template.render(&mut scene, &mut record);
//! assert_eq!(record, br#"{"sensor": 2}"#);
//! # Ok::<(), kdg::TemplateErrors>(())
//! ```
//!
//! `TEMPLATES.md` beside this crate's manifest describes the language. Records
//! that are numbered depend on nothing rendered before, unless the template
//! keeps [state](Template::is_stateful):
//!
//! ```
//! use kdg::{Recipe, Scene, SeededEntropy, Template};
//!
//! let recipe = Recipe::new(Template::compile("{{random.uuid}}")?);
//! let scene = || Scene::new(SeededEntropy::new(7), 1_709_211_909_007);
//! let (mut here, mut there) = (scene(), scene());
//! recipe.make_numbered(&mut here, 0)?;
//! let second = recipe.make_numbered(&mut here, 1)?;
//! assert_eq!(recipe.make_numbered(&mut there, 1)?, second);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

// In the order in which a record meets them; the blank lines keep it so.
pub mod template;

pub mod record;

pub mod batch;

pub mod delivery;

pub mod pace;

mod entropy;
mod scene;

pub use batch::{MAX_BATCH_BYTES, MAX_BATCH_RECORDS, batches};
pub use delivery::{
    Account, Action, Answer, Delivery, DeliverySettings, Event, Failure, GivenUp, RequestFailure,
    RequestId, Retry, Silence,
};
pub use entropy::{Entropy, SeededEntropy};
pub use pace::{Cell, Grid, GridError, Pace, RateError};
pub use record::{
    Encoding, Ending, Fault, FaultKind, FaultMix, FaultMixError, FaultyRecipe, HOT_KEY, KeyRule,
    KeyRuleError, KeyTemplate, MAX_PARTITION_KEY_CHARACTERS, MAX_RECORD_BYTES, Recipe, Record,
    RecordError,
};
pub use scene::Scene;
pub use template::{
    Function, LineBreaks, Problem, RenderError, Template, TemplateError, TemplateErrors, functions,
};
