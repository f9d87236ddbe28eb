//! What became of every record, as a table for people and as a line for programs.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use serde::Serialize;

/// The outcome of a demo.
///
/// Its JSON form is the last line that `--json` prints.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Summary {
    /// By the name of the pipeline.
    pub(crate) pipelines: BTreeMap<String, Row>,
    /// Records, over all pipelines, that have no outcome or one that contradicts the pipeline.
    pub(crate) unaccounted: u64,
    /// Whether somebody ended it before its end.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) interrupted: bool,
}

/// The figures of one pipeline. Counts are of distinct records, but for `retried`.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Row {
    pub(crate) generated: u64,
    pub(crate) acknowledged: u64,
    pub(crate) received: u64,
    pub(crate) stored: u64,
    pub(crate) filtered: u64,
    pub(crate) quarantined: u64,
    /// Deliveries to the function beyond the first of each record.
    pub(crate) retried: u64,
    /// Files below the bucket's folder.
    pub(crate) objects: u64,
    /// From the first record sent until the last outcome.
    pub(crate) records_per_s: f64,
    /// From arrival in the stream until the object is stored; absent when nothing was stored.
    pub(crate) p50_ms: Option<f64>,
    pub(crate) p99_ms: Option<f64>,
    /// Where the objects lie.
    #[serde(skip)]
    pub(crate) folder: PathBuf,
}

/// The columns of the table, in the order in which a record meets them.
const COLUMNS: [&str; 11] = [
    "generated",
    "acknowledged",
    "received",
    "stored",
    "filtered",
    "quarantined",
    "retried",
    "objects",
    "records/s",
    "p50 ms",
    "p99 ms",
];

impl Summary {
    /// The table, and below it where the objects lie.
    pub(crate) fn table(&self) -> String {
        let name_width = self
            .pipelines
            .keys()
            .map(String::len)
            .max()
            .unwrap_or(0)
            .max("pipeline".len());
        let mut text = format!("{:<name_width$}", "pipeline");
        for column in COLUMNS {
            let _ = write!(text, "  {column:>width$}", width = column.len());
        }
        text.push('\n');
        for (name, row) in &self.pipelines {
            let _ = write!(text, "{name:<name_width$}");
            for (cell, column) in row.cells().iter().zip(COLUMNS) {
                let _ = write!(text, "  {cell:>width$}", width = column.len());
            }
            text.push('\n');
        }
        text.push('\n');
        for (name, row) in &self.pipelines {
            let _ = writeln!(text, "{name:<name_width$}  {}", row.folder.display());
        }
        text
    }
}

impl Row {
    fn cells(&self) -> [String; 11] {
        let latency = |ms: Option<f64>| ms.map_or_else(|| "-".to_owned(), |ms| format!("{ms:.0}"));
        [
            self.generated.to_string(),
            self.acknowledged.to_string(),
            self.received.to_string(),
            self.stored.to_string(),
            self.filtered.to_string(),
            self.quarantined.to_string(),
            self.retried.to_string(),
            self.objects.to_string(),
            format!("{:.0}", self.records_per_s),
            latency(self.p50_ms),
            latency(self.p99_ms),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_for_programs_has_the_fields_of_the_contract() {
        let mut summary = Summary::default();
        summary.pipelines.insert("a".to_owned(), Row::default());
        let line = serde_json::to_value(&summary).unwrap();
        let row = line["pipelines"]["a"].as_object().unwrap();
        for field in [
            "generated",
            "acknowledged",
            "stored",
            "filtered",
            "quarantined",
            "retried",
            "objects",
            "records_per_s",
            "p50_ms",
            "p99_ms",
        ] {
            assert!(row.contains_key(field), "{field} is missing");
        }
        assert_eq!(line["unaccounted"], 0);
    }

    #[test]
    fn every_row_is_as_wide_as_the_heading() {
        let mut summary = Summary::default();
        summary.pipelines.insert(
            "user-activity".to_owned(),
            Row {
                generated: 20_000,
                ..Row::default()
            },
        );
        let table = summary.table();
        let mut lines = table.lines();
        let heading = lines.next().unwrap().len();
        assert_eq!(lines.next().unwrap().len(), heading);
    }
}
