//! Insecure settings, as checkov knows them.

use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Instant;

use anyhow::{Context, bail};

use crate::python::{Python, SCANNER};
use crate::step;

/// A scan of every module, which goes on beside the refusals. What is skipped is
/// skipped in its place, with a reason.
#[derive(Debug)]
pub(crate) struct Scan {
    checkov: Child,
    started: Instant,
}

impl Scan {
    /// Starts it.
    ///
    /// # Errors
    ///
    /// When checkov cannot be installed.
    pub(crate) fn start(folder: &Path) -> anyhow::Result<Self> {
        let python = Python::ready(SCANNER)?;
        let mut checkov = step::command(python.program("checkov"));
        checkov
            .arg("--directory")
            .arg(folder)
            .args([
                "--framework",
                "terraform",
                "--skip-download",
                "--quiet",
                "--compact",
            ])
            // The tests of modules name what must be refused.
            .args(["--skip-path", "tests"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let checkov = checkov.spawn().context("checkov cannot be started")?;
        Ok(Self {
            checkov,
            started: Instant::now(),
        })
    }

    /// Waits for its end.
    ///
    /// # Errors
    ///
    /// With what it has found.
    pub(crate) fn end(self) -> anyhow::Result<()> {
        let output = self.checkov.wait_with_output()?;
        let printed = String::from_utf8_lossy(&output.stdout);
        let counts = printed
            .lines()
            .find(|line| line.starts_with("Passed checks"));
        match counts {
            Some(counts) if output.status.success() => {
                let seconds = self.started.elapsed().as_secs_f32();
                step::say(&format!("checkov done in {seconds:.1} s: {counts}"));
                Ok(())
            }
            _ => bail!("checkov has found something, or has not run:\n{printed}"),
        }
    }
}
