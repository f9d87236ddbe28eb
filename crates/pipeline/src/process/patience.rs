//! Records whose program may take long are judged beside the invocation, which goes on without them.
//!
//! A regular expression that is searched again from every byte takes a second on 100 KB and a
//! minute and a half on a megabyte, and a program cannot be interrupted: the invocation would be
//! over, and so would be every repetition of it.

use std::{sync::Arc, thread, time::Duration};

use tokio::{
    sync::oneshot,
    time::{Instant, timeout},
};

use crate::{
    config::Config,
    decode::Packing,
    record::Record,
    verdict::{self, Verdict, verdict},
};

/// The fewest bytes of a record that is judged beside the invocation: what takes quadratic time is
/// done with less in a fraction of a second, and a thread costs little beside so many.
const WATCHED_BYTES: usize = 16 * 1024;

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
    if !runs_something || decoded.bytes.len() < WATCHED_BYTES {
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
        let _ = done.send(verdict::judge(&of, &about, decoded));
    });
    if spawned.is_err() {
        return Ok(verdict(config, record, packing));
    }
    match timeout(time, judged).await {
        Ok(Ok(verdict)) => Ok(verdict),
        // It panicked, which the Lambda runtime can tell of when it happens here.
        Ok(Err(_)) => Ok(verdict(config, record, packing)),
        Err(_) => {
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
