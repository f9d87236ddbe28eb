//! A stream → the records that its shards still hold.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use aws_sdk_kinesis::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_kinesis::operation::get_shard_iterator::GetShardIteratorError;
use aws_sdk_kinesis::primitives::DateTime as AwsTime;
use aws_sdk_kinesis::types::{Record as Retained, ShardIteratorType};
use chrono::{DateTime, TimeDelta, Utc};
use futures::stream::{self, BoxStream, StreamExt as _};
use ingest::transport::is_retryable;
use pipeline::record::{self, Data, Identity, Record, SequenceNumber};
use tokio::time::{Instant, sleep, sleep_until};

use super::{Stream, words};

/// The time between two reads of a shard, which all its readers together may ask five times a
/// second ("Quotas and limits", `streams/latest/dev/service-sizes-and-limits.html`). The function
/// reads as well, about once a second.
const READ_PAUSE: Duration = Duration::from_millis(250);

/// How many shards are read at once; each may answer with 10 MiB.
const SHARDS_AT_ONCE: usize = 8;

/// How long a request is repeated, less than the 300 seconds for which a shard iterator is valid.
const PATIENCE: Duration = Duration::from_mins(4);

/// What lies between the first two attempts, and at most between later ones.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Where in a shard to begin.
#[derive(Debug, Clone)]
pub(crate) enum Position {
    /// At the oldest record that is retained.
    TrimHorizon,
    /// At the first that arrived at this time or later.
    Time(DateTime<Utc>),
    /// At this record, or the oldest after it that is retained.
    Record(SequenceNumber),
}

/// One shard, as far as it has been read.
#[derive(Debug)]
struct Reading {
    stream: Stream,
    shard_id: Arc<str>,
    iterator: Option<String>,
    until: DateTime<Utc>,
    next_read: Instant,
}

impl Stream {
    /// The names of all shards that may still hold records, closed ones included.
    ///
    /// # Errors
    ///
    /// When the shards cannot be listed.
    pub(crate) async fn shard_ids(&self) -> anyhow::Result<Vec<Arc<str>>> {
        let shards = self.shards().await?;
        Ok(shards.iter().map(|shard| shard.shard_id().into()).collect())
    }

    /// Every record that arrived up to a time, from each shard in its order. Records of the
    /// same shard come in the order of their sequence numbers.
    pub(crate) fn read(
        &self,
        shard_ids: Vec<Arc<str>>,
        from: &Position,
        until: DateTime<Utc>,
    ) -> BoxStream<'static, anyhow::Result<Vec<Record>>> {
        let (stream, from) = (self.clone(), from.clone());
        stream::iter(shard_ids)
            .flat_map_unordered(SHARDS_AT_ONCE, move |shard_id| {
                let beginning = (stream.clone(), shard_id, from.clone());
                stream::once(async move {
                    let (stream, shard_id, from) = beginning;
                    stream.begin(shard_id, &from, until).await
                })
                .flat_map(|reading| match reading {
                    Ok(reading) => stream::try_unfold(reading, Reading::next).boxed(),
                    Err(error) => stream::once(async { Err(error) }).boxed(),
                })
                .boxed()
            })
            .boxed()
    }

    async fn begin(
        &self,
        shard_id: Arc<str>,
        from: &Position,
        until: DateTime<Utc>,
    ) -> anyhow::Result<Reading> {
        let mut asked = self.iterator(&shard_id, from).await;
        // A record that the shard no longer holds may be one that it does not know.
        if let (Err(error), Position::Record(_)) = (&asked, from)
            && error.code() == Some("InvalidArgumentException")
        {
            asked = self.iterator(&shard_id, &Position::TrimHorizon).await;
        }
        let iterator = match asked {
            Ok(iterator) => iterator,
            // A shard goes when its last record does.
            Err(error) if error.code() == Some("ResourceNotFoundException") => None,
            Err(error) => bail!(
                "the shard {shard_id} of {} cannot be read: {}",
                self.name,
                words(&error)
            ),
        };
        Ok(Reading {
            stream: self.clone(),
            shard_id,
            iterator,
            until,
            next_read: Instant::now(),
        })
    }

    async fn iterator(
        &self,
        shard_id: &str,
        from: &Position,
    ) -> Result<Option<String>, SdkError<GetShardIteratorError>> {
        let ask = || {
            let ask = self.client.get_shard_iterator().stream_name(&*self.name);
            let ask = ask.shard_id(shard_id);
            match from {
                Position::TrimHorizon => ask.shard_iterator_type(ShardIteratorType::TrimHorizon),
                Position::Time(time) => ask
                    .shard_iterator_type(ShardIteratorType::AtTimestamp)
                    .timestamp(AwsTime::from_millis(time.timestamp_millis())),
                Position::Record(number) => ask
                    .shard_iterator_type(ShardIteratorType::AtSequenceNumber)
                    .starting_sequence_number(number.as_str()),
            }
            .send()
        };
        Ok(patiently(ask).await?.shard_iterator)
    }
}

impl Reading {
    /// The next records, until the shard has been read up to the time or to its end.
    async fn next(mut self) -> anyhow::Result<Option<(Vec<Record>, Self)>> {
        let Some(iterator) = self.iterator.take() else {
            return Ok(None);
        };
        sleep_until(self.next_read).await;
        let asked_at = Utc::now();
        let client = &self.stream.client;
        let answer = patiently(|| client.get_records().shard_iterator(&iterator).send());
        let answer = answer.await.map_err(|error| {
            anyhow::anyhow!(
                "the shard {} of {} cannot be read: {}",
                self.shard_id,
                self.stream.name,
                words(&error)
            )
        })?;
        self.next_read = Instant::now() + READ_PAUSE;
        let mut records = Vec::with_capacity(answer.records.len());
        for retained in answer.records {
            let record = self.record(retained)?;
            if record.arrival <= self.until {
                records.push(record);
            }
        }
        let behind = answer.millis_behind_latest.unwrap_or(i64::MAX);
        let position = asked_at.checked_sub_signed(TimeDelta::milliseconds(behind.max(0)));
        if position.is_none_or(|position| position < self.until) {
            self.iterator = answer.next_shard_iterator;
        }
        Ok(Some((records, self)))
    }

    fn record(&self, retained: Retained) -> anyhow::Result<Record> {
        let number = retained.sequence_number();
        let number = number
            .parse()
            .with_context(|| format!("{} has the sequence number {number}", self.shard_id))?;
        Ok(Record {
            identity: Identity::new(self.shard_id.clone(), number),
            arrival: arrival(&retained)
                .with_context(|| format!("a record of {} has no arrival time", self.shard_id))?,
            partition_key: retained.partition_key.unwrap_or_default(),
            data: Data::Decoded(retained.data.into_inner().into()),
        })
    }
}

fn arrival(retained: &Retained) -> Option<DateTime<Utc>> {
    let time = retained.approximate_arrival_timestamp()?;
    record::arrival(time.as_secs_f64())
}

/// Repeats a request while it may succeed later, because others read the same shards.
pub(super) async fn patiently<T, E, R, F>(mut ask: impl FnMut() -> F) -> Result<T, SdkError<E, R>>
where
    E: ProvideErrorMetadata,
    F: Future<Output = Result<T, SdkError<E, R>>>,
{
    let patience_ends = Instant::now() + PATIENCE;
    let mut pause = FIRST_PAUSE;
    loop {
        match ask().await {
            Err(error) if is_retryable(&error) && Instant::now() < patience_ends => {
                sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
            answer => return answer,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_arrived_in_the_same_millisecond_for_whoever_reads_it() {
        for millis in 0..2_000_u16 {
            let told = AwsTime::from_secs_f64(1_795_348_800.0 + f64::from(millis) / 1000.0);
            let retained = Retained::builder()
                .sequence_number("1")
                .partition_key("k")
                .data(b"{}"[..].into())
                .approximate_arrival_timestamp(told)
                .build()
                .unwrap();
            let arrival = arrival(&retained).unwrap();
            let since = arrival.timestamp_millis() - 1_795_348_800_000;
            assert_eq!(since, i64::from(millis));
        }
    }
}
