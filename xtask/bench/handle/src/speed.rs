//! Megabytes of JSON a second, on one core.

use std::hint::black_box;
use std::time::{Duration, Instant};

use pipeline::object::Compression;
use serde_json::{Value, json};

use crate::config;
use crate::event::large;
use crate::nowhere::handle;

/// How long each side is run.
const TIME: Duration = Duration::from_secs(1);

/// Handles the same event again and again, and reads and writes the same JSON again and again.
/// A record has about `record_bytes`.
///
/// # Errors
///
/// When a record is not stored.
pub(crate) async fn measure(record_bytes: usize) -> anyhow::Result<Value> {
    let large = large(record_bytes, 1);
    let bytes: usize = large.payloads.iter().map(Vec::len).sum();
    let mut figures = json!({
        "records": large.payloads.len(),
        "bytes": bytes,
        "event_bytes": large.event.len(),
    });
    for (name, compression) in [
        ("none", Compression::None),
        ("zstd", Compression::Zstd),
        ("gzip", Compression::Gzip),
    ] {
        let config = config("lines/dt=%Y-%m-%d/hour=%H/", compression)?;
        let (mut rounds, began) = (0_u32, Instant::now());
        while began.elapsed() < TIME {
            black_box(handle(&config, &large.event).await?);
            rounds += 1;
        }
        figures[name] = megabytes_a_second(bytes, rounds, began.elapsed()).into();
    }
    let (mut rounds, began) = (0_u32, Instant::now());
    while began.elapsed() < TIME {
        for payload in &large.payloads {
            let value: Value = serde_json::from_slice(payload)?;
            black_box(serde_json::to_vec(&value)?);
        }
        rounds += 1;
    }
    figures["serde_json"] = megabytes_a_second(bytes, rounds, began.elapsed()).into();
    Ok(figures)
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52 bytes")]
fn megabytes_a_second(bytes: usize, rounds: u32, took: Duration) -> f64 {
    bytes as f64 * f64::from(rounds) / 1e6 / took.as_secs_f64()
}
