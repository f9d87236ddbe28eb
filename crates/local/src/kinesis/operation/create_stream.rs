//! `CreateStream`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Call;
use crate::kinesis::constraint::{Constraints, NAME};
use crate::kinesis::description::{Status, StreamDescription, StreamMode};
use crate::kinesis::error::{ApiError, ErrorKind};
use crate::kinesis::limits::{DEFAULT_MAX_RECORD_KIB, DEFAULT_SHARDS, MAX_RECORD_KIB};
use crate::kinesis::shape;
use crate::kinesis::shape::RequestedStreamMode;
use crate::kinesis::streams::Streams;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Request {
    stream_name: Option<String>,
    shard_count: Option<i64>,
    stream_mode_details: Option<RequestedStreamMode>,
    tags: Option<BTreeMap<String, String>>,
    #[serde(rename = "MaxRecordSizeInKiB")]
    max_record_size_in_kib: Option<i64>,
}

impl Call for Request {
    type Output = ();

    fn check(&self, constraints: &mut Constraints) {
        check_members(constraints, self.stream_name.as_deref(), self.shard_count);
        if let Some(details) = &self.stream_mode_details {
            constraints
                .member(
                    "streamModeDetails.streamMode",
                    details.stream_mode.as_deref(),
                )
                .required()
                .one_of(&RequestedStreamMode::VALUES);
        }
        constraints
            .member("maxRecordSizeInKiB", self.max_record_size_in_kib)
            .range(&MAX_RECORD_KIB);
        if let Some(tags) = &self.tags {
            constraints.tags(Some(tags.iter()));
        }
    }

    fn run(self, streams: &Streams) -> Result<(), ApiError> {
        let name = self.stream_name.unwrap_or_default();
        let mode = self
            .stream_mode_details
            .as_ref()
            .map(RequestedStreamMode::mode);
        if mode == Some(StreamMode::OnDemand) && self.shard_count.is_some() {
            return Err(ApiError::new(
                ErrorKind::Validation,
                "ShardCount must not be specified for a stream in On-Demand mode.",
            ));
        }
        let tags = self.tags.unwrap_or_default();
        shape::check_tag_characters(tags.iter().flat_map(|(key, value)| [key, value]))?;
        let shards = self.shard_count.map_or(DEFAULT_SHARDS, |count| {
            u32::try_from(count).unwrap_or(u32::MAX)
        });
        // Beyond the quota the number only matters for the message; its shards are never laid out.
        streams.check_shard_quota(
            streams.open_shards()?,
            usize::try_from(shards).unwrap_or(usize::MAX),
        )?;
        let now_ms = streams.now_ms();
        let mut description = StreamDescription::new(&name, shards, now_ms);
        description.mode = mode.unwrap_or(StreamMode::Provisioned);
        description.max_record_kib = self
            .max_record_size_in_kib
            .and_then(|kib| u32::try_from(kib).ok())
            .unwrap_or(DEFAULT_MAX_RECORD_KIB);
        description.tags = tags;
        description.enter(Status::Creating, streams.state_change_ms(), now_ms);
        streams.create(description)
    }
}

/// What AWS would say of a stream that is created with this name and so many shards.
pub(crate) fn check_name_and_shards(name: &str, shards: Option<i64>) -> Result<(), ApiError> {
    let mut constraints = Constraints::default();
    check_members(&mut constraints, Some(name), shards);
    constraints.finish()
}

fn check_members(constraints: &mut Constraints, name: Option<&str>, shards: Option<i64>) {
    constraints
        .member("shardCount", shards)
        .range(&(1..=i64::from(i32::MAX)));
    constraints
        .member("streamName", name)
        .required()
        .pattern(NAME)
        .length(&(1..=128));
}
