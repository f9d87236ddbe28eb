//! `cargo xtask demo`: from a fresh clone to objects in a bucket.

use std::path::PathBuf;

use anyhow::Context;

use crate::step;

/// What `sluice demo` takes is handed on as it is; see `--help` there.
#[derive(Debug, clap::Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Arguments {
    /// For example `--pipeline user-activity --records 20000 --json --keep`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    demo: Vec<String>,
}

/// The binaries that a demo runs: the very ones that are deployed, and the stack around them.
const PACKAGES: [&str; 2] = ["sluice", "process-stream"];

/// The exit code when the demo was ended by a signal and has none of its own.
const FAILED: i32 = 1;

/// Builds what a demo runs, and runs it.
///
/// # Errors
///
/// When the build fails; when a record is unaccounted for, the process exits with the demo's code.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let sluice = build_release()?;
    let status = step::command(&sluice)
        .arg("demo")
        .args(&arguments.demo)
        .status()
        .with_context(|| format!("{} cannot be started", sluice.display()))?;
    if status.success() {
        return Ok(());
    }
    std::process::exit(status.code().unwrap_or(FAILED));
}

/// Builds the command line and the functions for speed, and tells where the command line lies.
///
/// # Errors
///
/// When cargo fails.
pub(crate) fn build_release() -> anyhow::Result<PathBuf> {
    let release = step::target().join("release");
    let sluice = release.join("sluice");
    if !sluice.exists() {
        step::say("the first build compiles the AWS SDK and VRL: 6 to 12 minutes on two cores");
    }
    let mut build = step::cargo();
    build.args(["build", "--release", "--locked"]);
    for package in PACKAGES {
        build.args(["--package", package]);
    }
    step::run("build", &mut build)?;
    Ok(sluice)
}
