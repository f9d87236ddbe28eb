//! Records that are given up → the object that keeps them, as AWS writes it.
//!
//! Lambda guide, `/lambda/latest/dg/kinesis-on-failure-destination.html`.

use bytes::Bytes;
use futures::future::BoxFuture;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use uuid::Uuid;

use super::event::{EventRecord, event};
use super::settings::Settings;
use crate::lambda::VERSION;

const TIMESTAMP: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");

const KEY_TIME: &[BorrowedFormatItem<'_>] =
    format_description!("[year]/[month]/[day]/[year]-[month]-[day]T[hour].[minute].[second]");

/// The request id of records that no invocation has carried.
const NEVER_INVOKED: &str = "00000000-0000-0000-0000-000000000000";

/// Keeps objects.
pub trait Destination: Send + Sync + 'static {
    /// Writes one object; when this returns it is kept.
    fn put<'a>(
        &'a self,
        bucket: &'a str,
        key: &'a str,
        body: Bytes,
    ) -> BoxFuture<'a, Result<(), DestinationError>>;
}

/// Why an object was not kept; it will be tried again.
#[derive(Debug, thiserror::Error)]
#[error("the object could not be written")]
pub struct DestinationError(#[source] Box<dyn std::error::Error + Send + Sync>);

/// Why records are given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Condition {
    /// The function did not accept them, as often as it was allowed to be asked.
    RetryAttemptsExhausted,
    /// They are older than the mapping's limit.
    RecordAgeExceeded,
}

/// The last invocation that carried the records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LastInvocation {
    pub(super) request_id: String,
    /// `Unhandled`, or `None` when the function answered and named records.
    pub(super) function_error: Option<&'static str>,
}

/// Records that are given up, and why.
#[derive(Debug)]
pub(super) struct GivenUp<'a> {
    pub(super) shard_id: &'a str,
    pub(super) records: &'a [EventRecord],
    pub(super) condition: Condition,
    /// Failed invocations that counted.
    pub(super) invoke_count: u32,
    pub(super) last: Option<&'a LastInvocation>,
    pub(super) now_ms: u64,
}

impl Condition {
    fn name(self) -> &'static str {
        match self {
            Self::RetryAttemptsExhausted => "RetryAttemptsExhausted",
            Self::RecordAgeExceeded => "RecordAgeExceeded",
        }
    }
}

impl DestinationError {
    /// Wraps what the store said.
    pub fn new(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(source.into())
    }
}

impl GivenUp<'_> {
    /// `aws/lambda/<mapping>/<shard>/YYYY/MM/DD/YYYY-MM-DDTHH.MM.SS-<uuid>`; the last part is a
    /// function of the records, so that one attempt that is repeated writes one object.
    pub(super) fn key(&self, settings: &Settings) -> String {
        let time = format(self.now_ms, KEY_TIME);
        let (first, last) = self.range();
        let identity = format!("{}:{first}:{last}", self.shard_id);
        let object = Uuid::new_v5(&settings.uuid(), identity.as_bytes());
        format!(
            "aws/lambda/{}/{}/{time}-{object}",
            settings.uuid(),
            self.shard_id
        )
    }

    /// The document, with the event as its payload.
    pub(super) fn body(&self, settings: &Settings) -> Bytes {
        let mut body = Vec::new();
        let mut separator = "{";
        for (name, section) in self.sections(settings) {
            body.extend_from_slice(format!("{separator}\"{name}\":{section}").as_bytes());
            separator = ",";
        }
        body.extend_from_slice(b",\"payload\":");
        body.extend_from_slice(&event(self.records));
        body.push(b'}');
        Bytes::from(body)
    }

    /// What the document says beside the payload, in AWS's order.
    fn sections(&self, settings: &Settings) -> Vec<(&'static str, Value)> {
        let (first, last) = self.range();
        let [first_arrival, last_arrival] = [self.records.first(), self.records.last()]
            .map(|record| format(record.map_or(0, |record| record.arrival_ms), TIMESTAMP));
        let request_id = self.last.map(|last| last.request_id.as_str());
        let request = json!({
            "requestId": request_id.unwrap_or(NEVER_INVOKED),
            "functionArn": settings.function_arn,
            "condition": self.condition.name(),
            "approximateInvokeCount": self.invoke_count,
        });
        let mut sections = vec![("requestContext", request)];
        let answered = self
            .last
            .filter(|_| self.condition == Condition::RetryAttemptsExhausted);
        if let Some(last) = answered {
            let response = json!({
                "statusCode": 200,
                "executedVersion": VERSION,
                "functionError": last.function_error,
            });
            sections.push(("responseContext", response));
        }
        sections.push(("version", json!("1.0")));
        sections.push(("timestamp", json!(format(self.now_ms, TIMESTAMP))));
        let batch = json!({
            "shardId": self.shard_id,
            "startSequenceNumber": first,
            "endSequenceNumber": last,
            "approximateArrivalOfFirstRecord": first_arrival,
            "approximateArrivalOfLastRecord": last_arrival,
            "batchSize": self.records.len(),
            "streamArn": settings.stream_arn,
        });
        sections.push(("KinesisBatchInfo", batch));
        sections
    }

    /// The first and the last sequence number.
    pub(super) fn range(&self) -> (&str, &str) {
        let [first, last] = [self.records.first(), self.records.last()]
            .map(|record| record.map_or("", |record| record.sequence_number.as_str()));
        (first, last)
    }
}

fn format(milliseconds: u64, format: &[BorrowedFormatItem<'_>]) -> String {
    let time = OffsetDateTime::from_unix_timestamp_nanos(i128::from(milliseconds) * 1_000_000);
    time.unwrap_or(OffsetDateTime::UNIX_EPOCH)
        .format(format)
        .unwrap_or_default()
}
