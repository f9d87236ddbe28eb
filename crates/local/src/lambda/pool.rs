//! The invocations of one function → its warm processes, and new ones up to its concurrency.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::Config;
use super::environment::{Environment, FailedInit, InitReason, Launch, Work};
use super::function::{Function, VERSION};
use super::log::Log;
use super::outcome::{CouldNotInvoke, FunctionErrorKind, InvokeOutcome, Invoked};
use super::process::ProcessHandle;
use super::runtime_api::MAX_REQUEST_BYTES;
use crate::clock::Clock;

/// What a function has done since it was registered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stats {
    /// Events that reached a process, or that a process was started for.
    pub invocations: u64,
    /// Those of them that failed, timeouts included.
    pub errors: u64,
    /// Those that were killed at their deadline.
    pub timeouts: u64,
    /// Processes started.
    pub cold_starts: u64,
}

/// One function and its processes.
pub(super) struct Pool {
    function: Function,
    region: String,
    clock: Arc<dyn Clock>,
    log: Arc<Log>,
    /// One permit for each process that may work.
    turns: Semaphore,
    state: Mutex<State>,
    invocations: AtomicU64,
    errors: AtomicU64,
    timeouts: AtomicU64,
    cold_starts: AtomicU64,
}

#[derive(Debug, Default)]
struct State {
    /// The one used last is used next, so that what load no longer needs becomes idle for good.
    idle: Vec<Idle>,
    /// Every process that was started and may still run.
    live: Vec<ProcessHandle>,
    retired: bool,
}

#[derive(Debug)]
struct Idle {
    environment: Environment,
    since: Instant,
}

/// Why there is no environment for an event.
enum NoEnvironment {
    NotRun(CouldNotInvoke),
    Failed(FailedInit),
}

impl Pool {
    pub(super) fn new(function: Function, config: &Config, log: Arc<Log>) -> Self {
        let turns = function.maximum_concurrency.min(Semaphore::MAX_PERMITS);
        Self {
            region: config.region.clone(),
            clock: Arc::clone(&config.clock),
            log,
            turns: Semaphore::new(turns),
            function,
            state: Mutex::default(),
            invocations: AtomicU64::default(),
            errors: AtomicU64::default(),
            timeouts: AtomicU64::default(),
            cold_starts: AtomicU64::default(),
        }
    }

    /// Runs one event, waiting for a free process when all are at work.
    pub(super) async fn invoke(
        &self,
        request_id: String,
        payload: Bytes,
        kill_after: Option<Duration>,
    ) -> Invoked {
        if payload.len() > MAX_REQUEST_BYTES {
            let reason = CouldNotInvoke::PayloadTooLarge {
                bytes: payload.len(),
                limit: MAX_REQUEST_BYTES,
            };
            return Invoked::not_run(request_id, reason);
        }
        let Ok(_turn) = self.turns.acquire().await else {
            return Invoked::not_run(request_id, self.stopping());
        };
        let mut environment = match self.environment().await {
            Ok(environment) => environment,
            Err(NoEnvironment::NotRun(reason)) => return Invoked::not_run(request_id, reason),
            Err(NoEnvironment::Failed(failure)) => return self.failed_init(request_id, failure),
        };
        let timeout_ms = u64::try_from(self.function.timeout.as_millis()).unwrap_or(u64::MAX);
        let work = Work {
            request_id: request_id.clone(),
            payload,
            deadline_ms: self.clock.now_ms().saturating_add(timeout_ms),
            kill_after,
        };
        let (outcome, duration) = environment.invoke(work).await;
        self.keep_warm(environment);
        self.count(&outcome);
        Invoked {
            request_id,
            executed_version: VERSION,
            duration,
            outcome,
        }
    }

    /// Kills every process; returns how many were alive.
    pub(super) fn kill(&self) -> usize {
        let mut state = self.state();
        let killed = state.live.drain(..).filter(ProcessHandle::kill).count();
        state.idle.clear();
        killed
    }

    /// Refuses what is not yet under way and ends every idle process.
    pub(super) fn retire(&self) {
        self.turns.close();
        let mut state = self.state();
        state.retired = true;
        state.idle.clear();
    }

    /// Retires the function, kills every process and waits until the last has ended.
    pub(super) async fn shutdown(&self) {
        self.retire();
        let live = self.state().live.clone();
        self.kill();
        for process in live {
            process.ended().await;
        }
    }

    /// Ends the processes that had no work for `limit`.
    pub(super) fn end_idle(&self, limit: Duration) {
        self.state()
            .idle
            .retain(|idle| idle.since.elapsed() < limit);
    }

    pub(super) fn stats(&self) -> Stats {
        Stats {
            invocations: self.invocations.load(Ordering::Relaxed),
            errors: self.errors.load(Ordering::Relaxed),
            timeouts: self.timeouts.load(Ordering::Relaxed),
            cold_starts: self.cold_starts.load(Ordering::Relaxed),
        }
    }

    /// A warm environment, or a new one.
    async fn environment(&self) -> Result<Environment, NoEnvironment> {
        if let Some(warm) = self.take_warm() {
            return Ok(warm);
        }
        let number = self.cold_starts.fetch_add(1, Ordering::Relaxed);
        let launch = Launch {
            function: &self.function,
            region: &self.region,
            log: Arc::clone(&self.log),
            now_ms: self.clock.now_ms(),
            number: u128::from(number),
        };
        let began = Instant::now();
        let started = Environment::start(launch).await;
        let (mut environment, init) = started.map_err(|source| {
            NoEnvironment::NotRun(CouldNotInvoke::Start {
                program: self.function.program.display().to_string(),
                source,
            })
        })?;
        self.adopt(&environment)?;
        let initialised = environment.initialise(init, began).await;
        initialised.map_err(NoEnvironment::Failed)?;
        Ok(environment)
    }

    fn take_warm(&self) -> Option<Environment> {
        let mut state = self.state();
        while let Some(idle) = state.idle.pop() {
            if idle.environment.process().is_fit() {
                return Some(idle.environment);
            }
        }
        None
    }

    fn keep_warm(&self, environment: Environment) {
        let mut state = self.state();
        if !state.retired && environment.process().is_fit() {
            state.idle.push(Idle {
                environment,
                since: Instant::now(),
            });
        }
    }

    /// Puts a new process on the list of those that a kill reaches.
    fn adopt(&self, environment: &Environment) -> Result<(), NoEnvironment> {
        let mut state = self.state();
        if state.retired {
            return Err(NoEnvironment::NotRun(self.stopping()));
        }
        state.live.retain(|process| !process.has_ended());
        state.live.push(environment.process().clone());
        Ok(())
    }

    fn failed_init(&self, request_id: String, failure: FailedInit) -> Invoked {
        let outcome = match failure.reason {
            InitReason::Reported(body) => InvokeOutcome::FunctionError {
                kind: failure.kind,
                body,
            },
            InitReason::Observed(message) => {
                InvokeOutcome::failed(failure.kind, &request_id, &message)
            }
        };
        self.count(&outcome);
        Invoked {
            request_id,
            executed_version: VERSION,
            duration: failure.duration,
            outcome,
        }
    }

    fn count(&self, outcome: &InvokeOutcome) {
        self.invocations.fetch_add(1, Ordering::Relaxed);
        if let InvokeOutcome::FunctionError { kind, .. } = outcome {
            self.errors.fetch_add(1, Ordering::Relaxed);
            if *kind == FunctionErrorKind::Timedout {
                self.timeouts.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    fn stopping(&self) -> CouldNotInvoke {
        CouldNotInvoke::Stopping(self.function.name.clone())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
