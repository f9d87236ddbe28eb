//! `sluice cost`: what a pipeline needs and costs, before anything is deployed.
//!
//! A pipeline's file and a load become an [`Estimate`](estimate::Estimate) by pure arithmetic, one
//! concept a file; only this one reads files and prints.

mod arguments;
mod batch;
mod charge;
mod estimate;
mod figure;
mod firehose;
mod invocation;
mod latency;
mod number;
mod question;
mod replacement;
mod report;
mod shards;
mod stream;
mod warning;

use std::process::ExitCode;

use anyhow::Context as _;
use kdg::{Scene, SeededEntropy};

use crate::account::{print, say};
use crate::pipelines::{self, Described};
use crate::producer::now_ms;
pub(crate) use arguments::{CostArguments, EXAMPLES};
use estimate::Estimate;
use figure::Figures;
use question::{Load, Plan};
use report::{Report, SizeFrom};

/// Records that are generated to learn their average size.
const SAMPLES: u32 = 100;

/// The seed of those records, so that one file always costs the same.
const SEED: u64 = 0;

/// The size of a record when nothing tells it.
const ASSUMED_RECORD_BYTES: f64 = 1024.0;

/// Estimates and prints.
///
/// # Errors
///
/// When the pipeline or the file of prices cannot be read, or a record cannot be generated.
pub(crate) fn run(arguments: &CostArguments) -> anyhow::Result<ExitCode> {
    let figures = replacement::figures(arguments.prices.as_deref(), &arguments.replacements)?;
    let described = pipelines::read_one(&arguments.pipelines, &arguments.pipeline)?;
    let mut plan = Plan::of(&described.pipeline);
    plan.mode = arguments.mode.unwrap_or(plan.mode);
    plan.memory_mib = arguments.memory_mib.map_or(plan.memory_mib, f64::from);
    plan.folders = arguments.folders.into();
    plan.records_per_object = arguments.records_per_object.map(f64::from);
    plan.seconds_per_batch = arguments
        .compute_seconds_per_batch
        .map(|seconds| seconds.0.as_secs_f64());
    let (record_bytes, size_from) = match arguments.record_bytes {
        Some(bytes) => (f64::from(bytes), SizeFrom::Given),
        None => record_bytes(&described)?,
    };
    let records_per_s = arguments
        .rate
        .unwrap_or_else(|| plan.capacity(record_bytes, &figures));
    let load = Load {
        records_per_s,
        record_bytes,
    };
    let estimate = Estimate::of(&plan, load, &figures);
    let report = Report {
        pipeline: &arguments.pipeline,
        size_from,
        rate_is_given: arguments.rate.is_some(),
        warnings: warning::warnings(&plan, &estimate, &figures),
        estimate: &estimate,
        plan: &plan,
        figures: &figures,
    };
    if arguments.json {
        print(&serde_json::to_string(&report.json()).context("the estimate has no JSON form")?)?;
    } else {
        print(report.text().trim_end())?;
    }
    for warning in &report.warnings {
        say(&format!(
            "warning: {}: {}; {}",
            arguments.pipeline, warning.message, warning.remedy
        ));
    }
    Ok(ExitCode::SUCCESS)
}

/// What `sluice check` says of a pipeline that costs too much or puts too often, with the records
/// that it generates and as many of them as its shards take.
///
/// # Errors
///
/// When a record cannot be generated.
pub(crate) fn warning(described: &Described) -> anyhow::Result<Option<String>> {
    let (plan, figures) = (Plan::of(&described.pipeline), Figures::default());
    let (record_bytes, _) = record_bytes(described)?;
    let records_per_s = plan.capacity(record_bytes, &figures);
    let load = Load {
        records_per_s,
        record_bytes,
    };
    let estimate = Estimate::of(&plan, load, &figures);
    let found = [
        warning::cost(&estimate, &figures),
        warning::puts(&estimate, &figures),
    ];
    let found: Vec<_> = found.into_iter().flatten().collect();
    let Some(last) = found.last() else {
        return Ok(None);
    };
    let messages: Vec<_> = found.iter().map(|one| one.message.as_str()).collect();
    Ok(Some(format!(
        "warning: {}: at the {} records/s that its shards take it {}; {}; `sluice cost --pipeline {}` tells more",
        described.file.display(),
        number::count(records_per_s),
        messages.join(", and "),
        // The remedy against too many puts is one against their cost as well.
        last.remedy,
        described.pipeline.name(),
    )))
}

/// The average size of the records that a pipeline generates, and whether it does.
fn record_bytes(described: &Described) -> anyhow::Result<(f64, SizeFrom)> {
    if described.pipeline.generate().is_none() {
        return Ok((ASSUMED_RECORD_BYTES, SizeFrom::Assumed));
    }
    let recipe = described.recipe()?;
    let mut scene = Scene::new(SeededEntropy::new(SEED), now_ms());
    let mut bytes = 0;
    for number in 0..SAMPLES {
        let record = recipe
            .make(&mut scene, number.into())
            .with_context(|| format!("{}: generate", described.file.display()))?;
        bytes += u32::try_from(record.data.len()).context("a generated record is too large")?;
    }
    let average = (f64::from(bytes) / f64::from(SAMPLES)).round().max(1.0);
    Ok((average, SizeFrom::Generated))
}
