//! `sluice local` in a process of its own, and clients of it.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime};

use aws_sdk_kinesis::primitives::Blob;
use aws_sdk_kinesis::types::{PutRecordsRequestEntry, ScalingType, StreamStatus};
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// How long a record may take to reach the bucket on a machine that does much else.
pub(crate) const PATIENCE: Duration = Duration::from_mins(2);

/// Between two looks at what takes a while.
const GLANCE_PAUSE: Duration = Duration::from_millis(20);

/// The workspace's own pipelines.
pub(crate) fn pipelines() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../pipelines")
        .canonicalize()
        .unwrap()
}

/// The binary under test, with what every run of it needs.
pub(crate) fn sluice(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sluice"));
    command.args(arguments).stdin(Stdio::null());
    command
}

/// The folder of the functions' binaries, which are built unless `SLUICE_FUNCTIONS` names it.
pub(crate) fn functions() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        if let Some(folder) = std::env::var_os("SLUICE_FUNCTIONS") {
            return folder.into();
        }
        let build = Command::new(env!("CARGO"))
            // Without the command line: that would replace the binary under test by another build.
            .args(["build", "--quiet"])
            .args(["--package", "process-stream", "--package", "ingest-http"])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .status();
        assert!(build.unwrap().success(), "the functions cannot be built");
        Path::new(env!("CARGO_BIN_EXE_sluice"))
            .parent()
            .unwrap()
            .to_owned()
    })
}

/// A stack; killed as by `kill -9` when dropped.
pub(crate) struct Stack {
    process: Child,
    pub(crate) endpoint: String,
}

impl Stack {
    pub(crate) fn start(data: &Path, arguments: &[&str]) -> Self {
        // Whoever wants a schedule says how often.
        let is_scheduled = arguments.contains(&"--schedule-every");
        let arguments = [
            arguments,
            if is_scheduled {
                &[]
            } else {
                &["--no-schedules"]
            },
        ]
        .concat();
        Self::start_with(&pipelines(), data, &arguments)
    }

    /// A stack of the pipelines of a folder.
    pub(crate) fn start_with(pipelines: &Path, data: &Path, arguments: &[&str]) -> Self {
        Self::start_at("0", pipelines, data, arguments)
    }

    /// A stack on this port.
    pub(crate) fn start_at(port: &str, pipelines: &Path, data: &Path, arguments: &[&str]) -> Self {
        let mut process = sluice(&["local", "--port", port])
            .arg("--data")
            .arg(data)
            .arg("--pipelines")
            .arg(pipelines)
            .arg("--functions")
            .arg(functions())
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut endpoint = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut endpoint)
            .unwrap();
        assert!(
            endpoint.starts_with("http://127.0.0.1:"),
            "no endpoint: {endpoint:?}"
        );
        Self {
            process,
            endpoint: endpoint.trim().to_owned(),
        }
    }

    /// The port, for `--local`.
    pub(crate) fn port(&self) -> &str {
        self.endpoint.rsplit(':').next().unwrap()
    }

    /// Sends the process a signal, such as `-STOP`.
    pub(crate) fn signal(&self, signal: &str) {
        let id = self.process.id().to_string();
        let sent = Command::new("kill").args([signal, &id]).status();
        assert!(sent.unwrap().success());
    }

    /// Ends the process without a word of warning.
    pub(crate) fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    async fn config(&self) -> aws_config::SdkConfig {
        let key = aws_sdk_kinesis::config::Credentials::new("test", "test", None, None, "test");
        aws_config::from_env()
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .endpoint_url(&self.endpoint)
            .region(aws_config::Region::new("us-east-1"))
            .credentials_provider(key)
            .load()
            .await
    }

    pub(crate) async fn kinesis(&self) -> aws_sdk_kinesis::Client {
        aws_sdk_kinesis::Client::new(&self.config().await)
    }

    pub(crate) async fn s3(&self) -> aws_sdk_s3::Client {
        aws_sdk_s3::Client::new(&self.config().await)
    }

    /// Runs a function as `aws lambda invoke` does: whether it failed, and what it answered.
    pub(crate) async fn invoke(&self, function: &str) -> (bool, serde_json::Value) {
        let host = self.endpoint.trim_start_matches("http://").to_owned();
        let path = format!("/2015-03-31/functions/{function}/invocations");
        let uri = format!("{}{path}", self.endpoint);
        let key = aws_sdk_kinesis::config::Credentials::new("test", "test", None, None, "test");
        let identity = key.into();
        let params = SigningParams::builder()
            .identity(&identity)
            .region("us-east-1")
            .name("lambda")
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build()
            .unwrap();
        let headers = [("host", &*host)];
        let body = SignableBody::Bytes(b"{}");
        let signable = SignableRequest::new("POST", &uri, headers.into_iter(), body).unwrap();
        let (instructions, _) = sign(signable, &params.into()).unwrap().into_parts();
        let mut request = format!(
            "POST {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-length: 2\r\n"
        );
        for (name, value) in instructions.headers() {
            write!(request, "{name}: {value}\r\n").unwrap();
        }
        let mut stream = TcpStream::connect(&host).await.unwrap();
        let request = request + "\r\n{}";
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200"), "{answer}");
        let failed = head.to_lowercase().contains("x-amz-function-error");
        (failed, serde_json::from_str(body).unwrap())
    }

    /// Every key of a bucket below a prefix.
    pub(crate) async fn keys(&self, bucket: &str, prefix: &str) -> Vec<String> {
        let mut pages = self
            .s3()
            .await
            .list_objects_v2()
            .bucket(bucket)
            .prefix(prefix)
            .into_paginator()
            .send();
        let mut keys = Vec::new();
        while let Some(page) = pages.next().await {
            keys.extend(
                page.unwrap()
                    .contents()
                    .iter()
                    .map(|object| object.key().unwrap().to_owned()),
            );
        }
        keys
    }

    /// Waits until a bucket holds as many objects below a prefix.
    pub(crate) async fn until_objects(
        &self,
        bucket: &str,
        prefix: &str,
        wanted: usize,
    ) -> Vec<String> {
        until(async || {
            let keys = self.keys(bucket, prefix).await;
            if keys.len() >= wanted {
                return Ok(keys);
            }
            let found = keys.len();
            Err(format!(
                "{found} of {wanted} objects below {bucket}/{prefix}"
            ))
        })
        .await
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Looks until it is so, and says what was seen instead when that takes too long.
pub(crate) async fn until<T>(mut look: impl AsyncFnMut() -> Result<T, String>) -> T {
    let started = Instant::now();
    loop {
        match look().await {
            Ok(found) => return found,
            Err(seen) => assert!(started.elapsed() < PATIENCE, "{seen} after {PATIENCE:?}"),
        }
        tokio::time::sleep(GLANCE_PAUSE).await;
    }
}

/// Splits or merges the shards of a stream, and waits until it is done.
pub(crate) async fn reshard(kinesis: &aws_sdk_kinesis::Client, stream: &str, target: i32) {
    let update = kinesis.update_shard_count().stream_name(stream);
    let update = update.target_shard_count(target);
    let update = update.scaling_type(ScalingType::UniformScaling);
    update.send().await.unwrap();
    let open = until(async || {
        let found = kinesis.describe_stream_summary().stream_name(stream);
        let found = found.send().await.unwrap();
        let summary = found.stream_description_summary().unwrap();
        match summary.stream_status() {
            StreamStatus::Active => Ok(summary.open_shard_count()),
            other => Err(format!("{stream} is {other}")),
        }
    });
    assert_eq!(open.await, target);
}

/// Puts records until each is acknowledged, and returns their sequence numbers.
pub(crate) async fn put(
    kinesis: &aws_sdk_kinesis::Client,
    stream: &str,
    records: &[Vec<u8>],
) -> BTreeSet<String> {
    let mut acknowledged = BTreeSet::new();
    let mut left: Vec<_> = records.iter().enumerate().collect();
    while !left.is_empty() {
        let batch: Vec<_> = left.iter().take(500).copied().collect();
        // Not more than a request may hold, when records are large.
        let batch = &batch[..batch
            .len()
            .min(9 * 1024 * 1024 / batch[0].1.len().max(1))
            .max(1)];
        let entries = batch.iter().map(|(number, data)| {
            let entry = PutRecordsRequestEntry::builder().data(Blob::new((*data).clone()));
            entry
                .partition_key(format!("key-{number}"))
                .build()
                .unwrap()
        });
        let request = kinesis
            .put_records()
            .stream_name(stream)
            .set_records(Some(entries.collect()));
        let Ok(answer) = request.send().await else {
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let mut failed = Vec::new();
        for (record, entry) in batch.iter().zip(answer.records()) {
            match entry.sequence_number() {
                Some(sequence_number) => assert!(acknowledged.insert(sequence_number.to_owned())),
                None => failed.push(*record),
            }
        }
        if !failed.is_empty() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        failed.extend(left.split_off(batch.len()));
        left = failed;
    }
    acknowledged
}

/// The sequence numbers in the keys of the pipeline `kdg-archive`.
pub(crate) fn sequence_numbers(keys: &[String]) -> BTreeSet<String> {
    let stem = |key: &String| {
        key.strip_prefix("kinesis/")?
            .strip_suffix(".json")
            .map(str::to_owned)
    };
    keys.iter().map(|key| stem(key).unwrap()).collect()
}

/// Distinct small JSON records.
pub(crate) fn records(count: usize) -> Vec<Vec<u8>> {
    (0..count)
        .map(|number| format!("{{\"number\":{number}}}").into_bytes())
        .collect()
}
