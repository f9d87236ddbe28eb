//! Answers and failures → since when a stream takes nothing.

use std::time::Duration;

use super::account::Failure;

/// A stream that takes nothing, however often it is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Silence {
    /// When the first request was sent that it has not taken a record of.
    pub since: Duration,
    /// What became of the last request that failed; `None` as long as none has,
    /// but the first one lacks its answer.
    pub last: Option<Failure>,
}

/// What is remembered for it.
#[derive(Debug, Default)]
pub(super) struct Hearing {
    /// Of the requests that failed since the last one that did not.
    failed: Option<Silence>,
    /// When the last good answer came.
    heard: Duration,
}

impl Hearing {
    /// A request that was sent then has failed, or all of its records have.
    pub(super) fn failed(&mut self, sent: Duration, failure: Failure) {
        let since = sent.max(self.heard);
        let failed = self.failed.take();
        self.failed = Some(Silence {
            since: failed.map_or(since, |failed| failed.since.min(since)),
            last: Some(failure),
        });
    }

    /// The stream has taken a record, or refused one for want of capacity.
    pub(super) fn heard(&mut self, now: Duration) {
        self.failed = None;
        self.heard = self.heard.max(now);
    }

    /// The silence, if the oldest request under way was sent then.
    pub(super) fn silence(&self, oldest: Option<Duration>) -> Option<Silence> {
        let waits = oldest.map(|sent| sent.max(self.heard));
        let since = self.failed.as_ref().map(|failed| failed.since);
        Some(Silence {
            since: since.into_iter().chain(waits).min()?,
            last: self.failed.as_ref().and_then(|failed| failed.last.clone()),
        })
    }
}
