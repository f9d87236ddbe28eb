//! A test of `.github/plan.sh` and `.github/plan-summary.sh`: what a reviewer reads of a plan.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, bail};
use serde_json::{Value, json};

use crate::workflow_scripts::{Ended, installed, program, run, script};
use crate::{step, terraform};

/// Stands in for Terraform: the plan in words, or as JSON.
const TERRAFORM: &str = r#"case "$*" in
  *-json*) cat "$SHOWN/plan.json" ;;
  *) cat "$SHOWN/plan.txt" ;;
esac"#;

/// The plan in words, many times over what a small summary has room for.
const LINES: usize = 1_000;

/// A configuration with two pipelines, one of which may go with its data.
const BEFORE: &str = r#"
resource "terraform_data" "keep" {
  for_each         = toset(["kept", "leaving"])
  input            = { delete_data = each.key == "leaving" }
  triggers_replace = { existing_bucket = false }
}
"#;

/// The same without them, with a warning that tells a value of its own, and one that it must not tell.
const AFTER: &str = r#"
variable "secret" {
  default = "hush"
}

check "leave" {
  assert {
    condition     = var.secret == "said"
    error_message = "a name is misspelt"
  }
}
"#;

/// Summarizes a plan that does everything, one without changes, one that is too long, and those of a real Terraform.
///
/// # Errors
///
/// When the summary lacks something, tells a value, or is longer than it may be.
pub(crate) fn check() -> anyhow::Result<()> {
    installed("jq")?;
    let folder = step::target().join("plan-summary");
    fs::create_dir_all(&folder)?;
    program(&folder, "terraform", TERRAFORM)?;
    let plan = "  # in Terraform's own words\n".repeat(LINES);
    fs::write(folder.join("plan.txt"), plan)?;

    let everything = summary(&folder, &changes(), 1_000_000)?;
    let lines: Vec<_> = everything.lines().take(8).collect();
    let wanted = [
        "**1 to destroy, 1 to replace, 1 to update, 1 to create**",
        "````terraform",
        "Warning: a name is misspelt",
        "",
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
        "a plan is summarized by what it warns of and loses first, without values, and no longer than GitHub takes",
    );
    if terraform::is_there() {
        planned()
    } else {
        step::say("no Terraform is installed: what it warns of itself is not tested");
        Ok(())
    }
}

/// Plans with Terraform itself, whose own resources need no provider: a removal that would be refused, its warning
/// without the values that it quotes, and a mistake.
fn planned() -> anyhow::Result<()> {
    let folder = step::target().join("plan-summary").join("planned");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let configuration = folder.join("terraform");
    fs::create_dir_all(&configuration)?;
    let main = configuration.join("main.tf");
    fs::write(&main, BEFORE)?;
    for verb in [["init", "-no-color"], ["apply", "-auto-approve"]] {
        let mut terraform = Command::new("terraform");
        terraform.args(verb).current_dir(&configuration);
        step::run_quietly("terraform", terraform.env("CHECKPOINT_DISABLE", "1"))?;
    }
    fs::write(&main, AFTER)?;
    let (ended, summary, changes) = plan(&folder)?;
    let told = [
        "refused: the pipeline kept cannot",
        "deletes: what the stream and the bucket of the pipeline leaving hold",
        "**2 to destroy**",
        "Warning: Check block assertion failed\n  on main.tf line 8\n  a name is misspelt\n",
    ];
    let lacking = told.iter().any(|it| !summary.contains(it));
    let leaks = summary.contains("hush") || ended.printed.contains("hush");
    let is_silent = told[..2].iter().any(|it| !ended.printed.contains(it));
    if lacking || leaks || is_silent || ended.is_good || changes != "changes=true\n" {
        bail!(
            "the plan of a removal is told wrongly:\n{summary}\n{}",
            ended.printed
        );
    }
    fs::write(&main, BEFORE.replace(", \"leaving\"", ""))?;
    let (ended, summary, _) = plan(&folder)?;
    let told = "deletes: what the stream and the bucket of the pipeline leaving hold";
    if !ended.is_good || !summary.contains(told) || summary.contains("refused") {
        bail!(
            "a removal with leave is refused:\n{summary}\n{}",
            ended.printed
        );
    }
    fs::write(&main, "locals {\n  one = var.none\n}\n")?;
    let (ended, summary, _) = plan(&folder)?;
    let told = "Error: Reference to undeclared input variable\n  on main.tf line 2\n";
    if ended.is_good || !ended.printed.contains(told) || !summary.is_empty() {
        bail!(
            "a plan with a mistake is told wrongly:\n{summary}\n{}",
            ended.printed
        );
    }
    step::say(
        "a plan fails where its apply would be refused, and tells warnings and mistakes without values",
    );
    Ok(())
}

/// Runs what a workflow runs in a folder: its end, the summary, and the outputs of the step.
fn plan(folder: &Path) -> anyhow::Result<(Ended, String, String)> {
    let [written, outputs] = ["summary.md", "outputs"].map(|name| folder.join(name));
    fs::write(&written, "")?;
    fs::write(&outputs, "")?;
    let mut script = script("plan.sh");
    script
        .args(["plan-summary.sh", "-lock=false"])
        .current_dir(folder)
        .env("GITHUB_STEP_SUMMARY", &written)
        .env("GITHUB_OUTPUT", &outputs)
        .env("CHECKPOINT_DISABLE", "1");
    let ended = run(&mut script)?;
    Ok((
        ended,
        fs::read_to_string(&written)?,
        fs::read_to_string(&outputs)?,
    ))
}

/// What the script adds to the summary of its step.
fn summary(folder: &Path, changes: &Value, room: usize) -> anyhow::Result<String> {
    let plan = json!({"resource_changes": changes});
    fs::write(folder.join("plan.json"), plan.to_string())?;
    let warnings = folder.join("warnings");
    fs::write(&warnings, "Warning: a name is misspelt\n\n")?;
    let written = folder.join("summary.md");
    fs::write(&written, "")?;
    let path = std::env::var_os("PATH").unwrap_or_default();
    let before = std::iter::once(folder.to_path_buf()).chain(std::env::split_paths(&path));
    let mut script = script("plan-summary.sh");
    script
        .arg(&warnings)
        .env("PATH", std::env::join_paths(before)?)
        .env("SHOWN", folder)
        .env("SUMMARY_BYTES", room.to_string())
        .env("GITHUB_STEP_SUMMARY", &written);
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
