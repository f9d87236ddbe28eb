//! The stack as its users meet it: the AWS SDK against a port, and raw requests where it can't ask.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod lambda;
mod s3;
mod signature;
