//! A batch of records → `PutRecords` → what the stream answers about each.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_kinesis::Client;
use aws_sdk_kinesis::config::retry::RetryConfig;
use aws_sdk_kinesis::config::timeout::TimeoutConfig;
use aws_sdk_kinesis::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_kinesis::primitives::Blob;
use aws_sdk_kinesis::types::{PutRecordsRequestEntry, PutRecordsResultEntry};
use kdg::{Answer, Record, RequestFailure};

/// Errors after which the same request may succeed.
///
/// Source: "`PutRecords`" and "Common Errors" in the Amazon Kinesis API Reference.
const RETRYABLE: [&str; 8] = [
    "InternalFailure",
    "KMSThrottlingException",
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "RequestTimeout",
    "ServiceUnavailable",
    "SlowDown",
    "ThrottlingException",
];

/// How long an answer is waited for: a full request takes a while over a slow line.
const ANSWER_PATIENCE: Duration = Duration::from_secs(20);

/// Puts records into a stream.
pub trait PutRecords: Clone + Send + Sync + 'static {
    /// Tells of each record, in their order, what the stream made of it.
    fn put_records(
        &self,
        records: Vec<Record>,
    ) -> impl Future<Output = Result<Vec<Answer>, RequestFailure>> + Send;
}

/// A stream of Kinesis.
#[derive(Debug, Clone)]
pub struct Stream {
    client: Client,
    name: Arc<str>,
}

impl Stream {
    /// The stream of this name. The client should use [`retries`] and [`timeouts`].
    pub fn new(client: Client, name: &str) -> Self {
        Self {
            client,
            name: name.into(),
        }
    }
}

impl PutRecords for Stream {
    async fn put_records(&self, records: Vec<Record>) -> Result<Vec<Answer>, RequestFailure> {
        let mut request = self.client.put_records().stream_name(&*self.name);
        for record in records {
            let entry = PutRecordsRequestEntry::builder()
                .data(Blob::new(record.data))
                .partition_key(record.partition_key)
                .set_explicit_hash_key(record.explicit_hash_key.map(|key| key.to_string()))
                .build()
                .map_err(|error| RequestFailure::Fatal(error.to_string().into()))?;
            request = request.records(entry);
        }
        let answered = request.send().await.map_err(|error| failure(&error))?;
        Ok(answered.records.into_iter().map(answer).collect())
    }
}

/// How the client repeats a failed request: not at all, because the delivery does, which knows
/// which records of a batch to send again.
pub fn retries() -> RetryConfig {
    RetryConfig::disabled()
}

/// How long the client waits for an answer.
pub fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .operation_attempt_timeout(ANSWER_PATIENCE)
        .build()
}

fn answer(entry: PutRecordsResultEntry) -> Answer {
    match (
        entry.error_code.as_deref(),
        entry.shard_id,
        entry.sequence_number,
    ) {
        (None, Some(shard_id), Some(sequence_number)) => Answer::Acknowledged {
            shard_id,
            sequence_number,
        },
        (Some("ProvisionedThroughputExceededException"), ..) => Answer::Throttled,
        _ => Answer::InternalFailure,
    }
}

fn failure<E, R>(error: &SdkError<E, R>) -> RequestFailure
where
    E: ProvideErrorMetadata + Error + 'static,
    R: fmt::Debug + 'static,
{
    let reason: Arc<str> = words(error).into();
    if is_retryable(error) {
        RequestFailure::Retryable(reason)
    } else {
        RequestFailure::Fatal(reason)
    }
}

/// Whether the same request may succeed later.
pub fn is_retryable<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> bool {
    match error {
        SdkError::TimeoutError(_) | SdkError::ResponseError(_) => true,
        // A connection that ends before the answer is of another kind, which has a name; anything
        // else, such as an endpoint that is no address, stays as it is.
        SdkError::DispatchFailure(dispatch) => {
            dispatch.is_io() || dispatch.is_timeout() || dispatch.as_other().is_some()
        }
        SdkError::ServiceError(service) => service
            .err()
            .code()
            .is_none_or(|code| RETRYABLE.contains(&code)),
        _ => false,
    }
}

/// What went wrong, in one sentence.
pub fn words<E, R>(error: &SdkError<E, R>) -> String
where
    E: ProvideErrorMetadata + Error + 'static,
    R: fmt::Debug + 'static,
{
    match error.as_service_error() {
        Some(service) => format!(
            "{}: {}",
            service.code().unwrap_or("error without a code"),
            service.message().unwrap_or("no message")
        ),
        None => format!("{}: {}", what_failed(error), innermost(error)),
    }
}

fn what_failed<E, R>(error: &SdkError<E, R>) -> &'static str {
    match error {
        SdkError::TimeoutError(_) => "no answer in time",
        SdkError::DispatchFailure(_) => "the endpoint cannot be reached",
        SdkError::ResponseError(_) => "the answer cannot be read",
        _ => "the request cannot be made",
    }
}

/// The first cause, which is what a person can do something about.
pub fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
