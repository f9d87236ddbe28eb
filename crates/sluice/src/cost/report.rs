//! An estimate as a page for people and as one object for programs.

mod assumed;

use std::fmt::Write as _;

use serde::Serialize;

use super::batch::Bound;
use super::charge::Charge;
use super::estimate::Estimate;
use super::figure::{AS_OF, FIGURES, Figures, Kind, Name, REGION};
use super::number::{amount, count, many};
use super::question::{Layout, Mode, Plan};
use super::warning::{Warning, place};

/// How wide the names of paths and their parts are.
const PATH_WIDTH: usize = 48;

/// An estimate, and what it rests on.
#[derive(Debug)]
pub(super) struct Report<'a> {
    pub(super) pipeline: &'a str,
    pub(super) size_from: SizeFrom,
    pub(super) rate_is_given: bool,
    pub(super) estimate: &'a Estimate,
    pub(super) plan: &'a Plan,
    pub(super) figures: &'a Figures,
    pub(super) warnings: Vec<Warning>,
}

/// Where the size of a record comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum SizeFrom {
    Given,
    Generated,
    Assumed,
}

/// What `--json` prints.
#[derive(Serialize)]
pub(super) struct Json<'a> {
    pipeline: &'a str,
    record_bytes_from: SizeFrom,
    #[serde(flatten)]
    estimate: &'a Estimate,
    warnings: &'a [Warning],
    assumptions: Vec<String>,
    region: &'static str,
    prices_as_of: &'static str,
    figures: Vec<Shown>,
}

/// A figure as it was used.
#[derive(Serialize)]
struct Shown {
    name: &'static str,
    value: f64,
    unit: &'static str,
    kind: Kind,
    source: &'static str,
    is_replaced: bool,
}

impl Report<'_> {
    /// The object for programs.
    pub(super) fn json(&self) -> Json<'_> {
        Json {
            pipeline: self.pipeline,
            record_bytes_from: self.size_from,
            estimate: self.estimate,
            warnings: &self.warnings,
            assumptions: assumed::sentences(self),
            region: REGION,
            prices_as_of: AS_OF,
            figures: self.shown(),
        }
    }

    /// The page for people.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        self.head(&mut text);
        self.needs(&mut text);
        self.dollars(&mut text);
        text.push_str("\nassumed\n");
        for sentence in assumed::sentences(self) {
            let _ = writeln!(text, "- {sentence}");
        }
        self.figures(&mut text);
        text
    }

    fn head(&self, text: &mut String) {
        let estimate = self.estimate;
        let _ = writeln!(
            text,
            "{}: {} records/s{} of {} bytes{}, layout {}, {} MiB\n",
            self.pipeline,
            count(estimate.records_per_s),
            if self.rate_is_given {
                ""
            } else {
                " (as many as its shards take)"
            },
            count(estimate.record_bytes),
            match self.size_from {
                SizeFrom::Given => "",
                SizeFrom::Generated => " (the average of generated ones)",
                SizeFrom::Assumed => " (assumed, because the file generates nothing)",
            },
            match estimate.layout {
                Layout::Record => "record",
                Layout::Batch => "batch",
            },
            count(estimate.memory_mib),
        );
    }

    fn needs(&self, text: &mut String) {
        let Estimate {
            shards,
            batch,
            invocation,
            latency,
            ..
        } = self.estimate;
        let figures = self.figures;
        let in_file = match (self.estimate.mode, shards.in_file) {
            (Mode::OnDemand, _) => format!("on-demand, so {}", count(shards.used)),
            (Mode::Provisioned, Some(in_file)) => format!("the file has {}", count(in_file)),
            (Mode::Provisioned, None) => "the file has none, so as many".to_owned(),
        };
        let _ = writeln!(
            text,
            "shards     {} needed at {} records/s or {} MiB/s each; {in_file}",
            count(shards.needed),
            count(figures[Name::ShardRecordsPerS]),
            count(figures[Name::ShardMibPerS]),
        );
        let because = match batch.limited_by {
            Bound::BatchSize => "batch_size",
            Bound::Arrival => "what arrives meanwhile",
            Bound::Event => "what an event holds",
            Bound::Asked => "as supposed",
        };
        let _ = writeln!(
            text,
            "batches    {} each ({because}); {} invocations/s of {:.3} s; {:.0} % of {} lanes busy",
            many(batch.records, "record"),
            count(batch.invocations_per_s),
            invocation.seconds,
            invocation.busy * 100.0,
            count(shards.used * self.plan.lanes),
        );
        let _ = writeln!(
            text,
            "objects    {} each; {} PUT/s below {}, where S3 takes {}",
            many(batch.records_per_object, "record"),
            count(batch.puts_per_s),
            place(&self.estimate.prefix),
            count(figures[Name::PrefixPutsPerS]),
        );
        let _ = writeln!(
            text,
            "latency    {:.1} s typically, {:.1} s at most, from the stream to the object\n",
            latency.typical_s, latency.longest_s,
        );
    }

    fn dollars(&self, text: &mut String) {
        let (estimate, dollars) = (self.estimate, &self.estimate.dollars);
        let _ = writeln!(
            text,
            "{:<PATH_WIDTH$}{:>12}{:>12}{:>14}",
            "", "$ per 1 M", "$ per GB", "$ per month"
        );
        row(text, "this pipeline", &dollars.pipeline);
        parts(text, &dollars.pipeline);
        if let Some(batch) = &dollars.with_layout_batch {
            row(text, "with layout: batch", batch);
        }
        row(text, "Firehose pass-through", &dollars.firehose);
        row(
            text,
            "Firehose, Parquet, dynamic partitioning",
            &dollars.firehose_parquet,
        );
        let mode = match estimate.mode {
            Mode::Provisioned => "the stream, provisioned (in none of the above)",
            Mode::OnDemand => "the stream, on-demand (in none of the above)",
        };
        text.push('\n');
        row(text, mode, &dollars.stream);
        parts(text, &dollars.stream);
        text.push('\n');
        let _ = match estimate.break_even_records_per_object {
            Some(records) => writeln!(
                text,
                "break-even  from {} an object on, a pipeline is cheaper than Firehose \
                 pass-through; this one has {} and is {}",
                many(records.into(), "record"),
                count(estimate.batch.records_per_object),
                match estimate.layout {
                    _ if dollars.pipeline.per_million <= dollars.firehose.per_million => "cheaper",
                    Layout::Record => "dearer: `layout: batch` gathers more",
                    Layout::Batch => "dearer: a longer batching window gathers more",
                },
            ),
            None => writeln!(
                text,
                "break-even  Firehose pass-through is cheaper, however many records an object has"
            ),
        };
    }

    fn figures(&self, text: &mut String) {
        let _ = writeln!(
            text,
            "\nprices ({REGION}, list of {AS_OF}), limits and assumptions; --price NAME=VALUE replaces one"
        );
        for figure in self.shown() {
            let mark = if figure.is_replaced { '*' } else { ' ' };
            let _ = writeln!(
                text,
                "{mark} {:<28}{:>14}  {}  [{}]",
                figure.name, figure.value, figure.unit, figure.source
            );
        }
    }

    fn shown(&self) -> Vec<Shown> {
        let listed = Figures::default();
        let shown = FIGURES.iter().map(|figure| Shown {
            name: figure.name,
            value: self.figures[figure.key],
            unit: figure.unit,
            kind: figure.kind,
            source: figure.source,
            is_replaced: (self.figures[figure.key] - listed[figure.key]).abs() > 0.0,
        });
        shown.collect()
    }
}

fn row(text: &mut String, path: &str, charge: &Charge) {
    let _ = writeln!(
        text,
        "{path:<PATH_WIDTH$}{:>12}{:>12}{:>14}",
        amount(charge.per_million),
        amount(charge.per_gb),
        amount(charge.per_month),
    );
}

fn parts(text: &mut String, charge: &Charge) {
    for (name, dollars) in &charge.parts {
        let _ = writeln!(
            text,
            "  {name:<width$}{:>12}",
            amount(*dollars),
            width = PATH_WIDTH - 2
        );
    }
}
