//! `sluice check`: every problem of a pipeline file, and what would become of a record.

mod doubt;

use std::collections::HashSet;
use std::io::Read as _;
use std::path::Path;
use std::process::ExitCode;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, SystemTime};

use anyhow::Context;
use ingest::answer;
use ingest::map::{Mapped, Mapper};
use kdg::{MAX_RECORD_BYTES, Scene, SeededEntropy};
use pipeline::Config;
use pipeline::config::{Form, IngestConfig, OnCollision};
use pipeline::decode::Packing;
use pipeline::outcome::QuarantineReason;
use pipeline::record::{Data, Identity, Record};
use pipeline::trial::{Fate, Trial, Tried};
use pipeline::verdict::{Intent, Verdict};

use crate::account::{print, say};
use crate::command_line::CheckArguments;
use crate::cost;
use crate::pipelines::{self, Described};
use crate::producer::{any_seed, now_ms};
use crate::stand_in;

/// Records that are generated for a dry run.
const SAMPLES: u64 = 100;

/// Room for a record of as many levels as are read, as the first thread of a process has it.
const STACK_BYTES: usize = 8 * 1024 * 1024;

/// How much of a body is shown.
const SHOWN_CHARACTERS: usize = 200;

/// Checks the files, and dry-runs records through each.
///
/// # Errors
///
/// With every problem of every file, or when no sample record of a pipeline could be stored.
pub(crate) fn run(arguments: &CheckArguments) -> anyhow::Result<ExitCode> {
    let described = if arguments.files.is_empty() {
        pipelines::read_all(&arguments.pipelines)?
    } else {
        pipelines::read(arguments.files.clone())?
    };
    let record = arguments.record.as_deref().map(read_record).transpose()?;
    for sentence in doubt::twice(&described) {
        say(&format!("warning: {sentence}"));
    }
    let mut code = ExitCode::SUCCESS;
    for described in &described {
        let is_fine = match &record {
            Some(record) => try_one(described, record)?,
            None => try_samples(described)?,
        };
        if !is_fine {
            code = ExitCode::FAILURE;
        }
    }
    Ok(code)
}

fn read_record(file: &Path) -> anyhow::Result<Vec<u8>> {
    if file == Path::new("-") {
        let mut record = Vec::new();
        std::io::stdin()
            .read_to_end(&mut record)
            .context("stdin cannot be read")?;
        return Ok(record);
    }
    std::fs::read(file).with_context(|| format!("the record {} cannot be read", file.display()))
}

/// Shows what would become of a record and of those that are packed in it, step by step.
fn try_one(described: &Described, data: &[u8]) -> anyhow::Result<bool> {
    let patience = described.pipeline.process().timeout / 2;
    let trial = within(patience, {
        let (config, data) = (described.pipeline.config().clone(), data.to_vec());
        move || Trial::new(&config, data.into(), SystemTime::now().into())
    })?;
    let Some(trial) = trial else {
        let reason = QuarantineReason::TooSlow { after: patience };
        print(&format!(
            "{}: {} bytes",
            described.file.display(),
            data.len()
        ))?;
        print(&format!("  quarantined  {} ({reason})", reason.code()))?;
        return Ok(false);
    };
    print(&format!(
        "{}: {} bytes",
        described.file.display(),
        trial.bytes
    ))?;
    let is_refused = trial.bytes > MAX_RECORD_BYTES;
    if is_refused {
        print(&format!(
            "  refused      by a stream, which takes {MAX_RECORD_BYTES} bytes of a record and its key by default"
        ))?;
    }
    for tried in &trial.records {
        if let Some(place) = tried.place {
            print(&format!(
                "  record       {place} of {}",
                trial.records.len()
            ))?;
        }
        tell(tried)?;
    }
    Ok(trial.is_fine() && !is_refused)
}

/// What comes of something that cannot be interrupted, unless it takes longer.
fn within<T: Send + 'static>(
    patience: Duration,
    something: impl FnOnce() -> T + Send + 'static,
) -> anyhow::Result<Option<T>> {
    let (done, result) = mpsc::channel();
    let thread = thread::Builder::new().stack_size(STACK_BYTES);
    let thread = thread.spawn(move || {
        // Nobody may be waiting any more.
        let _ = done.send(something());
    })?;
    match result.recv_timeout(patience) {
        Ok(result) => Ok(Some(result)),
        Err(RecvTimeoutError::Timeout) => Ok(None),
        Err(RecvTimeoutError::Disconnected) => match thread.join() {
            Err(panic) => std::panic::resume_unwind(panic),
            Ok(()) => Ok(None),
        },
    }
}

fn tell(tried: &Tried) -> anyhow::Result<()> {
    print(&format!(
        "  decoded      {}",
        if tried.decoded.is_empty() {
            "nothing".to_owned()
        } else {
            tried.decoded.join(", ")
        }
    ))?;
    if tried.passed {
        print("  filter       passed")?;
    }
    if let Some(late) = &tried.late {
        print(&format!("  late         {late}"))?;
    }
    match &tried.fate {
        Fate::Stored { key, body } => {
            print(&format!("  stored as    {key}"))?;
            print(&format!("  with body    {}", shorten(body)))
        }
        Fate::Filtered { because } => print(&format!("  filtered     {because}")),
        Fate::Quarantined {
            code,
            reason,
            folder,
        } => {
            print(&format!("  quarantined  {code} ({reason})"))?;
            print(&format!("  kept below   {folder}"))
        }
    }
}

/// Generates records and says what would become of them.
fn try_samples(described: &Described) -> anyhow::Result<bool> {
    let name = described.file.display();
    if !try_ingest(described)? {
        return Ok(false);
    }
    if described.pipeline.generate().is_none() {
        warn(described)?;
        print(&format!("{name}: ok"))?;
        return Ok(true);
    }
    let recipe = described.recipe()?;
    let mut scene = Scene::new(SeededEntropy::new(any_seed()), now_ms());
    let (mut stored, mut filtered, mut last_key, mut refused) = (0, 0, String::new(), None);
    let mut keys = HashSet::new();
    let (mut late, mut last_late) = (0, None);
    for number in 0..SAMPLES {
        let record = recipe
            .make(&mut scene, number)
            .with_context(|| format!("{name}: generate"))?;
        let verdict = verdict(
            described.pipeline.config(),
            number,
            &record.partition_key,
            record.data,
            SystemTime::now(),
        );
        match verdict.intent {
            Intent::Store { key, moved, .. } => {
                if moved.is_some() {
                    (late, last_late) = (late + 1, moved);
                }
                (stored, last_key) = (stored + 1, key.clone());
                keys.insert(key);
            }
            Intent::Filter => filtered += 1,
            Intent::Quarantine(reason) => refused = Some(reason),
        }
    }
    if let Some(reason) = refused {
        let (code, quarantined) = (reason.code(), SAMPLES - stored - filtered);
        print(&format!(
            "{name}: {quarantined} of {SAMPLES} generated records are quarantined: {code} ({reason})"
        ))?;
        return Ok(false);
    }
    warn(described)?;
    if let Some(moved) = last_late {
        say(&format!(
            "warning: {name}: {late} of {SAMPLES} generated records are late by object.late_after_seconds, such as one: {moved}"
        ));
    }
    if let Form::Batch { .. } = described.pipeline.config().form
        && stored > 0
    {
        last_key.push('/');
    }
    if let Some(sentence) = doubt::hive(&last_key) {
        say(&format!("warning: {name}: {sentence}"));
    }
    print(&format!(
        "{name}: ok; of {SAMPLES} generated records {stored} are stored, such as {last_key}, {filtered} are filtered"
    ))?;
    let others = stored - keys.len() as u64;
    if others > 0
        && let Some(fate) = fate_of_others(described.pipeline.config())
    {
        print(&format!(
            "{name}: {others} of the {stored} have the key of another, and {fate}"
        ))?;
    }
    Ok(true)
}

/// What becomes of a record whose key another has, where each has an object.
fn fate_of_others(config: &Config) -> Option<&'static str> {
    match config.form {
        Form::Batch { .. } => None,
        Form::Record { on_collision } => Some(match on_collision {
            OnCollision::Suffix => "get one of their own beside it: `on_collision: suffix`",
            OnCollision::Overwrite => "replace it: `on_collision: overwrite`",
            OnCollision::Quarantine => "are quarantined: `on_collision: quarantine`",
        }),
    }
}

/// Maps what the stand-in of an API answers, where the pipeline has one, and says what came of it.
fn try_ingest(described: &Described) -> anyhow::Result<bool> {
    let Some(ingest) = described.pipeline.ingest() else {
        return Ok(true);
    };
    let name = described.file.display();
    let settings = &ingest.settings;
    let config = IngestConfig::new(settings, String::new(), String::new())?;
    let mapper = Mapper::new(&config).with_context(|| format!("{name}: ingest.partition_key"))?;
    let Some(answer) = stand_in::answer_for(&settings.url) else {
        return Ok(true);
    };
    let things = answer::records(answer.as_bytes(), &config.records)
        .with_context(|| format!("{name}: ingest.records"))?;
    let (mut sent, mut filtered) = (0, 0);
    for thing in &things {
        match mapper.map(thing, 0) {
            Mapped::Record(_) => sent += 1,
            Mapped::Filtered => filtered += 1,
            Mapped::Refused(refusal) => {
                print(&format!(
                    "{name}: ingest: the API's records are quarantined: {refusal}"
                ))?;
                return Ok(false);
            }
        }
    }
    print(&format!(
        "{name}: ingest: of {} records of the API's stand-in {sent} are sent, {filtered} are filtered",
        things.len()
    ))?;
    Ok(true)
}

/// Says when a pipeline costs too much or puts too often; it may still be deployed.
fn warn(described: &Described) -> anyhow::Result<()> {
    if let Some(warning) = cost::warning(described)? {
        say(&warning);
    }
    Ok(())
}

/// What would become of a record that is one by itself.
pub(crate) fn verdict(
    config: &Config,
    number: u64,
    partition_key: &str,
    data: Vec<u8>,
    arrival: SystemTime,
) -> Verdict {
    let record = Record {
        identity: Identity::new("shardId-000000000000", number.into()),
        partition_key: partition_key.to_owned(),
        arrival: arrival.into(),
        data: Data::Decoded(data.into()),
    };
    pipeline::verdict(config, &record, Packing::None)
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(SHOWN_CHARACTERS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
