//! `cargo xtask bench process`: the deployed function against the same one in Python.
//!
//! Both run in the same stack, over the same stream into the same bucket, with the same records,
//! turn by turn: one object a record, and many records an object. Ours is built as it is deployed;
//! Python's are `xtask/bench/handler.py` and `lines_handler.py` on AWS's own runtime client.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde_json::Value;

use crate::python::{CLIENTS, Python};
use crate::{build, step};

use super::turns::{median, ratio};

/// What is moved.
struct Subject {
    /// What the table calls it.
    name: &'static str,
    pipeline: &'static str,
    /// The function that the pipeline names.
    function: &'static str,
    /// The folder of the pipeline's file.
    folder: &'static str,
    /// Python's module.
    handler: &'static str,
    /// How many records are some seconds of work for ours, and for Python's.
    records: [u32; 2],
    /// How many times as fast ours is at least.
    target: f64,
}

/// Records that have each their own key, so that neither side meets a collision.
const EACH: Subject = Subject {
    name: "records/s, layout record",
    pipeline: "kdg-archive",
    function: "ProcessKdgArchive",
    folder: "pipelines",
    handler: "handler",
    records: [20_000, 2_000],
    target: 10.0,
};

/// Compressed lines. Both sides wait for the stack, which takes four fifths of the time of ours: a
/// function that took none would move four times as many as Python's. `bench handle` compares the
/// functions alone.
const TOGETHER: Subject = Subject {
    name: "records/s, layout batch",
    pipeline: "lines",
    function: "ProcessLines",
    folder: "xtask/bench/pipelines",
    handler: "lines_handler",
    records: [1_000_000, 100_000],
    target: 20.0,
};

/// How many records a second ours moves at least as lines.
const LINES_PER_SECOND: f64 = 50_000.0;

/// Turns for each side. A ratio is the median of those within each turn, because what else the
/// machine does changes from turn to turn.
const TURNS: usize = 5;

/// Cold starts for each side, in turns as well.
const STARTS: usize = 9;

/// How many times as soon ours answers, and how many times as little it holds.
const START: f64 = 6.0;
const MEMORY: f64 = 2.5;

/// One side of the comparison.
struct Side<'s> {
    name: &'static str,
    /// How its function is started.
    command: String,
    records: u32,
    subject: &'s Subject,
}

/// What was measured of one side, turn by turn.
#[derive(Default)]
struct Figures {
    records_per_s: Vec<f64>,
    start_ms: Vec<f64>,
    memory_mb: Vec<f64>,
}

/// Runs both sides and prints the ratios.
///
/// # Errors
///
/// When a run fails, leaves a record unaccounted for, or a ratio falls short of its target.
pub(crate) fn run() -> anyhow::Result<()> {
    let data = step::target().join("bench");
    clear(&data)?;
    let sluice = build::demo()?;
    let deployed = build::deployed("process-stream")?;
    let python = Python::ready(CLIENTS)?;
    let sides = |subject| sides(&deployed, &python, subject);
    let [ours, theirs] = measure(&sluice, &data, &sides(&EACH), STARTS)?;
    let together = measure(&sluice, &data, &sides(&TOGETHER), 0)?;
    clear(&data)?;
    report(&ours, &theirs, &together)
}

fn sides<'s>(deployed: &Path, python: &Python, subject: &'s Subject) -> [Side<'s>; 2] {
    let modules = step::root().join("xtask").join("bench");
    let interpreter = python.program("python");
    let [ours, theirs] = subject.records;
    [
        Side {
            name: "sluice",
            command: deployed.display().to_string(),
            records: ours,
            subject,
        },
        Side {
            name: "python",
            command: format!(
                "/usr/bin/env PYTHONPATH={} {} -m awslambdaric {}.handler",
                modules.display(),
                interpreter.display(),
                subject.handler,
            ),
            records: theirs,
            subject,
        },
    ]
}

/// Empties the folder, and waits until the disk has nothing left to do with it.
fn clear(data: &Path) -> anyhow::Result<()> {
    match fs::remove_dir_all(data) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("{} cannot be emptied", data.display()))
        }
        _ => step::run_quietly("sync", &mut step::command("sync")).map(drop),
    }
}

fn measure(
    sluice: &Path,
    data: &Path,
    sides: &[Side<'_>; 2],
    starts: usize,
) -> anyhow::Result<[Figures; 2]> {
    let mut figures = [Figures::default(), Figures::default()];
    for turn in 1..=TURNS {
        for (side, figures) in sides.iter().zip(&mut figures) {
            // A folder of its own for each turn: emptying one would be part of the next turn.
            let pipeline = side.subject.pipeline;
            let data = data.join(format!("{pipeline}-{}-{turn}", side.name));
            let outcome = demonstrate(sluice, side, &data, side.records)?;
            step::say(&format!(
                "turn {turn}: {} moved {:.0} records/s",
                side.name, outcome.records_per_s
            ));
            figures.records_per_s.push(outcome.records_per_s);
            figures.memory_mb.push(outcome.report.memory_mb);
        }
    }
    for start in 1..=starts {
        for (side, figures) in sides.iter().zip(&mut figures) {
            let data = data.join(format!("{}-start-{start}", side.name));
            let outcome = demonstrate(sluice, side, &data, 1)?;
            figures.start_ms.push(outcome.report.first_answer_ms);
        }
    }
    Ok(figures)
}

struct Outcome {
    records_per_s: f64,
    report: Report,
}

fn demonstrate(
    sluice: &Path,
    side: &Side<'_>,
    data: &Path,
    records: u32,
) -> anyhow::Result<Outcome> {
    let Subject {
        pipeline, function, ..
    } = *side.subject;
    let mut demo = step::command(sluice);
    demo.args([
        "demo",
        "--no-limits",
        "--json",
        "--pipeline",
        pipeline,
        "--pipelines",
        side.subject.folder,
        "--records",
        &records.to_string(),
    ]);
    demo.arg("--data").arg(data);
    demo.args(["--function", &format!("{function}={}", side.command)]);
    let printed = step::run_quietly(side.name, &mut demo)?;
    let last = String::from_utf8_lossy(&printed)
        .lines()
        .last()
        .unwrap_or_default()
        .to_owned();
    let summary: Value = serde_json::from_str(&last).context("the demo's last line is not JSON")?;
    let row = &summary["pipelines"][pipeline];
    let stored = row["stored"].as_u64();
    if summary["unaccounted"] != 0 || stored != Some(u64::from(records)) {
        bail!("{} did not store every record: {summary}", side.name);
    }
    let records_per_s = row["records_per_s"]
        .as_f64()
        .context("the demo names no rate")?;
    Ok(Outcome {
        records_per_s,
        report: Report::read(&data.join("logs").join(format!("{function}.log")))?,
    })
}

/// What the REPORT lines of a function's log tell.
struct Report {
    /// From the start of the process until its first answer.
    first_answer_ms: f64,
    /// The most that any of its processes held resident.
    memory_mb: f64,
}

impl Report {
    fn read(log: &PathBuf) -> anyhow::Result<Self> {
        let text =
            fs::read_to_string(log).with_context(|| format!("{} cannot be read", log.display()))?;
        let reports: Vec<&str> = text
            .lines()
            .filter(|line| line.contains("REPORT RequestId"))
            .collect();
        let cold = reports
            .iter()
            .find(|line| line.contains("Init Duration"))
            .context("no cold start in the log")?;
        let init = figure(cold, "Init Duration: ").context("no init duration")?;
        let duration = figure(cold, "\tDuration: ").context("no duration")?;
        let memory_mb = reports
            .iter()
            .filter_map(|line| figure(line, "Max Memory Used: "))
            .fold(0.0, f64::max);
        Ok(Self {
            first_answer_ms: init + duration,
            memory_mb,
        })
    }
}

fn figure(line: &str, label: &str) -> Option<f64> {
    let rest = &line[line.find(label)? + label.len()..];
    rest.split_whitespace().next()?.parse().ok()
}

#[expect(clippy::print_stdout, reason = "the table is the result")]
fn report(ours: &Figures, theirs: &Figures, together: &[Figures; 2]) -> anyhow::Result<()> {
    println!(
        "{:<34} {:>12} {:>12} {:>8} {:>8}",
        "", "sluice", "python", "ratio", "target"
    );
    let mut falls_short = false;
    let mut row = |name, ours: &[f64], theirs: &[f64], ratio: f64, target: f64| {
        let (ours, theirs) = (median(ours.to_vec()), median(theirs.to_vec()));
        println!("{name:<34} {ours:>12.1} {theirs:>12.1} {ratio:>7.1}x {target:>7.1}x");
        falls_short |= ratio < target;
    };
    let [ours_together, theirs_together] = together;
    for (subject, ours, theirs) in [
        (&EACH, ours, theirs),
        (&TOGETHER, ours_together, theirs_together),
    ] {
        let (ours, theirs) = (&ours.records_per_s, &theirs.records_per_s);
        row(
            subject.name,
            ours,
            theirs,
            ratio(ours, theirs),
            subject.target,
        );
    }
    row(
        "ms from start to first answer",
        &ours.start_ms,
        &theirs.start_ms,
        ratio(&theirs.start_ms, &ours.start_ms),
        START,
    );
    row(
        "MB resident at most",
        &ours.memory_mb,
        &theirs.memory_mb,
        ratio(&theirs.memory_mb, &ours.memory_mb),
        MEMORY,
    );
    let moved = median(ours_together.records_per_s.clone());
    println!("layout batch moves {moved:.0} records/s, target {LINES_PER_SECOND:.0}");
    if falls_short || moved < LINES_PER_SECOND {
        bail!("a figure falls short of its target");
    }
    Ok(())
}
