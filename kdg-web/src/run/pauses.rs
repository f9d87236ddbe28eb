//! A clock that can be stopped.

use std::time::Duration;

/// The time in which something did not go on.
#[derive(Debug, Default)]
pub(super) struct Pauses {
    since: Option<Duration>,
    before: Duration,
}

impl Pauses {
    pub(super) fn begin(&mut self, now: Duration) {
        self.since.get_or_insert(now);
    }

    pub(super) fn end(&mut self, now: Duration) {
        if let Some(since) = self.since.take() {
            self.before += now.saturating_sub(since);
        }
    }

    /// How long those took that are over.
    pub(super) fn past(&self) -> Duration {
        self.before
    }

    pub(super) fn is_on(&self) -> bool {
        self.since.is_some()
    }

    /// The time without pauses.
    pub(super) fn run_time(&self, now: Duration) -> Duration {
        self.since.unwrap_or(now).saturating_sub(self.before)
    }
}
