//! `cargo xtask bench send`: how fast records are acknowledged by the local stack.
//!
//! Without limits it is the machine that sets the rate, which sender and stack share. With limits
//! it is the shards: what they admit should be used, and next to nothing sent in vain.

use std::fs;
use std::path::Path;

use anyhow::{Context, bail};
use serde_json::Value;

use crate::stack::Stack;
use crate::{build, step};

/// A record of 200 bytes.
const TEMPLATE: &str = r#"{"id": "{{random.uuid}}", "user": "{{random.number({"min": 1000, "max": 9999})}}", "event": "{{random.arrayElement(["login", "click", "leave"])}}", "note": "................................................................................."}"#;

/// Turns without limits, of which the median counts.
const TURNS: usize = 5;
const RECORDS: &str = "500000";

/// What a stream takes without limits, in records a second.
const RATE_TARGET: f64 = 50_000.0;

/// Shards of the streams with limits, and what one takes in a second: 1,000 records.
const SHARDS: u32 = 4;
const SHARD_RECORDS: f64 = 1_000.0;

/// Seconds until the flow is steady, and until the end.
const INTERVAL: &str = "10";
const SECONDS: &str = "41";

/// The part of what shards admit that must be used, and the part of the entries that may be refused.
const USED_TARGET: f64 = 0.95;
const REFUSED_TARGET: f64 = 0.01;

/// Measures both and prints a table.
///
/// # Errors
///
/// When a run fails, a record is unaccounted for, or a figure falls short of its target.
pub(crate) fn run() -> anyhow::Result<()> {
    let sluice = build::demo()?;
    let folder = step::target().join("bench-send");
    fs::create_dir_all(&folder).context("the folder of the bench cannot be made")?;
    let template = folder.join("record.tmpl");
    fs::write(&template, TEMPLATE).context("the template cannot be written")?;
    let built = sluice.parent().context("sluice lies in no folder")?;
    let data = folder.join("state");
    let bench = |arguments: &[&str]| Stack::start(built, &data, arguments);

    let free = {
        let stack = bench(&["--no-limits"])?;
        let mut rates = Vec::new();
        for _ in 0..TURNS {
            let arguments = ["--records", RECORDS];
            let lines = send(&sluice, &stack, &template, "free", &arguments)?;
            let seconds = figure(&lines, 0, "seconds")?;
            rates.push(figure(&lines, 0, "acknowledged")? / seconds);
        }
        rates.sort_by(f64::total_cmp);
        rates.get(TURNS / 2).copied().unwrap_or_default()
    };
    let limited = {
        let stack = bench(&[])?;
        let keys = ["even", "random"];
        keys.map(|key| Limited::measure(&sluice, &stack, &template, key))
    };
    let _ = fs::remove_dir_all(&data);
    report(free, limited)
}

/// A run against shards with limits, after its warm-up.
struct Limited {
    key: &'static str,
    /// Of what the shards admit.
    used: f64,
    /// Of the entries that were sent.
    refused: f64,
}

impl Limited {
    fn measure(
        sluice: &Path,
        stack: &Stack,
        template: &Path,
        key: &'static str,
    ) -> anyhow::Result<Self> {
        let arguments = ["--seconds", SECONDS, "--partition-key", key];
        let lines = send(sluice, stack, template, key, &arguments)?;
        let last = lines.len().saturating_sub(2);
        let since = |name: &str| {
            Ok::<_, anyhow::Error>(figure(&lines, last, name)? - figure(&lines, 0, name)?)
        };
        let (acknowledged, refused) = (since("acknowledged")?, since("throttled")?);
        Ok(Self {
            key,
            used: acknowledged / since("seconds")? / (f64::from(SHARDS) * SHARD_RECORDS),
            refused: refused / (acknowledged + refused),
        })
    }
}

/// The accounts that a run prints: one an interval, and the last.
fn send(
    sluice: &Path,
    stack: &Stack,
    template: &Path,
    stream: &str,
    arguments: &[&str],
) -> anyhow::Result<Vec<Value>> {
    let mut send = step::command(sluice);
    send.args([
        "send",
        "--json",
        "--interval",
        INTERVAL,
        "--local",
        stack.port(),
    ]);
    send.args(["--stream", stream, "--create-stream"]);
    send.args(["--shards", &SHARDS.to_string()]);
    send.arg("--template").arg(template).args(arguments);
    let printed = step::run_quietly("send", &mut send)?;
    let text = String::from_utf8_lossy(&printed);
    let lines: Result<Vec<Value>, _> = text.lines().map(serde_json::from_str).collect();
    let lines = lines.context("sluice send printed something else than JSON")?;
    let last = lines.last().context("sluice send printed nothing")?;
    if last["generated"] != last["acknowledged"] {
        bail!("not every record was acknowledged: {last}");
    }
    Ok(lines)
}

fn figure(lines: &[Value], line: usize, name: &str) -> anyhow::Result<f64> {
    let figure = lines.get(line).and_then(|line| line[name].as_f64());
    figure.with_context(|| format!("sluice send printed no {name}"))
}

#[expect(clippy::print_stdout, reason = "the table is the result")]
fn report(free: f64, limited: [anyhow::Result<Limited>; 2]) -> anyhow::Result<()> {
    println!("{:<44} {:>10} {:>10}", "", "measured", "target");
    println!(
        "{:<44} {free:>10.0} {RATE_TARGET:>10.0}",
        "acknowledged/s without limits"
    );
    let mut falls_short = free < RATE_TARGET;
    for limited in limited {
        let Limited { key, used, refused } = limited?;
        let label = format!("used of {SHARDS} shards, keys {key}");
        println!(
            "{label:<44} {:>9.1}% {:>9.1}%",
            used * 100.0,
            USED_TARGET * 100.0
        );
        let label = format!("entries refused, keys {key}");
        println!(
            "{label:<44} {:>9.2}% {:>9.2}%",
            refused * 100.0,
            REFUSED_TARGET * 100.0
        );
        falls_short |= used < USED_TARGET || refused > REFUSED_TARGET;
    }
    if falls_short {
        bail!("a figure falls short of its target");
    }
    Ok(())
}
