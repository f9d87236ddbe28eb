//! What processes print → lines in `<function>.log` and to whoever listens.

mod capture;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc;

use super::function::VERSION;

pub(super) use self::capture::Capture;

/// One line of a function's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// The function that wrote it.
    pub function: String,
    /// The invocation during or after which it was written; `None` before the first one.
    pub request_id: Option<String>,
    /// The line without its line break.
    pub line: String,
}

/// The log files of one stack.
#[derive(Debug)]
pub(super) struct Logs {
    directory: PathBuf,
    subscribers: Arc<Subscribers>,
    opened: Mutex<BTreeMap<String, Arc<Log>>>,
}

/// The log file of one function.
#[derive(Debug)]
pub(super) struct Log {
    function: String,
    file: Mutex<File>,
    subscribers: Arc<Subscribers>,
}

/// The figures of a REPORT line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Report {
    pub(super) duration: Duration,
    pub(super) memory_mib: u32,
    pub(super) max_memory_kib: Option<u64>,
    /// Only for the first invocation of an environment.
    pub(super) init: Option<Duration>,
}

#[derive(Debug, Default)]
struct Subscribers(Mutex<Vec<mpsc::UnboundedSender<LogLine>>>);

impl Logs {
    pub(super) fn create(directory: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(&directory)?;
        Ok(Self {
            directory,
            subscribers: Arc::default(),
            opened: Mutex::default(),
        })
    }

    /// The log of a function, appended to when it exists.
    pub(super) fn open(&self, function: &str) -> io::Result<Arc<Log>> {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(log) = opened.get(function) {
            return Ok(Arc::clone(log));
        }
        let path = self.directory.join(format!("{function}.log"));
        let log = Arc::new(Log {
            function: function.to_owned(),
            file: Mutex::new(File::options().create(true).append(true).open(path)?),
            subscribers: Arc::clone(&self.subscribers),
        });
        opened.insert(function.to_owned(), Arc::clone(&log));
        Ok(log)
    }

    pub(super) fn subscribe(&self) -> mpsc::UnboundedReceiver<LogLine> {
        let (sender, receiver) = mpsc::unbounded_channel();
        self.subscribers.lock().push(sender);
        receiver
    }
}

impl Log {
    pub(super) fn start(&self, request_id: &str) {
        self.write(
            Some(request_id),
            format!("START RequestId: {request_id} Version: {VERSION}"),
        );
    }

    pub(super) fn end(&self, request_id: &str, report: Report) {
        self.write(Some(request_id), format!("END RequestId: {request_id}"));
        self.write(Some(request_id), report.line(request_id));
    }

    /// Appends one line; a full disk costs log lines, never an invocation.
    pub(super) fn write(&self, request_id: Option<&str>, mut line: String) {
        line.push('\n');
        let written = {
            let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
            file.write_all(line.as_bytes())
        };
        if let Err(error) = written {
            tracing::warn!(function = %self.function, %error, "a log line could not be written");
        }
        line.pop();
        self.subscribers.lock().retain(|subscriber| {
            let line = LogLine {
                function: self.function.clone(),
                request_id: request_id.map(str::to_owned),
                line: line.clone(),
            };
            subscriber.send(line).is_ok()
        });
    }
}

impl Report {
    /// The line in AWS's form, tabs between the figures.
    fn line(&self, request_id: &str) -> String {
        let milliseconds = |duration: Duration| duration.as_secs_f64() * 1000.0;
        let duration = milliseconds(self.duration);
        let billed = self.duration.as_nanos().div_ceil(1_000_000);
        let mut figures = vec![
            format!("REPORT RequestId: {request_id}"),
            format!("Duration: {duration:.2} ms"),
            format!("Billed Duration: {billed} ms"),
            format!("Memory Size: {} MB", self.memory_mib),
        ];
        if let Some(kib) = self.max_memory_kib {
            figures.push(format!("Max Memory Used: {} MB", kib.div_ceil(1024)));
        }
        if let Some(init) = self.init {
            figures.push(format!("Init Duration: {:.2} ms", milliseconds(init)));
        }
        figures.join("\t")
    }
}

impl Subscribers {
    fn lock(&self) -> MutexGuard<'_, Vec<mpsc::UnboundedSender<LogLine>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
