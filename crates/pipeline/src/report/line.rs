//! A batch as one line in CloudWatch's embedded metric format, without any payload.

use serde::{Serialize, Serializer, ser::SerializeMap};

use super::{BatchReport, DIMENSIONS, Directive, Metric, quantiles, total};

/// What a batch says to CloudWatch: its own values, and beneath `_aws` which of them are metrics.
///
/// It is written as it is read from the report, because every invocation writes one.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    pub(super) report: &'a BatchReport,
    pub(super) function: &'a str,
}

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let BatchReport {
            circumstances,
            counts,
            span,
            retry_from,
        } = self.report;
        let mut line = serializer.serialize_map(None)?;
        let [function, pipeline] = DIMENSIONS;
        line.serialize_entry(function, self.function)?;
        line.serialize_entry(pipeline, &circumstances.pipeline)?;
        let duration = circumstances.duration.as_millis();
        let duration = u64::try_from(duration).unwrap_or(u64::MAX);
        line.serialize_entry("duration_ms", &duration)?;
        line.serialize_entry("cold_start", &circumstances.cold_start)?;
        let mut metrics = Vec::with_capacity(12);
        for (name, unit, value) in [
            ("received", "Count", counts.received),
            ("stored", "Count", counts.stored),
            ("filtered", "Count", counts.filtered),
            ("quarantined", "Count", total(&counts.quarantined)),
            ("retried", "Count", total(&counts.retry)),
            ("objects", "Count", counts.objects),
            ("bytes", "Bytes", counts.bytes),
        ] {
            line.serialize_entry(name, &value)?;
            metrics.push(Metric::new(name, unit));
        }
        // A name for each reason, because a line has one value for a dimension.
        for (reason, count) in &counts.quarantined {
            let name = format!("quarantined_{}", reason.replace('-', "_"));
            line.serialize_entry(&name, count)?;
            metrics.push(Metric::new(name, "Count"));
        }
        // Like the reasons above: most pipelines have none, and each metric costs.
        if counts.late > 0 {
            line.serialize_entry("late", &counts.late)?;
            metrics.push(Metric::new("late", "Count"));
        }
        // A metric without a value is not valid, so that this one appears only when there are some.
        if !counts.arrival_to_stored_ms.is_empty() {
            let quantiles = quantiles(&counts.arrival_to_stored_ms);
            line.serialize_entry("arrival_to_stored_ms", &quantiles)?;
            metrics.push(Metric::new("arrival_to_stored_ms", "Milliseconds"));
        }
        if let Some((from, because)) = retry_from {
            line.serialize_entry("retried_by_reason", &counts.retry)?;
            line.serialize_entry("retry_from", from.as_str())?;
            line.serialize_entry("retry_because", &because.to_string())?;
        }
        if let Some((first, last)) = span {
            line.serialize_entry("shard", first.shard_id())?;
            line.serialize_entry("first_sequence_number", first.sequence_number().as_str())?;
            line.serialize_entry("last_sequence_number", last.sequence_number().as_str())?;
        }
        let directive = Directive::new(circumstances.at, &metrics);
        line.serialize_entry("_aws", &directive)?;
        line.end()
    }
}
