//! What an API tells on a schedule → records of a stream.
//!
//! # Layout
//!
//! One module a stage, in the order in which a run passes them:
//!
//! ```text
//! fetch ─▶ answer ─▶ map ─▶ send ─▶ keep ─▶ report
//! └───────────────────── run ────────────────────┘
//! ```
//!
//! [`transport`] is the way into a stream, which the command line shares, and [`again`] reads what
//! was kept back, for a second try.
//! Settings and program are the pipeline file's: [`pipeline::config::IngestConfig`].
//!
//! # Guarantees
//!
//! - Every record of an answer has one outcome:
//!   `fetched = sent + filtered + quarantined + given up`. "Sent" means acknowledged.
//! - A record that cannot be mapped costs no other one. Its bytes and the reason are kept below
//!   `quarantine/<pipeline>/ingest-<reason>/` in the pipeline's bucket, and so are those that the
//!   stream did not take in time, and an answer that nobody can read.
//! - A run that could not fetch or that gave a record up has failed, and says so: in its answer,
//!   in its line and in the metric `ingest_failed`.
//! - A run that Lambda repeats may send a record again: deliveries are at least once, as are those
//!   of the stream.

pub mod fetch;

pub mod answer;

pub mod map;

pub mod transport;

pub mod send;

pub mod keep;

pub mod report;

pub mod run;

pub mod again;

pub use run::Ingest;
