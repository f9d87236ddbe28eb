//! The times of a schedule → invocations of a function.
//!
//! This is a scheduled rule of `EventBridge`
//! (`eventbridge/latest/userguide/eb-create-rule-schedule.html`): each time is one event, whatever
//! has become of the one before, and the function is invoked asynchronously.
//! Times that pass while the machine sleeps are not made up for; they are counted, and said.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde_json::json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use uuid::Uuid;

use crate::account::{ACCOUNT_ID, rule_arn};
use crate::asynchronous::{self, Settled};
use crate::clock::Clock;
use crate::mapping::Invoke;

/// How long the clock is not looked at: a clock that was set is noticed within this time.
const LOOK: Duration = Duration::from_secs(30);

/// The next time after a moment, both in milliseconds since the Unix epoch; `None` when there is
/// none any more.
pub type Next = Arc<dyn Fn(u64) -> Option<u64> + Send + Sync>;

/// When a function is invoked.
#[derive(Clone)]
pub struct Settings {
    /// The name of the rule, which is a part of its ARN.
    pub rule: String,
    /// The function.
    pub function: String,
    /// The region in the events.
    pub region: String,
    /// The times; the first is counted from the start.
    pub next: Next,
    /// The pauses before a failed event is tried again.
    pub retry_pauses: Vec<Duration>,
}

/// What a schedule has done since it started.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Events that were made.
    pub fired: u64,
    /// Times that passed without an event, because the machine was asleep.
    pub missed: u64,
    /// Events that the function accepted.
    pub succeeded: u64,
    /// Events that were given up.
    pub failed: u64,
    /// Invocations beyond the first of an event.
    pub retried: u64,
}

/// Starts schedules.
#[derive(Debug)]
pub struct Schedule;

/// A schedule at work; dropping it stops it at once.
pub struct ScheduleHandle {
    stop: watch::Sender<bool>,
    progress: watch::Receiver<Progress>,
    task: JoinHandle<()>,
}

impl Schedule {
    /// Starts a schedule. Must be called within a Tokio runtime.
    pub fn start(
        settings: Settings,
        function: Arc<dyn Invoke>,
        clock: Arc<dyn Clock>,
    ) -> ScheduleHandle {
        let (stop, stopped) = watch::channel(false);
        let (progress, observed) = watch::channel(Progress::default());
        ScheduleHandle {
            stop,
            progress: observed,
            task: tokio::spawn(run(settings, function, clock, stopped, progress)),
        }
    }
}

impl ScheduleHandle {
    /// What the schedule has done since it started.
    pub fn progress(&self) -> Progress {
        *self.progress.borrow()
    }

    /// Tells of every change of [`ScheduleHandle::progress`].
    pub fn subscribe(&self) -> watch::Receiver<Progress> {
        self.progress.clone()
    }

    /// Makes no more events, and waits for the invocations under way.
    pub async fn shutdown(mut self) {
        self.stop.send_replace(true);
        // A task that panicked has nothing left to wait for.
        let _ = (&mut self.task).await;
    }
}

impl Drop for ScheduleHandle {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl fmt::Debug for ScheduleHandle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ScheduleHandle")
            .field("progress", &self.progress())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Settings")
            .field("rule", &self.rule)
            .field("function", &self.function)
            .finish_non_exhaustive()
    }
}

async fn run(
    settings: Settings,
    function: Arc<dyn Invoke>,
    clock: Arc<dyn Clock>,
    mut stopped: watch::Receiver<bool>,
    progress: watch::Sender<Progress>,
) {
    let mut under_way = JoinSet::new();
    let mut due = (settings.next)(clock.now_ms());
    while !*stopped.borrow_and_update() {
        let now = clock.now_ms();
        let wait = due.map(|due| Duration::from_millis(due.saturating_sub(now)));
        if let Some(at) = due.filter(|due| *due <= now) {
            progress.send_modify(|progress| progress.fired += 1);
            let (function, event) = (Arc::clone(&function), event(&settings, at));
            let (name, pauses) = (settings.function.clone(), settings.retry_pauses.clone());
            let mut stopped = stopped.clone();
            under_way.spawn(async move {
                let stopped = async {
                    let _ = stopped.wait_for(|stopped| *stopped).await;
                };
                asynchronous::invoke(&*function, &name, event, &pauses, stopped).await
            });
            due = (settings.next)(at);
            let mut missed = 0_u64;
            while let Some(passed) = due.filter(|due| *due <= now) {
                missed += 1;
                due = (settings.next)(passed);
            }
            if missed > 0 {
                let rule = &settings.rule;
                tracing::warn!(rule, missed, "times of a schedule passed without an event");
                progress.send_modify(|progress| progress.missed += missed);
            }
            continue;
        }
        tokio::select! {
            Some(settled) = under_way.join_next(), if !under_way.is_empty() => {
                note(&progress, settled.ok());
            }
            () = tokio::time::sleep(wait.unwrap_or_default().min(LOOK)), if wait.is_some() => {}
            changed = stopped.changed() => if changed.is_err() { return },
        }
    }
    while let Some(settled) = under_way.join_next().await {
        note(&progress, settled.ok());
    }
}

fn note(progress: &watch::Sender<Progress>, settled: Option<Settled>) {
    // An invocation that panicked is a defect of the stack, and an event without an outcome.
    let settled = settled.unwrap_or(Settled {
        attempts: 1,
        error: Some(String::new()),
    });
    progress.send_modify(|progress| {
        progress.retried += u64::from(settled.attempts.saturating_sub(1));
        match settled.error {
            None => progress.succeeded += 1,
            Some(_) => progress.failed += 1,
        }
    });
}

/// The event of a scheduled rule ("Scheduled events",
/// `eventbridge/latest/userguide/eb-create-rule-schedule.html`).
fn event(settings: &Settings, at_ms: u64) -> Bytes {
    let seconds = i64::try_from(at_ms / 1000).unwrap_or_default();
    let time = OffsetDateTime::from_unix_timestamp(seconds)
        .unwrap_or(OffsetDateTime::UNIX_EPOCH)
        .format(&Rfc3339)
        .unwrap_or_default();
    let event = json!({
        "version": "0",
        "id": Uuid::new_v4().to_string(),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT_ID,
        "time": time,
        "region": settings.region,
        "resources": [rule_arn(&settings.region, &settings.rule)],
        "detail": {},
    });
    event.to_string().into()
}
