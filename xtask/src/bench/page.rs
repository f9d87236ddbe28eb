//! `cargo xtask bench page`: how fast one tab sends, and whether it stays usable meanwhile.

use anyhow::{Context, bail};
use serde_json::Value;

use crate::chromium::Chromium;
use crate::stack::Stack;
use crate::{build, step, web};

/// Turns, of which the median counts, and the seconds of each.
const TURNS: usize = 3;
const SECONDS: &str = "10";

/// What one tab must have acknowledged, in records of 200 bytes a second.
const RATE_TARGET: f64 = 20_000.0;

/// What the page of awslabs sends at most, without looking at the answers.
const ORIGINAL_RATE: f64 = 2_000.0;

/// A task that takes longer is felt (`web.dev/articles/optimize-long-tasks`).
const TASK_TARGET_MS: f64 = 50.0;

/// From the address until the first field takes text.
const USABLE_TARGET_MS: f64 = 2_000.0;

/// Measures it against a stack without limits and prints a table.
///
/// # Errors
///
/// When a run fails, or a figure falls short of its target.
pub(crate) fn run() -> anyhow::Result<()> {
    let packages = web::packages()?;
    let chromium = Chromium::place()?;
    let page = web::build()?;
    let sluice = build::demo()?;
    let built = sluice.parent().context("sluice lies in no folder")?;
    let data = step::target().join("bench-page");
    let stack = Stack::start(built, &data, &["--no-limits"])?;
    let mut turns = Vec::new();
    for turn in 1..=TURNS {
        let mut speed = packages.script_at("kdg-web/tests/browser/speed.js");
        speed.arg(&chromium).arg(&page);
        speed.args([stack.endpoint(), SECONDS]);
        let printed = step::run_quietly(&format!("turn {turn} of {TURNS}"), &mut speed)?;
        turns.push(serde_json::from_slice(&printed).context("the page did not answer in JSON")?);
    }
    drop(stack);
    let _ = std::fs::remove_dir_all(&data);
    report(&turns)
}

fn report(turns: &[Value]) -> anyhow::Result<()> {
    let rate = median(turns, "perSecond")?;
    let task = median(turns, "longestTaskMs")?;
    let usable = median(turns, "usableMs")?;
    step::say(&format!(
        "one tab: {rate:.0} records/s acknowledged, {:.1} times what the original's page sends at most",
        rate / ORIGINAL_RATE
    ));
    step::say(&format!(
        "the longest task while it runs: {task:.0} ms (none above 50 ms is 0); usable after {usable:.0} ms"
    ));
    if rate < RATE_TARGET || task > TASK_TARGET_MS || usable > USABLE_TARGET_MS {
        bail!(
            "the page falls short of {RATE_TARGET} records/s, tasks of {TASK_TARGET_MS} ms, or {USABLE_TARGET_MS} ms until it can be used"
        );
    }
    Ok(())
}

fn median(turns: &[Value], figure: &str) -> anyhow::Result<f64> {
    let mut found = turns
        .iter()
        .map(|turn| turn[figure].as_f64())
        .collect::<Option<Vec<_>>>()
        .with_context(|| format!("the page told no {figure}"))?;
    found.sort_by(f64::total_cmp);
    found
        .get(found.len() / 2)
        .copied()
        .context("there was no turn")
}
