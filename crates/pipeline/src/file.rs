//! The pipeline file: `pipelines/NAME.yaml`, checked as a whole before anything is built from it.
//!
//! Three steps: YAML to raw settings (`raw.rs`), raw settings to a [`Pipeline`] (`validate.rs`),
//! both pure, and [`Pipeline::read`] around them, which alone touches the file system.

mod aws;
mod beside;
mod ingest;
mod place;
mod problem;
mod raw;
mod table;
mod validate;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use serde::Deserialize;

use self::beside::Beside;
pub use self::ingest::Ingest;
pub use self::problem::{Problem, Problems};
pub use self::table::Table;
use crate::config::{Config, Settings};

/// A pipeline that `terraform apply` and the function would accept.
#[derive(Clone, Debug)]
pub struct Pipeline {
    description: Option<String>,
    stream: Stream,
    bucket: String,
    existing_bucket: bool,
    ingest: Option<Ingest>,
    process: Process,
    settings: Settings,
    config: Config,
    table: Option<Table>,
    generate: Option<Generate>,
}

/// The stream that a pipeline reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stream {
    /// Its name.
    pub name: String,
    /// How many shards it has; `None` for on-demand capacity.
    pub shards: Option<u32>,
}

/// The function that processes a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Process {
    /// Its name.
    pub function: String,
    /// How long one invocation may take.
    pub timeout: Duration,
    /// How much memory it has, in MiB.
    pub memory_mib: u32,
    /// How its batches are cut and repeated.
    pub source: Source,
}

/// The event source mapping between stream and function, with Terraform's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// How many records a batch has at most.
    pub batch_size: u32,
    /// How many seconds a batch is waited for at most.
    pub maximum_batching_window_in_seconds: u32,
    /// How many batches of one shard are processed at once.
    pub parallelization_factor: u32,
    /// How often a failed batch is repeated.
    pub maximum_retry_attempts: u32,
    /// How old a record may be and still be delivered, in seconds.
    pub maximum_record_age_in_seconds: u32,
    /// Whether a failed batch is repeated in halves.
    pub bisect_batch_on_function_error: bool,
}

/// The test traffic of a pipeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generate {
    /// The record template, relative to the folder of the pipeline's file and inside of it.
    pub template: PathBuf,
    /// The template of the partition key; `random` or `None` for a random one, `even` for keys
    /// that go to one shard after the other.
    pub partition_key: Option<String>,
    /// What records are turned into before they are sent.
    pub encoding: Encoding,
}

/// What generated records are turned into before they are sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Encoding {
    /// Nothing else.
    #[default]
    Plain,
    /// Base64, as by producers that do not know that Kinesis encodes by itself.
    Base64,
}

impl Pipeline {
    /// Reads and checks a pipeline's file; the stem of its name is the pipeline's name.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the file, each with its place and what to do about it.
    pub fn read(path: &Path) -> Result<Self, Problems> {
        let file = path.display().to_string();
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let source = fs::read_to_string(path).map_err(|error| {
            let message = format!("cannot be read: {error}");
            let remedy = "name a file such as pipelines/user-activity.yaml";
            Problems::new(&file, vec![Problem::of_file(message, remedy)])
        })?;
        validate::pipeline(&name, &source, Beside::Of(path))
            .map_err(|problems| Problems::new(&file, problems))
    }

    /// Checks the source of a pipeline of this name, as far as the source alone can tell.
    ///
    /// # Errors
    ///
    /// As [`Pipeline::read`]; the file is called `NAME.yaml`.
    pub fn parse(name: &str, source: &str) -> Result<Self, Problems> {
        validate::pipeline(name, source, Beside::Anything)
            .map_err(|problems| Problems::new(&format!("{name}.yaml"), problems))
    }

    /// Checks the source of a pipeline of this name with the files that lie beside it, by name.
    ///
    /// A template of test traffic need not be among them: nothing that is stored depends on it.
    ///
    /// # Errors
    ///
    /// As [`Pipeline::read`]; the file is called `NAME.yaml`.
    pub fn parse_with(
        name: &str,
        source: &str,
        files: &BTreeMap<String, String>,
    ) -> Result<Self, Problems> {
        validate::pipeline(name, source, Beside::These(files))
            .map_err(|problems| Problems::new(&format!("{name}.yaml"), problems))
    }

    /// The pipeline's name.
    pub fn name(&self) -> &str {
        &self.settings.name
    }

    /// What the pipeline is for.
    pub fn description(&self) -> Option<&str> {
        self.description.as_deref()
    }

    /// The stream that it reads.
    pub fn stream(&self) -> &Stream {
        &self.stream
    }

    /// The bucket that it writes, without the prefix of a deployment.
    pub fn bucket(&self) -> &str {
        &self.bucket
    }

    /// Whether the bucket is there before the pipeline is deployed: then its name is whole, and
    /// a deployment neither makes nor removes it.
    pub fn has_existing_bucket(&self) -> bool {
        self.existing_bucket
    }

    /// The function that feeds the stream from an API, if there is one.
    pub fn ingest(&self) -> Option<&Ingest> {
        self.ingest.as_ref()
    }

    /// The function that processes the stream.
    pub fn process(&self) -> &Process {
        &self.process
    }

    /// What the function is told of the pipeline.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The same compiled, to try records out with [`verdict`](crate::verdict()).
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The columns of what it stores, where the file names them.
    pub fn table(&self) -> Option<&Table> {
        self.table.as_ref()
    }

    /// Its test traffic.
    pub fn generate(&self) -> Option<&Generate> {
        self.generate.as_ref()
    }
}
