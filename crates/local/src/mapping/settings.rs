//! The settings of one mapping, held against AWS's ranges.
//!
//! Ranges and defaults: Lambda API reference, `CreateEventSourceMapping`.

use std::ops::RangeInclusive;
use std::time::Duration;

use uuid::Uuid;

/// Records in one batch.
const BATCH_SIZE: RangeInclusive<usize> = 1..=10_000;

/// The longest time to gather a batch.
const MAX_BATCHING_WINDOW: Duration = Duration::from_mins(5);

/// Batches of one shard that may be under way at a time.
const PARALLELIZATION_FACTOR: RangeInclusive<usize> = 1..=10;

/// Retries of one batch, unless they are unlimited.
const MAX_RETRY_ATTEMPTS: u32 = 10_000;

/// The age at which records are given up, unless that is never.
const RECORD_AGE: RangeInclusive<Duration> = Duration::from_mins(1)..=Duration::from_hours(168);

/// What connects one stream with one function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The stream's name.
    pub stream: String,
    /// The stream's ARN, as records and destination objects carry it.
    pub stream_arn: String,
    /// The function's name.
    pub function: String,
    /// The function's ARN, as destination objects carry it.
    pub function_arn: String,
    /// The role the function runs as, as records carry it.
    pub role_arn: String,
    /// The region, as records carry it.
    pub region: String,
    /// At most so many records in one invocation.
    pub batch_size: usize,
    /// How long to gather records for one invocation; zero invokes as soon as there is one.
    pub maximum_batching_window: Duration,
    /// How many batches of one shard may be under way; a partition key is in one at a time.
    pub parallelization_factor: usize,
    /// Retries until a batch is given up; `None` is without end.
    pub maximum_retry_attempts: Option<u32>,
    /// The age at which records are given up; `None` is never.
    pub maximum_record_age: Option<Duration>,
    /// Whether a batch that fails is halved until the record at fault stands alone.
    pub bisect_batch_on_function_error: bool,
    /// Whether the function's answer may name records that failed (`ReportBatchItemFailures`).
    pub report_batch_item_failures: bool,
    /// Where to begin when there is no checkpoint.
    pub starting_position: StartingPosition,
    /// The bucket that keeps what was given up.
    /// Without one such records are dropped, as AWS does, and counted as `dropped`.
    pub on_failure: Option<String>,
}

/// Where a new mapping begins in the shards that exist when it starts.
/// Shards that come later are always read from their beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StartingPosition {
    /// With the oldest record.
    TrimHorizon,
    /// With the first record put after the mapping has started.
    Latest,
    /// With the first record that arrived at or after this time, in milliseconds since the Unix epoch.
    AtTimestamp(u64),
}

/// A setting outside AWS's range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{setting} of the mapping from {stream} to {function} is {value}; choose {range}")]
pub struct InvalidSettings {
    setting: &'static str,
    stream: String,
    function: String,
    value: String,
    range: &'static str,
}

impl Settings {
    /// The mapping's identity: the same for the same stream and function.
    pub fn uuid(&self) -> Uuid {
        let pair = format!("{}\n{}", self.stream_arn, self.function_arn);
        Uuid::new_v5(&Uuid::NAMESPACE_URL, pair.as_bytes())
    }

    /// Checks every setting against AWS's ranges.
    ///
    /// # Errors
    ///
    /// The first setting that lies outside its range.
    pub fn validate(&self) -> Result<(), InvalidSettings> {
        let window = self.maximum_batching_window;
        let factor = self.parallelization_factor;
        if !BATCH_SIZE.contains(&self.batch_size) {
            return Err(self.invalid("batch size", self.batch_size.to_string(), "1 to 10000"));
        }
        if window > MAX_BATCHING_WINDOW {
            return Err(self.invalid("batching window", format!("{window:?}"), "0 s to 300 s"));
        }
        if !PARALLELIZATION_FACTOR.contains(&factor) {
            return Err(self.invalid("parallelization factor", factor.to_string(), "1 to 10"));
        }
        if let Some(retries) = self
            .maximum_retry_attempts
            .filter(|retries| *retries > MAX_RETRY_ATTEMPTS)
        {
            return Err(self.invalid("retry limit", retries.to_string(), "0 to 10000, or none"));
        }
        if let Some(age) = self
            .maximum_record_age
            .filter(|age| !RECORD_AGE.contains(age))
        {
            return Err(self.invalid(
                "maximum record age",
                format!("{age:?}"),
                "60 s to 604800 s, or none",
            ));
        }
        Ok(())
    }

    fn invalid(
        &self,
        setting: &'static str,
        value: String,
        range: &'static str,
    ) -> InvalidSettings {
        InvalidSettings {
            setting,
            stream: self.stream.clone(),
            function: self.function.clone(),
            value,
            range,
        }
    }
}
