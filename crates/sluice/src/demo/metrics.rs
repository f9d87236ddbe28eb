//! The functions' own metrics, from the lines that CloudWatch would read.

use local::lambda::LogLine;
use serde_json::Value;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{Duration, Instant, timeout_at};

/// What the functions print, in the order in which they print it.
pub(super) type Lines = UnboundedReceiver<LogLine>;

/// How long the last line of a function is waited for.
const PATIENCE: Duration = Duration::from_secs(1);

/// The metric that holds samples of the time from arrival until stored, in milliseconds.
const LATENCY: &str = "arrival_to_stored_ms";

/// What the functions of one pipeline have told.
#[derive(Debug, Default)]
pub(super) struct Metrics {
    /// Each with the number of records it stands for, ascending.
    latencies: Vec<(f64, f64)>,
    pub(super) totals: Totals,
}

/// The sums of the counters, which count a record again when it is delivered again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Totals {
    pub(super) stored: u64,
    pub(super) filtered: u64,
    pub(super) quarantined: u64,
}

impl Totals {
    fn add(&mut self, line: &Value) {
        let count = |name: &str| line[name].as_u64().unwrap_or(0);
        self.stored += count("stored");
        self.filtered += count("filtered");
        self.quarantined += count("quarantined");
    }
}

impl Metrics {
    /// Reads the lines that were printed, and those to come until the counters say `counted`: a
    /// function prints before it answers, and is read after. Gives up after a while.
    pub(super) async fn read(pipeline: &str, lines: &mut Lines, counted: Totals) -> Self {
        let mut metrics = Self::default();
        let give_up = Instant::now() + PATIENCE;
        loop {
            let line = match lines.try_recv() {
                Ok(line) => line,
                Err(_) if metrics.totals == counted => break,
                Err(_) => match timeout_at(give_up, lines.recv()).await {
                    Ok(Some(line)) => line,
                    Ok(None) | Err(_) => break,
                },
            };
            if let Ok(document) = serde_json::from_str::<Value>(&line.line)
                && document["Pipeline"] == pipeline
            {
                metrics.add(&document);
            }
        }
        metrics
            .latencies
            .sort_by(|one, other| one.0.total_cmp(&other.0));
        metrics
    }

    fn add(&mut self, document: &Value) {
        self.totals.add(document);
        let samples = document[LATENCY].as_array().map_or(&[][..], Vec::as_slice);
        let records = document["stored"].as_f64().unwrap_or(0.0);
        self.latencies.extend(weigh(samples, records));
    }

    /// The latency that `percent` of the records do not exceed.
    pub(super) fn percentile(&self, percent: u8) -> Option<f64> {
        let total: f64 = self.latencies.iter().map(|(_, records)| records).sum();
        let wanted = total * f64::from(percent) / 100.0;
        let mut passed = 0.0;
        let reached = self.latencies.iter().find(|(_, records)| {
            passed += records;
            passed >= wanted
        });
        reached.or(self.latencies.last()).map(|(ms, _)| *ms)
    }
}

/// A line has at most 100 samples: each stands for its share of the batch.
#[expect(clippy::cast_precision_loss, reason = "at most 100 samples")]
fn weigh(samples: &[Value], records: f64) -> Vec<(f64, f64)> {
    let share = records / (samples.len().max(1) as f64);
    samples
        .iter()
        .filter_map(Value::as_f64)
        .map(|ms| (ms, share))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_counts_for_its_share_of_the_batch() {
        let samples = [Value::from(10), Value::from(30)];
        let mut metrics = Metrics {
            latencies: weigh(&samples, 8.0),
            ..Metrics::default()
        };
        metrics.latencies.push((50.0, 92.0));
        assert_eq!(metrics.percentile(1), Some(10.0));
        assert_eq!(metrics.percentile(8), Some(30.0));
        assert_eq!(metrics.percentile(9), Some(50.0));
        assert_eq!(metrics.percentile(99), Some(50.0));
    }

    #[test]
    fn counters_are_added_up_over_the_lines_of_a_pipeline() {
        let mut totals = Totals::default();
        for line in [
            r#"{"stored": 2, "filtered": 1, "quarantined": 0}"#,
            r#"{"stored": 3, "filtered": 0, "quarantined": 4}"#,
        ] {
            totals.add(&serde_json::from_str(line).unwrap());
        }
        let expected = Totals {
            stored: 5,
            filtered: 1,
            quarantined: 4,
        };
        assert_eq!(totals, expected);
    }

    #[test]
    fn without_objects_there_is_no_latency() {
        assert_eq!(Metrics::default().percentile(50), None);
    }
}
