//! Raw settings to a [`Pipeline`], or to everything that is wrong with them.

mod object;
mod process;

use std::{
    io::ErrorKind,
    ops::RangeInclusive,
    path::{Component, PathBuf},
};

use serde_saphyr::{Location, Spanned};

use super::{Generate, Pipeline, Stream, aws, beside::Beside, place, problem::Problem, raw};
use crate::{
    config::{self, Config, DEFAULT_ID, MAX_ENVIRONMENT_BYTES, Settings},
    layout,
};

/// How long a pipeline's name may be: it becomes a part of keys and of metadata.
const MAX_NAME_BYTES: usize = 64;

/// Checks the source of a pipeline, and the files that lie beside it.
pub(super) fn pipeline(
    name: &str,
    source: &str,
    beside: Beside<'_>,
) -> Result<Pipeline, Vec<Problem>> {
    let file = raw::read(source).map_err(|problem| vec![problem])?;
    let mut check = Check {
        source,
        beside,
        problems: Vec::new(),
    };
    check.name(name);
    let stream = check.stream(&file.stream);
    check.aws_name("bucket", &file.bucket, aws::refuses_bucket);
    let ingest = file.ingest.as_ref().and_then(|raw| {
        // Their roles are called as they are, and IAM does not tell capital letters from small ones.
        let of_process = &file.process.function.value;
        if raw.function.value.eq_ignore_ascii_case(of_process) {
            let (field, message) = ("ingest.function", "is the function of process already");
            check.refuse(field, &raw.function, None, message, "give it its own");
        }
        check.ingest(name, &file.stream.name.value, raw)
    });
    let process = check.process(&file.process, file.object.layout);
    check.programs(&file.process);
    check.object(&file.object);
    let table = file.table.as_ref();
    let id = file.object.id.as_ref().map(|id| id.value.as_str());
    let table = table.map(|raw| check.table(raw, file.object.layout, id.unwrap_or(DEFAULT_ID)));
    if let Some(description) = &file.description {
        check.description(description);
    }
    let generate = file.generate.map(|raw| check.generate(&raw));
    let settings = Settings {
        schema: check.schema(&file.process),
        ..settings(name, &file.process, &file.object)
    };
    check.environment(&settings);
    let config = Config::new(&settings);
    match config {
        Ok(config) if check.problems.is_empty() => Ok(Pipeline {
            description: file.description.map(|text| text.value),
            stream,
            bucket: file.bucket.value,
            existing_bucket: file.existing_bucket,
            ingest,
            process,
            settings,
            config,
            table,
            generate,
        }),
        Err(error) if check.problems.is_empty() => {
            Err(vec![Problem::of_file(error.to_string(), "correct it")])
        }
        _ => Err(check.problems),
    }
}

/// The problems found so far.
pub(super) struct Check<'a> {
    source: &'a str,
    pub(super) beside: Beside<'a>,
    pub(super) problems: Vec<Problem>,
}

impl Check<'_> {
    fn name(&mut self, name: &str) {
        let good = |c: char| matches!(c, 'a'..='z' | '0'..='9' | '-');
        let begins_well = name.starts_with(|c: char| c.is_ascii_lowercase());
        if !begins_well || !name.chars().all(good) || name.len() > MAX_NAME_BYTES {
            self.problems.push(Problem::of_file(
                format!("`{name}` cannot name a pipeline"),
                format!(
                    "call the file by at most {MAX_NAME_BYTES} lower-case letters, digits and `-`, \
                     such as user-activity.yaml"
                ),
            ));
        }
    }

    fn description(&mut self, text: &Spanned<String>) {
        let characters = text.value.chars().count();
        if characters > aws::MAX_DESCRIPTION_CHARACTERS {
            let message =
                format!("has {characters} characters, and a function's description takes 256");
            self.refuse("description", text, None, message, "shorten it");
        } else if let Some(bad) = text
            .value
            .chars()
            .find(|letter| !aws::may_describe(*letter))
        {
            let message = format!("has {bad:?}, which a role's description does not take");
            let remedy =
                "write it in letters of Latin-1: no dashes, quotation marks or arrows of print";
            self.refuse("description", text, None, message, remedy);
        }
    }

    fn stream(&mut self, raw: &raw::Stream) -> Stream {
        self.aws_name("stream.name", &raw.name, aws::refuses_stream);
        Stream {
            name: raw.name.value.clone(),
            shards: raw.shards.as_ref().map(|shards| {
                let remedy = "or leave it out for on-demand capacity";
                self.within("stream.shards", shards, aws::SHARDS, remedy)
            }),
        }
    }

    /// Reads a file that lies beside the pipeline's; nothing when there is no folder to look into.
    pub(super) fn beside(
        &mut self,
        beside: Beside<'_>,
        field: &str,
        file: &Spanned<String>,
        example: &str,
    ) -> Option<String> {
        let path = PathBuf::from(&file.value);
        let mut components = path.components();
        let confined = !file.value.is_empty()
            && components.all(|component| matches!(component, Component::Normal(_)));
        let (message, remedy) = if confined {
            match beside.read(&path) {
                Ok(source) => return source,
                Err(error) if error.kind() == ErrorKind::NotFound => (
                    format!(
                        "there is no file `{}` beside the pipeline's",
                        path.display()
                    ),
                    "create it, or correct its name".to_owned(),
                ),
                Err(error) => (
                    format!("`{}` cannot be read: {error}", path.display()),
                    "correct the file".to_owned(),
                ),
            }
        } else {
            (
                format!("`{}` leaves the folder of the pipeline", path.display()),
                format!("name a file beside the pipeline's, such as {example}"),
            )
        };
        self.refuse(field, file, None, message, remedy);
        None
    }

    fn generate(&mut self, raw: &raw::Generate) -> Generate {
        self.beside(
            self.beside.of_templates(),
            "generate.template",
            &raw.template,
            "user-activity.json.tmpl",
        );
        if let Some(partition_key) = &raw.partition_key
            && let Err(error) = layout::check_partition_key(&partition_key.value)
        {
            let field = "generate.partition_key";
            let offset = Some(error.offset);
            self.refuse(field, partition_key, offset, error.message, error.remedy);
        }
        Generate {
            template: PathBuf::from(&raw.template.value),
            partition_key: raw.partition_key.as_ref().map(|key| key.value.clone()),
            encoding: raw.encoding,
        }
    }

    /// Refuses what a function would have no room for.
    fn environment(&mut self, settings: &Settings) {
        // A deployment puts a prefix before the bucket's name: count the longest there can be.
        let bucket = "b".repeat(aws::MAX_BUCKET_NAME_BYTES);
        let bytes = settings.environment(&bucket).map_or(0, |variables| {
            variables
                .iter()
                .map(|(name, value)| name.len() + value.len())
                .sum()
        });
        if bytes > MAX_ENVIRONMENT_BYTES {
            self.problems.push(Problem {
                place: None,
                field: "process".to_owned(),
                message: format!(
                    "the function's variables {} and {} would have {bytes} bytes, and Lambda takes \
                     {MAX_ENVIRONMENT_BYTES}",
                    config::PIPELINE_VARIABLE,
                    config::BUCKET_VARIABLE,
                ),
                remedy: "shorten process.program or process.schema".to_owned(),
            });
        }
    }

    pub(super) fn aws_name(
        &mut self,
        field: &str,
        name: &Spanned<String>,
        refuses: impl Fn(&str) -> Option<String>,
    ) {
        if let Some(refusal) = refuses(&name.value) {
            let message = format!("`{}` {refusal}", name.value);
            self.refuse(field, name, None, message, "choose another name");
        }
    }

    /// The number, or the nearest one in the range after saying so.
    pub(super) fn within(
        &mut self,
        field: &str,
        number: &Spanned<i64>,
        range: RangeInclusive<i64>,
        remedy: &str,
    ) -> u32 {
        let (first, last) = (range.start(), range.end());
        if !range.contains(&number.value) {
            self.problems.push(Problem {
                place: raw::place(number.referenced),
                field: field.to_owned(),
                message: format!("{} is not from {first} to {last}", number.value),
                remedy: format!("choose a number in that range, {remedy}"),
            });
        }
        u32::try_from(number.value.clamp(*first, *last)).unwrap_or(u32::MAX)
    }

    pub(super) fn refuse(
        &mut self,
        field: &str,
        scalar: &Spanned<String>,
        offset: Option<usize>,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        let place = match offset {
            Some(offset) => place::within(self.source, scalar, offset),
            None => raw::place(scalar.referenced),
        };
        self.problems.push(Problem {
            place,
            field: field.to_owned(),
            message: message.into(),
            remedy: remedy.into(),
        });
    }

    fn refuse_at(&mut self, location: Location, field: &str, message: &str, remedy: &str) {
        self.problems.push(Problem {
            place: raw::place(location),
            field: field.to_owned(),
            message: message.to_owned(),
            remedy: remedy.to_owned(),
        });
    }
}

/// What the function is told, with empty programs left out.
fn settings(name: &str, process: &raw::Process, object: &raw::Object) -> Settings {
    let program = |scalar: &Option<Spanned<String>>| {
        let source = scalar.as_ref().map(|scalar| &scalar.value);
        config::source(source).map(str::to_owned)
    };
    Settings {
        name: name.to_owned(),
        schema: None,
        filter: program(&process.filter),
        program: program(&process.program),
        object: object::settings(object),
    }
}
