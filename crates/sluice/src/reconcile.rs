//! `sluice reconcile`: what a stream or a ledger holds against what is in the bucket.

mod arguments;
mod balance;
mod compact;
mod expected;
mod found;
mod keys;
mod report;
mod search;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::bail;
use chrono::{DateTime, Utc};
use futures::stream::TryStreamExt as _;
use pipeline::config::{Form, OnCollision};
use pipeline::record::Identity;

use crate::account::{Pulse, bar, counted, say};
use crate::deployed::Deployed;
use crate::ingest_now::IngestNow;
use crate::transport::Position;
pub(crate) use arguments::{ReconcileArguments, Since};
use balance::Balance;
use expected::Expected;
use found::Found;
use report::Report;
use search::Search;

/// What lies between two looks at a bucket that is still filled.
const LOOK_PAUSE: Duration = Duration::from_secs(1);

/// Compares, and prints what came of it.
///
/// # Errors
///
/// When the pipeline's file is wrong, or the stream, the bucket or the ledger cannot be read.
pub(crate) async fn run(arguments: ReconcileArguments) -> anyhow::Result<ExitCode> {
    let until = Utc::now();
    let since = past(arguments.since, until)?;
    let deployed = Deployed::open(&arguments.deployed).await?;
    let mut expected = Expected::default();
    if let Some(ledger) = &arguments.ledger {
        expected.read_ledger(ledger)?;
    }
    read(&deployed, since, until, &mut expected).await?;
    let folders = folders(&deployed, &arguments.also_in);
    let patience_ends = Instant::now() + arguments.wait.map_or(Duration::ZERO, |wait| wait.0);
    let (found, balance) = loop {
        // A look takes a while, and what it passed early may have come late: the last begins at the end.
        let is_last = Instant::now() >= patience_ends;
        let (found, balance) = look(&deployed, &folders, since, &expected).await?;
        if balance.missing() == 0 || is_last {
            break (found, balance);
        }
        tokio::time::sleep(LOOK_PAUSE).await;
    };
    let pipeline = &deployed.described.pipeline;
    let report = Report {
        pipeline: pipeline.name(),
        stream: deployed.stream.name(),
        bucket: deployed.bucket.name(),
        layout: pipeline.settings().object.layout,
        until,
        expected: &expected,
        found: &found,
        balance: &balance,
    };
    if arguments.json {
        report.print_json()?;
    } else {
        report.print(arguments.list)?;
    }
    comment(&deployed, &folders, &expected, &found, &balance);
    Ok(if report.is_fine() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The records that the stream holds and that are nowhere.
///
/// # Errors
///
/// When the stream or the bucket cannot be read, or nobody can tell which records are there.
pub(crate) async fn missing(
    deployed: &Deployed,
    since: Option<Since>,
    also_in: &[String],
) -> anyhow::Result<Vec<Identity>> {
    let until = Utc::now();
    let since = past(since, until)?;
    let mut expected = Expected::default();
    read(deployed, since, until, &mut expected).await?;
    let folders = folders(deployed, also_in);
    let (_, balance) = look(deployed, &folders, since, &expected).await?;
    if balance.missing_nameless > 0 {
        bail!(
            "{} missing, and nobody can tell which, because object.id is \"\"; give object.id a name, and later ones can be told apart",
            counted(balance.missing_nameless, "record", ["is", "are"])
        );
    }
    let places = balance.missing.iter();
    places.map(|place| expected.identity(*place)).collect()
}

/// The time from which records count, which Kinesis refuses in the future.
fn past(since: Option<Since>, now: DateTime<Utc>) -> anyhow::Result<Option<DateTime<Utc>>> {
    let since = since.map(|since| since.time(now));
    if since.is_some_and(|since| since > now) {
        bail!("--since is in the future; write a time before now, or how long ago");
    }
    Ok(since)
}

/// Reads the stream up to the time of the command.
async fn read(
    deployed: &Deployed,
    since: Option<DateTime<Utc>>,
    until: DateTime<Utc>,
    expected: &mut Expected,
) -> anyhow::Result<()> {
    let pipeline = &deployed.described.pipeline;
    let (config, timeout) = (
        Arc::new(pipeline.config().clone()),
        pipeline.process().timeout,
    );
    let stream = &deployed.stream;
    let bar = bar(stream.name(), None);
    bar.set_message("read");
    let position = since.map_or(Position::TrimHorizon, Position::Time);
    let mut pages = stream.read(stream.shard_ids().await?, &position, until);
    let (mut pulse, mut read) = (Pulse::default(), 0_u64);
    while let Some(records) = pages.try_next().await? {
        for record in &records {
            expected.retained(&config, timeout, record).await;
            bar.inc(1);
            read += 1;
        }
        pulse.beat(|| format!("{}: {read} records read", stream.name()));
    }
    bar.finish_and_clear();
    expected.sort();
    Ok(())
}

/// Where to look for stored records, so that no object is met twice.
fn folders(deployed: &Deployed, also_in: &[String]) -> Vec<String> {
    let mut folders = vec![deployed.described.pipeline.config().folder()];
    folders.extend_from_slice(also_in);
    folders.sort_unstable();
    folders.dedup_by(|longer, shorter| longer.starts_with(shorter.as_str()));
    folders
}

async fn look(
    deployed: &Deployed,
    folders: &[String],
    since: Option<DateTime<Utc>>,
    expected: &Expected,
) -> anyhow::Result<(Found, Balance)> {
    let pipeline = &deployed.described.pipeline;
    let bar = bar(deployed.bucket.name(), None);
    let ingest = IngestNow::of(pipeline)?;
    let search = Search {
        bucket: &deployed.bucket,
        pipeline,
        expected,
        folders,
        since,
        ingest: &ingest,
        bar: &bar,
    };
    let mut found = search.look().await?;
    bar.finish_and_clear();
    found.sort();
    let on_collision = match pipeline.config().form {
        Form::Record { on_collision } => on_collision,
        Form::Batch { .. } => OnCollision::Suffix,
    };
    let balance = Balance::of(expected, &found, on_collision);
    Ok((found, balance))
}

/// Says what the numbers do not.
fn comment(
    deployed: &Deployed,
    folders: &[String],
    expected: &Expected,
    found: &Found,
    balance: &Balance,
) {
    let name = deployed.described.pipeline.name();
    if balance.missing() > 0 {
        say(&format!(
            "a record that is missing may be under way: --wait 60 looks again for a minute; `sluice redrive --pipeline {name} --missing` processes what the stream still holds"
        ));
        // The empty folder is the whole bucket.
        if folders.iter().all(|folder| !folder.is_empty()) {
            say(&format!(
                "objects were looked for below {}; --also-in PREFIX adds another place, as after a change of object.key",
                folders.join(" and ")
            ));
        }
    }
    if balance.missing_nameless > 0 {
        say(&format!(
            "{} of the missing cannot be named, because object.id is \"\"",
            balance.missing_nameless
        ));
    }
    if !balance.given_up.is_empty() {
        say(&format!(
            "{} given up; `sluice redrive --pipeline {name} --from-failures` processes what was",
            counted(balance.given_up.len(), "record", ["was", "were"])
        ));
    }
    if balance.redrivable > 0 {
        say(&format!(
            "{} stored or filtered by {} now; `sluice redrive --pipeline {name}` does it",
            counted(balance.redrivable, "quarantined record", ["would be"; 2]),
            deployed.described.file.display()
        ));
    }
    let redrivable = found.ingested.iter();
    let redrivable = redrivable.filter(|ingested| ingested.is_redrivable).count();
    if redrivable > 0 {
        say(&format!(
            "{} sent, filtered or kept for another reason by {} now; `sluice redrive --pipeline {name}` does it",
            counted(redrivable, "object", ["of the ingest would be"; 2]),
            deployed.described.file.display()
        ));
    }
    if found.ingested.len() > redrivable {
        say(&format!(
            "{} for the same reason as before; mend `ingest` in {}, and then `sluice redrive --pipeline {name}` sends what is kept",
            counted(
                found.ingested.len() - redrivable,
                "object",
                ["of the ingest stays", "of the ingest stay"],
            ),
            deployed.described.file.display()
        ));
    }
    if balance.kept_though_refused > 0 {
        say(&format!(
            "{} filtered or quarantined by {} now",
            counted(
                balance.kept_though_refused,
                "stored record",
                ["would be"; 2]
            ),
            deployed.described.file.display()
        ));
    }
    if balance.no_longer_retained > 0 {
        say(&format!(
            "{} no longer in the stream, and known by identity alone: what was filtered counts as missing",
            counted(
                balance.no_longer_retained,
                "record",
                ["of the ledger is", "of the ledger are"]
            )
        ));
    }
    if expected.never_sent() > 0 {
        say(&format!(
            "{} given up by the producer, and not expected",
            counted(
                expected.never_sent(),
                "record",
                ["of the ledger was", "of the ledger were"]
            )
        ));
    }
    if expected.beside_ledger > 0 {
        say(&format!(
            "{} not in the ledger, and not expected",
            counted(
                expected.beside_ledger,
                "record",
                ["of the stream is", "of the stream are"]
            )
        ));
    }
    if found.outside > 0 {
        say(&format!(
            "{} in the bucket and not expected: {}",
            counted(found.outside, "record", ["more is", "more are"]),
            "no longer in the stream, of another time, or not named by the ledger"
        ));
    }
}
