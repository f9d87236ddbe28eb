//! The file as it is written: YAML with every field in its place, and nothing checked yet.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_saphyr::{Error, Location, Spanned};

use super::{Encoding, problem::Problem};
use crate::{
    config::OnCollision,
    layout::{Layout, OnLate},
    object::Compression,
};

/// A name that is nearer than this to a known one was probably meant to be it.
const SIMILAR: f64 = 0.75;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) description: Option<Spanned<String>>,
    pub(super) stream: Stream,
    pub(super) bucket: Spanned<String>,
    #[serde(default)]
    pub(super) existing_bucket: bool,
    pub(super) ingest: Option<Ingest>,
    pub(super) process: Process,
    pub(super) object: Object,
    pub(super) table: Option<Table>,
    pub(super) generate: Option<Generate>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Stream {
    pub(super) name: Spanned<String>,
    pub(super) shards: Option<Spanned<i64>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ingest {
    pub(super) function: Spanned<String>,
    pub(super) schedule: Spanned<String>,
    pub(super) url: Spanned<String>,
    pub(super) records: Option<Spanned<String>>,
    pub(super) partition_key: Option<Spanned<String>>,
    pub(super) program: Option<Spanned<String>>,
    pub(super) timeout_seconds: Option<Spanned<i64>>,
    pub(super) memory_mib: Option<Spanned<i64>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Process {
    pub(super) function: Spanned<String>,
    pub(super) schema: Option<Spanned<String>>,
    pub(super) filter: Option<Spanned<String>>,
    pub(super) program: Option<Spanned<String>>,
    pub(super) timeout_seconds: Option<Spanned<i64>>,
    pub(super) memory_mib: Option<Spanned<i64>>,
    #[serde(default)]
    pub(super) source: Source,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Source {
    pub(super) batch_size: Option<Spanned<i64>>,
    pub(super) maximum_batching_window_in_seconds: Option<Spanned<i64>>,
    pub(super) parallelization_factor: Option<Spanned<i64>>,
    pub(super) maximum_retry_attempts: Option<Spanned<i64>>,
    pub(super) maximum_record_age_in_seconds: Option<Spanned<i64>>,
    pub(super) bisect_batch_on_function_error: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Object {
    #[serde(default)]
    pub(super) layout: Layout,
    pub(super) key: Spanned<String>,
    pub(super) timestamp: Option<Spanned<String>>,
    pub(super) late_after_seconds: Option<Spanned<i64>>,
    pub(super) on_late: Option<Spanned<OnLate>>,
    pub(super) on_collision: Option<Spanned<OnCollision>>,
    pub(super) compression: Option<Spanned<Compression>>,
    pub(super) id: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    pub(super) columns: BTreeMap<String, Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Generate {
    pub(super) template: Spanned<String>,
    pub(super) partition_key: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) encoding: Encoding,
}

/// Reads YAML into its fields, up to the first that does not fit.
pub(super) fn read(source: &str) -> Result<File, Problem> {
    let options = serde_saphyr::options! { with_snippet: false };
    let mut path = String::new();
    serde_saphyr::with_deserializer_from_str_with_options(source, options, |yaml| {
        serde_path_to_error::deserialize(yaml).map_err(|error| {
            path = error.path().to_string();
            error.into_inner()
        })
    })
    .map_err(|error| problem(&path, &error))
}

/// The line and column of a location, when it is known.
pub(super) fn place(location: Location) -> Option<(u64, u64)> {
    (location != Location::UNKNOWN).then(|| (location.line(), location.column()))
}

fn problem(path: &str, error: &Error) -> Problem {
    // What holds a value and its location counts as a level of its own.
    let parent = path.trim_end_matches(['?', '.']);
    let parent = parent.strip_suffix(".value").unwrap_or(parent);
    let (field, message, remedy) = match error {
        Error::SerdeUnknownField {
            field, expected, ..
        } => (
            join(parent, field),
            "is not a field of a pipeline file".to_owned(),
            nearest(field, expected),
        ),
        Error::SerdeMissingField { field, .. } => (
            join(parent, field),
            "is missing".to_owned(),
            "add it; pipelines/README.md tells of every field".to_owned(),
        ),
        Error::SerdeUnknownVariant {
            variant, expected, ..
        } => (
            parent.to_owned(),
            format!("`{variant}` is not known"),
            nearest(variant, expected),
        ),
        Error::DuplicateMappingKey { .. } => (
            parent.to_owned(),
            "a field appears twice".to_owned(),
            "remove one of the two".to_owned(),
        ),
        Error::NullIntoString { .. } => (
            parent.to_owned(),
            "has no value".to_owned(),
            "write one, or remove the field if it is optional".to_owned(),
        ),
        Error::InvalidScalar { ty: "i64", .. } => (
            parent.to_owned(),
            "is not a whole number".to_owned(),
            "write digits only".to_owned(),
        ),
        Error::Eof { .. } => (
            String::new(),
            "the file is empty".to_owned(),
            "pipelines/README.md tells of every field".to_owned(),
        ),
        Error::MultipleDocuments { .. } => (
            String::new(),
            "the file holds more than one YAML document".to_owned(),
            "write one file a pipeline".to_owned(),
        ),
        other => (
            parent.to_owned(),
            message(other),
            "correct the YAML or the type of the value".to_owned(),
        ),
    };
    Problem {
        place: error.location().and_then(place),
        field,
        message,
        remedy,
    }
}

/// A path and the name of a field below it, which the path may already end with.
fn join(parent: &str, field: &str) -> String {
    let parent = parent
        .strip_suffix(field)
        .map_or(parent, |parent| parent.trim_end_matches('.'));
    if parent.is_empty() {
        field.to_owned()
    } else {
        format!("{parent}.{field}")
    }
}

/// The known name that was probably meant, or else all of them.
fn nearest(name: &str, known: &[&str]) -> String {
    let similarity = |known: &str| strsim::jaro_winkler(name, known);
    known
        .iter()
        .filter(|known| similarity(known) > SIMILAR)
        .max_by(|a, b| similarity(a).total_cmp(&similarity(b)))
        .map_or_else(
            || match known {
                [only] => format!("use `{only}`"),
                _ => format!("use one of {}", known.join(", ")),
            },
            |nearest| format!("did you mean `{nearest}`?"),
        )
}

/// The parser's own words, without the place that it puts behind them.
fn message(error: &Error) -> String {
    let text = error.to_string();
    let text = text.lines().next().unwrap_or_default();
    text.rsplit_once(" at line ")
        .map_or(text, |(message, _)| message)
        .to_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde::de::DeserializeOwned;

    use super::*;

    /// Terraform reads the file by itself, and refuses what it does not know.
    const TERRAFORM: &str = include_str!("../../../../terraform/modules/pipeline-file/main.tf");

    /// What people read.
    const REFERENCE: &str = include_str!("../../../../pipelines/README.md");

    /// The fields of a part, as serde names them to who writes another.
    fn known<T: DeserializeOwned>() -> BTreeSet<String> {
        let error = serde_json::from_str::<T>("{\"?\":0}").err().unwrap();
        quoted(&error.to_string(), '`').skip(1).collect()
    }

    fn quoted(text: &str, mark: char) -> impl Iterator<Item = String> {
        text.split(mark).skip(1).step_by(2).map(str::to_owned)
    }

    /// Each part of a file with its fields.
    fn parts() -> [(&'static str, BTreeSet<String>); 8] {
        [
            ("", known::<File>()),
            ("stream", known::<Stream>()),
            ("ingest", known::<Ingest>()),
            ("process", known::<Process>()),
            ("process.source", known::<Source>()),
            ("object", known::<Object>()),
            ("table", known::<Table>()),
            ("generate", known::<Generate>()),
        ]
    }

    #[test]
    fn terraform_knows_the_same_fields() {
        for (part, known) in parts() {
            assert!(!known.is_empty(), "{part}");
            let what = match part {
                "" => "]) : field]".to_owned(),
                part => format!("]) : \"{part}.${{field}}\"]"),
            };
            let (before, _) = TERRAFORM.split_once(&what).expect(&what);
            let (_, list) = before.rsplit_once('[').unwrap();
            assert_eq!(quoted(list, '"').collect::<BTreeSet<_>>(), known, "{part}");
        }
    }

    #[test]
    fn the_reference_tells_of_every_field_in_its_part() {
        for (part, known) in parts() {
            let heading = match part {
                "" => "\n## The file\n".to_owned(),
                part => format!("\n## `{part}`\n"),
            };
            let (_, text) = REFERENCE.split_once(&heading).expect(&heading);
            let text = text.split("\n## ").next().unwrap_or_default();
            let rows = text.lines().filter_map(|line| line.strip_prefix("| `"));
            let told: BTreeSet<_> = rows
                .filter_map(|row| row.split_once('`'))
                .map(|(field, _)| field.to_owned())
                .collect();
            assert_eq!(told, known, "{part}");
        }
    }
}
