//! Tests of `.github/`: what GitHub would run, read by those who know what it may not do.

use crate::python::{Python, WORKFLOW_LINTERS};
use crate::{plan_summary, step, workflow_scripts};

/// Checks every workflow.
///
/// # Errors
///
/// With what is not valid, or insecure.
pub(crate) fn test() -> anyhow::Result<()> {
    let python = Python::ready(WORKFLOW_LINTERS)?;
    let folder = step::root().join(".github");
    let mut workflows: Vec<_> = std::fs::read_dir(folder.join("workflows"))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    workflows.sort();
    for (schema, files) in [
        ("vendor.github-workflows", workflows),
        ("vendor.dependabot", vec![folder.join("dependabot.yml")]),
    ] {
        let mut check = step::command(python.program("check-jsonschema"));
        check.args(["--builtin-schema", schema]).args(files);
        step::run(&format!("schema of {schema}"), &mut check)?;
    }
    let mut zizmor = step::command(python.program("zizmor"));
    zizmor
        // What it cannot read it would only warn of; the schema above has refused that.
        .args([
            "--persona",
            "auditor",
            "--offline",
            "--no-progress",
            "--strict-collection",
        ])
        .arg(&folder);
    step::run("zizmor", &mut zizmor)?;
    plan_summary::check()?;
    workflow_scripts::check()
}
