//! A function and an event → an answer, by the function's own program.
//!
//! What is deployed runs here as a child process that speaks the Lambda Runtime API, so a test
//! meets the same binary, the same event bytes and the same process life as AWS gives it:
//! environments start cold, stay warm between invocations, work on one event at a time,
//! and are killed at their deadline.
//!
//! Concurrency differs on purpose: an invocation above a function's `maximum_concurrency` waits
//! for its turn where AWS would throttle it.

mod environment;
mod fault;
mod function;
mod guard;
mod log;
mod outcome;
mod pool;
mod process;
mod runtime_api;

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::mpsc;

use crate::clock::Clock;

use self::fault::Dice;
use self::log::Logs;
use self::pool::Pool;

pub use self::fault::Fault;
pub use self::function::{Function, InvalidFunction, VERSION};
pub use self::log::LogLine;
pub use self::outcome::{CouldNotInvoke, FunctionErrorKind, InvokeOutcome, Invoked};
pub use self::pool::Stats;
pub use self::runtime_api::{MAX_REQUEST_BYTES, MAX_RESPONSE_BYTES};

/// What every function of one stack shares.
#[derive(Clone)]
pub struct Config {
    /// The region in ARNs and in the functions' environment.
    pub region: String,
    /// Tells the deadlines and the times in log stream names.
    pub clock: Arc<dyn Clock>,
    /// Where each function has its `<function>.log`; created when absent.
    pub log_directory: PathBuf,
    /// How long an environment stays warm without work.
    pub idle_limit: Duration,
    /// Decides request ids and injected faults.
    pub seed: u64,
}

/// The functions of one stack and their processes.
///
/// Clones share them; when the last clone is dropped every process is killed.
#[derive(Clone)]
pub struct Lambda(Arc<Inner>);

struct Inner {
    config: Config,
    dice: Dice,
    logs: Logs,
    pools: Mutex<BTreeMap<String, Arc<Pool>>>,
}

impl Lambda {
    /// A Lambda service without functions.
    ///
    /// Must be called within a Tokio runtime, on which it ends idle environments.
    ///
    /// # Errors
    ///
    /// The log directory cannot be created.
    pub fn new(config: Config) -> io::Result<Self> {
        let logs = Logs::create(config.log_directory.clone())?;
        let idle_limit = config.idle_limit;
        let inner = Arc::new(Inner {
            dice: Dice::new(config.seed),
            logs,
            config,
            pools: Mutex::default(),
        });
        tokio::spawn(end_idle(Arc::downgrade(&inner), idle_limit));
        Ok(Self(inner))
    }

    /// Makes a function known, or replaces it; no process starts before its first invocation.
    ///
    /// # Errors
    ///
    /// A setting lies outside what AWS accepts, or the function's log cannot be opened.
    pub fn register(&self, function: Function) -> Result<(), InvalidFunction> {
        function.validate()?;
        let log = self
            .0
            .logs
            .open(&function.name)
            .map_err(InvalidFunction::Log)?;
        let name = function.name.clone();
        let pool = Arc::new(Pool::new(function, &self.0.config, log));
        if let Some(replaced) = self.pools().insert(name, pool) {
            replaced.retire();
        }
        Ok(())
    }

    /// Runs a function on one event and waits for its answer.
    ///
    /// Dropping the future kills the process that works on it.
    pub async fn invoke(&self, function: &str, payload: Bytes) -> Invoked {
        let request_id = self.0.dice.request_id();
        let pool = self.pools().get(function).cloned();
        match pool {
            Some(pool) => pool.invoke(request_id, payload, self.0.dice.draw()).await,
            None => Invoked::not_run(
                request_id,
                CouldNotInvoke::UnknownFunction(function.to_owned()),
            ),
        }
    }

    /// Kills every process of a function now and returns how many there were.
    pub fn kill(&self, function: &str) -> usize {
        let pool = self.pools().get(function).cloned();
        pool.map_or(0, |pool| pool.kill())
    }

    /// Lets chance kill processes in the middle of their work from now on; `None` ends it.
    pub fn set_fault(&self, fault: Option<Fault>) {
        self.0.dice.set_fault(fault);
    }

    /// Every line that any function writes from now on, START, END and REPORT included.
    ///
    /// A receiver that was dropped is forgotten.
    pub fn lines(&self) -> mpsc::UnboundedReceiver<LogLine> {
        self.0.logs.subscribe()
    }

    /// What a function has done since it was registered; `None` when it is unknown.
    pub fn stats(&self, function: &str) -> Option<Stats> {
        self.pools().get(function).map(|pool| pool.stats())
    }

    /// Refuses new invocations, kills every process and waits until they have ended.
    pub async fn shutdown(&self) {
        let pools: Vec<_> = self.pools().values().cloned().collect();
        for pool in pools {
            pool.shutdown().await;
        }
    }

    fn pools(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Pool>>> {
        self.0.pools.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Lambda {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let functions: Vec<_> = self.pools().keys().cloned().collect();
        formatter.debug_tuple("Lambda").field(&functions).finish()
    }
}

/// Ends environments that had no work for `idle_limit`, for as long as the service exists.
async fn end_idle(lambda: Weak<Inner>, idle_limit: Duration) {
    let mut tick = tokio::time::interval((idle_limit / 2).max(Duration::from_millis(10)));
    loop {
        tick.tick().await;
        let Some(inner) = lambda.upgrade() else {
            return;
        };
        let pools = inner.pools.lock().unwrap_or_else(PoisonError::into_inner);
        for pool in pools.values() {
            pool.end_idle(idle_limit);
        }
    }
}
