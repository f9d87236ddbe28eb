//! Run, pause, stop: what a mapping's owner wants, as its parts wait for it.

use tokio::sync::watch;

/// What the owner wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Command {
    Run,
    Pause,
    Stop,
}

/// What an interrupted part of the mapping returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stopped;

/// Hears what the owner wants.
#[derive(Debug, Clone)]
pub(super) struct Control(watch::Receiver<Command>);

impl Control {
    pub(super) fn new(commands: watch::Receiver<Command>) -> Self {
        Self(commands)
    }

    /// Waits while the mapping is paused.
    pub(super) async fn may_run(&self) -> Result<(), Stopped> {
        let mut commands = self.0.clone();
        let command = commands
            .wait_for(|command| *command != Command::Pause)
            .await;
        // An owner that is gone wants nothing any more.
        match command.as_deref() {
            Ok(Command::Run) => Ok(()),
            _ => Err(Stopped),
        }
    }

    /// Waits for the end of the mapping.
    pub(super) async fn stopped(&self) {
        let mut commands = self.0.clone();
        let _ = commands.wait_for(|command| *command == Command::Stop).await;
    }

    /// Waits for `wanted` or the end of the mapping, whichever comes first.
    pub(super) async fn unless_stopped<T>(
        &self,
        wanted: impl Future<Output = T>,
    ) -> Result<T, Stopped> {
        tokio::select! {
            biased;
            () = self.stopped() => Err(Stopped),
            value = wanted => Ok(value),
        }
    }
}
