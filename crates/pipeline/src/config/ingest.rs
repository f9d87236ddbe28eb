//! What a deployed ingest function gets: its settings, the stream, and the pipeline's bucket.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use vrl::path::OwnedSegment;

use super::{BUCKET_VARIABLE, source};
use crate::{
    layout::{TemplateError, value_path},
    program::{Mapping, ProgramError},
};

/// The variable that holds the [`IngestSettings`] as compact JSON.
pub const INGEST_VARIABLE: &str = "INGEST";

/// The variable that holds the stream's name.
pub const STREAM_VARIABLE: &str = "STREAM";

/// What `INGEST` says.
///
/// Optional settings may be absent, null or empty: Terraform's `jsonencode` writes nulls.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IngestSettings {
    /// The pipeline's name, which is the stem of its file.
    pub name: String,
    /// What is fetched.
    pub url: String,
    /// The path to the records in the answer; the answer itself when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub records: Option<String>,
    /// The template of the partition key over a record of the answer; a random one when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partition_key: Option<String>,
    /// A VRL program that makes a record of the stream of one of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program: Option<String>,
}

/// An ingest whose settings are checked.
#[derive(Clone, Debug)]
pub struct IngestConfig {
    /// The pipeline's name.
    pub name: String,
    /// What is fetched.
    pub url: String,
    /// Where in the answer the records are.
    pub records: RecordsPath,
    /// The template of the partition key over a record of the answer, as it is written.
    pub partition_key: Option<String>,
    /// The compiled program.
    pub mapping: Mapping,
    /// The stream that is fed.
    pub stream: String,
    /// The pipeline's bucket, which keeps what cannot be sent.
    pub bucket: String,
}

/// Where in an answer the records are: `.results`, or `.` for the answer itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordsPath(Vec<Step>);

/// One step into an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Into a field of an object.
    Field(String),
    /// To an element of an array, counted from 0.
    Index(usize),
}

/// Why an ingest function cannot start.
#[derive(Debug, thiserror::Error)]
pub enum IngestConfigError {
    /// A variable is not set.
    #[error("the environment variable {0} is not set; Terraform sets it from the pipeline's file")]
    Missing(&'static str),
    /// The settings are not the JSON that they should be.
    #[error("{INGEST_VARIABLE} is not valid: {0}; deploy it together with this function")]
    Malformed(serde_json::Error),
    /// The program does not compile.
    #[error("the program in {INGEST_VARIABLE} does not compile: {0}")]
    Program(ProgramError),
    /// The path to the records is none.
    #[error("the path to the records in {INGEST_VARIABLE} is not valid: {0}")]
    Records(TemplateError),
}

impl IngestSettings {
    /// The variables that a function gets, with the names of stream and bucket as deployed.
    ///
    /// # Errors
    ///
    /// None in practice: every setting has a JSON form.
    pub fn environment(
        &self,
        stream: &str,
        bucket: &str,
    ) -> Result<[(&'static str, String); 3], serde_json::Error> {
        Ok([
            (INGEST_VARIABLE, serde_json::to_string(self)?),
            (STREAM_VARIABLE, stream.to_owned()),
            (BUCKET_VARIABLE, bucket.to_owned()),
        ])
    }
}

impl IngestConfig {
    /// Compiles the settings of an ingest into this stream.
    ///
    /// # Errors
    ///
    /// A program or a path that `sluice check` would refuse.
    pub fn new(
        settings: &IngestSettings,
        stream: String,
        bucket: String,
    ) -> Result<Self, IngestConfigError> {
        let records = match text(settings.records.as_ref()) {
            Some(path) => path.parse().map_err(IngestConfigError::Records)?,
            None => RecordsPath::default(),
        };
        Ok(Self {
            name: settings.name.clone(),
            url: settings.url.clone(),
            records,
            partition_key: text(settings.partition_key.as_ref()).map(str::to_owned),
            mapping: Mapping::compile(source(settings.program.as_ref()))
                .map_err(IngestConfigError::Program)?,
            stream,
            bucket,
        })
    }

    /// Reads the variables of a function through `variable`.
    ///
    /// # Errors
    ///
    /// Names the variable that is missing, or the setting that is wrong.
    pub fn from_env(variable: impl Fn(&str) -> Option<String>) -> Result<Self, IngestConfigError> {
        let read = |name| {
            variable(name)
                .filter(|value| !value.is_empty())
                .ok_or(IngestConfigError::Missing(name))
        };
        let settings: IngestSettings =
            serde_json::from_str(&read(INGEST_VARIABLE)?).map_err(IngestConfigError::Malformed)?;
        Self::new(&settings, read(STREAM_VARIABLE)?, read(BUCKET_VARIABLE)?)
    }
}

impl RecordsPath {
    /// The steps from the answer to the records.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }
}

impl FromStr for RecordsPath {
    type Err = TemplateError;

    fn from_str(source: &str) -> Result<Self, TemplateError> {
        let refused = || TemplateError {
            offset: 0,
            message: format!("`{source}` is not a path into the answer"),
            remedy: "write it as in VRL, such as `.results` or `.data.items`, and `.` for the \
                     answer itself"
                .to_owned(),
        };
        let path = source.strip_prefix('.').ok_or_else(refused)?;
        if path.is_empty() {
            return Ok(Self::default());
        }
        let path = value_path(path).ok_or_else(refused)?;
        let steps = path.segments.into_iter().map(|segment| match segment {
            OwnedSegment::Field(name) => Ok(Step::Field(name.to_string())),
            OwnedSegment::Index(index) => usize::try_from(index)
                .map(Step::Index)
                .map_err(|_| refused()),
        });
        steps.collect::<Result<_, _>>().map(Self)
    }
}

impl fmt::Display for RecordsPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str(".");
        }
        self.0.iter().try_for_each(|step| match step {
            Step::Field(name) => write!(f, ".{name}"),
            Step::Index(index) => write!(f, "[{index}]"),
        })
    }
}

/// A setting that says something.
fn text(setting: Option<&String>) -> Option<&str> {
    setting.map(String::as_str).filter(|text| !text.is_empty())
}
