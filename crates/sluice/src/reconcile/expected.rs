//! What should become of every record of a stream, or of those that a ledger names.

use std::collections::HashMap;
use std::fs::File;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use pipeline::outcome::QuarantineReason;
use pipeline::record::{Identity, Record};
use pipeline::verdict::Intent;
use pipeline::{Config, decode, process};
use serde::Deserialize;
use tokio::time::Instant;

use super::compact::{Compact, Names};
use crate::account::say;

/// The most bytes of a record that fit in base64 into the 6 MiB of an event ("Lambda quotas",
/// `lambda/latest/dg/gettingstarted-limits.html`).
pub(super) const MOST_BYTES: usize = 6 * 1024 * 1024 / 4 * 3;

/// A record, and what should become of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub(super) identity: Compact,
    /// When it arrived, in milliseconds; `None` when only its identity is known.
    pub(super) arrival_ms: Option<i64>,
    pub(super) fate: Fate,
    /// The fault that it was sent with, by its place among [`Expected::words`].
    pub(super) fault: Option<u8>,
}

/// What the pipeline's file makes of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// An object or a line, under the key with this digest unless another record has that.
    Store {
        key: u64,
    },
    Filter,
    /// For the reason with this place among [`Expected::words`].
    Quarantine {
        reason: u8,
    },
    /// The stream does not hold it any more.
    Unknown,
}

/// Every expected record, in the order of identities once it is [sorted](Self::sort).
#[derive(Debug, Default)]
pub(super) struct Expected {
    pub(super) names: Names,
    entries: Vec<Entry>,
    words: Vec<String>,
    /// The first and the last record that was read of each shard.
    spans: HashMap<u32, (Compact, Compact)>,
    ledger: Option<Ledger>,
    /// How many bytes those have that no event of Lambda holds.
    too_large: HashMap<Compact, usize>,
    /// Records of the stream that the ledger does not name.
    pub(super) beside_ledger: u64,
}

/// The records that were sent, in the order of identities.
#[derive(Debug)]
struct Ledger {
    lines: Vec<Sent>,
    given_up: u64,
}

#[derive(Debug, Clone, Copy)]
struct Sent {
    identity: Compact,
    fault: Option<u8>,
    is_retained: bool,
}

/// A line as `sluice send --ledger` writes it.
#[derive(Debug, Deserialize)]
struct Line {
    identity: Option<String>,
    given_up: Option<String>,
    fault: Option<String>,
}

/// Where a record that was found belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// To the expected record with this place.
    At(usize),
    /// To none: the stream no longer holds it, it arrived later, or the ledger does not name it.
    Outside,
    /// To none, though it would be between those that were read.
    Nowhere,
}

impl Expected {
    /// Reads a ledger: nothing else is expected from here on.
    ///
    /// # Errors
    ///
    /// Names the line that is none of a ledger.
    pub(super) fn read_ledger(&mut self, path: &Path) -> anyhow::Result<()> {
        let shown = path.display();
        let file =
            File::open(path).with_context(|| format!("the ledger {shown} cannot be read"))?;
        let (mut lines, mut given_up) = (Vec::new(), 0);
        for (number, line) in (1..).zip(BufReader::new(file).lines()) {
            let line = line.with_context(|| format!("the ledger {shown} cannot be read"))?;
            let wrong = || {
                format!(
                    "{shown}:{number}: this is no line of a ledger; name a file that `sluice send --ledger` wrote"
                )
            };
            let line: Line = serde_json::from_str(&line).with_context(wrong)?;
            match (line.identity, line.given_up) {
                (Some(identity), None) => {
                    let identity: Identity = identity.parse().with_context(wrong)?;
                    let fault = line.fault.as_deref().map(|fault| self.word(fault));
                    lines.push(Sent {
                        identity: self.names.compact(&identity),
                        fault,
                        is_retained: false,
                    });
                }
                (None, Some(_)) => given_up += 1,
                _ => anyhow::bail!(wrong()),
            }
        }
        lines.sort_unstable_by_key(|sent| sent.identity);
        lines.dedup_by_key(|sent| sent.identity);
        self.ledger = Some(Ledger { lines, given_up });
        Ok(())
    }

    /// Enters a record of the stream, and those that are packed in it; each is given as much time
    /// as an invocation gives the first of a batch.
    pub(super) async fn retained(
        &mut self,
        config: &Arc<Config>,
        timeout: Duration,
        record: &Record,
    ) {
        let outer = self.names.compact(&record.identity);
        let span = self.spans.entry(outer.shard()).or_insert((outer, outer));
        *span = (span.0.min(outer), span.1.max(outer));
        let mut fault = None;
        if let Some(ledger) = &mut self.ledger {
            let lines = &mut ledger.lines;
            let Ok(line) = lines.binary_search_by_key(&outer, |sent| sent.identity) else {
                self.beside_ledger += 1;
                return;
            };
            lines[line].is_retained = true;
            fault = lines[line].fault;
        }
        let bytes = record.data.original().len();
        if bytes > MOST_BYTES {
            self.too_large.insert(outer, bytes);
        }
        let unpacked = decode::unpack(record);
        for within in unpacked.records.iter() {
            let cutoff = Instant::now() + timeout;
            let intent =
                match process::verdict_before(config, within, unpacked.packing, cutoff).await {
                    Ok(verdict) => verdict.intent,
                    Err(after) => {
                        let reason = QuarantineReason::TooSlow { after };
                        say(&format!("{}: {reason}", within.identity));
                        Intent::Quarantine(reason)
                    }
                };
            let fate = match intent {
                Intent::Store { key, .. } => Fate::Store { key: digest(&key) },
                Intent::Filter => Fate::Filter,
                Intent::Quarantine(reason) => Fate::Quarantine {
                    reason: self.word(reason.code()),
                },
            };
            self.entries.push(Entry {
                identity: self.names.compact(&within.identity),
                arrival_ms: Some(within.arrival.timestamp_millis()),
                fate,
                fault,
            });
        }
    }

    /// How many bytes a record has, if no event of Lambda holds so many.
    pub(super) fn too_large(&self, entry: &Entry) -> Option<usize> {
        self.too_large.get(&entry.identity.outer()).copied()
    }

    /// Puts the records in order, after the last was entered.
    pub(super) fn sort(&mut self) {
        if let Some(ledger) = &mut self.ledger {
            let gone = ledger.lines.iter().filter(|sent| !sent.is_retained);
            self.entries.extend(gone.map(|sent| Entry {
                identity: sent.identity,
                arrival_ms: None,
                fate: Fate::Unknown,
                fault: sent.fault,
            }));
            ledger.lines = Vec::new();
        }
        self.entries.sort_unstable_by_key(|entry| entry.identity);
        self.entries.dedup_by_key(|entry| entry.identity);
    }

    /// The records in order.
    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Which record the one with this place is.
    ///
    /// # Errors
    ///
    /// None in practice: it was an identity before it was made compact.
    pub(super) fn identity(&self, place: usize) -> anyhow::Result<Identity> {
        let entry = self.entries.get(place).context("there is no such record")?;
        Ok(self.names.text(entry.identity).parse()?)
    }

    /// How many records the ledger says were never acknowledged.
    pub(super) fn never_sent(&self) -> u64 {
        self.ledger.as_ref().map_or(0, |ledger| ledger.given_up)
    }

    /// Finds the record that an object or a line was made of.
    pub(super) fn place(&self, identity: &Identity) -> Place {
        let Some(compact) = self.names.find(identity) else {
            return Place::Outside;
        };
        // Of a record that the stream no longer holds, nobody knows whether it was packed.
        for wanted in [compact, compact.outer()] {
            if let Ok(place) = self
                .entries
                .binary_search_by_key(&wanted, |entry| entry.identity)
            {
                return Place::At(place);
            }
        }
        let outer = compact.outer();
        match self.spans.get(&compact.shard()) {
            Some((first, last)) if (*first..=*last).contains(&outer) && self.ledger.is_none() => {
                Place::Nowhere
            }
            _ => Place::Outside,
        }
    }

    /// The expected records of a shard from one sequence number to another.
    pub(super) fn between(&self, first: &Identity, last: &Identity) -> std::ops::Range<usize> {
        let ends = self.names.find(first).zip(self.names.find(last));
        let Some((first, last)) = ends else {
            return 0..0;
        };
        let entries = &self.entries;
        entries.partition_point(|entry| entry.identity < first)
            ..entries.partition_point(|entry| entry.identity.outer() <= last)
    }

    /// The word with this place.
    pub(super) fn words(&self, place: u8) -> &str {
        self.words
            .get(usize::from(place))
            .map_or("", String::as_str)
    }

    fn word(&mut self, word: &str) -> u8 {
        intern(&mut self.words, word)
    }
}

/// The place of a word among a few.
pub(super) fn intern(words: &mut Vec<String>, word: &str) -> u8 {
    let known = words.iter().position(|known| known == word);
    let place = known.unwrap_or_else(|| {
        words.push(word.to_owned());
        words.len() - 1
    });
    u8::try_from(place).unwrap_or(u8::MAX)
}

/// Stands for a key that is only ever compared.
pub(super) fn digest(key: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}
