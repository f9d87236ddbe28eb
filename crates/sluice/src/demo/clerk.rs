//! What the demo hears while records are sent.

use std::time::SystemTime;

use indicatif::ProgressBar;
use kdg::{Account, Event, Fault, Record};
use pipeline::Config;
use pipeline::verdict::Intent;

use super::ledger::{Expected, Ledger};
use crate::account::{Pulse, say};
use crate::check;
use crate::producer::{Notice, Observer};

/// A record as it was made. What must become of it is worked out when all have an outcome: that
/// would take time from what is measured.
pub(super) struct Made {
    tag: u64,
    at: SystemTime,
    partition_key: String,
    data: Vec<u8>,
}

impl Made {
    /// What its pipeline makes of it, without the stack.
    pub(super) fn expected(self, config: &Config) -> Expected {
        let verdict = check::verdict(config, self.tag, &self.partition_key, self.data, self.at);
        match verdict.intent {
            Intent::Filter => Expected::Filtered,
            Intent::Quarantine(_) => Expected::Quarantined,
            Intent::Store { key, .. } => Expected::Stored(key),
        }
    }
}

/// Keeps the ledger while records are sent.
pub(super) struct Clerk {
    pub(super) bar: ProgressBar,
    pub(super) ledger: Ledger<Made>,
    pub(super) given_up: Vec<String>,
    pub(super) pulse: Pulse,
}

impl Observer for Clerk {
    fn made(&mut self, record: &Record, _: Option<Fault>) {
        let made = Made {
            tag: record.tag,
            at: SystemTime::now(),
            partition_key: record.partition_key.clone(),
            data: record.data.clone(),
        };
        self.ledger.rendered(record.tag, made);
    }

    fn happened(&mut self, event: Event) {
        match event {
            Event::Acknowledged {
                tag,
                shard_id,
                sequence_number,
            } => {
                self.ledger
                    .acknowledged(tag, format!("{shard_id}:{sequence_number}"));
            }
            Event::GivenUp { tag, reason } => {
                self.ledger.given_up(tag);
                self.given_up
                    .push(format!("record {tag} was given up: {reason}"));
            }
        }
    }

    fn notice(&mut self, notice: &Notice) {
        let name = self.bar.prefix();
        self.bar.suspend(|| say(&format!("{name}: {notice}")));
    }

    fn stands(&mut self, account: Account) {
        self.bar.set_position(account.acknowledged);
        self.bar
            .set_message(format!("acknowledged, {} throttled", account.throttled));
        let Account {
            generated,
            acknowledged,
            throttled,
            ..
        } = account;
        self.pulse.beat(|| {
            format!("{acknowledged} of {generated} acknowledged, {throttled} times throttled")
        });
    }
}
