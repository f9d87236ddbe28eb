//! A pipeline → what Terraform would provision for it, in the local stack.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use chrono::DateTime;
use local::account;
use local::asynchronous::RETRY_PAUSES;
use local::lambda::Function;
use local::mapping::{Settings, StartingPosition};
use local::schedule::{self, Next};
use local::stack::{Feed, Pipe};
use pipeline::Pipeline;
use pipeline::file::Ingest;
use pipeline::schedule::Schedule;
use thiserror::Error;

use crate::pipelines::Described;
use crate::stand_in;

/// The binary of every function that processes a stream.
const PROCESS_STREAM: &str = "process-stream";

/// The binary of every function that feeds a stream from an API.
const INGEST_HTTP: &str = "ingest-http";

/// Processes of one function that may run at a time, as an account's concurrency would limit it.
const CONCURRENCY: usize = 16;

/// How the functions run that feed streams.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Feeding {
    pub(crate) schedules: Schedules,
    /// Whether APIs are asked where they are, also where there is a stand-in.
    pub(crate) real_apis: bool,
}

/// When functions run that have a schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Schedules {
    /// Only when somebody invokes them.
    Off,
    /// As the pipeline's file says.
    Own,
    /// Each time that so much time has passed.
    Every(Duration),
}

/// A command that runs in place of a function's binary: `NAME=COMMAND`, split at spaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Override {
    function: String,
    command: Vec<String>,
}

/// Why an override cannot be understood.
#[derive(Debug, PartialEq, Eq, Error)]
#[error(
    "expected NAME=COMMAND, such as ProcessKdgArchive='python3 -m awslambdaric handler.handler'"
)]
pub(crate) struct OverrideError;

impl FromStr for Override {
    type Err = OverrideError;

    fn from_str(text: &str) -> Result<Self, OverrideError> {
        let (function, command) = text.split_once('=').ok_or(OverrideError)?;
        let command: Vec<_> = command.split_whitespace().map(str::to_owned).collect();
        if function.is_empty() || command.is_empty() {
            return Err(OverrideError);
        }
        Ok(Self {
            function: function.to_owned(),
            command,
        })
    }
}

/// Where the programs of the functions come from.
#[derive(Debug)]
pub(crate) struct Programs {
    folder: PathBuf,
    overrides: BTreeMap<String, Vec<String>>,
}

impl Programs {
    /// The binaries of a folder, or those beside this one, and commands in place of some.
    ///
    /// # Errors
    ///
    /// When no binary is there and none can be built.
    pub(crate) fn find(folder: Option<PathBuf>, overrides: Vec<Override>) -> anyhow::Result<Self> {
        let folder = match folder {
            Some(folder) => folder,
            None => beside_this_one()?,
        };
        let overrides = overrides
            .into_iter()
            .map(|one| (one.function, one.command))
            .collect();
        Ok(Self { folder, overrides })
    }

    /// Refuses a command for a function that no pipeline has.
    ///
    /// # Errors
    ///
    /// Names the functions that there are.
    pub(crate) fn check(&self, described: &[Described]) -> anyhow::Result<()> {
        let known: Vec<_> = described
            .iter()
            .flat_map(|described| {
                let ingest = described.pipeline.ingest();
                let ingest = ingest.map(|ingest| ingest.function.as_str());
                [described.pipeline.process().function.as_str()]
                    .into_iter()
                    .chain(ingest)
            })
            .collect();
        for function in self.overrides.keys() {
            if !known.contains(&function.as_str()) {
                bail!(
                    "--function names {function}, which no pipeline here has; choose one of {}",
                    known.join(", ")
                );
            }
        }
        Ok(())
    }

    fn of(&self, function: &str, binary: &str) -> anyhow::Result<(PathBuf, Vec<String>)> {
        if let Some([program, arguments @ ..]) = self.overrides.get(function).map(Vec::as_slice) {
            if !is_there(program) {
                bail!(
                    "the program {program} of --function {function} is not there; correct its path"
                );
            }
            return Ok((program.into(), arguments.to_vec()));
        }
        let program = self.folder.join(binary);
        if !program.is_file() {
            bail!(
                "the function's binary {} is missing; build it with `cargo build --package {binary}` \
                 or name its folder with --functions",
                program.display()
            );
        }
        Ok((program, Vec::new()))
    }
}

/// Whether a program can be started: by its path, or by its name in one of `PATH`'s folders.
fn is_there(program: &str) -> bool {
    if program.contains('/') {
        return Path::new(program).is_file();
    }
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders).any(|folder| folder.join(program).is_file())
}

/// The folder of this binary. When cargo runs it, cargo first builds what belongs beside it.
fn beside_this_one() -> anyhow::Result<PathBuf> {
    let this = std::env::current_exe().context("this binary does not know where it lies")?;
    let folder = this.parent().unwrap_or(Path::new(".")).to_owned();
    if let (Some(cargo), Some(_)) = (
        std::env::var_os("CARGO"),
        std::env::var_os("CARGO_MANIFEST_DIR"),
    ) {
        let mut build = std::process::Command::new(cargo);
        // With the command line itself, so that both share the build that is there already.
        build.args([
            "build",
            "--quiet",
            "--package",
            "sluice",
            "--package",
            PROCESS_STREAM,
            "--package",
            INGEST_HTTP,
        ]);
        for (name, _) in std::env::vars_os() {
            let told = name.to_string_lossy();
            // A build script that reads what cargo tells about this package would run again.
            if told.starts_with("CARGO_PKG_") || told.starts_with("CARGO_MANIFEST_") {
                build.env_remove(&name);
            }
        }
        build.current_dir(std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
        if folder
            .file_name()
            .is_some_and(|profile| profile == "release")
        {
            build.arg("--release");
        }
        let status = build.status().context("cargo cannot be started")?;
        if !status.success() {
            bail!("cargo could not build {PROCESS_STREAM} and {INGEST_HTTP}");
        }
    }
    Ok(folder)
}

/// Stream, bucket, function and mapping of one pipeline.
///
/// # Errors
///
/// When the function's program is missing.
pub(crate) fn pipe(pipeline: &Pipeline, programs: &Programs, region: &str) -> anyhow::Result<Pipe> {
    let process = pipeline.process();
    let (program, arguments) = programs.of(&process.function, PROCESS_STREAM)?;
    let environment = pipeline
        .settings()
        .environment(pipeline.bucket())
        .context("the pipeline's settings have no JSON form")?;
    let environment = environment
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value));
    let stream = pipeline.stream();
    Ok(Pipe {
        stream: stream.name.clone(),
        shards: stream.shards,
        bucket: pipeline.bucket().to_owned(),
        function: Function {
            name: process.function.clone(),
            program,
            arguments,
            environment: environment.collect(),
            timeout: process.timeout,
            memory_mib: process.memory_mib,
            maximum_concurrency: CONCURRENCY,
        },
        mapping: Settings {
            stream: stream.name.clone(),
            stream_arn: account::stream_arn(region, &stream.name),
            function: process.function.clone(),
            function_arn: account::function_arn(region, &process.function),
            role_arn: account::role_arn(&process.function),
            region: region.to_owned(),
            batch_size: usize::try_from(process.source.batch_size)?,
            maximum_batching_window: seconds(process.source.maximum_batching_window_in_seconds),
            parallelization_factor: usize::try_from(process.source.parallelization_factor)?,
            maximum_retry_attempts: Some(process.source.maximum_retry_attempts),
            maximum_record_age: Some(seconds(process.source.maximum_record_age_in_seconds)),
            bisect_batch_on_function_error: process.source.bisect_batch_on_function_error,
            report_batch_item_failures: true,
            starting_position: StartingPosition::TrimHorizon,
            on_failure: Some(pipeline.bucket().to_owned()),
        },
    })
}

/// The function that feeds the stream of a pipeline, if there is one, and its schedule.
///
/// # Errors
///
/// When the function's program is missing.
pub(crate) fn feed(
    pipeline: &Pipeline,
    programs: &Programs,
    region: &str,
    feeding: Feeding,
) -> anyhow::Result<Option<Feed>> {
    let Some(ingest) = pipeline.ingest() else {
        return Ok(None);
    };
    let (program, arguments) = programs.of(&ingest.function, INGEST_HTTP)?;
    let (stream, bucket) = (pipeline.stream().name.clone(), pipeline.bucket().to_owned());
    let settings = ingest.settings.clone();
    let stand_in = stand_in(ingest, feeding);
    let told = move |endpoint: &str| {
        let mut settings = settings.clone();
        if let Some(path) = &stand_in {
            settings.url = format!("{endpoint}{path}");
        }
        let environment = settings.environment(&stream, &bucket);
        // Every setting has a JSON form; a function without any says which one it misses.
        environment
            .into_iter()
            .flatten()
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    };
    let next = match feeding.schedules {
        Schedules::Off => None,
        Schedules::Own => Some(times(ingest.schedule.clone())),
        Schedules::Every(period) => {
            let period = u64::try_from(period.as_millis())?;
            Some(Arc::new(move |now: u64| now.checked_add(period)) as Next)
        }
    };
    Ok(Some(Feed {
        function: Function {
            name: ingest.function.clone(),
            program,
            arguments,
            environment: BTreeMap::new(),
            timeout: ingest.timeout,
            memory_mib: ingest.memory_mib,
            maximum_concurrency: CONCURRENCY,
        },
        told: Arc::new(told),
        schedule: next.map(|next| schedule::Settings {
            rule: ingest.function.clone(),
            function: ingest.function.clone(),
            region: region.to_owned(),
            next,
            retry_pauses: RETRY_PAUSES.to_vec(),
        }),
    }))
}

/// The path of what answers in place of the API of an ingest, if anything does.
pub(crate) fn stand_in(ingest: &Ingest, feeding: Feeding) -> Option<String> {
    stand_in::path_for(&ingest.settings.url).filter(|_| !feeding.real_apis)
}

fn times(schedule: Schedule) -> Next {
    Arc::new(move |now_ms| {
        let now = DateTime::from_timestamp_millis(i64::try_from(now_ms).ok()?)?;
        u64::try_from(schedule.next_after(now)?.timestamp_millis()).ok()
    })
}

fn seconds(seconds: u32) -> Duration {
    Duration::from_secs(u64::from(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_split_at_spaces() {
        let over: Override = "F=python3 -m handler".parse().unwrap();
        assert_eq!(over.function, "F");
        assert_eq!(over.command, ["python3", "-m", "handler"]);
        for wrong in ["F", "F=", "=python3", "F=  "] {
            assert_eq!(wrong.parse::<Override>(), Err(OverrideError), "{wrong}");
        }
    }
}
