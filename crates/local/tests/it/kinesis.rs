//! The local Kinesis as a client meets it: the AWS SDK over HTTP, and bare HTTP where the SDK is too polite.

#![allow(
    clippy::large_futures,
    reason = "the calls of the SDK are, and nothing here is deep"
)]

pub(crate) mod server;

mod streams;

mod put;

mod read;

mod reshard;

mod limits;

mod protocol;

mod consume;

mod durability;
