//! A test of `.github/plan-summary.sh`: what a reviewer reads of a plan.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde_json::{Value, json};

use crate::step;

/// Stands in for Terraform: the plan in words, or as JSON.
const TERRAFORM: &str = r#"#!/bin/sh
case "$*" in
  *-json*) cat "$SHOWN/plan.json" ;;
  *) cat "$SHOWN/plan.txt" ;;
esac
"#;

/// The plan in words, many times over what a small summary has room for.
const LINES: usize = 1_000;

/// Summarizes a plan that does everything, one without changes, and one that is too long.
///
/// # Errors
///
/// When the summary lacks something, tells a value, or is longer than it may be.
pub(crate) fn check() -> anyhow::Result<()> {
    jq()?;
    let folder = step::target().join("plan-summary");
    fs::create_dir_all(&folder)?;
    let terraform = folder.join("terraform");
    fs::write(&terraform, TERRAFORM)?;
    fs::set_permissions(&terraform, fs::Permissions::from_mode(0o755))?;
    let plan = "  # in Terraform's own words\n".repeat(LINES);
    fs::write(folder.join("plan.txt"), plan)?;

    let everything = summary(&folder, &changes(), 1_000_000)?;
    let lines: Vec<_> = everything.lines().take(6).collect();
    let wanted = [
        "**1 to destroy, 1 to replace, 1 to update, 1 to create**",
        "````terraform",
        "destroy aws_kinesis_stream.old",
        "replace aws_s3_bucket.lake (bucket, id)",
        "update  aws_lambda_function.process (environment)",
        "create  aws_sns_topic.alarms",
    ];
    if lines != wanted || everything.contains("hush") || everything.lines().count() < LINES {
        bail!("the summary of a plan is wrong:\n{everything}");
    }
    let nothing = summary(&folder, &json!([]), 1_000_000)?;
    if !nothing.starts_with("**No resource changes.**\n") {
        bail!("the summary of an empty plan is wrong:\n{nothing}");
    }
    let cut = summary(&folder, &changes(), 2_000)?;
    let ends = "https://github.com/acme/lake/actions/runs/7, has all of it.\n";
    let fences = cut.matches("````").count();
    if !cut.starts_with(wanted[0]) || !cut.ends_with(ends) || fences != 2 || cut.len() > 2_500 {
        bail!("the summary of a plan without room is wrong:\n{cut}");
    }
    step::say(
        "a plan is summarized by what it loses first, without values, and no longer than GitHub takes",
    );
    Ok(())
}

/// What the script adds to the summary of its step.
fn summary(folder: &Path, changes: &Value, room: usize) -> anyhow::Result<String> {
    let plan = json!({"resource_changes": changes});
    fs::write(folder.join("plan.json"), plan.to_string())?;
    let written = folder.join("summary.md");
    fs::write(&written, "")?;
    let path = std::env::var_os("PATH").unwrap_or_default();
    let before = std::iter::once(folder.to_path_buf()).chain(std::env::split_paths(&path));
    let mut script = step::command(step::root().join(".github/plan-summary.sh"));
    script
        .env("PATH", std::env::join_paths(before)?)
        .env("SHOWN", folder)
        .env("SUMMARY_BYTES", room.to_string())
        .env("GITHUB_STEP_SUMMARY", &written)
        .env("GITHUB_SERVER_URL", "https://github.com")
        .env("GITHUB_REPOSITORY", "acme/lake")
        .env("GITHUB_RUN_ID", "7");
    step::run_quietly("summary of a plan", &mut script)?;
    fs::read_to_string(&written).context("the script writes no summary")
}

fn changes() -> Value {
    let change = |address: &str, actions: &[&str], before: Value, after: Value, unknown: Value| {
        json!({"address": address, "change": {
            "actions": actions, "before": before, "after": after, "after_unknown": unknown,
        }})
    };
    json!([
        change(
            "aws_lambda_function.process",
            &["update"],
            json!({"environment": "hush", "memory_size": 256}),
            json!({"environment": "hush!", "memory_size": 256}),
            json!({}),
        ),
        change(
            "aws_iam_role.kept",
            &["no-op"],
            json!({"name": "r"}),
            json!({"name": "r"}),
            json!({})
        ),
        change(
            "data.aws_region.here",
            &["read"],
            Value::Null,
            json!({"name": "r"}),
            json!({})
        ),
        change(
            "aws_sns_topic.alarms",
            &["create"],
            Value::Null,
            json!({"name": "hush"}),
            json!({})
        ),
        change(
            "aws_s3_bucket.lake",
            &["delete", "create"],
            json!({"bucket": "hush-1", "id": "hush-1"}),
            json!({"bucket": "hush-2"}),
            json!({"id": true}),
        ),
        change(
            "aws_kinesis_stream.old",
            &["delete"],
            json!({"name": "hush"}),
            Value::Null,
            json!({})
        ),
    ])
}

/// Finds `jq`, which the servers of GitHub have, or installs it.
fn jq() -> anyhow::Result<()> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found: Option<PathBuf> = std::env::split_paths(&path)
        .map(|folder| folder.join("jq"))
        .find(|program| program.exists());
    if found.is_none() {
        step::apt_install("jq").context("jq is needed for this test; install it")?;
    }
    Ok(())
}
