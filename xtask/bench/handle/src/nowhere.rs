//! A bucket that takes everything and keeps nothing.

use std::time::Duration;

use anyhow::bail;
use bytes::Bytes;
use chrono::DateTime;
use pipeline::object::Object;
use pipeline::outcome::RetryReason;
use pipeline::process::Invocation;
use pipeline::store::{Condition, Put, Store};
use pipeline::{Config, Processor};
use tokio::time::Instant;

/// Longer than any event takes.
const TIME: Duration = Duration::from_mins(10);

/// The bucket.
#[derive(Debug)]
pub(crate) struct Nowhere;

impl Store for Nowhere {
    async fn put(&self, _: &Object, _: &Condition) -> Result<Put, RetryReason> {
        Ok(Put::Written)
    }
}

/// Handles an event as the function does, from its bytes to the report.
///
/// # Errors
///
/// When a record is not stored.
pub(crate) async fn handle(config: &Config, event: &Bytes) -> anyhow::Result<usize> {
    let processor = Processor::new(config.clone(), Nowhere);
    let invocation = Invocation {
        received_at: DateTime::UNIX_EPOCH,
        deadline: Instant::now() + TIME,
        cold_start: false,
    };
    let report = processor.handle(event.clone(), invocation).await?;
    let counts = &report.counts;
    if counts.stored != counts.received {
        bail!("not every record was stored: {counts:?}");
    }
    Ok(counts.objects)
}
