//! What the page does without a browser: against the local stack where it speaks to AWS.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod carrier;
mod config;
mod firehose;
mod fit;
mod law;
mod library;
mod orders;
mod original;
mod pace;
mod place;
mod plan;
mod preview;
mod run;
mod sendable;
mod sign_in;
mod signature;
mod srp;
mod stack;
mod state;
mod streams;
mod trial;
mod week;
