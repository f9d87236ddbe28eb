//! `sluice check`: every problem of a pipeline file, and what would become of a record.

use std::collections::HashSet;
use std::io::Read as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::SystemTime;

use anyhow::Context;
use ingest::answer;
use ingest::map::{Mapped, Mapper};
use kdg::{Scene, SeededEntropy};
use pipeline::Config;
use pipeline::config::{Form, IngestConfig, OnCollision};
use pipeline::decode::{self, Packing};
use pipeline::object::{self, Object};
use pipeline::record::{Data, Identity, Record};
use pipeline::verdict::{Intent, Verdict};

use crate::account::{print, say};
use crate::command_line::CheckArguments;
use crate::cost;
use crate::pipelines::{self, Described};
use crate::producer::{any_seed, now_ms};
use crate::stand_in;

/// Records that are generated for a dry run.
const SAMPLES: u64 = 100;

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
    let config = described.pipeline.config();
    let record = sample(0, "sample", data.to_vec(), SystemTime::now())?;
    print(&format!(
        "{}: {} bytes",
        described.file.display(),
        data.len()
    ))?;
    let unpacked = decode::unpack(&record);
    let mut is_fine = true;
    for within in unpacked.records.iter() {
        if let Some(place) = within.identity.sub_sequence() {
            print(&format!(
                "  record       {place} of {}",
                unpacked.records.len()
            ))?;
        }
        is_fine &= tell(
            config,
            within,
            &pipeline::verdict(config, within, unpacked.packing),
        )?;
    }
    Ok(is_fine)
}

fn tell(config: &Config, record: &Record, verdict: &Verdict) -> anyhow::Result<bool> {
    let opened: Vec<_> = verdict.opened.iter().map(|step| step.name()).collect();
    print(&format!(
        "  decoded      {}",
        if opened.is_empty() {
            "nothing".to_owned()
        } else {
            opened.join(", ")
        }
    ))?;
    match &verdict.intent {
        Intent::Store { key, body } => {
            if config.transform.is_some() {
                print("  filter       passed")?;
            }
            let (key, shown) = match &config.form {
                Form::Record { .. } => (key.clone(), body.to_vec()),
                Form::Batch { compression, id } => {
                    let identity = &record.identity;
                    let mut line = Vec::new();
                    object::push_line(&mut line, id.as_ref(), identity, body);
                    (
                        object::lines_key(key, *compression, identity, identity),
                        line,
                    )
                }
            };
            print(&format!("  stored as    {key}"))?;
            let shown = String::from_utf8_lossy(&shown);
            print(&format!("  with body    {}", shorten(shown.trim_end())))?;
            Ok(true)
        }
        Intent::Filter => {
            print("  filtered     the pipeline's filter or program drops it")?;
            Ok(true)
        }
        Intent::Quarantine(reason) => {
            print(&format!("  quarantined  {} ({reason})", reason.code()))?;
            let key = Object::quarantined(&config.name, record, reason).key;
            print(&format!(
                "  kept below   {}",
                key.rsplit_once('/').map_or("", |(folder, _)| folder)
            ))?;
            Ok(false)
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
        )?;
        match verdict.intent {
            Intent::Store { key, .. } => {
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
) -> anyhow::Result<Verdict> {
    let record = sample(number, partition_key, data, arrival)?;
    Ok(pipeline::verdict(config, &record, Packing::None))
}

fn sample(
    number: u64,
    partition_key: &str,
    data: Vec<u8>,
    arrival: SystemTime,
) -> anyhow::Result<Record> {
    let sequence_number = number.to_string().parse().context("no sequence number")?;
    Ok(Record {
        identity: Identity::new("shardId-000000000000", sequence_number),
        partition_key: partition_key.to_owned(),
        arrival: arrival.into(),
        data: Data::Decoded(data.into()),
    })
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(SHOWN_CHARACTERS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
