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

/// Does nothing, and starts with the least that can answer: one thread, and no log. The target holds
/// against it as cargo links it; as our packages are linked, it is shown beside it.
const BAREST: &str = "bench-nothing";

/// Cold starts for each function, turn by turn.
const STARTS: usize = 301;

/// How many times as long as the barest ours may take.
const TARGET: f64 = 1.5;

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
    println!("{:<52} {:>6} {:>7}", "start to first answer", "ms", "ours");
    println!("{:<52} {:>6.2}", "process-stream", median(ours.clone()));
    for (name, starts) in [
        ("a function that does nothing, as AWS's sample", &sample),
        (
            "a function that does nothing, without log or threads",
            &barest,
        ),
        ("the same, packaged as ours is", &packaged),
    ] {
        let took = ratio(&ours, starts);
        println!("{name:<52} {:>6.2} {took:>6.2}x", median(starts.clone()));
    }
    let took = ratio(&ours, &barest);
    ensure!(
        took <= TARGET,
        "{took:.2} times as long as a function that does nothing, where {TARGET} is the most"
    );
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
