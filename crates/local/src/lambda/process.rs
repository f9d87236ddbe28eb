//! A program and its variables → a child process that can be killed, and its output.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;

use tokio::process::{Child, Command};
use tokio::sync::watch;

use super::function::Function;
use super::guard::Guard;
use super::log::{Capture, Log};

/// A running program; dropping it kills it.
#[derive(Debug)]
pub(super) struct Process(ProcessHandle);

/// Watches and kills a process that someone else owns.
#[derive(Debug, Clone)]
pub(super) struct ProcessHandle {
    id: Option<u32>,
    guard: Arc<Guard>,
    exit: watch::Receiver<Option<ExitStatus>>,
}

impl Process {
    /// Starts a function's program with exactly these variables.
    pub(super) fn start(
        function: &Function,
        variables: BTreeMap<String, String>,
        log: Arc<Log>,
    ) -> io::Result<(Self, Capture)> {
        let (guard, shell) = Guard::start()?;
        let mut child = Command::new(&function.program)
            .args(&function.arguments)
            .env_clear()
            .envs(variables)
            .current_dir(function.task_root())
            .process_group(guard.group())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let mut capture = Capture::new(log);
        if let Some(stdout) = child.stdout.take() {
            capture.add(stdout);
        }
        if let Some(stderr) = child.stderr.take() {
            capture.add(stderr);
        }
        let guard = Arc::new(guard);
        let (ended, exit) = watch::channel(None);
        let handle = ProcessHandle {
            id: child.id(),
            guard: Arc::clone(&guard),
            exit,
        };
        tokio::spawn(reap(child, shell, guard, ended));
        Ok((Self(handle), capture))
    }

    pub(super) fn handle(&self) -> &ProcessHandle {
        &self.0
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.0.kill();
    }
}

impl ProcessHandle {
    /// Kills the process and what it has started; returns whether it was alive and not yet killed.
    pub(super) fn kill(&self) -> bool {
        self.guard.kill()
    }

    pub(super) fn has_ended(&self) -> bool {
        self.exit.borrow().is_some()
    }

    /// Whether it can take more work: it has neither ended nor been killed, which takes a moment.
    pub(super) fn is_fit(&self) -> bool {
        !self.has_ended() && !self.guard.is_killed()
    }

    /// Waits until the process has ended; `None` when the operating system did not tell how.
    pub(super) async fn ended(&self) -> Option<ExitStatus> {
        let mut exit = self.exit.clone();
        let status = exit.wait_for(Option::is_some).await.ok()?;
        *status
    }

    /// The largest resident set so far in KiB, where the operating system tells it.
    pub(super) fn max_memory_kib(&self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.id?)).ok()?;
        let figure = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))?;
        figure.trim().strip_suffix("kB")?.trim().parse().ok()
    }
}

/// Waits for the end of a process, ends what it left behind, and collects both exit statuses.
async fn reap(
    mut child: Child,
    mut shell: Child,
    guard: Arc<Guard>,
    ended: watch::Sender<Option<ExitStatus>>,
) {
    let status = child.wait().await;
    guard.kill();
    match status {
        Ok(status) => {
            ended.send_replace(Some(status));
        }
        Err(error) => tracing::warn!(%error, "the end of a process could not be observed"),
    }
    drop(ended);
    let _ = shell.wait().await;
}
