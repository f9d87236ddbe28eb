//! `cargo xtask bench handle`: the function's work without Lambda and without S3, and its size.
//!
//! Speed is that of one core, from the bytes of an event to objects that go nowhere. Beside it, in
//! the same run, are reading and writing the same JSON with `serde_json`, and the handler in Python
//! with the same event, `xtask/bench/lines_handler.py`.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, bail};
use flate2::{Compression, write::DeflateEncoder};
use serde_json::Value;

use super::turns::{median, ratio};
use crate::python::{CLIENTS, Python};
use crate::{build, step};

const PACKAGE: &str = "bench-handle";

const TURNS: usize = 7;

/// Records of a common size, which the targets hold for, and small ones.
const RECORD_BYTES: [&str; 2] = ["1000", "200"];

/// Megabytes of JSON a second, without compression and with zstd.
const SPEED: f64 = 150.0;

/// Of the speed of reading and writing with `serde_json`.
const OF_SERDE_JSON: f64 = 0.5;

/// The most that a process may hold for an event of 6 MB.
const MEMORY_MB: [(&str, f64); 2] = [("one", 96.0), ("many", 256.0)];

/// The most that the function's archive may have.
const ARCHIVE_MB: f64 = 8.0;

const MEGABYTE: f64 = 1e6;

/// Megabytes of JSON a second, turn by turn.
#[derive(Default)]
struct Speeds {
    none: Vec<f64>,
    zstd: Vec<f64>,
    gzip: Vec<f64>,
    serde_json: Vec<f64>,
    python: Vec<f64>,
}

/// Runs everything and prints the figures.
///
/// # Errors
///
/// When a run fails, or a figure falls short of its target.
#[expect(clippy::print_stdout, reason = "the table is the result")]
pub(super) fn run() -> anyhow::Result<()> {
    let program = build::deployed(PACKAGE)?;
    let python = Python::ready(CLIENTS)?;
    let [common, small] = RECORD_BYTES;
    let mut falls_short = report(common, &measure(&program, &python, common)?);
    // For small records no target was set, and what surrounds them is most of their event.
    report(small, &measure(&program, &python, small)?);
    for (spread, target) in MEMORY_MB {
        let answer = ask(step::command(&program).args(["memory", spread]))?;
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

fn measure(program: &Path, python: &Python, record_bytes: &str) -> anyhow::Result<Speeds> {
    let event = step::target().join("bench-event.json");
    let printed = step::run_quietly(
        PACKAGE,
        step::command(program).args(["event", record_bytes]),
    )?;
    fs::write(&event, printed).with_context(|| format!("{} cannot be written", event.display()))?;
    let alone = step::root().join("xtask").join("bench").join("alone.py");
    let mut speeds = Speeds::default();
    for turn in 1..=TURNS {
        step::say(&format!(
            "records of {record_bytes} bytes, turn {turn} of {TURNS}"
        ));
        let ours = ask(step::command(program).args(["speed", record_bytes]))?;
        let theirs = ask(step::command(python.program("python"))
            .arg(&alone)
            .arg(&event))?;
        speeds.none.push(figure(&ours, "none")?);
        speeds.zstd.push(figure(&ours, "zstd")?);
        speeds.gzip.push(figure(&ours, "gzip")?);
        speeds.serde_json.push(figure(&ours, "serde_json")?);
        let event_megabytes = figure(&ours, "bytes")? / MEGABYTE;
        speeds
            .python
            .push(figure(&theirs, "events_per_s")? * event_megabytes);
    }
    Ok(speeds)
}

/// Prints the table, and tells whether a speed falls short of a target.
#[expect(clippy::print_stdout, reason = "the table is the result")]
fn report(record_bytes: &str, speeds: &Speeds) -> bool {
    let heading = format!("records of {record_bytes} bytes");
    println!("{heading:<44} {:>8} {:>14}", "MB/s", "of serde_json");
    let mut falls_short = false;
    for (name, ours, is_bound) in [
        ("event → lines, not compressed", &speeds.none, true),
        ("event → lines, zstd", &speeds.zstd, true),
        ("event → lines, gzip", &speeds.gzip, false),
    ] {
        let speed = median(ours.clone());
        let share = ratio(ours, &speeds.serde_json);
        println!("{name:<44} {speed:>8.0} {share:>14.2}");
        falls_short |= is_bound && (speed < SPEED || share < OF_SERDE_JSON);
    }
    for (name, theirs) in [
        ("read and write with serde_json", &speeds.serde_json),
        ("event → lines, gzip, in python", &speeds.python),
    ] {
        println!("{name:<44} {:>8.0}", median(theirs.clone()));
    }
    println!(
        "{:<44} {:>7.1}x",
        "gzip, ours over python's",
        ratio(&speeds.gzip, &speeds.python)
    );
    falls_short
}

fn ask(command: &mut Command) -> anyhow::Result<Value> {
    let printed = step::run_quietly(PACKAGE, command)?;
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
