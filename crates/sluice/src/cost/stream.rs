//! What the stream itself costs, whoever reads it.

use super::charge::{Charge, gb_of_a_million, rounded_kb};
use super::figure::{Figures, Name};
use super::question::{Load, Mode};
use super::shards::Shards;

const BYTES_PER_KB: f64 = 1024.0;
const MILLION: f64 = 1_000_000.0;
const SECONDS_PER_HOUR: f64 = 3600.0;

/// The stream in a mode, with one consumer that polls it and a retention of 24 hours.
pub(crate) fn charge(mode: Mode, load: Load, shards: Shards, figures: &Figures) -> Charge {
    let hours_of_a_million = MILLION / load.records_per_s / SECONDS_PER_HOUR;
    let parts = match mode {
        Mode::Provisioned => {
            let unit_bytes = figures[Name::PutUnitKb] * BYTES_PER_KB;
            let units = (load.record_bytes / unit_bytes).ceil();
            vec![
                (
                    "shard-hours",
                    hours_of_a_million * shards.used * figures[Name::ShardHour],
                ),
                ("put-units", units * figures[Name::PutUnitsPerMillion]),
            ]
        }
        Mode::OnDemand => {
            let kb = rounded_kb(load.record_bytes, figures[Name::OnDemandIncrementKb]);
            let gb = gb_of_a_million(kb, figures);
            vec![
                (
                    "stream-hours",
                    hours_of_a_million * figures[Name::OnDemandStreamHour],
                ),
                ("written", gb * figures[Name::OnDemandInGb]),
                ("read", gb * figures[Name::OnDemandOutGb]),
            ]
        }
    };
    Charge::of(&parts, load, figures)
}
