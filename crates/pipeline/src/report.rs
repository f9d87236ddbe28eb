//! What became of a batch: the answer to Lambda, and one line for CloudWatch; and what writes the
//! warnings of the libraries beside it.

mod line;
mod metrics;
#[cfg(feature = "process")]
mod warning;

use std::{collections::BTreeMap, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use crate::{
    outcome::{Outcome, RetryReason, Stored},
    record::{Identity, Record, SequenceNumber},
};

pub use line::Line;
pub use metrics::{DIMENSIONS, Directive, MAX_SAMPLES, Metric, NAMESPACE};
#[cfg(feature = "process")]
pub use warning::write_warnings;

/// What became of one record, and when that was certain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// The outcome.
    pub outcome: Outcome,
    /// When it was certain.
    pub at: DateTime<Utc>,
}

/// What became of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchReport {
    /// Where and how it was processed.
    pub circumstances: Circumstances,
    /// How many of its records became what.
    pub counts: Counts,
    /// The first and the last record of the batch.
    pub span: Option<(Identity, Identity)>,
    /// The first record to deliver again, and why.
    pub retry_from: Option<(SequenceNumber, RetryReason)>,
}

/// How many records of a batch became what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// How many records the batch had, those that were packed into one counted each.
    pub received: usize,
    /// How many are in the bucket.
    pub stored: usize,
    /// How many of them are late, and lie where their arrival says instead of their own time.
    pub late: usize,
    /// How many the filter or the program dropped.
    pub filtered: usize,
    /// How many can never succeed, by the reason's code.
    pub quarantined: BTreeMap<&'static str, usize>,
    /// How many have to be delivered again, by the reason's code.
    pub retry: BTreeMap<&'static str, usize>,
    /// How many objects this invocation wrote for stored records.
    pub objects: usize,
    /// How many bytes those objects have.
    pub bytes: usize,
    /// For each record that this invocation stored: from its arrival until then, ascending.
    pub arrival_to_stored_ms: Vec<u64>,
}

/// What surrounds a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Circumstances {
    /// The pipeline's name.
    pub pipeline: String,
    /// When the batch was done.
    pub at: DateTime<Utc>,
    /// How long it took.
    pub duration: Duration,
    /// Whether it was the first of its process.
    pub cold_start: bool,
}

/// Records of a batch that have no outcome, or more than one: a defect of this crate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("received {received} records and accounted for {accounted}; the batch is delivered again")]
pub struct Unaccounted {
    /// How many records the batch had.
    pub received: usize,
    /// How many outcomes there are.
    pub accounted: usize,
}

/// The answer to Lambda: from which record on the shard is to be read again
/// (`lambda/latest/dg/services-kinesis-batchfailurereporting.html`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchResponse {
    /// Empty, or the one record with the lowest sequence number to deliver again.
    pub batch_item_failures: Vec<BatchItemFailure>,
}

/// A record to deliver again, and with it all that follow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchItemFailure {
    /// Its sequence number.
    pub item_identifier: String,
}

impl Counts {
    /// Checks that every record has exactly one outcome:
    /// `received = stored + filtered + quarantined + retry`.
    ///
    /// # Errors
    ///
    /// [`Unaccounted`], upon which the invocation has to fail so that the batch comes again.
    pub fn conserved(&self) -> Result<(), Unaccounted> {
        let accounted = self.stored + self.filtered + total(&self.quarantined) + total(&self.retry);
        if self.received == accounted {
            Ok(())
        } else {
            Err(Unaccounted {
                received: self.received,
                accounted,
            })
        }
    }

    fn add(&mut self, record: &Record, settled: &Settled) {
        match &settled.outcome {
            Outcome::Stored(stored) => {
                self.stored += 1;
                if let Stored::Written { bytes } = stored {
                    self.objects += 1;
                    self.bytes += bytes;
                }
                if let Stored::Written { .. } | Stored::Beside = stored {
                    let waited = settled.at - record.arrival;
                    self.arrival_to_stored_ms.push(millis(waited));
                }
            }
            Outcome::Filtered => self.filtered += 1,
            Outcome::Quarantined(reason) => {
                *self.quarantined.entry(reason.code()).or_default() += 1;
            }
            Outcome::Retry(reason) => *self.retry.entry(reason.code()).or_default() += 1,
        }
    }
}

/// What is known of a batch while its records are settled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    counts: Counts,
    retry_from: Option<(SequenceNumber, RetryReason)>,
}

impl Tally {
    /// Enters that a record was received.
    pub fn received(&mut self) {
        self.counts.received += 1;
    }

    /// Enters what became of a record.
    pub fn settled(&mut self, record: &Record, settled: &Settled) {
        self.counts.add(record, settled);
        let this = record.identity.sequence_number();
        if let Outcome::Retry(reason) = &settled.outcome
            && self
                .retry_from
                .as_ref()
                .is_none_or(|(lowest, _)| this < lowest)
        {
            self.retry_from = Some((this.clone(), reason.clone()));
        }
    }

    /// Enters that a record was late and placed by its arrival, if it is stored.
    pub fn moved(&mut self, settled: &Settled) {
        if let Outcome::Stored(_) = settled.outcome {
            self.counts.late += 1;
        }
    }

    /// Whether the batch is delivered again from a record at or before this one.
    pub fn repeats(&self, record: &Record) -> bool {
        self.retry_from
            .as_ref()
            .is_some_and(|(lowest, _)| lowest <= record.identity.sequence_number())
    }

    /// Closes the account of a batch that went from the one record to the other.
    ///
    /// # Errors
    ///
    /// [`Unaccounted`] if there are more outcomes than records, or fewer.
    pub fn close(
        mut self,
        circumstances: Circumstances,
        span: Option<(Identity, Identity)>,
    ) -> Result<BatchReport, Unaccounted> {
        self.counts.arrival_to_stored_ms.sort_unstable();
        self.counts.conserved()?;
        Ok(BatchReport {
            circumstances,
            counts: self.counts,
            span,
            retry_from: self.retry_from,
        })
    }
}

impl BatchReport {
    /// The answer to Lambda.
    pub fn response(&self) -> BatchResponse {
        let failure = self.retry_from.as_ref().map(|(first, _)| BatchItemFailure {
            item_identifier: first.to_string(),
        });
        BatchResponse {
            batch_item_failures: failure.into_iter().collect(),
        }
    }

    /// The batch as one line in CloudWatch's embedded metric format, without any payload.
    ///
    /// The function is named because two deployments of one pipeline may share an account.
    pub fn line<'a>(&'a self, function: &'a str) -> Line<'a> {
        Line {
            report: self,
            function,
        }
    }
}

fn total(by_reason: &BTreeMap<&'static str, usize>) -> usize {
    by_reason.values().sum()
}

/// A duration, or zero when the clocks of the stream and of this machine disagree.
fn millis(duration: TimeDelta) -> u64 {
    duration.num_milliseconds().try_into().unwrap_or(0)
}

/// At most [`MAX_SAMPLES`] of the ascending values, evenly spaced and with both ends.
fn quantiles(ascending: &[u64]) -> Vec<u64> {
    if ascending.len() <= MAX_SAMPLES {
        return ascending.to_vec();
    }
    (0..MAX_SAMPLES)
        .map(|sample| ascending[sample * (ascending.len() - 1) / (MAX_SAMPLES - 1)])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_keep_both_ends_and_stay_within_the_limit() {
        let values: Vec<u64> = (0..10_000).collect();
        let samples = quantiles(&values);
        assert_eq!(samples.len(), MAX_SAMPLES);
        assert_eq!((samples[0], samples[MAX_SAMPLES - 1]), (0, 9_999));
        assert!(samples.is_sorted());
    }

    #[test]
    fn few_values_are_all_kept() {
        assert_eq!(quantiles(&[1, 2, 3]), [1, 2, 3]);
    }
}
