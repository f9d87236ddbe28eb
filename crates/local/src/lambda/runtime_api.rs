//! The HTTP requests of one process → its turns: ready, working, answered.
//!
//! Lambda Runtime API, version 2018-06-01 (Lambda guide, `/lambda/latest/dg/runtimes-api.html`).
//! Each execution environment has a listener of its own, so `AWS_LAMBDA_RUNTIME_API` is a plain
//! `host:port`, as every runtime client understands it.

mod route;

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::{Mutex as AsyncMutex, mpsc, oneshot};
use tokio::task::JoinSet;

/// The largest event of a synchronous invocation (Lambda guide, `/lambda/latest/dg/gettingstarted-limits.html`).
pub const MAX_REQUEST_BYTES: usize = 6 * 1024 * 1024;

/// The largest answer of a synchronous invocation (same page).
pub const MAX_RESPONSE_BYTES: usize = 6 * 1024 * 1024;

/// The Runtime API of one environment; dropping it closes every connection.
#[derive(Debug)]
pub(super) struct RuntimeApi {
    address: SocketAddr,
    events: mpsc::Sender<Event>,
    server: JoinSet<()>,
}

/// One event on its way to the process.
#[derive(Debug)]
pub(super) struct Event {
    pub(super) request_id: String,
    pub(super) deadline_ms: u64,
    pub(super) payload: Bytes,
    pub(super) answer: oneshot::Sender<Answer>,
}

/// What the process said about its event.
#[derive(Debug)]
pub(super) enum Answer {
    Response(Bytes),
    Error(Bytes),
    /// The answer had this many bytes and was refused.
    ResponseTooLarge(usize),
}

/// How the process came up.
#[derive(Debug)]
pub(super) enum Init {
    /// It asked for its first event.
    Ready,
    /// It reported that it cannot.
    Failed(Bytes),
}

/// What the connections of one process share.
#[derive(Debug)]
struct Exchange {
    function_arn: String,
    events: AsyncMutex<mpsc::Receiver<Event>>,
    running: Mutex<Option<Running>>,
    init: Mutex<Option<oneshot::Sender<Init>>>,
}

#[derive(Debug)]
struct Running {
    request_id: String,
    answer: oneshot::Sender<Answer>,
}

impl RuntimeApi {
    /// Listens on a free loopback port; the receiver hears how the process comes up.
    pub(super) async fn listen(
        function_arn: String,
    ) -> io::Result<(Self, oneshot::Receiver<Init>)> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (events, received) = mpsc::channel(1);
        let (init, initialised) = oneshot::channel();
        let exchange = Arc::new(Exchange {
            function_arn,
            events: AsyncMutex::new(received),
            running: Mutex::default(),
            init: Mutex::new(Some(init)),
        });
        let mut server = JoinSet::new();
        server.spawn(accept(listener, exchange));
        let api = Self {
            address,
            events,
            server,
        };
        Ok((api, initialised))
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Takes the listener out, which is closed when it is dropped.
    pub(super) fn take_server(&mut self) -> JoinSet<()> {
        std::mem::take(&mut self.server)
    }

    /// Hands an event to the process, which takes it with its next request.
    pub(super) async fn offer(&self, event: Event) {
        // When the server is gone the event is dropped with its answer channel, which tells the caller.
        let _ = self.events.send(event).await;
    }
}

impl Exchange {
    fn running(&self) -> MutexGuard<'_, Option<Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn report_init(&self, init: Init) {
        let sender = self
            .init
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(sender) = sender {
            let _ = sender.send(init);
        }
    }

    /// Passes the answer on; `false` when no such invocation is under way.
    fn answer(&self, request_id: &str, answer: Answer) -> bool {
        let running = self
            .running()
            .take_if(|running| running.request_id == request_id);
        match running {
            Some(running) => running.answer.send(answer).is_ok(),
            None => false,
        }
    }
}

/// How long to wait before the next connection after one could not be accepted.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves every connection of the process; there is no idle timeout, so `/next` may wait for hours.
async fn accept(listener: TcpListener, exchange: Arc<Exchange>) {
    let mut connections = JoinSet::new();
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "a connection to the runtime API was not accepted");
                // As when no descriptor is free: it fails at once and would again.
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        // Answers are small and waited for: they are not held back to fill a packet.
        let _ = stream.set_nodelay(true);
        let exchange = Arc::clone(&exchange);
        let service = service_fn(move |request| {
            let exchange = Arc::clone(&exchange);
            async move { Ok::<_, Infallible>(route::answer(&exchange, request).await) }
        });
        while connections.try_join_next().is_some() {}
        connections.spawn(async move {
            // A connection that breaks belongs to a process that ends, which is noticed there.
            let _ = http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}
