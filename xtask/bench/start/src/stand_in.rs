//! A process → the requests that it makes until it has answered, each answered at once.

use std::future::pending;
use std::net::Ipv4Addr;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, bail, ensure};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::process::Command;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::event::{environment, event};

/// How long a function may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// What every function answers that has dealt with all its records.
const ANSWER: &[u8] = br#"{"batchItemFailures":[]}"#;

/// How a function started.
pub(crate) struct Start {
    /// From before its process is made until its answer is there.
    pub(crate) took: Duration,
    /// How many objects it has put until then.
    pub(crate) puts: u32,
}

/// What the connections of one process share.
struct Exchange {
    event: String,
    is_told: AtomicBool,
    puts: AtomicU32,
    answers: mpsc::UnboundedSender<(Instant, Bytes)>,
}

/// Starts a function and waits for its first answer.
///
/// # Errors
///
/// When it cannot be started, ends, takes too long, or answers something else.
pub(crate) async fn start(function: &Path) -> anyhow::Result<Start> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let (answers, mut answered) = mpsc::unbounded_channel();
    let exchange = Arc::new(Exchange {
        event: event()?,
        is_told: AtomicBool::new(false),
        puts: AtomicU32::new(0),
        answers,
    });
    let mut command = Command::new(function);
    command
        .env_clear()
        .envs(environment(listener.local_addr()?))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .kill_on_drop(true);
    let began = Instant::now();
    let mut process = command
        .spawn()
        .with_context(|| format!("{} cannot be started", function.display()))?;
    let answered = async {
        tokio::select! {
            answer = answered.recv() => answer.context("nobody is left to answer"),
            ended = process.wait() => bail!("{} ended: {}", function.display(), ended?),
            error = serve(listener, &exchange) => Err(error),
        }
    };
    let answered = timeout(PATIENCE, answered).await;
    let (at, answer) =
        answered.with_context(|| format!("{} does not answer", function.display()))??;
    let took = at - began;
    process.kill().await?;
    ensure!(
        answer == ANSWER,
        "{} answered {}",
        function.display(),
        String::from_utf8_lossy(&answer)
    );
    let puts = exchange.puts.load(Ordering::Relaxed);
    Ok(Start { took, puts })
}

/// Serves until a connection cannot be accepted.
async fn serve(listener: TcpListener, exchange: &Arc<Exchange>) -> anyhow::Error {
    let mut connections = JoinSet::new();
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => return error.into(),
        };
        let _ = stream.set_nodelay(true);
        let exchange = Arc::clone(exchange);
        let service = service_fn(move |request| {
            let exchange = Arc::clone(&exchange);
            async move { exchange.reply(request).await }
        });
        connections.spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

impl Exchange {
    async fn reply(&self, request: Request<Incoming>) -> anyhow::Result<Response<Full<Bytes>>> {
        let (parts, body) = request.into_parts();
        let body = body.collect().await?.to_bytes();
        let response = Response::builder();
        let (response, body) = match parts.method {
            // S3's: there is no other put.
            Method::PUT => {
                self.puts.fetch_add(1, Ordering::Relaxed);
                let response = response.header("ETag", "\"bench\"");
                (response, Bytes::new())
            }
            // Only the first event is part of a start.
            Method::GET if self.is_told.swap(true, Ordering::Relaxed) => pending().await,
            Method::GET => {
                let deadline = SystemTime::now().duration_since(UNIX_EPOCH)? + PATIENCE;
                let response = response
                    .header("Lambda-Runtime-Aws-Request-Id", "bench")
                    .header(
                        "Lambda-Runtime-Deadline-Ms",
                        deadline.as_millis().to_string(),
                    )
                    .header(
                        "Lambda-Runtime-Invoked-Function-Arn",
                        "arn:aws:lambda:us-east-1:000000000000:function:Bench",
                    );
                (response, self.event.clone().into())
            }
            _ => {
                let _ = self.answers.send((Instant::now(), body));
                (response.status(202), Bytes::new())
            }
        };
        Ok(response.body(Full::new(body))?)
    }
}
