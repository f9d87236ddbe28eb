//! The Kinesis Data Generator page, on a loopback port of its own: its files, and the `config.json`
//! that tells it where the stack is.

mod arguments;
mod config;
mod headers;

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use ::local::stack::Stack;
use anyhow::{Context as _, bail};
use http::{Method, Request, Response};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tower::ServiceExt as _;
use tower_http::services::ServeDir;

use crate::account::say;
use crate::pipelines::Described;
pub(crate) use arguments::PageArguments;
use arguments::SignIn;
use config::PageConfig;

/// Where the page finds its configuration, beside its files.
const CONFIG_PATH: &str = "/config.json";

/// What every build of the page has.
const START: &str = "index.html";

/// How long to wait before the next connection after one could not be accepted.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// What somebody who keeps a stack without a page should know.
pub(crate) const NOT_BUILT: &str =
    "\nbuild the Kinesis Data Generator page with `cargo xtask web` to have it here too";

type Body = UnsyncBoxBody<Bytes, std::io::Error>;

/// What a page needs before there is a stack: its files, its port, and who signs in.
#[derive(Debug)]
pub(crate) struct Preparation {
    files: PathBuf,
    listener: TcpListener,
    sign_in: SignIn,
}

/// A page that is served. Dropping it ends that.
#[derive(Debug)]
pub(crate) struct Page {
    address: SocketAddr,
    sign_in: SignIn,
    server: JoinHandle<()>,
}

/// What the server answers with.
#[derive(Clone)]
struct Site {
    files: ServeDir,
    config: Bytes,
}

impl Preparation {
    /// Looks for the files and takes the port.
    ///
    /// # Errors
    ///
    /// When the page was not built, the port is taken, or the system gives no random bytes.
    pub(crate) async fn make(files: &Path, port: u16, sign_in: SignIn) -> anyhow::Result<Self> {
        if !is_built(files) {
            bail!(
                "{} holds no {START}: build the page with `cargo xtask web`, or name the folder of a built one with --page-files",
                files.display()
            );
        }
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
        let listener = listener.with_context(|| {
            format!("port {port} on 127.0.0.1 cannot be listened to; choose another with --page")
        })?;
        Ok(Self {
            files: files.to_owned(),
            listener,
            sign_in,
        })
    }

    /// Who may sign in at the stack.
    pub(crate) fn sign_in(&self) -> ::local::cognito::Settings {
        self.sign_in.settings()
    }

    /// Serves the page of a stack.
    ///
    /// # Errors
    ///
    /// When the stack has nobody who may sign in.
    pub(crate) fn serve(self, stack: &Stack, described: &[Described]) -> anyhow::Result<Page> {
        let config = PageConfig::of(stack, described).context("nobody can sign in to the stack")?;
        let address = self.listener.local_addr()?;
        let site = Site {
            files: ServeDir::new(self.files)
                .precompressed_br()
                .precompressed_gzip(),
            config: Bytes::from(serde_json::to_vec_pretty(&config)?),
        };
        Ok(Page {
            address,
            sign_in: self.sign_in,
            server: tokio::spawn(serve(self.listener, Arc::new(site))),
        })
    }
}

impl Page {
    /// Tells where the page is and how to sign in.
    pub(crate) fn introduce(&self) {
        say(&format!("\nthe page is at http://{}/", self.address));
        say(&self.sign_in.introduction());
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Whether a folder holds the page.
fn is_built(files: &Path) -> bool {
    files.join(START).is_file()
}

async fn serve(listener: TcpListener, site: Arc<Site>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // As when no descriptor is free: it fails at once and would again.
            tokio::time::sleep(ACCEPT_PAUSE).await;
            continue;
        };
        let site = Arc::clone(&site);
        tokio::spawn(async move {
            let service = service_fn(move |request| {
                let site = Arc::clone(&site);
                async move { Ok::<_, Infallible>(site.answer(request).await) }
            });
            let server = Builder::new(TokioExecutor::new());
            // A browser that went away needs no answer.
            let _ = server.serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

impl Site {
    async fn answer(&self, request: Request<Incoming>) -> Response<Body> {
        let is_config = request.uri().path() == CONFIG_PATH;
        let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
        let mut response = if is_config && is_read {
            let mut response = Response::new(body(self.config.clone()));
            headers::of_config(response.headers_mut());
            response
        } else {
            self.file(request).await
        };
        headers::secure(response.headers_mut());
        response
    }

    async fn file(&self, request: Request<Incoming>) -> Response<Body> {
        match self.files.clone().oneshot(request).await {
            Ok(found) => {
                let mut found = found.map(http_body_util::BodyExt::boxed_unsync);
                headers::of_file(found.headers_mut());
                found
            }
            Err(never) => match never {},
        }
    }
}

fn body(bytes: Bytes) -> Body {
    Full::new(bytes)
        .map_err(|never| match never {})
        .boxed_unsync()
}
