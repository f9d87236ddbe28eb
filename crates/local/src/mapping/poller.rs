//! A shard → its records, each in its lane, no further ahead than memory allows.

use tokio::sync::{mpsc, watch};

use super::backoff::Backoff;
use super::control::Stopped;
use super::event::{EventRecord, MAX_EVENT_BYTES};
use super::lane::lane_of;
use super::sequence::SequenceNumber;
use super::shard::Shard;
use super::source::{Page, Position, SourceError};

/// Records in one read (Kinesis API reference, `GetRecords`).
const MAX_PAGE_RECORDS: usize = 10_000;

/// Bytes in one read (same page).
const MAX_PAGE_BYTES: usize = 10 * 1024 * 1024;

/// How many batches of each lane are read ahead: the one under way and the next.
const BATCHES_AHEAD: usize = 2;

/// Reads a shard from `position` to its end.
pub(super) async fn run(
    shard: &Shard<'_>,
    mut position: Position,
    lanes: Vec<mpsc::UnboundedSender<EventRecord>>,
) -> Result<(), Stopped> {
    let context = shard.context;
    let stream = &context.settings.stream;
    let mut changes = context.ports.source.changes();
    let mut backoff = Backoff::default();
    let records_ahead = BATCHES_AHEAD * context.settings.batch_size * lanes.len();
    let bytes_ahead = BATCHES_AHEAD * MAX_EVENT_BYTES * lanes.len();
    loop {
        let (records, bytes) = shard.room(records_ahead, bytes_ahead).await?;
        // What changes after this is noticed by the wait below.
        changes.borrow_and_update();
        let page = context.ports.source.read(
            stream,
            &shard.id,
            &position,
            records.min(MAX_PAGE_RECORDS),
            bytes.min(MAX_PAGE_BYTES),
        );
        match page {
            Ok(page) => {
                backoff.reset();
                let idle = page.records.is_empty();
                let end_of_shard = page.end_of_shard;
                if let Some(last) = distribute(shard, page, &lanes) {
                    position = Position::After(last);
                }
                if end_of_shard {
                    return Ok(());
                }
                if idle {
                    context
                        .control
                        .unless_stopped(changed(&mut changes))
                        .await?;
                } else {
                    // The lanes are on this same task and have something to do now.
                    tokio::task::yield_now().await;
                }
            }
            // All of the shard has expired: there is nothing left to read.
            Err(SourceError::ShardNotFound(_)) => return Ok(()),
            Err(SourceError::PositionNotFound(_)) if position != Position::TrimHorizon => {
                tracing::warn!(stream, shard = %shard.id, "the stream was created anew; its shard is read from the beginning");
                shard.begin_anew();
                position = Position::TrimHorizon;
            }
            Err(error) => {
                tracing::warn!(stream, shard = %shard.id, error = &error as &dyn std::error::Error, "the shard could not be read; it is tried again");
                backoff.wait(context).await?;
            }
        }
    }
}

/// Gives each record to its lane unless it is settled; returns the last sequence number.
fn distribute(
    shard: &Shard<'_>,
    page: Page,
    lanes: &[mpsc::UnboundedSender<EventRecord>],
) -> Option<String> {
    let mut unsettled = 0;
    let last = page
        .records
        .last()
        .map(|record| record.sequence_number.clone());
    for record in page.records {
        let lane = lane_of(&record.partition_key, lanes.len());
        let sequence_number = SequenceNumber::new(record.sequence_number.clone());
        let bytes = record.data.len() + record.partition_key.len();
        if shard.note(&sequence_number, lane, bytes) {
            unsettled += 1;
            let record = EventRecord::new(&shard.context.settings, &shard.id, record);
            // A lane ends early only when the mapping stops.
            let _ = lanes[lane].send(record);
        }
    }
    shard.report_read(unsettled, page.millis_behind_latest);
    last
}

/// Waits for the next change; a source that is gone changes no more.
pub(super) async fn changed(changes: &mut watch::Receiver<u64>) {
    if changes.changed().await.is_err() {
        std::future::pending::<()>().await;
    }
}
