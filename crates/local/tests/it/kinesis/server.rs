//! A local Kinesis behind a socket, a client of it, and the hand of its clock.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_kinesis::Client;
use aws_sdk_kinesis::config::retry::RetryConfig;
use aws_sdk_kinesis::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_kinesis::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_kinesis::primitives::Blob;
use aws_sdk_kinesis::types::{PutRecordsRequestEntry, Record, Shard, ShardIteratorType};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use local::clock::ManualClock;
use local::fault::Fault;
use local::kinesis::{Config, Kinesis};
use tempfile::TempDir;
use tokio::net::TcpListener;

/// Some afternoon; every test begins then.
pub(crate) const START_MS: u64 = 1_763_733_600_000;

/// How long a stream takes to be created, changed or deleted.
pub(crate) const STATE_CHANGE: Duration = Duration::from_millis(500);

/// A running Kinesis.
pub(crate) struct Server {
    pub(crate) kinesis: Kinesis,
    pub(crate) client: Client,
    pub(crate) clock: ManualClock,
    pub(crate) throttle: Fault,
    pub(crate) folder: TempDir,
}

impl Server {
    /// Without limits on throughput.
    pub(crate) async fn start() -> Self {
        Self::start_with(false).await
    }

    /// With the limits of AWS.
    pub(crate) async fn start_limited() -> Self {
        Self::start_with(true).await
    }

    /// With an active stream.
    pub(crate) async fn with_stream(name: &str, shards: u32) -> Self {
        let server = Self::start().await;
        server.kinesis.create_stream(name, Some(shards)).unwrap();
        server
    }

    async fn start_with(enforce_limits: bool) -> Self {
        let folder = TempDir::new().unwrap();
        let clock = ManualClock::at(START_MS);
        let throttle = Fault::never();
        let kinesis = Kinesis::open(Config {
            directory: folder.path().to_owned(),
            region: "eu-west-1".to_owned(),
            enforce_limits,
            state_change: STATE_CHANGE,
            clock: Arc::new(clock.clone()),
            throttle: throttle.clone(),
        })
        .unwrap();
        let client = client_of(serve(kinesis.clone()).await);
        Self {
            kinesis,
            client,
            clock,
            throttle,
            folder,
        }
    }

    /// Lets whatever is being created, changed or deleted come to its end.
    pub(crate) fn settle(&self) {
        self.clock.advance(STATE_CHANGE);
    }

    /// Every shard of a stream.
    pub(crate) async fn shards(&self, stream: &str) -> Vec<Shard> {
        let request = self.client.list_shards().stream_name(stream);
        request.send().await.unwrap().shards.unwrap_or_default()
    }

    /// Puts one record; gives its shard and its sequence number.
    pub(crate) async fn put(&self, stream: &str, key: &str, data: &[u8]) -> (String, String) {
        let request = self.client.put_record().stream_name(stream);
        let request = request.partition_key(key).data(Blob::new(data));
        let answer = request.send().await.unwrap();
        (answer.shard_id, answer.sequence_number)
    }

    /// An iterator of a type that needs no more.
    pub(crate) async fn iterator(
        &self,
        stream: &str,
        shard_id: &str,
        iterator_type: ShardIteratorType,
    ) -> String {
        let request = self.client.get_shard_iterator().stream_name(stream);
        let request = request
            .shard_id(shard_id)
            .shard_iterator_type(iterator_type);
        request.send().await.unwrap().shard_iterator.unwrap()
    }

    /// Every record of a shard from its oldest on.
    pub(crate) async fn read_all(&self, stream: &str, shard_id: &str) -> Vec<Record> {
        let mut records = Vec::new();
        let mut next = Some(
            self.iterator(stream, shard_id, ShardIteratorType::TrimHorizon)
                .await,
        );
        while let Some(iterator) = next {
            let request = self.client.get_records().shard_iterator(iterator);
            let page = request.send().await.unwrap();
            records.extend(page.records);
            next = page
                .next_shard_iterator
                .filter(|_| page.millis_behind_latest != Some(0));
        }
        records
    }
}

/// An entry of `PutRecords`.
pub(crate) fn entry(key: &str, data: impl AsRef<[u8]>) -> PutRecordsRequestEntry {
    PutRecordsRequestEntry::builder()
        .partition_key(key)
        .data(Blob::new(data.as_ref()))
        .build()
        .unwrap()
}

/// The name of the error that a call is refused with.
pub(crate) async fn code<T, E, R>(call: impl Future<Output = Result<T, SdkError<E, R>>>) -> String
where
    E: ProvideErrorMetadata,
{
    refusal(call).await.0
}

/// The name and the words of the error that a call is refused with.
pub(crate) async fn refusal<T, E, R>(
    call: impl Future<Output = Result<T, SdkError<E, R>>>,
) -> (String, String)
where
    E: ProvideErrorMetadata,
{
    let error = call.await.err().expect("the call is refused");
    let error = error.as_service_error().expect("the service refuses it");
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    (text(error.code()), text(error.message()))
}

async fn serve(kinesis: Kinesis) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let kinesis = kinesis.clone();
            let service = service_fn(move |request| answer(kinesis.clone(), request));
            let connection = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service);
            tokio::spawn(connection);
        }
    });
    address
}

async fn answer(
    kinesis: Kinesis,
    request: Request<hyper::body::Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let response = kinesis.handle(Request::from_parts(parts, body)).await;
    Ok(response.map(Full::new))
}

/// A client that asks once.
pub(crate) fn client_of(address: SocketAddr) -> Client {
    let config = aws_sdk_kinesis::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .credentials_provider(Credentials::new("test", "test", None, None, "tests"))
        .region(Region::new("eu-west-1"))
        .endpoint_url(format!("http://{address}"))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        // Throttling is what some tests look for.
        .retry_config(RetryConfig::disabled());
    Client::from_conf(config.build())
}
