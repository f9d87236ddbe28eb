//! The embedded stack: Kinesis, S3, the Lambda Runtime API and the event source mapping.
//!
//! It exists to develop and to test against, never to run production.
//! It shares no code with what it tests: neither the generator nor the processor is a dependency,
//! so a limit that one of them misreads is still enforced here.

pub mod account;
pub mod clock;
pub mod lambda;
pub mod mapping;
