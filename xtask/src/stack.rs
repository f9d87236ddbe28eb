//! `sluice local` in a process of its own.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, bail};

use crate::step;

/// A stack on a free port; gone when dropped.
pub(crate) struct Stack {
    process: Child,
    endpoint: String,
}

impl Stack {
    /// Starts what was built in a folder, with no state but what comes.
    ///
    /// # Errors
    ///
    /// When it does not start.
    pub(crate) fn start(built: &Path, data: &Path, arguments: &[&str]) -> anyhow::Result<Self> {
        Self::start_with(built, data, arguments, &[])
    }

    /// The same, with these variables as well.
    pub(crate) fn start_with(
        built: &Path,
        data: &Path,
        arguments: &[&str],
        variables: &[(&str, &str)],
    ) -> anyhow::Result<Self> {
        if data.exists() {
            std::fs::remove_dir_all(data).context("the state of the last run cannot be removed")?;
        }
        let mut sluice = step::command(built.join("sluice"));
        // What a schedule sent would be in the way of what is measured or looked for.
        sluice.args(["local", "--port", "0", "--no-schedules"]);
        sluice.args(arguments).envs(variables.iter().copied());
        sluice.arg("--data").arg(data);
        sluice.arg("--functions").arg(built);
        let mut process = sluice
            .stdout(Stdio::piped())
            .stdin(Stdio::null())
            .spawn()
            .context("sluice cannot be started")?;
        let printed = process.stdout.take().context("sluice has no output")?;
        let mut endpoint = String::new();
        BufReader::new(printed)
            .read_line(&mut endpoint)
            .context("sluice names no endpoint")?;
        let stack = Self {
            process,
            endpoint: endpoint.trim().to_owned(),
        };
        if !stack.endpoint.starts_with("http://127.0.0.1:") {
            bail!(
                "sluice local printed {:?} instead of its endpoint",
                stack.endpoint
            );
        }
        Ok(stack)
    }

    /// The port.
    pub(crate) fn port(&self) -> &str {
        self.endpoint.rsplit(':').next().unwrap_or_default()
    }

    /// The address.
    pub(crate) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Points a client at it.
    pub(crate) fn lend(&self, client: &mut Command) {
        client
            .env("AWS_ENDPOINT_URL", &self.endpoint)
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("AWS_REGION", "us-east-1")
            .env("AWS_DEFAULT_REGION", "us-east-1");
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
