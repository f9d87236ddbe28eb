//! A line for every record that was sent, so that a test knows the right answer.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context;
use kdg::{Event, Fault, Record};
use serde_json::json;

/// A file of JSON lines, one a record, in the order in which their outcomes were known.
#[derive(Debug)]
pub(super) struct Ledger {
    path: PathBuf,
    file: BufWriter<File>,
    /// The faults of the records that have no outcome yet.
    faults: HashMap<u64, Fault>,
    failed: Option<std::io::Error>,
}

impl Ledger {
    /// Begins a file, in place of one that was there.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub(super) fn create(path: &Path) -> anyhow::Result<Self> {
        let file = File::create(path)
            .with_context(|| format!("the ledger {} cannot be written", path.display()))?;
        Ok(Self {
            path: path.to_owned(),
            file: BufWriter::new(file),
            faults: HashMap::new(),
            failed: None,
        })
    }

    pub(super) fn made(&mut self, record: &Record, fault: Option<Fault>) {
        if let Some(fault) = fault {
            self.faults.insert(record.tag, fault);
        }
    }

    pub(super) fn happened(&mut self, event: &Event) {
        let (tag, outcome) = match event {
            Event::Acknowledged {
                tag,
                shard_id,
                sequence_number,
            } => {
                let identity = format!("{shard_id}:{sequence_number}");
                (tag, json!({"identity": identity}))
            }
            Event::GivenUp { tag, reason } => (tag, json!({"given_up": reason.to_string()})),
        };
        let mut line = json!({"record": tag});
        if let Some(fault) = self.faults.remove(tag) {
            line["fault"] = fault.kind.name().into();
            if let Some(of) = fault.of {
                line["of"] = of.into();
            }
        }
        if let (Some(line), Some(outcome)) = (line.as_object_mut(), outcome.as_object()) {
            line.extend(outcome.clone());
        }
        let written = writeln!(self.file, "{line}");
        if let (Err(error), None) = (written, &self.failed) {
            self.failed = Some(error);
        }
    }

    /// Whether a line could not be written.
    pub(super) fn has_failed(&self) -> bool {
        self.failed.is_some()
    }

    /// Writes what is left.
    ///
    /// # Errors
    ///
    /// When a line could not be written.
    pub(super) fn finish(mut self) -> anyhow::Result<()> {
        let flushed = self.file.flush();
        let written = self.failed.map_or(flushed, Err);
        written.with_context(|| format!("the ledger {} is not complete", self.path.display()))
    }
}
