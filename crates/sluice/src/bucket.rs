//! The objects of a bucket: listed, looked at, read and deleted.

use std::collections::HashMap;
use std::error::Error;
use std::fmt;
use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use aws_config::SdkConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::primitives::AggregatedBytes;
use chrono::{DateTime, Utc};
use futures::stream::{self, BoxStream, StreamExt as _, TryStreamExt as _};
use ingest::keep::Quarantine;
use pipeline::store;

use crate::transport::words;

/// A bucket of S3.
#[derive(Debug, Clone)]
pub(crate) struct Bucket {
    client: Client,
    name: Arc<str>,
}

/// An object of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listed {
    pub(crate) key: String,
    pub(crate) modified: DateTime<Utc>,
}

/// The user-defined metadata of an object, by names without `x-amz-meta-`.
pub(crate) type Metadata = HashMap<String, String>;

/// An object with its bytes.
#[derive(Debug)]
pub(crate) struct Object {
    pub(crate) metadata: Metadata,
    pub(crate) body: AggregatedBytes,
}

impl Bucket {
    /// The bucket of this name.
    pub(crate) fn of(config: &SdkConfig, name: &str) -> Self {
        Self {
            client: store::client(config),
            name: name.into(),
        }
    }

    /// The name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The same bucket, as a pipeline puts objects into it.
    pub(crate) fn store(&self) -> store::Bucket {
        store::Bucket::new(self.client.clone(), self.name.as_ref().to_owned())
    }

    /// The same bucket, as an ingest keeps what it cannot send.
    pub(crate) fn quarantine(&self, pipeline: &str) -> Quarantine {
        let (client, name) = (self.client.clone(), self.name.as_ref().to_owned());
        Quarantine::new(client, name, pipeline.to_owned())
    }

    /// Every object whose key begins so, in the order of the keys.
    pub(crate) fn list(&self, prefix: &str) -> BoxStream<'static, anyhow::Result<Listed>> {
        let (this, prefix) = (self.clone(), prefix.to_owned());
        let pages = stream::try_unfold(Some(None), move |next: Option<Option<String>>| {
            let (this, prefix) = (this.clone(), prefix.clone());
            async move {
                let Some(token) = next else {
                    return Ok(None);
                };
                let request = this.client.list_objects_v2().bucket(&*this.name);
                let request = request.prefix(prefix).set_continuation_token(token);
                let page = request
                    .send()
                    .await
                    .map_err(|error| this.failed("cannot be listed", &error))?;
                let next = page
                    .next_continuation_token()
                    .map(|token| Some(token.to_owned()));
                anyhow::Ok(Some((page.contents.unwrap_or_default(), next)))
            }
        });
        pages
            .map_ok(|page| {
                let listed = page.into_iter().filter_map(|object| {
                    let modified = object.last_modified()?.to_millis().ok()?;
                    Some(Listed {
                        modified: DateTime::from_timestamp_millis(modified)?,
                        key: object.key?,
                    })
                });
                stream::iter(listed.map(Ok).collect::<Vec<_>>())
            })
            .try_flatten()
            .boxed()
    }

    /// The metadata of an object; `None` when it is gone.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub(crate) async fn metadata(&self, key: &str) -> anyhow::Result<Option<Metadata>> {
        let request = self.client.head_object().bucket(&*self.name).key(key);
        match request.send().await {
            Ok(head) => Ok(Some(head.metadata.unwrap_or_default())),
            Err(error) if is_gone(&error) => Ok(None),
            Err(error) => Err(self.failed(&format!("does not show {key}"), &error)),
        }
    }

    /// An object; `None` when it is gone.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub(crate) async fn get(&self, key: &str) -> anyhow::Result<Option<Object>> {
        let request = self.client.get_object().bucket(&*self.name).key(key);
        match request.send().await {
            Ok(object) => Ok(Some(Object {
                metadata: object.metadata.unwrap_or_default(),
                body: object.body.collect().await.with_context(|| {
                    format!("the object {key} of {} was cut off; try again", self.name)
                })?,
            })),
            Err(error) if is_gone(&error) => Ok(None),
            Err(error) => Err(self.failed(&format!("does not give {key}"), &error)),
        }
    }

    /// Deletes an object.
    ///
    /// # Errors
    ///
    /// When it may still be there.
    pub(crate) async fn delete(&self, key: &str) -> anyhow::Result<()> {
        let request = self.client.delete_object().bucket(&*self.name).key(key);
        match request.send().await {
            Ok(_) => Ok(()),
            Err(error) => Err(self.failed(&format!("does not delete {key}"), &error)),
        }
    }

    fn failed<E, R>(&self, what: &str, error: &SdkError<E, R>) -> anyhow::Error
    where
        E: ProvideErrorMetadata + Error + 'static,
        R: fmt::Debug + 'static,
    {
        let (name, words) = (&self.name, words(error));
        match error.code() {
            Some("NoSuchBucket") => {
                anyhow!("there is no bucket {name}; name the one that is deployed with --bucket")
            }
            _ => anyhow!("the bucket {name} {what}: {words}"),
        }
    }
}

fn is_gone<E>(error: &SdkError<E>) -> bool {
    error
        .raw_response()
        .is_some_and(|answer| answer.status().as_u16() == 404)
}
