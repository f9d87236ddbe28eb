//! Records that are delivered together, and what has happened to them so far.

use std::time::Duration;

use super::super::destination::LastInvocation;
use super::super::event::{EMPTY_EVENT_BYTES, EventRecord, MAX_EVENT_BYTES};

/// A batch, or what is left or was halved of one.
#[derive(Debug)]
pub(super) struct Portion {
    pub(super) records: Vec<EventRecord>,
    /// Failed invocations that counted, since the last record was accepted.
    pub(super) invoke_count: u32,
    /// Whether the records were delivered before.
    pub(super) delivered: bool,
    pub(super) last: Option<LastInvocation>,
}

impl Portion {
    pub(super) fn new(records: Vec<EventRecord>) -> Self {
        Self {
            records,
            invoke_count: 0,
            delivered: false,
            last: None,
        }
    }

    /// Cuts off the records in front that arrived more than `limit` ago.
    pub(super) fn take_expired(
        &mut self,
        limit: Option<Duration>,
        now_ms: u64,
    ) -> Vec<EventRecord> {
        let Some(limit) = limit else {
            return Vec::new();
        };
        let expired = |record: &EventRecord| {
            Duration::from_millis(now_ms.saturating_sub(record.arrival_ms)) > limit
        };
        let kept_from = self.records.iter().position(|record| !expired(record));
        let kept = self
            .records
            .split_off(kept_from.unwrap_or(self.records.len()));
        std::mem::replace(&mut self.records, kept)
    }

    /// Whether the records, of which there is then one, are more than one event holds.
    pub(super) fn exceeds_event(&self) -> bool {
        self.records
            .first()
            .is_some_and(|first| EMPTY_EVENT_BYTES + first.json.len() > MAX_EVENT_BYTES)
    }

    /// Cuts off the records that were accepted, with which the count starts anew.
    pub(super) fn advance(&mut self, from: usize, last: LastInvocation) -> Vec<EventRecord> {
        let rest = self.records.split_off(from);
        self.invoke_count = 0;
        self.last = Some(last);
        std::mem::replace(&mut self.records, rest)
    }

    /// Two halves, the first one last; halving is no attempt that counts.
    pub(super) fn halve(mut self) -> [Self; 2] {
        let second = Self {
            records: self.records.split_off(self.records.len() / 2),
            invoke_count: self.invoke_count,
            delivered: self.delivered,
            last: self.last.clone(),
        };
        [second, self]
    }

    /// Whether the attempts are used up: the first one and every retry.
    pub(super) fn is_exhausted(&self, maximum_retry_attempts: Option<u32>) -> bool {
        maximum_retry_attempts.is_some_and(|retries| self.invoke_count > retries)
    }
}
