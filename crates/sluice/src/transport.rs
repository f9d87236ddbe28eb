//! A stream by its name, wherever it is → what it takes to put records into it.

mod read;

use std::num::NonZeroU32;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow, bail};
use aws_config::SdkConfig;
use aws_sdk_kinesis::Client;
use aws_sdk_kinesis::config::ProvideCredentials as _;
use aws_sdk_kinesis::error::ProvideErrorMetadata as _;
use aws_sdk_kinesis::types::{Shard, StreamMode, StreamModeDetails, StreamStatus};
use aws_smithy_http_client::tls::{self, rustls_provider::CryptoMode};
use ingest::transport::{self, innermost};
use kdg::{Answer, Record, RequestFailure};

pub(crate) use ingest::transport::{PutRecords, words};
pub(crate) use read::Position;
use read::patiently;

/// How long a stream may take to become ACTIVE; AWS says seconds, and some regions take a minute.
const CREATION_PATIENCE: Duration = Duration::from_mins(5);

/// How long to wait before its status is asked for again, below the 20 times a second that AWS allows.
const CREATION_PAUSE: Duration = Duration::from_millis(500);

/// How long the number of shards is waited for, which records can be sent without.
const DESCRIPTION_PATIENCE: Duration = Duration::from_secs(3);

/// Whether a stream had to be created.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Created {
    Now,
    /// It was there.
    Before {
        open_shards: Option<i32>,
    },
}

/// A stream of Kinesis.
#[derive(Debug, Clone)]
pub(crate) struct Stream {
    client: Client,
    name: Arc<str>,
    records: transport::Stream,
}

/// Where the local stack is, for clients that are not told by the environment.
#[derive(Debug, Clone)]
pub(crate) struct LocalEndpoint(pub(crate) String);

/// What clients of AWS are made of, wherever the environment says it is, or of a local stack.
/// Nothing is retried by itself.
///
/// # Errors
///
/// When the environment names no region, or has no credentials.
pub(crate) async fn connect(local: Option<&LocalEndpoint>) -> anyhow::Result<SdkConfig> {
    let https = aws_smithy_http_client::Builder::new()
        .tls_provider(tls::Provider::Rustls(CryptoMode::Ring))
        .build_https();
    let mut config = aws_config::from_env()
        .http_client(https)
        .retry_config(transport::retries())
        .timeout_config(transport::timeouts());
    if let Some(LocalEndpoint(endpoint)) = local {
        let key = aws_sdk_kinesis::config::Credentials::new(
            local::credentials::TEST_ACCESS_KEY_ID,
            local::credentials::TEST_SECRET_ACCESS_KEY,
            None,
            None,
            "local",
        );
        config = config
            .endpoint_url(endpoint)
            .region(aws_config::Region::new(local::account::DEFAULT_REGION))
            .use_fips(false)
            .use_dual_stack(false)
            .credentials_provider(key);
    }
    let config = config.load().await;
    ready(&config).await?;
    Ok(config)
}

impl LocalEndpoint {
    /// The stack on this loopback port.
    pub(crate) fn on(port: u16) -> Self {
        Self(format!("http://127.0.0.1:{port}"))
    }
}

impl Stream {
    /// The stream of this name, wherever the environment says AWS is, or in a local stack.
    ///
    /// # Errors
    ///
    /// As [`connect`].
    pub(crate) async fn open(name: &str, local: Option<&LocalEndpoint>) -> anyhow::Result<Self> {
        // The delivery retries, because it knows which records of a batch to send again.
        Ok(Self::of(&connect(local).await?, name))
    }

    /// The stream of this name.
    pub(crate) fn of(config: &SdkConfig, name: &str) -> Self {
        let client = Client::new(config);
        Self {
            records: transport::Stream::new(client.clone(), name),
            client,
            name: name.into(),
        }
    }
}

impl Stream {
    /// The name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Creates the stream unless it is there, and waits until it is ACTIVE; on-demand without a
    /// number of shards.
    ///
    /// # Errors
    ///
    /// When it cannot be created, or is not ACTIVE in time.
    pub(crate) async fn create(&self, shards: Option<u32>) -> anyhow::Result<Created> {
        let name = &*self.name;
        let create = self.client.create_stream().stream_name(name);
        let create = match shards {
            Some(shards) => create.shard_count(i32::try_from(shards)?),
            None => create.stream_mode_details(
                StreamModeDetails::builder()
                    .stream_mode(StreamMode::OnDemand)
                    .build()?,
            ),
        };
        let was_created = match create.send().await {
            Ok(_) => true,
            Err(error) if error.code() == Some("ResourceInUseException") => false,
            Err(error) => bail!("the stream {name} cannot be created: {}", words(&error)),
        };
        let patience_ends = Instant::now() + CREATION_PATIENCE;
        loop {
            let described = self.client.describe_stream_summary().stream_name(name);
            let described = described.send().await.map_err(|error| {
                anyhow!("the stream {name} cannot be described: {}", words(&error))
            })?;
            let summary = described.stream_description_summary;
            if let Some(summary) = summary
                && summary.stream_status == StreamStatus::Active
            {
                return Ok(if was_created {
                    Created::Now
                } else {
                    let open_shards = Some(summary.open_shard_count);
                    Created::Before { open_shards }
                });
            }
            if Instant::now() > patience_ends {
                bail!(
                    "the stream {name} is not ACTIVE after {} s; look at it with `aws kinesis describe-stream-summary`",
                    CREATION_PATIENCE.as_secs()
                );
            }
            tokio::time::sleep(CREATION_PAUSE).await;
        }
    }

    /// How many shards are open; `None` when that cannot be asked, which no record depends on.
    pub(crate) async fn open_shards(&self) -> Option<NonZeroU32> {
        let describe = self.client.describe_stream_summary();
        let describe = describe.stream_name(&*self.name).send();
        let described = tokio::time::timeout(DESCRIPTION_PATIENCE, describe).await;
        let summary = described.ok()?.ok()?.stream_description_summary?;
        let open = u32::try_from(summary.open_shard_count).ok()?;
        NonZeroU32::new(open)
    }

    /// The hash keys of each open shard, in the order of the shards.
    ///
    /// # Errors
    ///
    /// When the shards cannot be listed.
    pub(crate) async fn hash_keys(&self) -> anyhow::Result<Vec<RangeInclusive<u128>>> {
        let mut keys = Vec::new();
        for shard in self.shards().await? {
            let is_open = shard
                .sequence_number_range()
                .is_none_or(|range| range.ending_sequence_number().is_none());
            if let (true, Some(range)) = (is_open, shard.hash_key_range()) {
                let first: u128 = range.starting_hash_key().parse()?;
                let last: u128 = range.ending_hash_key().parse()?;
                keys.push(first..=last);
            }
        }
        Ok(keys)
    }

    /// Every shard that may still hold records, closed ones included.
    async fn shards(&self) -> anyhow::Result<Vec<Shard>> {
        let name = &*self.name;
        let mut shards = Vec::new();
        let mut next: Option<String> = None;
        loop {
            let list = || match &next {
                // The token stands for the name: AWS refuses both at once.
                Some(token) => self.client.list_shards().next_token(token).send(),
                None => self.client.list_shards().stream_name(name).send(),
            };
            let page = patiently(list).await.map_err(|error| {
                anyhow!("the shards of {name} cannot be listed: {}", words(&error))
            })?;
            shards.extend(page.shards.unwrap_or_default());
            next = page.next_token;
            if next.is_none() {
                return Ok(shards);
            }
        }
    }
}

impl PutRecords for Stream {
    async fn put_records(&self, records: Vec<Record>) -> Result<Vec<Answer>, RequestFailure> {
        self.records.put_records(records).await
    }
}

/// Finds out before the first record what no request could do without.
async fn ready(config: &SdkConfig) -> anyhow::Result<()> {
    if config.region().is_none() {
        bail!("no region is set; set AWS_REGION, or send to the local stack with --local");
    }
    let provider = config.credentials_provider();
    let provider = provider.context("no credentials are configured; set AWS_PROFILE")?;
    if let Err(error) = provider.provide_credentials().await {
        bail!(
            "no AWS credentials were found ({}); set AWS_PROFILE, or AWS_ACCESS_KEY_ID and \
             AWS_SECRET_ACCESS_KEY, or send to the local stack with --local",
            innermost(&error)
        );
    }
    Ok(())
}
