//! The processing half of sluice: a Kinesis batch in, S3 objects and a report out.
//!
//! # Layout
//!
//! A pipeline is described by one YAML file ([`mod@file`]), and what a deployed function gets of it
//! are two environment variables ([`config`]). A record then takes this way, one module a stage:
//!
//! ```text
//! event ─▶ decode ─▶ program ─▶ layout ─▶ object ─▶ store ─▶ report
//! └──────────────────────── process ───────────────────────────┘
//! ```
//!
//! Up to [`layout`] everything is a pure function of the record: [`verdict()`] runs that half alone,
//! and [`trial`] tells a person what came of it.
//! AWS's own types appear in [`event`] and [`store`] only.
//!
//! What feeds a stream from an API is the crate `ingest`; its settings are checked here with the
//! rest of the file, down to the [`schedule`] and the [program](program::Mapping).
//!
//! # Guarantees
//!
//! - Every record of a batch gets exactly one [`Outcome`](outcome::Outcome);
//!   `received = stored + filtered + quarantined + retry`.
//! - A record is stored once, however often and in whatever batches it is delivered: puts are
//!   create-only, and a taken key is compared by the identity of the record that took it.
//! - A record that can never succeed is kept, with its original bytes and the reason, below
//!   `quarantine/`. It never blocks its shard.

pub mod file;

pub mod schedule;

pub mod config;

pub mod record;

pub mod event;

pub mod decode;

pub mod schema;

pub mod program;

pub mod layout;

pub mod verdict;

pub mod trial;

pub mod object;

pub mod store;

pub mod outcome;

pub mod report;

#[cfg(feature = "process")]
pub mod process;

#[cfg(feature = "process")]
mod holders;

pub use config::Config;
pub use event::Event;
pub use file::Pipeline;
#[cfg(feature = "process")]
pub use process::Processor;
pub use verdict::verdict;
