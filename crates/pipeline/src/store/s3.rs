//! A bucket in S3: conditional puts, and what its errors mean.

use std::time::Duration;

use aws_sdk_s3::{
    Client,
    config::{self, retry::RetryConfig, timeout::TimeoutConfig},
    error::{ProvideErrorMetadata, SdkError},
    primitives::ByteStream,
};
use aws_types::SdkConfig;

use super::{Condition, Put, Store};
use crate::{
    object::{Object, Stamp},
    outcome::RetryReason,
};

/// A bucket in S3.
#[derive(Clone, Debug)]
pub struct Bucket {
    client: Client,
    name: String,
}

impl Bucket {
    /// The bucket of this name. The client should be that of [`client`].
    pub fn new(client: Client, name: String) -> Self {
        Self { client, name }
    }

    async fn holder(&self, key: &str) -> Result<Put, RetryReason> {
        let request = self.client.head_object().bucket(&self.name).key(key);
        match Box::pin(request.send()).await {
            Ok(head) => {
                let metadata = head.metadata();
                let get = |name: &str| metadata?.get(name).map(String::as_str);
                Ok(Put::Taken {
                    by: Stamp::from_metadata(get),
                    etag: head.e_tag().unwrap_or_default().to_owned(),
                })
            }
            // Deleted between the put and this look: the next attempt finds the key free.
            Err(error) if status(&error) == Some(404) => Err(RetryReason::Conflict),
            Err(error) => Err(classify(&error)),
        }
    }
}

impl Store for Bucket {
    async fn put(&self, object: &Object, condition: &Condition) -> Result<Put, RetryReason> {
        let mut request = self
            .client
            .put_object()
            .bucket(&self.name)
            .key(&object.key)
            .content_type(object.content_type)
            .body(ByteStream::from(object.body.clone()));
        for (name, value) in object.stamp.to_metadata() {
            request = request.metadata(name, value);
        }
        for (name, value) in &object.metadata {
            request = request.metadata(*name, value);
        }
        request = match condition {
            Condition::Absent => request.if_none_match("*"),
            Condition::Unchanged(etag) => request.if_match(etag),
        };
        // The client's future is large, and whoever holds this one would be as large.
        match Box::pin(request.send()).await {
            Ok(_) => Ok(Put::Written),
            Err(error) if status(&error) == Some(412) => self.holder(&object.key).await,
            Err(error) => Err(classify(&error)),
        }
    }
}

/// A client that repeats as [`retries`] says, and gives up on a request after ten seconds; it makes
/// none yet.
pub fn client(access: &SdkConfig) -> Client {
    let config = config::Builder::from(access)
        .retry_config(retries())
        .timeout_config(timeouts());
    Client::from_conf(config.build())
}

/// How the client repeats a failed request: often enough that one failure in ten is absorbed
/// within the invocation (1 in 100,000 is left), and soon enough for a Lambda's time.
pub fn retries() -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(5)
        .with_initial_backoff(Duration::from_millis(100))
        .with_max_backoff(Duration::from_secs(2))
}

/// How long the client waits: a request that takes longer than these is better sent again.
fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(2))
        .operation_attempt_timeout(Duration::from_secs(10))
        .build()
}

/// Why a request failed, after the client's own retries.
fn classify<E: ProvideErrorMetadata>(error: &SdkError<E>) -> RetryReason {
    let service = match error {
        SdkError::ServiceError(service) => service,
        SdkError::TimeoutError(_) => return RetryReason::Timeout,
        SdkError::DispatchFailure(failure) if failure.is_timeout() => return RetryReason::Timeout,
        SdkError::ConstructionFailure(_) => {
            return RetryReason::Refused("the request could not be built".to_owned());
        }
        _ => return RetryReason::Unreachable,
    };
    let code = service.err().code().unwrap_or_default();
    match (service.raw().status().as_u16(), code) {
        (_, "SlowDown") | (429 | 503, _) => RetryReason::Throttled,
        (_, "RequestTimeout") => RetryReason::Timeout,
        (500.., _) => RetryReason::Unavailable,
        (403, _) => RetryReason::AccessDenied,
        (_, "NoSuchBucket") => RetryReason::NoSuchBucket,
        // A conditional put races with another writer, or its object has just been deleted.
        (404 | 409, _) => RetryReason::Conflict,
        (status, code) => RetryReason::Refused(format!("{status} {code}").trim_end().to_owned()),
    }
}

fn status<E>(error: &SdkError<E>) -> Option<u16> {
    error.raw_response().map(|answer| answer.status().as_u16())
}
