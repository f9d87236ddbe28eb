//! A balance as a table with lists, or as one line of JSON.

use std::collections::BTreeMap;
use std::io::{BufWriter, ErrorKind, Write as _};

use anyhow::Context as _;
use chrono::{DateTime, SecondsFormat, Utc};
use pipeline::layout::Layout;
use serde::ser::{Serialize, SerializeMap as _, SerializeSeq as _, Serializer};
use serde_json::{Value, json};

use super::arguments::Limit;
use super::balance::Balance;
use super::expected::{Expected, Fate, MOST_BYTES};
use super::found::Found;

/// A balance with all that its identities and objects are called by.
#[derive(Debug)]
pub(super) struct Report<'r> {
    pub(super) pipeline: &'r str,
    pub(super) stream: &'r str,
    pub(super) bucket: &'r str,
    pub(super) layout: Layout,
    /// Until when records had to arrive.
    pub(super) until: DateTime<Utc>,
    pub(super) expected: &'r Expected,
    pub(super) found: &'r Found,
    pub(super) balance: &'r Balance,
}

/// How wide the column of names is at least.
const NAME_WIDTH: usize = 12;

/// A part of the report that is a list.
type List<'r> = (&'static str, Vec<Box<dyn Fn() -> Value + 'r>>);

impl Report<'_> {
    /// Whether nothing has to be done: every record has its outcome, and where each is an object
    /// of its own, one object.
    pub(super) fn is_fine(&self) -> bool {
        let is_double = self.layout == Layout::Record && !self.balance.duplicate.is_empty();
        self.balance.is_whole() && self.found.corrupt.is_empty() && !is_double
    }

    /// The counts and, of each kind, so many identities.
    pub(super) fn print(&self, limit: Limit) -> anyhow::Result<()> {
        write(|out| {
            let counts = self.counts();
            let names = counts.iter().map(|(name, ..)| name.len());
            let width = names.max().unwrap_or(0).max(NAME_WIDTH);
            for (name, count, remark) in counts {
                let line = format!("{name:<width$} {count:>10}  {remark}");
                writeln!(out, "{}", line.trim_end())?;
            }
            for (name, items) in self.lists() {
                if items.is_empty() || limit.0 == 0 {
                    continue;
                }
                writeln!(out, "\n{}:", name.replace('_', " "))?;
                for item in items.iter().take(limit.0) {
                    writeln!(out, "  {}", line(&item()))?;
                }
                if items.len() > limit.0 {
                    let more = items.len() - limit.0;
                    writeln!(out, "  and {more} more; --list all shows them")?;
                }
            }
            Ok(())
        })
    }

    /// Everything, as one line of JSON.
    pub(super) fn print_json(&self) -> anyhow::Result<()> {
        write(|out| {
            serde_json::to_writer(&mut *out, self)?;
            out.write_all(b"\n")
        })
    }

    fn counts(&self) -> Vec<(&'static str, u64, String)> {
        let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        let balance = self.balance;
        let reasons: Vec<_> = balance
            .by_reason
            .iter()
            .map(|(reason, count)| format!("{count} {reason}"))
            .collect();
        let repeated = match (balance.repetitions, self.layout) {
            (0, _) if self.found.copied_lines > 0 => "lines of copied objects".to_owned(),
            (0, _) => String::new(),
            (1, Layout::Record) => "1 object too many".to_owned(),
            (more, Layout::Record) => format!("{more} objects too many"),
            (1, Layout::Batch) => "1 line too many, which its _id tells".to_owned(),
            (more, Layout::Batch) => format!("{more} lines too many, which their _id tells"),
        };
        let mut counts = vec![
            ("expected", count(balance.expected), String::new()),
            ("stored", count(balance.stored), self.objects()),
            ("superseded", count(balance.superseded), String::new()),
            ("filtered", count(balance.filtered.len()), String::new()),
            (
                "quarantined",
                count(balance.quarantined.len()),
                reasons.join(", "),
            ),
            ("given up", count(balance.given_up.len()), String::new()),
            ("missing", balance.missing(), String::new()),
            (
                "duplicate",
                count(balance.duplicate.len()) + self.found.copied_lines,
                repeated,
            ),
            ("corrupt", count(self.found.corrupt.len()), String::new()),
        ];
        let mut by_reason: BTreeMap<&str, usize> = BTreeMap::new();
        for ingested in &self.found.ingested {
            *by_reason.entry(&ingested.reason).or_default() += 1;
        }
        // These were never in the stream, so they are none of the expected.
        if !by_reason.is_empty() {
            let reasons = by_reason.iter();
            let reasons: Vec<_> = reasons
                .map(|(reason, count)| format!("{count} {reason}"))
                .collect();
            let objects = count(self.found.ingested.len());
            counts.push(("quarantined by ingest", objects, reasons.join(", ")));
        }
        counts
    }

    fn objects(&self) -> String {
        match self.found.objects {
            1 => "1 object".to_owned(),
            objects => format!("{objects} objects"),
        }
    }

    fn lists(&self) -> Vec<List<'_>> {
        let of = |name, places: &'_ [usize], show: fn(&Self, usize) -> Value| -> List<'_> {
            let items = places.iter().map(|place| {
                let place = *place;
                Box::new(move || show(self, place)) as Box<dyn Fn() -> Value>
            });
            (name, items.collect())
        };
        let (balance, found) = (self.balance, self.found);
        let mut lists = vec![
            of("missing", &balance.missing, Self::missing),
            of("duplicate", &balance.duplicate, Self::duplicate),
            of("given_up", &balance.given_up, Self::given_up),
            of("quarantined", &balance.quarantined, Self::quarantined),
            of(
                "filtered",
                &balance.filtered,
                |this, place| json!({"identity": this.identity(place)}),
            ),
        ];
        let ingested = found.ingested.iter().map(|ingested| {
            Box::new(
                move || json!({"reason": ingested.reason, "object": found.key(ingested.object)}),
            ) as Box<dyn Fn() -> Value>
        });
        lists.push(("quarantined_by_ingest", ingested.collect()));
        let corrupt = found.corrupt.iter().map(|(object, why)| {
            Box::new(move || json!({"object": found.key(*object), "why": why}))
                as Box<dyn Fn() -> Value>
        });
        lists.push(("corrupt", corrupt.collect()));
        let copies = found.copies.iter().map(|object| {
            Box::new(move || json!({"object": found.key(*object)})) as Box<dyn Fn() -> Value>
        });
        lists.push(("copies", copies.collect()));
        let strangers = found.strangers.iter().map(|object| {
            Box::new(move || json!({"object": found.key(*object)})) as Box<dyn Fn() -> Value>
        });
        lists.push(("of_unknown_origin", strangers.collect()));
        let nowhere = found.nowhere.iter().map(|(identity, object)| {
            Box::new(
                move || json!({"identity": identity.to_string(), "object": found.key(*object)}),
            ) as Box<dyn Fn() -> Value>
        });
        lists.push(("never_in_the_stream", nowhere.collect()));
        lists
    }

    fn missing(&self, place: usize) -> Value {
        let entry = self.expected.entries()[place];
        let mut item = json!({"identity": self.identity(place)});
        if let Some(arrived) = entry.arrival_ms.and_then(DateTime::from_timestamp_millis) {
            item["arrived"] = arrived.to_rfc3339_opts(SecondsFormat::Millis, true).into();
        }
        match entry.fate {
            Fate::Store { .. } => item["should_be"] = "stored".into(),
            Fate::Filter => item["should_be"] = "filtered".into(),
            Fate::Quarantine { reason } => {
                item["should_be"] = "quarantined".into();
                item["reason"] = self.expected.words(reason).into();
            }
            Fate::Unknown => item["retained"] = false.into(),
        }
        if let Some(fault) = entry.fault {
            item["fault"] = self.expected.words(fault).into();
        }
        item
    }

    fn duplicate(&self, place: usize) -> Value {
        let first = self.found.seen(place).object();
        let objects: Vec<_> = first
            .into_iter()
            .chain(self.found.again(place))
            .map(|object| self.found.key(object))
            .collect();
        json!({"identity": self.identity(place), "objects": objects})
    }

    fn given_up(&self, place: usize) -> Value {
        let object = self.found.seen(place).given_up();
        let mut item = json!({
            "identity": self.identity(place),
            "object": object.map(|object| self.found.key(object)),
        });
        let entry = &self.expected.entries()[place];
        if let Some(bytes) = self.expected.too_large(entry) {
            item["why"] = format!(
                "its {bytes} bytes are more than an event of Lambda holds, {MOST_BYTES} before base64; \
                 send smaller records, and redrive this one with --from-failures"
            )
            .into();
        }
        item
    }

    fn quarantined(&self, place: usize) -> Value {
        let seen = self.found.seen(place);
        json!({
            "identity": self.identity(place),
            "reason": self.found.words(seen.reason),
            "object": seen.object().map(|object| self.found.key(object)),
        })
    }

    fn identity(&self, place: usize) -> String {
        let entry = self.expected.entries()[place];
        self.expected.names.text(entry.identity)
    }
}

/// An item of a list on a line of its own.
fn line(item: &Value) -> String {
    let mut words = Vec::new();
    for (name, value) in item.as_object().into_iter().flatten() {
        match (name.as_str(), value) {
            ("identity", Value::String(text)) => words.insert(0, text.clone()),
            ("object" | "why", Value::String(text)) => words.push(text.clone()),
            (_, Value::String(text)) => words.push(format!("{} {text}", name.replace('_', " "))),
            (_, Value::Array(texts)) => {
                words.extend(texts.iter().filter_map(Value::as_str).map(str::to_owned));
            }
            ("retained", Value::Bool(false)) => words.push("no longer in the stream".to_owned()),
            (name, other) => words.push(format!("{name} {other}")),
        }
    }
    words.join("  ")
}

impl Serialize for Report<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("pipeline", self.pipeline)?;
        map.serialize_entry("stream", self.stream)?;
        map.serialize_entry("bucket", self.bucket)?;
        map.serialize_entry("layout", &self.layout)?;
        let until = self.until.to_rfc3339_opts(SecondsFormat::Millis, true);
        map.serialize_entry("until", &until)?;
        map.serialize_entry("is_fine", &self.is_fine())?;
        let mut counts = serde_json::Map::new();
        for (name, count, _) in self.counts() {
            counts.insert(name.replace(' ', "_"), count.into());
        }
        counts
            .entry("quarantined_by_ingest")
            .or_insert_with(|| 0.into());
        for (name, count) in [
            ("repetitions", self.balance.repetitions),
            ("redrivable", self.balance.redrivable),
            (
                "stored_though_refused_now",
                self.balance.kept_though_refused,
            ),
            ("no_longer_retained", self.balance.no_longer_retained),
        ] {
            counts.insert(name.to_owned(), count.into());
        }
        counts.insert("objects".to_owned(), self.found.objects.into());
        counts.insert("outside".to_owned(), self.found.outside.into());
        counts.insert(
            "beside_ledger".to_owned(),
            self.expected.beside_ledger.into(),
        );
        map.serialize_entry("counts", &counts)?;
        map.serialize_entry("quarantined_by_reason", &self.balance.by_reason)?;
        for (name, items) in self.lists() {
            map.serialize_entry(name, &Items(&items))?;
        }
        map.end()
    }
}

/// The items of a list, each made when it is written.
struct Items<'i>(&'i [Box<dyn Fn() -> Value + 'i>]);

impl Serialize for Items<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut items = serializer.serialize_seq(Some(self.0.len()))?;
        for item in self.0 {
            items.serialize_element(&item())?;
        }
        items.end()
    }
}

/// Writes to stdout; whoever reads it may have seen enough, as `head` does.
fn write(
    data: impl FnOnce(&mut BufWriter<std::io::StdoutLock<'static>>) -> std::io::Result<()>,
) -> anyhow::Result<()> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    match data(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written.context("stdout cannot be written"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_that_the_stream_no_longer_holds_is_said_to_be_so_in_words() {
        let item = json!({"identity": "shardId-000000000000:123", "retained": false});
        assert_eq!(
            line(&item),
            "shardId-000000000000:123  no longer in the stream"
        );
    }
}
