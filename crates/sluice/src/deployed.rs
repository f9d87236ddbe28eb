//! A pipeline where it runs: its file, its stream and its bucket.

use std::path::PathBuf;

use clap::Args;

use crate::bucket::Bucket;
use crate::pipelines::{self, Described};
use crate::transport::{LocalEndpoint, Stream, connect};

/// Which pipeline, and where it runs.
#[derive(Debug, Args)]
pub(crate) struct DeployedArguments {
    /// The pipeline
    #[arg(long, value_name = "NAME")]
    pub(crate) pipeline: String,
    /// The folder of the pipeline files
    #[arg(long, value_name = "DIR", default_value = "pipelines")]
    pub(crate) pipelines: PathBuf,
    /// The bucket as it was deployed; the pipeline's own when omitted
    #[arg(long, value_name = "NAME")]
    pub(crate) bucket: Option<String>,
    /// The stream as it was deployed; the pipeline's own when omitted
    #[arg(long, value_name = "NAME")]
    pub(crate) stream: Option<String>,
    /// Look into the local stack, on this port
    #[arg(long, value_name = "PORT", num_args = 0..=1, default_missing_value = "4566")]
    pub(crate) local: Option<u16>,
}

/// A pipeline with its stream and its bucket.
#[derive(Debug)]
pub(crate) struct Deployed {
    pub(crate) described: Described,
    pub(crate) stream: Stream,
    pub(crate) bucket: Bucket,
}

impl Deployed {
    /// Reads the pipeline's file and prepares the clients; no request is made yet.
    ///
    /// # Errors
    ///
    /// With every problem of the file, or when no region or no credentials are set.
    pub(crate) async fn open(arguments: &DeployedArguments) -> anyhow::Result<Self> {
        let described = pipelines::read_one(&arguments.pipelines, &arguments.pipeline)?;
        let config = connect(arguments.local.map(LocalEndpoint::on).as_ref()).await?;
        let pipeline = &described.pipeline;
        let (stream, bucket) = (&arguments.stream, &arguments.bucket);
        let stream = stream.as_deref().unwrap_or(&pipeline.stream().name);
        let bucket = bucket.as_deref().unwrap_or(pipeline.bucket());
        Ok(Self {
            stream: Stream::of(&config, stream),
            bucket: Bucket::of(&config, bucket),
            described,
        })
    }
}
