//! The stack as its users meet it: the AWS SDK against a port, and raw requests where it can't ask.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    missing_docs
)]

mod cognito;
mod firehose;
mod gateway;
mod kinesis;
mod lambda;
mod mapping;
mod s3;
mod schedule;
mod signature;
