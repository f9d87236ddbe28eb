//! What a person sees while records are sent.

use std::time::Instant;

use indicatif::{HumanBytes, ProgressBar};
use kdg::{Account, Event, Fault, Record};

use super::ledger::Ledger;
use crate::account::bar;
use crate::producer::Observer;

/// The bar, and the ledger if there is one.
pub(super) struct Progress {
    bar: ProgressBar,
    began: Instant,
    ledger: Option<Ledger>,
    last_failure: Option<String>,
}

impl Progress {
    pub(super) fn new(stream: &str, records: Option<u64>, ledger: Option<Ledger>) -> Self {
        Self {
            bar: bar(stream, records),
            began: Instant::now(),
            ledger,
            last_failure: None,
        }
    }

    /// Clears the bar; tells why the last record that was given up was.
    ///
    /// # Errors
    ///
    /// When the ledger is not complete.
    pub(super) fn finish(self) -> anyhow::Result<Option<String>> {
        self.bar.finish_and_clear();
        self.ledger.map_or(Ok(()), Ledger::finish)?;
        Ok(self.last_failure)
    }
}

impl Observer for Progress {
    fn made(&mut self, record: &Record, fault: Option<Fault>) {
        if let Some(ledger) = &mut self.ledger {
            ledger.made(record, fault);
        }
    }

    fn happened(&mut self, event: Event) {
        if let Some(ledger) = &mut self.ledger {
            ledger.happened(&event);
        }
        if let Event::GivenUp { reason, .. } = event {
            self.last_failure = Some(reason.to_string());
        }
    }

    fn stands(&mut self, account: Account) {
        if self.bar.is_hidden() {
            return;
        }
        let seconds = self.began.elapsed().as_secs().max(1);
        self.bar.set_position(account.acknowledged);
        self.bar.set_message(format!(
            "{}/s, in flight {}, throttled {}, resent {}, given up {}",
            HumanBytes(account.bytes / seconds),
            account.in_flight,
            account.throttled,
            account.retried,
            account.given_up
        ));
    }
}
