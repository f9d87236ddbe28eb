//! `cargo xtask bench start`: how soon the deployed function answers, beside ones that do nothing.
//!
//! Ours compiles its pipeline, opens the record and puts an object before it answers. All are told
//! of one record by a stand-in for Lambda and S3 that answers at once, on one processor, so that
//! what is measured is what they do, and not how long a machine takes to wake a processor. There is
//! no TLS in it: certificates and a handshake come on top of what a deployed function does.

use anyhow::{Context, ensure};
use serde_json::Value;

use super::turns::{median, ratio};
use crate::{build, step};

const PACKAGE: &str = "bench-start";

/// Does nothing, and starts as the samples of AWS's runtime client do.
const SAMPLE: &str = "bench-sample";

/// Does nothing, and starts with the least that can answer: one thread, and no log. Linked as our
/// packages are it starts in half of the time, so that each of the two has a target of its own.
const BAREST: &str = "bench-nothing";

/// Cold starts for each function, turn by turn.
const STARTS: usize = 301;

/// How many times as long as the barest ours may take, as cargo links that and as a package.
const TARGET: f64 = 1.5;
const PACKAGED: f64 = 4.0;

/// Starts all and prints the ratios.
///
/// # Errors
///
/// When one does not answer, ours does not put its object, or it takes too long.
#[expect(clippy::print_stdout, reason = "the table is the result")]
pub(super) fn run() -> anyhow::Result<()> {
    let program = build::package(PACKAGE, build::DEPLOYED)?;
    let ours = build::deployed("process-stream")?;
    let packaged = build::deployed(BAREST)?;
    let barest = build::package(BAREST, build::DEPLOYED)?;
    let sample = barest.with_file_name(SAMPLE);
    let mut start = step::command(&program);
    start.arg(STARTS.to_string());
    start.args([ours, sample, barest, packaged]);
    let printed = step::run_quietly(PACKAGE, &mut start)?;
    let answer: Value = serde_json::from_slice(&printed).context("the answer is not JSON")?;
    let [ours, sample, barest, packaged] =
        [0, 1, 2, 3].map(|function| milliseconds(&answer["ms"][function]));
    ensure!(
        [&ours, &sample, &barest, &packaged].map(Vec::len) == [STARTS; 4],
        "some starts were not measured: {answer}"
    );
    ensure!(
        answer["puts"] == serde_json::json!([STARTS, 0, 0, 0]),
        "not every start put one object: {}",
        answer["puts"]
    );
    println!(
        "{:<52} {:>6} {:>7} {:>7}",
        "start to first answer", "ms", "ours", "target"
    );
    println!("{:<52} {:>6.2}", "process-stream", median(ours.clone()));
    let took = ratio(&ours, &sample);
    let sample = median(sample);
    println!(
        "{:<52} {sample:>6.2} {took:>6.2}x",
        "a function that does nothing, as AWS's sample"
    );
    let mut takes_too_long = false;
    for (name, starts, target) in [
        (
            "a function that does nothing, without log or threads",
            barest,
            TARGET,
        ),
        ("the same, packaged as ours is", packaged, PACKAGED),
    ] {
        let took = ratio(&ours, &starts);
        let starts = median(starts);
        println!("{name:<52} {starts:>6.2} {took:>6.2}x {target:>6.1}x");
        takes_too_long |= took > target;
    }
    ensure!(!takes_too_long, "a start takes longer than its target");
    Ok(())
}

fn milliseconds(starts: &Value) -> Vec<f64> {
    starts
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_f64)
        .collect()
}
