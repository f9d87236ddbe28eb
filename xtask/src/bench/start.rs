//! `cargo xtask bench start`: how soon the deployed function answers, beside one that does nothing.
//!
//! Both are started by the same stack for a batch of one record. Ours compiles its pipeline, opens
//! the record and puts an object before it answers.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::process::Report;
use super::turns::{median, ratio};
use crate::{build, step};

const NOTHING: &str = "bench-nothing";

const PIPELINE: &str = "kdg-archive";
const FUNCTION: &str = "ProcessKdgArchive";

/// Cold starts for each side, turn by turn.
const STARTS: usize = 31;

/// How many times as long ours may take.
const TARGET: f64 = 1.5;

/// Starts both and prints the ratio.
///
/// # Errors
///
/// When one does not answer, or ours takes too long.
#[expect(clippy::print_stdout, reason = "the table is the result")]
pub(super) fn run() -> anyhow::Result<()> {
    let sluice = build::demo()?;
    let ours = build::deployed("process-stream")?;
    let nothing = build::package(NOTHING, build::DEPLOYED)?;
    let data = step::target().join("bench-start");
    let mut starts = [Vec::new(), Vec::new()];
    for turn in 1..=STARTS {
        for (function, starts) in [&ours, &nothing].into_iter().zip(&mut starts) {
            let data = data.join(format!("{turn}-{}", starts.len()));
            starts.push(first_answer_ms(&sluice, function, &data)?);
        }
    }
    fs::remove_dir_all(&data).with_context(|| format!("{} cannot be removed", data.display()))?;
    let [ours, nothing] = starts;
    let took = ratio(&ours, &nothing);
    println!(
        "ms from start to first answer: {:.1}, of a function that does nothing {:.1}: {took:.2}x, target {TARGET}x",
        median(ours),
        median(nothing),
    );
    anyhow::ensure!(took <= TARGET, "a figure falls short of its target");
    Ok(())
}

/// Lets a function answer one batch, in a process that is started for it.
fn first_answer_ms(sluice: &Path, function: &Path, data: &Path) -> anyhow::Result<f64> {
    let mut demo = step::command(sluice);
    demo.args(["demo", "--no-limits", "--pipeline", PIPELINE]);
    demo.args(["--records", "1", "--data"]).arg(data);
    demo.arg("--function");
    demo.arg(format!("{FUNCTION}={}", function.display()));
    // What does nothing leaves the record unaccounted for, and its log tells all that is asked.
    demo.output().context("the demo cannot be started")?;
    let log: PathBuf = data.join("logs").join(format!("{FUNCTION}.log"));
    Ok(Report::read(&log)?.first_answer_ms)
}
