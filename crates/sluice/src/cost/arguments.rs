//! What may be typed after `sluice cost`.

use std::path::PathBuf;

use clap::Args;
use kdg::MAX_RECORD_BYTES;

use super::question::Mode;
use super::replacement::Replacement;
use crate::rhythm::Seconds;

/// More than any stream takes: 20,000 shards are the largest quota of an account
/// (`streams/latest/dev/service-sizes-and-limits.html`).
const MOST_RECORDS_PER_S: f64 = 1e9;

#[derive(Debug, Args)]
pub(crate) struct CostArguments {
    /// The pipeline
    #[arg(long, value_name = "NAME")]
    pub(crate) pipeline: String,
    /// The folder of the pipeline files
    #[arg(long, value_name = "DIR", default_value = "pipelines")]
    pub(crate) pipelines: PathBuf,
    /// Records per second; what the pipeline's shards take when omitted
    #[arg(long, value_name = "PER_SECOND", value_parser = rate)]
    pub(crate) rate: Option<f64>,
    /// Bytes of a record; the average of 100 generated ones when omitted
    #[arg(long, value_name = "N", value_parser = record_bytes)]
    pub(crate) record_bytes: Option<u32>,
    /// How the stream is paid for; as the pipeline's file says when omitted
    #[arg(long, value_enum)]
    pub(crate) mode: Option<Mode>,
    /// Folders that the records of one batch go to, in layout `batch`
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) folders: u32,
    /// Suppose objects of so many records, whatever layout and batches come to
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) records_per_object: Option<u32>,
    /// Suppose invocations of so many seconds, such as you measured
    #[arg(long, value_name = "SECONDS")]
    pub(crate) compute_seconds_per_batch: Option<Seconds>,
    /// Suppose a function with so much memory
    #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(u32).range(128..=10_240))]
    pub(crate) memory_mib: Option<u32>,
    /// Another value for a price, a limit or an assumption
    #[arg(long = "price", visible_alias = "limit", value_name = "NAME=VALUE")]
    pub(crate) replacements: Vec<Replacement>,
    /// A YAML file of such values: lines of `NAME: VALUE`
    #[arg(long, value_name = "FILE")]
    pub(crate) prices: Option<PathBuf>,
    /// Print one object of JSON
    #[arg(long)]
    pub(crate) json: bool,
}

pub(crate) const EXAMPLES: &str = "Examples:
  sluice cost --pipeline page-views
  sluice cost --pipeline page-views --rate 2000 --record-bytes 1024
  sluice cost --pipeline user-activity --rate 500 --records-per-object 200
  sluice cost --pipeline page-views --rate 20 --mode on-demand --json
  sluice cost --pipeline page-views --price put-per-1000=0.0054 --prices eu-central-1.yaml";

fn record_bytes(text: &str) -> Result<u32, String> {
    text.parse()
        .ok()
        .filter(|bytes| *bytes > 0 && usize::try_from(*bytes).is_ok_and(|n| n <= MAX_RECORD_BYTES))
        .ok_or_else(|| format!("expected a whole number from 1 to {MAX_RECORD_BYTES}"))
}

fn rate(text: &str) -> Result<f64, &'static str> {
    text.parse()
        .ok()
        .filter(|rate| *rate > 0.0 && *rate <= MOST_RECORDS_PER_S)
        .ok_or("expected a number above 0 and up to a billion, such as 2000 or 0.5")
}
