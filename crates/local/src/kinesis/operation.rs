//! The operations of the API, one file each: members → checks → what changes → answer.

mod add_tags_to_stream;
pub(crate) mod create_stream;
mod decrease_stream_retention_period;
mod delete_stream;
mod describe_limits;
mod describe_stream;
mod describe_stream_summary;
mod get_records;
mod get_shard_iterator;
mod increase_stream_retention_period;
mod list_shards;
mod list_streams;
mod list_tags_for_resource;
mod list_tags_for_stream;
mod merge_shards;
mod put_record;
mod put_records;
mod remove_tags_from_stream;
mod split_shard;
mod start_stream_encryption;
mod stop_stream_encryption;
mod tag_resource;
mod untag_resource;
mod update_max_record_size;
mod update_shard_count;
mod update_stream_mode;

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::constraint::Constraints;
use super::error::{ApiError, ErrorKind};
use super::streams::Streams;
use super::wire::Format;

/// Operations of the API that the local stack leaves out.
const LEFT_OUT: [&str; 19] = [
    "CreateChannel",
    "DeleteChannel",
    "DeleteResourcePolicy",
    "DeregisterStreamConsumer",
    "DescribeAccountSettings",
    "DescribeChannel",
    "DescribeStreamConsumer",
    "DisableEnhancedMonitoring",
    "EnableEnhancedMonitoring",
    "GetResourcePolicy",
    "ListChannels",
    "ListStreamConsumers",
    "PutResourcePolicy",
    "RegisterStreamConsumer",
    "SubscribeToShard",
    "UpdateAccountSettings",
    "UpdateChannel",
    "UpdateStreamRecordDistributionStrategy",
    "UpdateStreamWarmThroughput",
];

/// What a request is: its members, their constraints, and what it does.
pub(crate) trait Call: DeserializeOwned {
    /// The answer; nothing is sent for `()`.
    type Output: Serialize;

    /// Checks each member by itself.
    fn check(&self, constraints: &mut Constraints);

    /// Does it.
    fn run(self, streams: &Streams) -> Result<Self::Output, ApiError>;
}

macro_rules! operations {
    ($($name:ident),+ $(,)?) => {
        /// An operation that is served.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Operation {
            $(
                #[doc = concat!("`", stringify!($name), "`.")]
                $name,
            )+
        }

        impl Operation {
            /// The operation of this name.
            pub(crate) fn named(name: &str) -> Result<Self, ApiError> {
                match name {
                    $(stringify!($name) => Ok(Self::$name),)+
                    _ => Err(unknown(name)),
                }
            }
        }
    };
}

operations![
    AddTagsToStream,
    CreateStream,
    DecreaseStreamRetentionPeriod,
    DeleteStream,
    DescribeLimits,
    DescribeStream,
    DescribeStreamSummary,
    GetRecords,
    GetShardIterator,
    IncreaseStreamRetentionPeriod,
    ListShards,
    ListStreams,
    ListTagsForResource,
    ListTagsForStream,
    MergeShards,
    PutRecord,
    PutRecords,
    RemoveTagsFromStream,
    SplitShard,
    StartStreamEncryption,
    StopStreamEncryption,
    TagResource,
    UntagResource,
    UpdateMaxRecordSize,
    UpdateShardCount,
    UpdateStreamMode,
];

/// Performs an operation on the members in `body`; gives the body of the answer.
pub(crate) fn perform(
    operation: Operation,
    streams: &Streams,
    format: Format,
    body: &[u8],
) -> Result<Bytes, ApiError> {
    let request = Incoming {
        streams,
        format,
        body,
    };
    match operation {
        Operation::AddTagsToStream => request.acknowledge::<add_tags_to_stream::Request>(),
        Operation::CreateStream => request.acknowledge::<create_stream::Request>(),
        Operation::DecreaseStreamRetentionPeriod => {
            request.acknowledge::<decrease_stream_retention_period::Request>()
        }
        Operation::DeleteStream => request.acknowledge::<delete_stream::Request>(),
        Operation::DescribeLimits => request.answer::<describe_limits::Request>(),
        Operation::DescribeStream => request.answer::<describe_stream::Request>(),
        Operation::DescribeStreamSummary => request.answer::<describe_stream_summary::Request>(),
        Operation::GetRecords => request.answer::<get_records::Request>(),
        Operation::GetShardIterator => request.answer::<get_shard_iterator::Request>(),
        Operation::IncreaseStreamRetentionPeriod => {
            request.acknowledge::<increase_stream_retention_period::Request>()
        }
        Operation::ListShards => request.answer::<list_shards::Request>(),
        Operation::ListStreams => request.answer::<list_streams::Request>(),
        Operation::ListTagsForResource => request.answer::<list_tags_for_resource::Request>(),
        Operation::ListTagsForStream => request.answer::<list_tags_for_stream::Request>(),
        Operation::MergeShards => request.acknowledge::<merge_shards::Request>(),
        Operation::PutRecord => request.answer::<put_record::Request>(),
        Operation::PutRecords => request.answer::<put_records::Request>(),
        Operation::RemoveTagsFromStream => {
            request.acknowledge::<remove_tags_from_stream::Request>()
        }
        Operation::SplitShard => request.acknowledge::<split_shard::Request>(),
        Operation::StartStreamEncryption => {
            request.acknowledge::<start_stream_encryption::Request>()
        }
        Operation::StopStreamEncryption => request.acknowledge::<stop_stream_encryption::Request>(),
        Operation::TagResource => request.acknowledge::<tag_resource::Request>(),
        Operation::UntagResource => request.acknowledge::<untag_resource::Request>(),
        Operation::UpdateMaxRecordSize => request.acknowledge::<update_max_record_size::Request>(),
        Operation::UpdateShardCount => request.answer::<update_shard_count::Request>(),
        Operation::UpdateStreamMode => request.acknowledge::<update_stream_mode::Request>(),
    }
}

/// A request of which only the operation is known.
#[derive(Clone, Copy)]
struct Incoming<'a> {
    streams: &'a Streams,
    format: Format,
    body: &'a [u8],
}

impl Incoming<'_> {
    fn answer<C: Call>(self) -> Result<Bytes, ApiError> {
        let output = self.run::<C>()?;
        self.format.encode(&output)
    }

    fn acknowledge<C: Call<Output = ()>>(self) -> Result<Bytes, ApiError> {
        self.run::<C>().map(|()| Bytes::new())
    }

    fn run<C: Call>(self) -> Result<C::Output, ApiError> {
        let call: C = self.format.decode(self.body)?;
        let mut constraints = Constraints::default();
        call.check(&mut constraints);
        constraints.finish()?;
        call.run(self.streams)
    }
}

fn unknown(name: &str) -> ApiError {
    let message = if LEFT_OUT.contains(&name) {
        format!("The local stack does not serve {name}.")
    } else {
        format!("Unknown operation '{name}'.")
    };
    ApiError::new(ErrorKind::UnknownOperation, message)
}
