//! How much the process holds at most for one event.

use std::fs;

use anyhow::Context;
use pipeline::object::Compression;
use serde_json::{Value, json};

use crate::config;
use crate::event::large;
use crate::nowhere::handle;

/// How many folders the records of an event are spread over at most.
pub(crate) const PARTITIONS: usize = 10_000;

/// Handles an event of 6 MB in a process that has done nothing else.
///
/// # Errors
///
/// When a record is not stored, or the kernel does not tell what the process holds.
pub(crate) async fn measure(key: &str, partitions: usize) -> anyhow::Result<Value> {
    // As many records as partitions, or as large as they commonly are.
    let bytes = if partitions > 1 { 145 } else { 1_000 };
    let large = large(bytes, partitions);
    let records = large.payloads.len();
    drop(large.payloads);
    let config = config(key, Compression::Gzip)?;
    let before = resident("VmRSS:")?;
    let objects = handle(&config, &large.event).await?;
    Ok(json!({
        "records": records,
        "event_bytes": large.event.len(),
        "objects": objects,
        "resident_before_mb": before,
        "resident_at_most_mb": resident("VmHWM:")?,
    }))
}

/// A line of the process's status, in megabytes.
fn resident(name: &str) -> anyhow::Result<f64> {
    let status = fs::read_to_string("/proc/self/status").context("no /proc on this system")?;
    let line = status.lines().find(|line| line.starts_with(name));
    let kibibytes = line.and_then(|line| line.split_whitespace().nth(1));
    let kibibytes: f64 = kibibytes.context("no such line")?.parse()?;
    Ok(kibibytes * 1024.0 / 1e6)
}
