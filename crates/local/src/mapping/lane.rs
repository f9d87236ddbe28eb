//! One lane of a shard: its records, batch after batch.

use tokio::sync::mpsc;

use super::batch::Batches;
use super::delivery::Delivery;
use super::event::EventRecord;
use super::shard::Shard;

/// The lane of a partition key: always the same, so that the records of a key keep their order.
pub(super) fn lane_of(partition_key: &str, lanes: usize) -> usize {
    let hash = crc32fast::hash(partition_key.as_bytes());
    usize::try_from(hash).unwrap_or_default() % lanes
}

/// Delivers the records of a lane until there will be no more, or the mapping is stopped.
pub(super) async fn run(
    shard: &Shard<'_>,
    lane: usize,
    records: mpsc::UnboundedReceiver<EventRecord>,
) {
    let settings = &shard.context.settings;
    let mut batches = Batches::new(
        records,
        settings.batch_size,
        settings.maximum_batching_window,
    );
    let mut delivery = Delivery::new(shard, lane);
    while let Ok(Some(batch)) = shard.context.control.unless_stopped(batches.next()).await {
        if delivery.settle(batch).await.is_err() {
            return;
        }
    }
}
