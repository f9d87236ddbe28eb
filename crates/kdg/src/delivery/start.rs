//! The number of shards → whether they admit more than they should.
//!
//! A shard saves up a second of its capacity, so a flow that goes a few times as
//! fast for half a second either meets a refusal or has been given more than
//! shards with limits can give: the local stack takes whatever comes, and so may
//! a stream that AWS enlarges on demand.

use std::time::Duration;

use super::flow::Load;

/// How many times what the shards take is sent as long as nothing is refused.
const HASTE: f64 = 3.0;

/// What a shard saves up, in seconds of its capacity.
const SAVED: f64 = 1.0;

/// How many seconds of capacity more than that must have been admitted.
const PROOF: f64 = 0.25;

/// What a request takes of what they have left at most, and, in seconds of the
/// flow, at least: the fewer records, the fewer are refused until an answer says so.
const PART: f64 = 0.5;
const SMALL_REQUEST: f64 = 0.01;

/// A flow of which nothing was refused yet.
#[derive(Debug)]
pub(super) struct Start {
    shards: f64,
    /// What they have left of it once all that was sent is taken, in shard seconds.
    sent: f64,
    /// What they have left of what they saved, by what was admitted.
    admitted: f64,
    at: Duration,
}

impl Start {
    pub(super) fn new(shards: f64) -> Self {
        Self {
            shards,
            sent: shards * SAVED,
            admitted: shards * SAVED,
            at: Duration::ZERO,
        }
    }

    pub(super) fn shards(&self) -> f64 {
        self.shards
    }

    /// The limit meanwhile, in shards.
    pub(super) fn limit(&self) -> f64 {
        self.shards * HASTE
    }

    /// What a request takes at most, in seconds of the flow.
    pub(super) fn request(&self) -> f64 {
        (self.sent * PART / self.limit()).max(SMALL_REQUEST)
    }

    pub(super) fn sent(&mut self, load: Load, now: Duration) {
        self.pass(now);
        self.sent -= load.shard_seconds();
    }

    /// All of this was admitted; whether shards with limits could not have done so.
    pub(super) fn admitted(&mut self, load: Load, now: Duration) -> bool {
        self.pass(now);
        self.admitted -= load.shard_seconds();
        self.admitted < -self.shards * PROOF
    }

    fn pass(&mut self, now: Duration) {
        let passed = now.saturating_sub(self.at).as_secs_f64() * self.shards;
        let most = self.shards * SAVED;
        self.sent = (self.sent + passed).min(most);
        self.admitted = (self.admitted + passed).min(most);
        self.at = self.at.max(now);
    }
}
