//! `cargo xtask bench handle`: the function's work without Lambda and without S3, and its size.
//!
//! Speed is that of one core, from the bytes of an event to objects that go nowhere, beside
//! reading and writing the same JSON with `serde_json` in the same run.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context, bail};
use flate2::{Compression, write::DeflateEncoder};
use serde_json::Value;

use super::turns::{median, ratio};
use crate::{build, step};

const PACKAGE: &str = "bench-handle";

const TURNS: usize = 7;

/// Megabytes of JSON a second, without compression and with zstd.
const SPEED: f64 = 150.0;

/// Of the speed of reading and writing with `serde_json`.
const OF_SERDE_JSON: f64 = 0.5;

/// The most that a process may hold for an event of 6 MB.
const MEMORY_MB: [(&str, f64); 2] = [("one", 96.0), ("many", 256.0)];

/// The most that the function's archive may have.
const ARCHIVE_MB: f64 = 8.0;

const MEGABYTE: f64 = 1e6;

/// Runs everything and prints the figures.
///
/// # Errors
///
/// When a run fails, or a figure falls short of its target.
#[expect(clippy::print_stdout, reason = "the table is the result")]
pub(super) fn run() -> anyhow::Result<()> {
    let program = build::deployed(PACKAGE)?;
    let names = ["none", "zstd", "gzip", "serde_json"];
    let mut speeds = names.map(|_| Vec::new());
    for turn in 1..=TURNS {
        step::say(&format!("turn {turn} of {TURNS}"));
        let answer = ask(&program, &["speed"])?;
        for (name, speeds) in names.iter().zip(&mut speeds) {
            speeds.push(figure(&answer, name)?);
        }
    }
    let mut falls_short = false;
    let [none, zstd, gzip, serde_json] = speeds;
    println!("{:<44} {:>8} {:>8}", "", "MB/s", "of serde_json");
    for (name, speeds, is_bound) in [
        ("event → lines, not compressed", &none, true),
        ("event → lines, zstd", &zstd, true),
        ("event → lines, gzip", &gzip, false),
    ] {
        let (speed, share) = (median(speeds.clone()), ratio(speeds, &serde_json));
        println!("{name:<44} {speed:>8.0} {share:>8.2}");
        falls_short |= is_bound && (speed < SPEED || share < OF_SERDE_JSON);
    }
    println!(
        "{:<44} {:>8.0}",
        "read and write with serde_json",
        median(serde_json)
    );
    for (spread, target) in MEMORY_MB {
        let answer = ask(&program, &["memory", spread])?;
        let held = figure(&answer, "resident_at_most_mb")?;
        println!(
            "an event of {:.1} MB into {} objects: {held:.0} MB resident at most, target {target:.0}",
            figure(&answer, "event_bytes")? / MEGABYTE,
            answer["objects"],
        );
        falls_short |= held > target;
    }
    let archive = archived(&build::deployed("process-stream")?)?;
    println!("process-stream in an archive: {archive:.2} MB, target {ARCHIVE_MB:.0}");
    falls_short |= archive > ARCHIVE_MB;
    if falls_short {
        bail!("a figure falls short of its target");
    }
    Ok(())
}

fn ask(program: &Path, arguments: &[&str]) -> anyhow::Result<Value> {
    let printed = step::run_quietly(PACKAGE, step::command(program).args(arguments))?;
    serde_json::from_slice(&printed).context("the answer is not JSON")
}

fn figure(answer: &Value, name: &str) -> anyhow::Result<f64> {
    answer[name]
        .as_f64()
        .with_context(|| format!("the answer has no figure {name}: {answer}"))
}

/// How many megabytes a program has in a zip.
fn archived(program: &Path) -> anyhow::Result<f64> {
    let bytes =
        fs::read(program).with_context(|| format!("{} cannot be read", program.display()))?;
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&bytes)?;
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52 bytes")]
    let archived = encoder.finish()?.len() as f64;
    Ok(archived / MEGABYTE)
}
