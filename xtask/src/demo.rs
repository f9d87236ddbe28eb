//! `cargo xtask demo`: from a fresh clone to objects in a bucket.

use anyhow::Context;

use crate::{build, step};

/// What `sluice demo` takes is handed on as it is; see `--help` there.
#[derive(Debug, clap::Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Arguments {
    /// For example `--pipeline user-activity --records 20000 --json --keep`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    demo: Vec<String>,
}

/// The option that names the page's files.
const PAGE_FILES: &str = "--page-files";

/// The exit code when the demo was ended by a signal and has none of its own.
const FAILED: i32 = 1;

/// Builds what a demo runs, and runs it.
///
/// # Errors
///
/// When the build fails; when a record is unaccounted for, the process exits with the demo's code.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let sluice = build::demo()?;
    let mut demo = step::command(&sluice);
    demo.arg("demo").args(&arguments.demo);
    if !arguments
        .demo
        .iter()
        .any(|typed| typed.starts_with(PAGE_FILES))
    {
        // Where `cargo xtask web` builds it.
        demo.arg(PAGE_FILES).arg(step::target().join("web"));
    }
    let status = demo
        .status()
        .with_context(|| format!("{} cannot be started", sluice.display()))?;
    if status.success() {
        return Ok(());
    }
    std::process::exit(status.code().unwrap_or(FAILED));
}
