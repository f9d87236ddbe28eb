//! An estimate → what of it should be changed before anything is deployed.

use serde::Serialize;

use super::batch::Bound;
use super::estimate::Estimate;
use super::figure::{Figures, Name};
use super::number::{count, dollars, many};
use super::question::{Layout, Plan};

/// The longest batching window, in seconds, and the largest batch
/// (`lambda/latest/api/API_CreateEventSourceMapping.html`).
const LONGEST_WINDOW_S: f64 = 300.0;
const LARGEST_BATCH: f64 = 10_000.0;

/// The most shards that an account has of all its streams, in the largest regions and unless it
/// asks for more (`streams/latest/dev/service-sizes-and-limits.html`).
const MOST_SHARDS: f64 = 20_000.0;

/// One thing, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Warning {
    pub(crate) about: About,
    pub(crate) message: String,
    pub(crate) remedy: String,
}

/// What a warning is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum About {
    Cost,
    Puts,
    Shards,
    Event,
    Lanes,
    Timeout,
    Asked,
}

/// Everything worth a warning, what costs most first.
pub(crate) fn warnings(plan: &Plan, estimate: &Estimate, figures: &Figures) -> Vec<Warning> {
    let all = [
        cost(estimate, figures),
        puts(estimate, figures),
        shards(estimate, figures),
        event(estimate, figures),
        asked(estimate),
        lanes(estimate),
        timeout(plan, estimate),
    ];
    all.into_iter().flatten().collect()
}

/// Dollars per million records above what is worth a warning.
pub(crate) fn cost(estimate: &Estimate, figures: &Figures) -> Option<Warning> {
    let (cost, most) = (
        estimate.dollars.pipeline.per_million,
        figures[Name::WarnPerMillion],
    );
    (cost > most).then(|| Warning {
        about: About::Cost,
        message: format!(
            "costs {} per million records, more than {}",
            dollars(cost),
            dollars(most)
        ),
        remedy: match (&estimate.dollars.with_layout_batch, estimate.layout) {
            (Some(batch), _) => format!(
                "choose `layout: batch`, which costs {}",
                dollars(batch.per_million)
            ),
            (None, Layout::Record) => "suppose more --records-per-object".to_owned(),
            (None, Layout::Batch) => {
                "lengthen process.source.maximum_batching_window_in_seconds, or use fewer folders \
                 in object.key"
                    .to_owned()
            }
        },
    })
}

/// More puts than S3 takes below one prefix.
pub(crate) fn puts(estimate: &Estimate, figures: &Figures) -> Option<Warning> {
    let (puts, most) = (estimate.batch.puts_per_s, figures[Name::PrefixPutsPerS]);
    (puts > most).then(|| Warning {
        about: About::Puts,
        message: format!(
            "makes {} PUT/s below {}, more than the {} that S3 takes of one prefix",
            count(puts),
            place(&estimate.prefix),
            count(most)
        ),
        remedy: match estimate.layout {
            Layout::Record => "choose `layout: batch`, or spread the prefix: begin object.key \
                               with what differs evenly, such as {{ %uuid }}"
                .to_owned(),
            Layout::Batch => "use fewer folders in object.key, or begin it with a field that \
                              differs evenly"
                .to_owned(),
        },
    })
}

fn shards(estimate: &Estimate, figures: &Figures) -> Option<Warning> {
    let shards = estimate.shards;
    let in_file = shards
        .in_file
        .filter(|_| shards.are_too_few(estimate.mode))?;
    Some(Warning {
        about: About::Shards,
        message: format!(
            "{} cannot take {} records/s of {} bytes, because each takes {} records/s and {} MiB/s",
            many(in_file, "shard"),
            count(estimate.records_per_s),
            count(estimate.record_bytes),
            count(figures[Name::ShardRecordsPerS]),
            count(figures[Name::ShardMibPerS]),
        ),
        remedy: if shards.needed > MOST_SHARDS {
            format!(
                "send fewer bytes and records: they need {} shards, and a file takes {}",
                count(shards.needed),
                count(MOST_SHARDS)
            )
        } else {
            format!("write stream.shards: {}", shards.needed)
        },
    })
}

fn event(estimate: &Estimate, figures: &Figures) -> Option<Warning> {
    (estimate.batch.fit_an_event < 1.0).then(|| Warning {
        about: About::Event,
        message: format!(
            "a record of {} bytes is no part of any event, which has {} MiB at most with its data \
             in base64",
            count(estimate.record_bytes),
            count(figures[Name::EventMib])
        ),
        remedy: "send what is large to S3, and its key through the stream".to_owned(),
    })
}

fn asked(estimate: &Estimate) -> Option<Warning> {
    let batch = estimate.batch;
    let most = batch.fit_an_event.min(LARGEST_BATCH);
    if batch.limited_by != Bound::Asked {
        return None;
    }
    let (message, remedy) = if batch.records > most {
        (
            format!(
                "a delivery has at most {} records of {} bytes, and {} were supposed",
                count(most),
                count(estimate.record_bytes),
                count(batch.records)
            ),
            "suppose fewer --records-per-object".to_owned(),
        )
    } else if batch.gathers_s > LONGEST_WINDOW_S {
        (
            format!(
                "{} records of one lane need {} s to arrive, and a batching window has at most {} s",
                count(batch.records),
                count(batch.gathers_s),
                count(LONGEST_WINDOW_S)
            ),
            "suppose fewer --records-per-object, or use fewer shards".to_owned(),
        )
    } else {
        return None;
    };
    Some(Warning {
        about: About::Asked,
        message,
        remedy,
    })
}

fn lanes(estimate: &Estimate) -> Option<Warning> {
    let busy = estimate.invocation.busy;
    (busy > 1.0).then(|| Warning {
        about: About::Lanes,
        message: format!(
            "invocations take {busy:.1} times as long as their records take to arrive, so records \
             fall behind"
        ),
        remedy: "raise process.source.parallelization_factor, stream.shards or process.memory_mib"
            .to_owned(),
    })
}

fn timeout(plan: &Plan, estimate: &Estimate) -> Option<Warning> {
    let seconds = estimate.invocation.seconds;
    (seconds > plan.timeout_s).then(|| Warning {
        about: About::Timeout,
        message: format!(
            "an invocation takes {seconds:.1} s, and is stopped after {} s",
            plan.timeout_s
        ),
        remedy: "raise process.timeout_seconds, or lower process.source.batch_size".to_owned(),
    })
}

/// A prefix as one names it.
pub(crate) fn place(prefix: &str) -> String {
    if prefix.is_empty() {
        "the whole bucket".to_owned()
    } else {
        prefix.to_owned()
    }
}

#[cfg(test)]
mod tests;
