//! The pipeline files of a folder, all of them checked, and the recipes of their test traffic.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use kdg::{Encoding, Ending, KeyRule, Recipe, Template};
use pipeline::{Pipeline, file};

use crate::misuse::misuse;
use crate::transport::Stream;

/// The partition key rule that spreads records evenly over the shards.
pub(crate) const EVEN: &str = "even";

/// A pipeline, and the file that describes it.
#[derive(Debug)]
pub(crate) struct Described {
    pub(crate) file: PathBuf,
    pub(crate) pipeline: Pipeline,
}

/// Reads every pipeline file of a folder, in the order of their names.
///
/// # Errors
///
/// When there is no such folder or no file in it, or with every problem of every file.
pub(crate) fn read_all(folder: &Path) -> anyhow::Result<Vec<Described>> {
    read(files(folder)?)
}

/// Reads these pipeline files.
///
/// # Errors
///
/// With every problem of every file, and with what contradicts another file.
pub(crate) fn read(files: Vec<PathBuf>) -> anyhow::Result<Vec<Described>> {
    let mut described = Vec::new();
    let mut problems = Vec::new();
    for file in files {
        match Pipeline::read(&file) {
            Ok(pipeline) => described.push(Described { file, pipeline }),
            Err(found) => problems.push(found.to_string()),
        }
    }
    problems.extend(conflicts(&described));
    if problems.is_empty() {
        Ok(described)
    } else {
        bail!("{}", problems.join("\n"))
    }
}

/// What each file says well and two of them say against each other.
fn conflicts(described: &[Described]) -> Vec<String> {
    let mut conflicts = Vec::new();
    for (index, one) in described.iter().enumerate() {
        for other in &described[..index] {
            let (here, there) = (one.file.display(), other.file.display());
            for (field, function) in functions(&one.pipeline) {
                if functions(&other.pipeline).any(|(_, known)| known.eq_ignore_ascii_case(function))
                {
                    conflicts.push(format!(
                        "{here}: {field}: {function} is the function of {there} already; give each pipeline its own"
                    ));
                }
            }
            let (stream, its) = (one.pipeline.stream(), other.pipeline.stream());
            if stream.name == its.name && stream.shards != its.shards {
                conflicts.push(format!(
                    "{here}: stream.shards: {} has another number of shards in {there}; write the same in both",
                    stream.name
                ));
            }
        }
    }
    conflicts
}

/// The functions of a pipeline, each with the field that names it.
fn functions(pipeline: &Pipeline) -> impl Iterator<Item = (&'static str, &str)> {
    let ingest = pipeline.ingest();
    let ingest = ingest.map(|ingest| ("ingest.function", ingest.function.as_str()));
    let process = ("process.function", pipeline.process().function.as_str());
    [process].into_iter().chain(ingest)
}

/// Reads the pipeline of this name.
///
/// # Errors
///
/// When there is none, or with every problem of its file.
pub(crate) fn read_one(folder: &Path, name: &str) -> anyhow::Result<Described> {
    let file = folder.join(format!("{name}.yaml"));
    if !file.is_file() {
        let known: Vec<_> = files(folder)?
            .iter()
            .filter_map(|file| file.file_stem())
            .map(|stem| stem.to_string_lossy().into_owned())
            .collect();
        return Err(misuse(format!(
            "there is no pipeline {name} in {}; choose one of {}",
            folder.display(),
            known.join(", ")
        )));
    }
    read(vec![file])?
        .pop()
        .context("the file holds no pipeline")
}

fn files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| {
        let folder = folder.display();
        format!("the folder {folder} cannot be read; name the folder of your pipeline files with --pipelines")
    })?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "yaml" || extension == "yml")
        {
            files.push(path);
        }
    }
    if files.is_empty() {
        bail!(
            "there is no pipeline in {}; add a file such as user-activity.yaml",
            folder.display()
        );
    }
    files.sort();
    Ok(files)
}

impl Described {
    /// How the pipeline's test traffic is made, with random partition keys where they are spread
    /// evenly over the shards of a stream: see [`Self::recipe_for`].
    ///
    /// # Errors
    ///
    /// When the pipeline generates nothing, or its template or partition key cannot be read.
    pub(crate) fn recipe(&self) -> anyhow::Result<Recipe> {
        let file = self.file.display();
        let generate = self.pipeline.generate().with_context(|| {
            format!("{file} has no `generate`, so there is nothing to send; add a template")
        })?;
        let template = self.file.with_file_name(&generate.template);
        let partition_key = match generate.partition_key.as_deref() {
            None | Some(EVEN) => KeyRule::Random,
            Some(text) => text
                .parse()
                .with_context(|| format!("{file}: generate.partition_key"))?,
        };
        Ok(Recipe {
            template: read_template(&template)?,
            partition_key,
            encoding: match generate.encoding {
                file::Encoding::Plain => Encoding::Plain,
                file::Encoding::Base64 => Encoding::Base64,
            },
            ending: Ending::Nothing,
        })
    }

    /// How the test traffic is made that goes to this stream.
    ///
    /// # Errors
    ///
    /// As [`Self::recipe`]; and when the stream's shards cannot be listed.
    pub(crate) async fn recipe_for(&self, stream: &Stream) -> anyhow::Result<Recipe> {
        let mut recipe = self.recipe()?;
        let generate = self.pipeline.generate();
        if generate.and_then(|generate| generate.partition_key.as_deref()) == Some(EVEN) {
            recipe.partition_key = KeyRule::Even(stream.hash_keys().await?);
        }
        Ok(recipe)
    }
}

/// Reads a record template.
///
/// # Errors
///
/// When the file cannot be read, or with every problem of the template.
pub(crate) fn read_template(file: &Path) -> anyhow::Result<Template> {
    let source = fs::read_to_string(file)
        .with_context(|| format!("the template {} cannot be read", file.display()))?;
    Template::compile(&source).map_err(|errors| {
        let lines: Vec<_> = errors
            .iter()
            .map(|error| format!("{}:{error}", file.display()))
            .collect();
        anyhow::anyhow!("{}", lines.join("\n"))
    })
}
