//! A program → one warm process that answers events one at a time.

use std::future::pending;
use std::io;
use std::process::ExitStatus;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep, sleep_until};

use super::function::{Function, log_stream_name};
use super::log::{Capture, Log, Report};
use super::outcome::{FunctionErrorKind, InvokeOutcome, exit_words};
use super::process::{Process, ProcessHandle};
use super::runtime_api::{Answer, Event, Init, MAX_RESPONSE_BYTES, RuntimeApi};

/// How long AWS lets an environment start, after which it starts it once more on the time of the
/// first invocation (Lambda guide, `/lambda/latest/dg/lambda-runtime-environment.html`).
/// Here the first start goes on and may take as long as both together.
const INIT_LIMIT: Duration = Duration::from_secs(10);

/// One process, its Runtime API and its log; dropping it kills the process.
#[derive(Debug)]
pub(super) struct Environment {
    process: Process,
    api: RuntimeApi,
    capture: Capture,
    log: Arc<Log>,
    memory_mib: u32,
    timeout: Duration,
    /// How long the start took, until the first invocation has reported it.
    init: Option<Duration>,
}

/// What an environment is started with.
#[derive(Debug)]
pub(super) struct Launch<'a> {
    pub(super) function: &'a Function,
    pub(super) region: &'a str,
    pub(super) log: Arc<Log>,
    pub(super) now_ms: u64,
    /// Tells the environments of a stack apart.
    pub(super) number: u128,
}

/// One event for one environment.
#[derive(Debug)]
pub(super) struct Work {
    pub(super) request_id: String,
    pub(super) payload: Bytes,
    pub(super) deadline_ms: u64,
    /// When to kill the process in order to test what survives it.
    pub(super) kill_after: Option<Duration>,
}

/// A process that did not get as far as asking for an event.
#[derive(Debug)]
pub(super) struct FailedInit {
    pub(super) kind: FunctionErrorKind,
    pub(super) reason: InitReason,
    pub(super) duration: Duration,
}

/// Who tells why a start failed.
#[derive(Debug)]
pub(super) enum InitReason {
    /// The process, by `/init/error`.
    Reported(Bytes),
    /// Lambda, which saw it end or hang; with the last lines the process printed.
    Observed(String),
}

/// How an invocation ended, before it is put into words.
enum End {
    Answered(Answer),
    Exited(Option<ExitStatus>),
    TimedOut,
}

impl Environment {
    /// Starts a process, which `initialise` then waits for.
    ///
    /// # Errors
    ///
    /// The program cannot be started, or no port or pipe is free.
    pub(super) async fn start(launch: Launch<'_>) -> io::Result<(Self, oneshot::Receiver<Init>)> {
        let Launch {
            function, region, ..
        } = launch;
        let (api, init) = RuntimeApi::listen(function.arn(region)).await?;
        let log_stream = log_stream_name(launch.now_ms, launch.number);
        let variables = function.variables(region, &api.address().to_string(), &log_stream);
        let (process, capture) = Process::start(function, variables, Arc::clone(&launch.log))?;
        let environment = Self {
            process,
            api,
            capture,
            log: launch.log,
            memory_mib: function.memory_mib,
            timeout: function.timeout,
            init: None,
        };
        Ok((environment, init))
    }

    /// Waits until the process asks for its first event.
    pub(super) async fn initialise(
        &mut self,
        init: oneshot::Receiver<Init>,
        began: Instant,
    ) -> Result<(), FailedInit> {
        let limit = INIT_LIMIT + self.timeout;
        let (kind, reason) = tokio::select! {
            biased;
            Ok(init) = init => match init {
                Init::Ready => {
                    self.init = Some(began.elapsed());
                    return Ok(());
                }
                Init::Failed(words) => (FunctionErrorKind::InitError, InitReason::Reported(words)),
            },
            status = self.process().ended() => {
                self.capture.flush().await;
                (FunctionErrorKind::ExitError, self.observed(&exited(status)))
            }
            () = sleep_until(began + limit) => {
                let message = format!("Init timed out after {:.2} seconds", limit.as_secs_f64());
                (FunctionErrorKind::Timedout, self.observed(&message))
            }
        };
        Err(FailedInit {
            kind,
            reason,
            duration: began.elapsed(),
        })
    }

    /// Has the process answer one event; returns what became of it and how long it took.
    ///
    /// Afterwards the environment is fit for the next event unless its process has ended.
    pub(super) async fn invoke(&mut self, work: Work) -> (InvokeOutcome, Duration) {
        let request_id = work.request_id.clone();
        self.capture.begin(&request_id);
        self.log.start(&request_id);
        let began = Instant::now();
        let end = self.answer(work, began + self.timeout).await;
        let duration = began.elapsed();
        let report = Report {
            duration,
            memory_mib: self.memory_mib,
            max_memory_kib: self.process().max_memory_kib(),
            init: self.init.take(),
        };
        if matches!(end, End::TimedOut) {
            self.process().kill();
            self.process().ended().await;
        }
        self.capture.flush().await;
        self.log.end(&request_id, report);
        (self.outcome(end, &request_id), duration)
    }

    pub(super) fn process(&self) -> &ProcessHandle {
        self.process.handle()
    }

    async fn answer(&self, work: Work, deadline: Instant) -> End {
        let (answer, mut answered) = oneshot::channel();
        let event = Event {
            request_id: work.request_id,
            deadline_ms: work.deadline_ms,
            payload: work.payload,
            answer,
        };
        self.api.offer(event).await;
        let fault = async {
            match work.kill_after {
                Some(after) => sleep(after).await,
                None => pending().await,
            }
        };
        tokio::pin!(fault);
        let mut faulted = false;
        loop {
            tokio::select! {
                biased;
                Ok(answer) = &mut answered => {
                    if work.kill_after.is_none() {
                        return End::Answered(answer);
                    }
                    // It was quicker than the kill, and dies with its answer on its lips.
                    self.process().kill();
                    return End::Exited(self.process().ended().await);
                }
                status = self.process().ended() => return End::Exited(status),
                () = sleep_until(deadline) => return End::TimedOut,
                () = &mut fault, if !faulted => {
                    faulted = true;
                    self.process().kill();
                }
            }
        }
    }

    /// Puts the end of an invocation into AWS's words, and a bad one into the log as well.
    fn outcome(&self, end: End, request_id: &str) -> InvokeOutcome {
        let (kind, message) = match end {
            End::Answered(Answer::Response(body)) => return InvokeOutcome::Success { body },
            End::Answered(Answer::Error(body)) => {
                let kind = FunctionErrorKind::Unhandled;
                return InvokeOutcome::FunctionError { kind, body };
            }
            End::Answered(Answer::ResponseTooLarge(bytes)) => (
                FunctionErrorKind::ResponseSizeTooLarge,
                format!(
                    "Response payload size ({bytes} bytes) exceeded maximum allowed payload size ({MAX_RESPONSE_BYTES} bytes)."
                ),
            ),
            End::Exited(status) => (FunctionErrorKind::ExitError, exited(status)),
            End::TimedOut => (
                FunctionErrorKind::Timedout,
                format!(
                    "Task timed out after {:.2} seconds",
                    self.timeout.as_secs_f64()
                ),
            ),
        };
        self.log.write(
            Some(request_id),
            format!("RequestId: {request_id} Error: {message}"),
        );
        InvokeOutcome::failed(kind, request_id, &message)
    }

    fn observed(&self, message: &str) -> InitReason {
        let printed = self.capture.last_words();
        let separator = if printed.is_empty() { "" } else { "\n" };
        InitReason::Observed(format!("{message}{separator}{printed}"))
    }
}

impl Drop for Environment {
    /// Kills the process, and keeps the Runtime API until it has ended: one that finds its connection
    /// closed before says that something has failed.
    fn drop(&mut self) {
        let (process, server) = (self.process().clone(), self.api.take_server());
        process.kill();
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move {
                process.ended().await;
                drop(server);
            });
        }
    }
}

fn exited(status: Option<ExitStatus>) -> String {
    status.map_or_else(|| "Runtime exited".to_owned(), exit_words)
}
