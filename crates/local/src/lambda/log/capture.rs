//! The output pipes of one process → log lines, in order with START and END.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::Log;

/// Where a longer line is cut (`CloudWatch` Logs, largest event: `/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html`).
const MAX_LINE_BYTES: usize = 256 * 1024;

/// How long a flush waits for a process that prints without pause.
const FLUSH_LIMIT: Duration = Duration::from_secs(1);

/// How many lines are kept to tell why a process could not start.
const LAST_LINES: usize = 8;

/// The captured output of one process.
#[derive(Debug)]
pub(in crate::lambda) struct Capture {
    scribe: Arc<Scribe>,
    flushes: Vec<mpsc::Sender<oneshot::Sender<()>>>,
}

#[derive(Debug)]
struct Scribe {
    log: Arc<Log>,
    request_id: Mutex<Option<String>>,
    last_lines: Mutex<VecDeque<String>>,
}

impl Capture {
    pub(in crate::lambda) fn new(log: Arc<Log>) -> Self {
        let scribe = Arc::new(Scribe {
            log,
            request_id: Mutex::default(),
            last_lines: Mutex::default(),
        });
        Self {
            scribe,
            flushes: Vec::new(),
        }
    }

    /// Copies `pipe` to the log until it ends.
    pub(in crate::lambda) fn add(&mut self, pipe: impl AsyncRead + Unpin + Send + 'static) {
        let (sender, receiver) = mpsc::channel(1);
        self.flushes.push(sender);
        tokio::spawn(copy(pipe, Arc::clone(&self.scribe), receiver));
    }

    /// From now on lines belong to this invocation.
    pub(in crate::lambda) fn begin(&self, request_id: &str) {
        let mut current = self
            .scribe
            .request_id
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *current = Some(request_id.to_owned());
    }

    /// Waits until everything that the process has printed so far is in the log, if it ever pauses.
    pub(in crate::lambda) async fn flush(&self) {
        let flushed = async {
            for flush in &self.flushes {
                let (done, flushed) = oneshot::channel();
                // A copier that is gone has copied everything.
                if flush.send(done).await.is_ok() {
                    let _ = flushed.await;
                }
            }
        };
        // Its lines may then follow the END of the invocation that printed them.
        let _ = timeout(FLUSH_LIMIT, flushed).await;
    }

    /// The last few lines the process printed, in one string.
    pub(in crate::lambda) fn last_words(&self) -> String {
        let lines = self
            .scribe
            .last_lines
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        lines.iter().cloned().collect::<Vec<_>>().join("\n")
    }
}

impl Scribe {
    fn write(&self, line: &[u8]) {
        let line = String::from_utf8_lossy(line)
            .trim_end_matches(['\n', '\r'])
            .to_owned();
        {
            let mut last = self
                .last_lines
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            if last.len() == LAST_LINES {
                last.pop_front();
            }
            last.push_back(line.clone());
        }
        let request_id = self
            .request_id
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        self.log.write(request_id.as_deref(), line);
    }
}

/// Copies lines; answers a flush only when the pipe has nothing more to read.
///
/// What a process prints before it answers is in the pipe before its answer is on the socket,
/// so a flush after the answer sees all of it.
async fn copy(
    pipe: impl AsyncRead + Unpin,
    scribe: Arc<Scribe>,
    mut flushes: mpsc::Receiver<oneshot::Sender<()>>,
) {
    let mut reader = BufReader::new(pipe);
    let mut line = Vec::new();
    loop {
        let room = MAX_LINE_BYTES - line.len();
        let mut limited = (&mut reader).take(u64::try_from(room).unwrap_or(u64::MAX));
        tokio::select! {
            biased;
            read = limited.read_until(b'\n', &mut line) => match read {
                Ok(0) | Err(_) => break,
                Ok(_) if line.ends_with(b"\n") || line.len() >= MAX_LINE_BYTES => {
                    scribe.write(&line);
                    line.clear();
                }
                Ok(_) => {}
            },
            Some(done) = flushes.recv() => {
                let _ = done.send(());
            }
        }
    }
    if !line.is_empty() {
        scribe.write(&line);
    }
}
