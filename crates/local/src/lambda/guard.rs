//! A pipe that closes → a process group that dies.
//!
//! A child process does not die with its parent: one that waits in `/next` sees its connection
//! close and `lambda_runtime` then returns an error from `run`, but one in the middle of a handler
//! works on, and other runtimes do as they like.
//! So each function process runs in the process group of a small shell that reads from a pipe
//! which only the stack holds open. When the pipe closes, whether by [`Guard::kill`], by a drop or
//! because the stack itself was killed with SIGKILL, the shell kills its whole group, whatever
//! processes the function has started included.

use std::io::{self, PipeWriter};
use std::process::Stdio;
use std::sync::{Mutex, PoisonError};

use tokio::process::{Child, Command};

/// Reads until the pipe closes, then kills every process of its own group.
///
/// A function that signals its group, as `trap 'kill 0' EXIT` does, must not end the shell.
const SCRIPT: &str = "trap '' HUP INT QUIT TERM USR1 USR2; read -r _; kill -s KILL 0";

/// Holds a process group alive.
#[derive(Debug)]
pub(super) struct Guard {
    group: i32,
    pipe: Mutex<Option<PipeWriter>>,
}

impl Guard {
    /// Starts the shell and with it a new process group; the shell is to be waited for.
    pub(super) fn start() -> io::Result<(Self, Child)> {
        let (reader, writer) = io::pipe()?;
        let shell = Command::new("/bin/sh")
            .args(["-c", SCRIPT])
            .env_clear()
            .stdin(reader)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()?;
        let group = shell
            .id()
            .and_then(|id| i32::try_from(id).ok())
            .ok_or(io::ErrorKind::NotFound)?;
        let guard = Self {
            group,
            pipe: Mutex::new(Some(writer)),
        };
        Ok((guard, shell))
    }

    /// The process group to start processes in.
    pub(super) fn group(&self) -> i32 {
        self.group
    }

    /// Whether the group was killed, or is about to be.
    pub(super) fn is_killed(&self) -> bool {
        let pipe = self.pipe.lock().unwrap_or_else(PoisonError::into_inner);
        pipe.is_none()
    }

    /// Kills the group; returns whether it had not been killed before.
    pub(super) fn kill(&self) -> bool {
        let mut pipe = self.pipe.lock().unwrap_or_else(PoisonError::into_inner);
        pipe.take().is_some()
    }
}
