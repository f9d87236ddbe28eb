//! The embedded stack: Kinesis, Firehose, S3, Cognito, the Lambda Runtime API, the event source mapping
//! and schedules.
//!
//! It exists to develop and to test against, never to run production.
//! It shares no code with what it tests: neither the generator nor the processor is a dependency,
//! so a limit that one of them misreads is still enforced here.
//!
//! ```text
//! client ─▶ gateway ─▶ kinesis ─▶ mapping ─▶ lambda ─▶ the function's process
//!              ├─────▶ firehose ─▶ s3
//!              ├─────▶ s3 ◀───────────────────│──────────────┤
//!              ├─────▶ stand_in ◀──── schedule ──────────────┘
//!              └─────▶ cognito ─▶ credentials ─▶ who may sign a request
//! ```

pub mod account;
pub mod asynchronous;
pub mod clock;
pub mod cognito;
pub mod credentials;
pub mod fault;
pub mod firehose;
mod gateway;
pub mod kinesis;
pub mod lambda;
pub mod mapping;
pub mod s3;
pub mod schedule;
pub mod signature;
pub mod stack;
pub mod stand_in;
