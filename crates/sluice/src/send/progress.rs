//! What a person sees while records are sent.

use std::time::{Duration, Instant};

use indicatif::{HumanBytes, ProgressBar};
use kdg::{Account, Event, Fault, Record};

use super::ledger::Ledger;
use super::{line, sentence};
use crate::account::{Pulse, bar, print, say};
use crate::producer::{Notice, Observer};

/// How long is looked back to tell bytes per second.
const GLANCE: Duration = Duration::from_secs(1);

/// The bar, the accounts in between, and the ledger if there is one.
pub(super) struct Progress {
    stream: String,
    bar: ProgressBar,
    pulse: Pulse,
    began: Instant,
    /// When and with how many bytes the last glance was taken.
    glanced: (Instant, u64),
    bytes_per_second: u64,
    reports: Option<Reports>,
    ledger: Option<Ledger>,
    last_failure: Option<String>,
    failed: Option<anyhow::Error>,
}

/// Accounts in between.
#[derive(Debug)]
pub(super) struct Reports {
    pub(super) every: Duration,
    pub(super) as_json: bool,
    pub(super) told: u32,
}

impl Progress {
    pub(super) fn new(
        stream: &str,
        records: Option<u64>,
        reports: Option<Reports>,
        ledger: Option<Ledger>,
    ) -> Self {
        let now = Instant::now();
        Self {
            stream: stream.to_owned(),
            bar: bar(stream, records),
            pulse: Pulse::default(),
            began: now,
            glanced: (now, 0),
            bytes_per_second: 0,
            reports,
            ledger,
            last_failure: None,
            failed: None,
        }
    }

    /// How long records have been sent.
    pub(super) fn took(&self) -> Duration {
        self.began.elapsed()
    }

    /// Clears the bar; tells why the last record that was given up was.
    ///
    /// # Errors
    ///
    /// When the ledger or an account in between is not complete.
    pub(super) fn finish(self) -> anyhow::Result<Option<String>> {
        self.bar.finish_and_clear();
        self.ledger.map_or(Ok(()), Ledger::finish)?;
        self.failed.map_or(Ok(self.last_failure), Err)
    }

    fn report(&mut self, account: &Account) {
        let Some(reports) = &mut self.reports else {
            return;
        };
        let passed = self.began.elapsed();
        if passed < reports.every.saturating_mul(reports.told + 1) {
            return;
        }
        // Those that were missed are not made up for.
        let told = passed.as_secs_f64() / reports.every.as_secs_f64();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a run has far fewer reports than a u32 counts"
        )]
        let told = told as u32;
        reports.told = told;
        if reports.as_json {
            if let Err(error) = print(&line(account, passed).to_string()) {
                self.failed = Some(error);
            }
        } else {
            let words = sentence(&self.stream, account);
            self.bar
                .suspend(|| say(&format!("{:.0} s: {words}", passed.as_secs_f64())));
        }
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

    fn notice(&mut self, notice: &Notice) {
        let sentence = format!("{}: {notice}", self.stream);
        self.bar.suspend(|| say(&sentence));
    }

    fn waits(&self) -> Option<Duration> {
        let reports = self.reports.as_ref()?;
        let next = reports.every.saturating_mul(reports.told + 1);
        Some(next.saturating_sub(self.began.elapsed()))
    }

    fn has_failed(&self) -> bool {
        self.ledger.as_ref().is_some_and(Ledger::has_failed)
    }

    fn stands(&mut self, account: Account) {
        self.report(&account);
        if self.reports.is_none() {
            self.pulse.beat(|| sentence(&self.stream, &account));
        }
        if self.bar.is_hidden() {
            return;
        }
        let (at, bytes) = self.glanced;
        if at.elapsed() >= GLANCE {
            let passed_ms = u64::try_from(at.elapsed().as_millis()).unwrap_or(u64::MAX);
            self.bytes_per_second = (account.bytes - bytes).saturating_mul(1_000) / passed_ms;
            self.glanced = (Instant::now(), account.bytes);
        }
        self.bar.set_position(account.acknowledged);
        self.bar.set_message(format!(
            "{}/s, in flight {}, throttled {}, resent {}, given up {}",
            HumanBytes(self.bytes_per_second),
            account.in_flight,
            account.throttled,
            account.retried,
            account.given_up
        ));
    }
}
