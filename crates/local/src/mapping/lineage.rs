//! The shards of a stream → which of them are worked through now: children after their parents.
//!
//! Kinesis guide, `/streams/latest/dev/kinesis-using-sdk-java-after-resharding.html`.

use std::collections::BTreeSet;
use std::future::pending;

use futures::stream::{FuturesUnordered, StreamExt};
use tokio::time::{Instant, sleep_until};

use super::backoff::RETRY_AFTER;
use super::checkpoint::{Checkpoint, CheckpointError, Place};
use super::poller::changed;
use super::sequence::SequenceNumber;
use super::settings::StartingPosition;
use super::source::{SourceError, SourceShard};
use super::{Context, shard};

/// Why the shards that may run are not known.
#[derive(Debug, thiserror::Error)]
enum LineageError {
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error(transparent)]
    Checkpoints(#[from] CheckpointError),
}

/// Works through every shard of the mapping's stream until the mapping is stopped.
pub(super) async fn run(context: &Context) {
    let mut changes = context.ports.source.changes();
    let mut working = FuturesUnordered::new();
    let mut at_work = BTreeSet::new();
    loop {
        changes.borrow_and_update();
        let mut again = None;
        match ready(context, &at_work) {
            Ok(checkpoints) => {
                for checkpoint in checkpoints {
                    at_work.insert(checkpoint.shard.clone());
                    working.push(shard::run(context, checkpoint));
                }
            }
            Err(error) => {
                tracing::warn!(stream = %context.settings.stream, error = &error as &dyn std::error::Error, "the shards are not known; they are looked up again");
                again = Some(Instant::now() + RETRY_AFTER);
            }
        }
        let retry = async {
            match again {
                Some(again) => sleep_until(again).await,
                None => pending().await,
            }
        };
        tokio::select! {
            biased;
            () = context.control.stopped() => break,
            Some(shard) = working.next() => {
                at_work.remove(&shard);
            }
            () = changed(&mut changes) => {}
            () = retry => {}
        }
    }
    // Each shard finishes the invocations it has under way.
    while working.next().await.is_some() {}
}

/// The shards to start with now, and where.
fn ready(context: &Context, at_work: &BTreeSet<String>) -> Result<Vec<Checkpoint>, LineageError> {
    let shards = context.ports.source.shards(&context.settings.stream)?;
    // A stream that is being created may list none yet.
    if context.checkpoints.is_empty() && !shards.is_empty() {
        let start = context.settings.starting_position;
        let checkpoints: Result<Vec<_>, _> = shards
            .iter()
            .map(|shard| begin(context, shard, start))
            .collect();
        context.checkpoints.put(&checkpoints?)?;
    }
    let listed: BTreeSet<_> = shards.iter().map(|shard| shard.id.as_str()).collect();
    // A parent that has expired may still have records in its lanes.
    let is_done = |shard: &str| {
        !at_work.contains(shard)
            && (!listed.contains(shard) || place(context, shard) == Place::Finished)
    };
    let mut ready = Vec::new();
    for shard in &shards {
        let waits =
            at_work.contains(&shard.id) || !shard.parents.iter().all(|parent| is_done(parent));
        if waits {
            continue;
        }
        let unknown = || at(shard, Place::TrimHorizon);
        let checkpoint = context.checkpoints.get(&shard.id).unwrap_or_else(unknown);
        match checkpoint.place {
            Place::Finished if shard.closed => {}
            // An open shard was never finished: the stream was deleted and created anew.
            Place::Finished => ready.push(unknown()),
            _ => ready.push(checkpoint),
        }
    }
    Ok(ready)
}

/// Where a mapping without checkpoints begins in a shard.
fn begin(
    context: &Context,
    shard: &SourceShard,
    start: StartingPosition,
) -> Result<Checkpoint, SourceError> {
    let stream = &context.settings.stream;
    let place = match start {
        StartingPosition::Latest if shard.closed => Place::Finished,
        StartingPosition::Latest => match context.ports.source.latest(stream, &shard.id)? {
            Some(latest) => Place::After(SequenceNumber::new(latest)),
            None => Place::TrimHorizon,
        },
        StartingPosition::TrimHorizon => Place::TrimHorizon,
        StartingPosition::AtTimestamp(milliseconds) => Place::AtTimestamp(milliseconds),
    };
    Ok(at(shard, place))
}

fn at(shard: &SourceShard, place: Place) -> Checkpoint {
    Checkpoint {
        shard: shard.id.clone(),
        place,
        lanes: Vec::new(),
    }
}

fn place(context: &Context, shard: &str) -> Place {
    let checkpoint = context.checkpoints.get(shard);
    checkpoint.map_or(Place::TrimHorizon, |checkpoint| checkpoint.place)
}
