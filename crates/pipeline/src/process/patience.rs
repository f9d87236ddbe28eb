//! Records whose program may take long are judged beside the invocation, which goes on without them.
//!
//! A regular expression that is searched again from every byte takes a second on 100 KB and a
//! minute and a half on a megabyte, and a program cannot be interrupted: the invocation would be
//! over, and so would be every repetition of it.

use std::{
    collections::HashMap,
    process,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use tokio::{
    sync::oneshot,
    time::{Instant, timeout},
};

use crate::{
    config::Config,
    decode::Packing,
    record::{Identity, Record},
    verdict::{self, Verdict, verdict},
};

/// The fewest bytes of a record that is judged beside the invocation: a regular expression that
/// takes quadratic time is done with less in half a second, and a thread costs little beside so many.
const WATCHED_BYTES: usize = 16 * 1024;

/// The same where a program has loops, which take a thousand times as long for each step.
const WATCHED_LOOPED_BYTES: usize = 2 * 1024;

/// How many records are remembered as too slow.
const CAPACITY: usize = 1024;

/// Judgements that were left behind and are not done, in the whole process.
static ABANDONED: AtomicUsize = AtomicUsize::new(0);

/// How many a function may leave behind: they take memory, and time from others.
const MOST_ABANDONED: usize = 4;

/// Ends the process where too many judgements were left behind: Lambda delivers the event again, to
/// a new one.
pub fn end_when_worn_out() {
    let abandoned = ABANDONED.load(Ordering::Relaxed);
    if abandoned >= MOST_ABANDONED {
        tracing::warn!("ends itself, because {abandoned} records were too slow");
        process::exit(1);
    }
}

/// Records that were waited for in vain, and for how long: a delivery that brings one again, as
/// for another part of the same aggregate, has the time for that one.
#[derive(Debug, Default)]
pub(super) struct TooSlow(Mutex<HashMap<Identity, Duration>>);

impl TooSlow {
    pub(super) fn get(&self, identity: &Identity) -> Option<Duration> {
        let known = self.lock();
        if known.is_empty() {
            return None;
        }
        known.get(identity).copied()
    }

    pub(super) fn insert(&self, identity: &Identity, after: Duration) {
        let mut known = self.lock();
        if known.len() >= CAPACITY {
            known.clear();
        }
        known.insert(identity.clone(), after);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Identity, Duration>> {
        // No invariant spans a panic here: an entry is there or it is not.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Room for a value of as many levels as are read, as the first thread of a process has it.
const STACK_BYTES: usize = 8 * 1024 * 1024;

/// The verdict on a record as [`verdict()`] gives it, in half of the time until the cutoff: the
/// other half is needed to store what there is.
///
/// # Errors
///
/// How long it was waited for. What it is doing goes on, whenever there is nothing else to do.
pub async fn verdict_before(
    config: &Arc<Config>,
    record: &Record,
    packing: Packing,
    cutoff: Instant,
) -> Result<Verdict, Duration> {
    let decoded = match verdict::open(config, record, packing) {
        Ok(decoded) => decoded,
        Err(settled) => return Ok(settled),
    };
    let runs_something = config.transform.is_some() || config.schema.is_some();
    let watched_bytes = if config.has_loops {
        WATCHED_LOOPED_BYTES
    } else {
        WATCHED_BYTES
    };
    if !runs_something || decoded.bytes.len() < watched_bytes {
        return Ok(verdict::judge(config, record, decoded));
    }
    let time = cutoff.saturating_duration_since(Instant::now()) / 2;
    let (started, thread_id) = oneshot::channel();
    let (done, judged) = oneshot::channel();
    let (of, about) = (Arc::clone(config), record.clone());
    let thread = thread::Builder::new().stack_size(STACK_BYTES);
    let spawned = thread.spawn(move || {
        // Nobody may be waiting any more.
        let _ = started.send(priority::current_thread());
        if done.send(verdict::judge(&of, &about, decoded)).is_err() {
            ABANDONED.fetch_sub(1, Ordering::Relaxed);
        }
    });
    if spawned.is_err() {
        return Ok(verdict(config, record, packing));
    }
    let mut judged = judged;
    match timeout(time, &mut judged).await {
        Ok(Ok(verdict)) => Ok(verdict),
        // It panicked, which the Lambda runtime can tell of when it happens here.
        Ok(Err(_)) => Ok(verdict(config, record, packing)),
        Err(_) => {
            ABANDONED.fetch_add(1, Ordering::Relaxed);
            judged.close();
            if let Ok(verdict) = judged.try_recv() {
                // It came in the meantime.
                ABANDONED.fetch_sub(1, Ordering::Relaxed);
                return Ok(verdict);
            }
            if let Ok(thread) = thread_id.await {
                priority::lower(thread);
            }
            Err(time)
        }
    }
}

/// What keeps an abandoned thread from the time of those that are waited for.
mod priority {
    #[cfg(target_os = "linux")]
    pub(super) use rustix::thread::{Pid, gettid as current_thread};

    /// The lowest there is ("setpriority(2)").
    #[cfg(target_os = "linux")]
    const LOWEST: i32 = 19;

    #[cfg(target_os = "linux")]
    pub(super) fn lower(thread: Pid) {
        // It is a favour to the others, and nothing depends on it.
        let _ = rustix::process::setpriority_process(Some(thread), LOWEST);
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) fn current_thread() {}

    #[cfg(not(target_os = "linux"))]
    pub(super) fn lower((): ()) {}
}
