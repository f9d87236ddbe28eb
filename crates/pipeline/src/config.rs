//! What a deployed function gets of its pipeline: two environment variables.

mod ingest;

use chrono::TimeDelta;
use serde::{Deserialize, Deserializer, Serialize};

pub use self::ingest::{
    INGEST_VARIABLE, IngestConfig, IngestConfigError, IngestSettings, RecordsPath, STREAM_VARIABLE,
    Step,
};

use crate::{
    layout::{KeyTemplate, Late, Layout, OnLate, TemplateError},
    object::{Compression, IdMember},
    program::{self, ProgramError, Transform},
    schema::{Schema, SchemaError},
};

/// The variable that holds the [`Settings`] as compact JSON.
pub const PIPELINE_VARIABLE: &str = "PIPELINE";

/// The variable that holds the bucket's name.
pub const BUCKET_VARIABLE: &str = "BUCKET";

/// How many bytes all variables of a function may have, names and values together
/// ("Lambda quotas", `lambda/latest/dg/gettingstarted-limits.html`).
pub const MAX_ENVIRONMENT_BYTES: usize = 4096;

/// What `PIPELINE` says.
///
/// Optional settings may be absent, null or empty: Terraform's `jsonencode` writes nulls.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The pipeline's name, which is the stem of its file.
    pub name: String,
    /// The JSON Schema that a record has to follow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<serde_json::Value>,
    /// A VRL condition: `false` drops the record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// A VRL program that changes the record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program: Option<String>,
    /// How records become objects.
    pub object: ObjectSettings,
}

/// How records become objects.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectSettings {
    /// How many records share an object.
    #[serde(default, deserialize_with = "null_is_default")]
    pub layout: Layout,
    /// The template of the object's key, or of the folder of layout `batch`.
    pub key: String,
    /// The field that `strftime` specifiers refer to, instead of the arrival time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<String>,
    /// How many seconds that field may be from the arrival; any number if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late_after_seconds: Option<u32>,
    /// What happens beyond that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_late: Option<OnLate>,
    /// What happens when another record holds the key, in layout `record`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_collision: Option<OnCollision>,
    /// How the objects of layout `batch` are compressed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compression: Option<Compression>,
    /// The member of each line of layout `batch` that holds the record's identity; `_id` if it is
    /// not set, and none if it is empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

/// The member that holds a record's identity, unless the pipeline chooses another.
pub const DEFAULT_ID: &str = "_id";

/// What happens to a record whose key another record holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnCollision {
    /// It gets a key of its own: the sequence number goes before the extension.
    #[default]
    Suffix,
    /// The newer of the two stays, by arrival and then by sequence number.
    Overwrite,
    /// It is quarantined.
    Quarantine,
}

/// A pipeline that is ready to run.
#[derive(Clone, Debug)]
pub struct Config {
    /// The pipeline's name.
    pub name: String,
    /// The compiled filter and program, if there are any.
    pub transform: Option<Transform>,
    /// Whether one of them has a closure, which is run for each of many values.
    pub has_loops: bool,
    /// What a record has to be like.
    pub schema: Option<Schema>,
    /// The checked template of the object's key, or of its folder.
    pub key: KeyTemplate,
    /// How records become objects.
    pub form: Form,
}

/// How records become objects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    /// One object a record.
    Record {
        /// What happens when another record holds the key.
        on_collision: OnCollision,
    },
    /// One object of lines for the records that are delivered together and share a folder.
    Batch {
        /// How it is compressed.
        compression: Compression,
        /// The member of each line that holds the record's identity.
        id: Option<IdMember>,
    },
}

/// Why a function cannot start.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A variable is not set.
    #[error("the environment variable {0} is not set; Terraform sets it from the pipeline's file")]
    Missing(&'static str),
    /// A variable that Lambda sets by itself is not set.
    #[error("the environment variable {0} is not set; Lambda sets it, and so does `sluice local`")]
    NotInLambda(&'static str),
    /// The settings are not the JSON that they should be.
    #[error("{PIPELINE_VARIABLE} is not valid: {0}; deploy it together with this function")]
    Malformed(serde_json::Error),
    /// The filter does not compile.
    #[error("the filter in {PIPELINE_VARIABLE} does not compile: {0}")]
    Filter(ProgramError),
    /// The program does not compile.
    #[error("the program in {PIPELINE_VARIABLE} does not compile: {0}")]
    Program(ProgramError),
    /// The key template is not valid.
    #[error("the object key in {PIPELINE_VARIABLE} is not valid: {0}")]
    Key(TemplateError),
    /// The JSON Schema is not one.
    #[error("the schema in {PIPELINE_VARIABLE} is not valid: {0}")]
    Schema(SchemaError),
}

impl Settings {
    /// The variables that a function gets, with the name of the bucket as it was deployed.
    ///
    /// # Errors
    ///
    /// None in practice: every setting has a JSON form.
    pub fn environment(
        &self,
        bucket: &str,
    ) -> Result<[(&'static str, String); 2], serde_json::Error> {
        Ok([
            (PIPELINE_VARIABLE, serde_json::to_string(self)?),
            (BUCKET_VARIABLE, bucket.to_owned()),
        ])
    }
}

impl ObjectSettings {
    fn form(&self) -> Form {
        match self.layout {
            Layout::Record => Form::Record {
                on_collision: self.on_collision.unwrap_or_default(),
            },
            Layout::Batch => {
                let id = self.id.as_deref().unwrap_or(DEFAULT_ID);
                Form::Batch {
                    compression: self.compression.unwrap_or_default(),
                    id: (!id.is_empty()).then(|| IdMember::new(id)),
                }
            }
        }
    }

    fn late(&self) -> Option<Late> {
        self.late_after_seconds.map(|seconds| Late {
            after: TimeDelta::seconds(seconds.into()),
            policy: self.on_late.unwrap_or_default(),
        })
    }
}

impl Config {
    /// Compiles the settings of a pipeline.
    ///
    /// # Errors
    ///
    /// A filter, program or key template that `sluice check` would refuse.
    pub fn new(settings: &Settings) -> Result<Self, ConfigError> {
        let object = &settings.object;
        let filter = source(settings.filter.as_ref())
            .map(program::compile_filter)
            .transpose()
            .map_err(ConfigError::Filter)?;
        let program = source(settings.program.as_ref())
            .map(program::compile_program)
            .transpose()
            .map_err(ConfigError::Program)?;
        Ok(Self {
            name: settings.name.clone(),
            transform: Transform::new(filter, program),
            has_loops: [&settings.filter, &settings.program]
                .into_iter()
                .flatten()
                .any(|vrl| vrl.contains("->")),
            schema: settings
                .schema
                .as_ref()
                .map(Schema::compile)
                .transpose()
                .map_err(ConfigError::Schema)?,
            key: KeyTemplate::parse(&object.key, object.layout, object.timestamp.as_deref())
                .map_err(ConfigError::Key)?
                .with_late(object.late()),
            form: object.form(),
        })
    }

    /// The folder that holds every object of the pipeline, whatever its records are: text that ends
    /// with a `/`, or nothing. What is quarantined is not in it, unless it is the whole bucket.
    pub fn folder(&self) -> String {
        let (mut literal, is_whole) = self.key.literal();
        if is_whole && matches!(self.form, Form::Batch { .. }) {
            return literal + "/";
        }
        // What tells equal keys apart goes before the extension, which a literal may begin.
        literal.truncate(literal.rfind('/').map_or(0, |slash| slash + 1));
        literal
    }

    /// Reads the variables of a function through `variable`: the pipeline, and its bucket.
    ///
    /// # Errors
    ///
    /// Names the variable that is missing, or the setting that is wrong.
    pub fn from_env(
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<(Self, String), ConfigError> {
        let read = |name| {
            variable(name)
                .filter(|value| !value.is_empty())
                .ok_or(ConfigError::Missing(name))
        };
        let settings: Settings =
            serde_json::from_str(&read(PIPELINE_VARIABLE)?).map_err(ConfigError::Malformed)?;
        Ok((Self::new(&settings)?, read(BUCKET_VARIABLE)?))
    }
}

/// A VRL source that says something.
pub(crate) fn source(vrl: Option<&String>) -> Option<&str> {
    vrl.map(String::as_str).filter(|vrl| !vrl.trim().is_empty())
}

fn null_is_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_of_a_pipeline_holds_every_key_that_it_may_render() {
        let folder = |layout, key: &str| {
            let object = ObjectSettings {
                layout,
                key: key.to_owned(),
                ..ObjectSettings::default()
            };
            let settings = Settings {
                name: "p".to_owned(),
                object,
                ..Settings::default()
            };
            Config::new(&settings).unwrap().folder()
        };
        for (key, expected) in [
            ("{{ id }}.json", ""),
            ("a/b/{{ id }}.json", "a/b/"),
            ("a/b%Y/{{ id }}", "a/"),
            ("a/v1.{{ id }}", "a/"), // with a suffix: a/v1-SUFFIX.ID
        ] {
            assert_eq!(folder(Layout::Record, key), expected, "{key}");
        }
        assert_eq!(folder(Layout::Batch, "views/dt=%Y/"), "views/");
        assert_eq!(folder(Layout::Batch, "a/views/"), "a/views/");
    }
}
