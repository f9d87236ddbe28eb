//! What is in a bucket, by the identity of the records that its objects were made of.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use local::stack::Stack;
use pipeline::Pipeline;
use pipeline::config::Form;
use pipeline::layout::QUARANTINE_PREFIX;
use pipeline::object::{
    COUNT_METADATA, Compression, PIPELINE_METADATA, RECORD_METADATA, identity_of_line,
};

/// Where the stack keeps records that a function did not accept.
const FAILURE_PREFIX: &str = "aws/lambda/";

/// How often a bucket is looked at that others still fill, and what lies between.
const GLANCES: u32 = 100;
const GLANCE_PAUSE: Duration = Duration::from_millis(100);

/// The contents of a pipeline's bucket.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The identity of each stored object's record.
    pub(super) stored: Vec<String>,
    /// How many stored records do not tell who they are.
    pub(super) nameless: u64,
    /// How many lines repeat a record, because it was delivered again in another batch.
    pub(super) repeated: u64,
    /// The identity of each quarantined record.
    pub(super) quarantined: Vec<String>,
    /// The keys of the stored objects.
    pub(super) keys: HashSet<String>,
    /// Files below the bucket's folder that hold stored records.
    pub(super) objects: u64,
    pub(super) folder: PathBuf,
}

/// Lists the bucket of a pipeline, and counts the files on disk.
///
/// # Errors
///
/// When the bucket or its folder cannot be read.
pub(super) fn look(stack: &Stack, pipeline: &Pipeline) -> anyhow::Result<Found> {
    let bucket = pipeline.bucket();
    let folder = stack.data().join("s3").join(bucket);
    let mut found = Found {
        folder: folder.clone(),
        ..Found::default()
    };
    let apart = [".sluice", "aws", "quarantine"].map(|name| folder.join(name));
    let list = || {
        let objects = stack.s3().list(bucket, "");
        objects.with_context(|| format!("the bucket {bucket} cannot be listed"))
    };
    let mut objects = list()?;
    let mut on_disk = files(&folder, &apart)?;
    // Another pipeline of this bucket may still be at work between the list and the count.
    for _ in 0..GLANCES {
        let listed = objects.len();
        objects = list()?;
        if objects.len() == listed {
            break;
        }
        std::thread::sleep(GLANCE_PAUSE);
        objects = list()?;
        on_disk = files(&folder, &apart)?;
    }
    let mut foreign = 0;
    let mut known = HashSet::new();
    for object in objects {
        let maker = object.metadata.get(PIPELINE_METADATA);
        if maker.is_some_and(|maker| maker != pipeline.name()) {
            foreign += u64::from(!object.key.starts_with(QUARANTINE_PREFIX));
            continue;
        }
        if let (Some(count), Form::Batch { id, .. }) =
            (object.metadata.get(COUNT_METADATA), &pipeline.config().form)
        {
            if id.is_none() {
                found.nameless += count.parse().unwrap_or(0);
            } else {
                for identity in lines(&folder.join(&object.key))? {
                    if known.insert(identity.clone()) {
                        found.stored.push(identity);
                    } else {
                        found.repeated += 1;
                    }
                }
            }
            found.keys.insert(object.key);
            continue;
        }
        let identity = object.metadata.get(RECORD_METADATA).cloned();
        let identity = identity.unwrap_or_else(|| format!("the object {}", object.key));
        if object.key.starts_with(QUARANTINE_PREFIX) {
            found.quarantined.push(identity);
        } else if !object.key.starts_with(FAILURE_PREFIX) {
            found.stored.push(identity);
            found.keys.insert(object.key);
        }
    }
    // Of a bucket that pipelines share, each has its own part.
    found.objects = on_disk.saturating_sub(foreign);
    Ok(found)
}

impl Found {
    /// Leaves out what was made of records that another pipeline sent to the same stream.
    pub(super) fn disregard(&mut self, of_others: &HashSet<String>) {
        let before = self.stored.len();
        self.stored.retain(|identity| !of_others.contains(identity));
        self.quarantined
            .retain(|identity| !of_others.contains(identity));
        let left_out = u64::try_from(before - self.stored.len()).unwrap_or(u64::MAX);
        self.objects = self.objects.saturating_sub(left_out);
    }
}

/// The identities of the lines of an object.
fn lines(file: &Path) -> anyhow::Result<Vec<String>> {
    let cannot = || format!("{} cannot be read", file.display());
    let body = std::fs::read(file).with_context(cannot)?;
    let compression = Compression::of_key(&file.to_string_lossy()).with_context(cannot)?;
    let lines = compression.decompress(&body).with_context(cannot)?;
    let lines = lines.split_inclusive(|byte| *byte == b'\n');
    Ok(lines
        .map(|line| match identity_of_line(line) {
            Some(identity) => identity.to_string(),
            None => format!("a line of {}", file.display()),
        })
        .collect())
}

fn files(folder: &Path, apart: &[PathBuf]) -> anyhow::Result<u64> {
    let mut count = 0;
    let entries = std::fs::read_dir(folder)
        .with_context(|| format!("{} cannot be read", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if apart.contains(&path) {
            continue;
        }
        count += if path.is_dir() {
            files(&path, apart)?
        } else {
            1
        };
    }
    Ok(count)
}
