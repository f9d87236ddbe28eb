//! What becomes, or would become, of records: counts with samples.

use std::collections::BTreeMap;
use std::time::Duration;

use pipeline::config::Form;
use pipeline::object::Stamp;
use pipeline::outcome::QuarantineReason;
use pipeline::record::{Identity, Record};
use pipeline::store::Bucket;
use pipeline::verdict::Intent;
use pipeline::{Processor, decode, process};
use serde_json::{Value, json};
use tokio::time::Instant;

/// How many records of each kind are shown.
const SAMPLES: usize = 3;

/// What became of a record whose own object or line is there.
const ALREADY: &str = "stored already";

/// What a record becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    Stored,
    /// In the place of an older record, as `on_collision: overwrite` says.
    Replaces,
    /// Its own object or line is there.
    Already,
    /// A newer record has its key, under `on_collision: overwrite`.
    Superseded,
    Filtered,
    /// For the reason with this code.
    Quarantined(String),
}

/// A record with what the pipeline's file makes of it.
#[derive(Debug, Clone)]
pub(super) struct Judged {
    pub(super) identity: Identity,
    /// What its object is recognised by.
    pub(super) stamp: Stamp,
    pub(super) outcome: Outcome,
    /// The key or the folder that it would have, or why it would have none.
    pub(super) remark: String,
}

/// Records by what they were and what they became.
#[derive(Debug, Default)]
pub(super) struct Changes {
    of: BTreeMap<(String, String), Change>,
}

#[derive(Debug, Default)]
struct Change {
    count: u64,
    samples: Vec<String>,
}

impl Outcome {
    /// Whether the pipeline's bucket has it, or a newer one in its place.
    pub(super) fn is_stored(&self) -> bool {
        match self {
            Self::Stored | Self::Replaces | Self::Already | Self::Superseded => true,
            Self::Filtered | Self::Quarantined(_) => false,
        }
    }

    fn name(&self) -> String {
        match self {
            Self::Stored => "stored".to_owned(),
            Self::Replaces => "stored in place of an older record".to_owned(),
            Self::Already => ALREADY.to_owned(),
            Self::Superseded => "superseded by a newer record".to_owned(),
            Self::Filtered => "filtered".to_owned(),
            Self::Quarantined(reason) => format!("quarantined, {reason}"),
        }
    }
}

/// What the pipeline's file makes of a record, or of each that is packed in it, where an invocation
/// may take so long.
pub(super) async fn judge(
    processor: &Processor<Bucket>,
    timeout: Duration,
    record: &Record,
) -> Vec<Judged> {
    let config = processor.config();
    let unpacked = decode::unpack(record);
    let is_batch = matches!(config.form, Form::Batch { .. });
    let mut judged = Vec::with_capacity(unpacked.records.len());
    for within in unpacked.records.iter() {
        let cutoff = Instant::now() + timeout;
        let intent = process::verdict_before(config, within, unpacked.packing, cutoff)
            .await
            .map(|verdict| verdict.intent);
        let intent = intent.unwrap_or_else(|after| {
            // What is said here is what is done when it is processed.
            processor.give_up(&within.identity, after);
            Intent::Quarantine(QuarantineReason::TooSlow { after })
        });
        let (outcome, remark) = match intent {
            Intent::Store { key, .. } if is_batch => (Outcome::Stored, format!("{key}/")),
            Intent::Store { key, .. } => (Outcome::Stored, key),
            Intent::Filter => (Outcome::Filtered, String::new()),
            Intent::Quarantine(reason) => (
                Outcome::Quarantined(reason.code().to_owned()),
                reason.to_string(),
            ),
        };
        judged.push(Judged {
            identity: within.identity.clone(),
            stamp: Stamp::new(&config.name, within),
            outcome,
            remark,
        });
    }
    judged
}

impl Changes {
    /// Enters a record that was `from` and became what it was judged to.
    pub(super) fn enter(&mut self, from: &str, judged: &Judged) {
        let name = judged.identity.to_string();
        self.note(from, judged.outcome.name(), &name, &judged.remark);
    }

    /// Enters something that was `from` and became `to`, by its own name.
    pub(super) fn note(&mut self, from: &str, to: String, name: &str, remark: &str) {
        let change = self.of.entry((from.to_owned(), to)).or_default();
        change.count += 1;
        if change.samples.len() < SAMPLES {
            let sample = format!("{name}  {remark}");
            change.samples.push(sample.trim_end().to_owned());
        }
    }

    /// A line for each kind, and its samples.
    pub(super) fn lines(&self, is_applied: bool) -> Vec<String> {
        let mut lines = Vec::new();
        for ((from, to), change) in &self.of {
            let verb = match (is_applied, from == to) {
                _ if to == ALREADY => "",
                (true, false) => "",
                (true, true) => "still ",
                (false, false) => "would be ",
                (false, true) => "would still be ",
            };
            lines.push(format!("{:>10}  {from} -> {verb}{to}", change.count));
            let samples = change.samples.iter();
            lines.extend(samples.map(|sample| format!("{:>14}{sample}", "")));
        }
        lines
    }

    pub(super) fn is_empty(&self) -> bool {
        self.of.is_empty()
    }

    /// The same for programs.
    pub(super) fn to_json(&self) -> Value {
        let changes = self.of.iter().map(|((from, to), change)| {
            json!({"from": from, "to": to, "count": change.count, "samples": change.samples})
        });
        changes.collect()
    }
}
