//! The mock server in a process of its own, and what is in it.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use serde_json::Value;

use crate::python::{MOCK_SERVER, Python};
use crate::step;

/// How long the server may take to answer for the first time.
const START: Duration = Duration::from_mins(1);

/// Says that somebody in particular asks, which the server does not verify.
const SIGNED: &str = "AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-1/s3/aws4_request, SignedHeaders=host, Signature=0";

/// A server on a free port; gone when dropped.
#[derive(Debug)]
pub(crate) struct MockServer {
    process: Child,
    port: u16,
}

impl MockServer {
    /// Starts it with nothing in it.
    ///
    /// # Errors
    ///
    /// When its package cannot be installed, or it does not start.
    pub(crate) fn start() -> anyhow::Result<Self> {
        let python = Python::ready(MOCK_SERVER)?;
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .context("there is no free port")?
            .port();
        let log = step::target().join("tools").join("mock-server.log");
        let file = std::fs::File::create(&log).context("the server's log cannot be written")?;
        let mut server = step::command(python.program("python"));
        server
            .arg("xtask/terraform/mock_server.py")
            .args(["-H", "127.0.0.1", "-p", &port.to_string()])
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file);
        let process = server.spawn().context("python cannot be started")?;
        let mut server = Self { process, port };
        let started = Instant::now();
        while server.get("/moto-api/").is_err() {
            if let Some(status) = server.process.try_wait()? {
                bail!("the mock server ended with {status}; see {}", log.display());
            }
            if started.elapsed() > START {
                bail!("the mock server does not answer; see {}", log.display());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(server)
    }

    /// Where it listens.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// How many things of each kind it holds.
    ///
    /// # Errors
    ///
    /// When it does not say.
    pub(crate) fn contents(&self) -> anyhow::Result<BTreeMap<String, usize>> {
        let data: Value = serde_json::from_str(&self.get("/moto-api/data.json")?)
            .context("the mock server lists its contents otherwise than as JSON")?;
        let mut contents = BTreeMap::new();
        for (service, kinds) in data.as_object().into_iter().flatten() {
            for (kind, things) in kinds.as_object().into_iter().flatten() {
                let count = things.as_array().map_or(0, Vec::len);
                if count > 0 {
                    contents.insert(format!("{service} {kind}"), count);
                }
            }
        }
        Ok(contents)
    }

    /// The actions that were asked for since this was asked, by IAM's names but for S3's.
    ///
    /// # Errors
    ///
    /// When it does not say.
    pub(crate) fn asked(&self) -> anyhow::Result<Vec<String>> {
        serde_json::from_str(&self.get("/moto-api/asked")?)
            .context("the mock server lists what it was asked otherwise than as JSON")
    }

    /// Puts an object into a bucket, as a function would.
    ///
    /// # Errors
    ///
    /// When the bucket does not take it.
    pub(crate) fn put(&self, bucket: &str, key: &str) -> anyhow::Result<()> {
        self.request("PUT", &format!("/{bucket}/{key}"), "{}")
            .map(drop)
    }

    /// Makes a bucket, as somebody would before a pipeline.
    ///
    /// # Errors
    ///
    /// When it is not made.
    pub(crate) fn make_bucket(&self, bucket: &str) -> anyhow::Result<()> {
        let place = format!(
            "<CreateBucketConfiguration><LocationConstraint>{}</LocationConstraint></CreateBucketConfiguration>",
            super::REGION
        );
        self.request("PUT", &format!("/{bucket}"), &place).map(drop)
    }

    /// Removes it again.
    ///
    /// # Errors
    ///
    /// When it is not removed.
    pub(crate) fn remove_bucket(&self, bucket: &str) -> anyhow::Result<()> {
        self.request("DELETE", &format!("/{bucket}"), "").map(drop)
    }

    /// Changes a setting of a bucket, as somebody would by hand.
    ///
    /// # Errors
    ///
    /// When the server does not take it.
    pub(crate) fn set(&self, bucket: &str, setting: &str, content: &str) -> anyhow::Result<()> {
        self.request("PUT", &format!("/{bucket}?{setting}"), content)
            .map(drop)
    }

    /// Whether an object is there.
    pub(crate) fn has(&self, bucket: &str, key: &str) -> bool {
        self.get(&format!("/{bucket}/{key}")).is_ok()
    }

    fn get(&self, path: &str) -> anyhow::Result<String> {
        self.request("GET", path, "")
    }

    fn request(&self, method: &str, path: &str, body: &str) -> anyhow::Result<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        // Version 1.0, so that the answer ends with the connection.
        write!(
            stream,
            "{method} {path} HTTP/1.0\r\nHost: 127.0.0.1:{}\r\nAuthorization: {SIGNED}\r\nContent-Length: {}\r\n\r\n{body}",
            self.port,
            body.len()
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        let status = head.split(' ').nth(1).unwrap_or_default();
        if !status.starts_with('2') {
            bail!("{method} {path} was answered {status}");
        }
        Ok(body.to_owned())
    }
}

impl Drop for MockServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
