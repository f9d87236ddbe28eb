//! What the same records cost with Amazon Data Firehose.

use super::charge::{Charge, gb_of_a_million, rounded_kb};
use super::figure::{Figures, Name};
use super::question::Load;

const BYTES_PER_KB: f64 = 1024.0;
const MILLION: f64 = 1_000_000.0;
const THOUSAND: f64 = 1_000.0;

/// Records as they are, gathered into large objects.
pub(crate) fn pass_through(load: Load, figures: &Figures) -> Charge {
    Charge::of(&[ingestion(load, figures)], load, figures)
}

/// Records converted to Parquet, in so many folders at a time.
pub(crate) fn parquet(load: Load, folders: f64, figures: &Figures) -> Charge {
    let gathered = load.records_per_s * figures[Name::FirehoseObjectSeconds] / folders;
    let objects = MILLION / gathered.max(1.0);
    let gb = gb_of_a_million(load.record_bytes / BYTES_PER_KB, figures);
    let parts = [
        ingestion(load, figures),
        (
            "conversion",
            ingested_gb(load, figures) * figures[Name::FirehoseConversionGb],
        ),
        ("partitioning", gb * figures[Name::FirehosePartitioningGb]),
        (
            "objects",
            objects / THOUSAND * figures[Name::FirehoseObjectsPer1000],
        ),
    ];
    Charge::of(&parts, load, figures)
}

fn ingestion(load: Load, figures: &Figures) -> (&'static str, f64) {
    (
        "ingestion",
        ingested_gb(load, figures) * figures[Name::FirehoseGb],
    )
}

fn ingested_gb(load: Load, figures: &Figures) -> f64 {
    let kb = rounded_kb(load.record_bytes, figures[Name::FirehoseIncrementKb]);
    gb_of_a_million(kb, figures)
}
