//! `sluice demo`: records through every pipeline of a fresh stack, and an account of every one.

mod ledger;
mod metrics;
mod summary;
mod verification;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::process::ExitCode;
use std::time::{Duration, Instant, SystemTime};

use ::local::mapping::MappingHandle;
use ::local::stack::Stack;
use anyhow::bail;
use indicatif::ProgressBar;
use kdg::{Account, DeliverySettings, Event, Fault, FaultMix, FaultyRecipe, Record};
use pipeline::Config;
use pipeline::config::{Form, OnCollision};
use pipeline::verdict::Intent;
use tokio::sync::watch;

use crate::account::{Pulse, bar, print, say};
use crate::check;
use crate::command_line::{DEFAULT_PORT, DemoArguments};
use crate::deployment::{Feeding, Schedules};
use crate::local;
use crate::page::{NOT_BUILT, Page};
use crate::pipelines::{self, Described};
use crate::producer::{self, End, Notice, Observer, Produced, Run, Source, Stop};
use crate::rhythm::Rhythm;
use crate::send::ctrl_c;
use crate::state_folder::StateFolder;
use crate::transport::{LocalEndpoint, Stream};
use ledger::{Contents, Expected, Ledger};
use metrics::{Metrics, Totals};
use summary::{Row, Summary};

/// A pipeline that settles nothing for so long is taken to be stuck.
const PATIENCE: Duration = Duration::from_secs(90);

/// Records without an outcome that are named one by one.
const NAMED: usize = 20;

/// Whatever a schedule sent would be records that the demo knows nothing of.
const FEEDING: Feeding = Feeding {
    schedules: Schedules::Off,
    real_apis: false,
};

/// Runs the demo.
///
/// # Errors
///
/// When a pipeline file is wrong, the stack cannot start, or the demo is interrupted.
pub(crate) async fn run(arguments: DemoArguments) -> anyhow::Result<ExitCode> {
    let described = chosen(&arguments)?;
    let page = arguments.page.prepare_if_kept(arguments.keep).await?;
    let folder = StateFolder::hold(&arguments.data)?;
    folder.empty()?;
    let port = arguments
        .port
        .unwrap_or(if arguments.keep { DEFAULT_PORT } else { 0 });
    let seed = arguments.seed.unwrap_or_else(producer::any_seed);
    let deployment = arguments.deployment;
    let extras = local::Extras {
        port,
        seed,
        delivery_streams: &[],
        page: page.as_ref(),
    };
    let stack = local::start(&described, deployment, FEEDING, &folder, extras).await?;
    let mut lines = stack.lambda().lines();
    let cancelled = ctrl_c();
    let mut summary = Summary::default();
    let mut unaccounted = Vec::new();
    let mut sent = Sent::default();
    for described in &described {
        let endpoint = LocalEndpoint(stack.endpoint());
        let stream = &described.pipeline.stream().name;
        let transport = Stream::open(stream, Some(&endpoint)).await?;
        let recipe = described.recipe_for(&transport).await?;
        let recipe = FaultyRecipe::new(recipe, FaultMix::default());
        let run = Run {
            source: Source::Recipe(Box::new(recipe)),
            rhythm: Rhythm::unlimited(),
            end: End {
                records: Some(arguments.records),
                ..End::default()
            },
            seed,
            delivery: DeliverySettings {
                shards: transport.open_shards().await,
                ..DeliverySettings::default()
            },
        };
        let (row, missing) = demonstrate(
            described, run, transport, &stack, &mut lines, &mut sent, &cancelled,
        )
        .await?;
        summary
            .pipelines
            .insert(described.pipeline.name().to_owned(), row);
        let name = described.pipeline.name();
        unaccounted.extend(
            missing
                .into_iter()
                .map(|sentence| format!("{name}: {sentence}")),
        );
    }
    summary.unaccounted = u64::try_from(unaccounted.len()).unwrap_or(u64::MAX);
    say(&format!("\n{}", summary.table()));
    for sentence in unaccounted.iter().take(NAMED) {
        say(&format!("unaccounted: {sentence}"));
    }
    if unaccounted.len() > NAMED {
        say(&format!("and {} more", unaccounted.len() - NAMED));
    }
    let page = page
        .map(|page| page.serve(&stack, &described))
        .transpose()?;
    if arguments.keep {
        local::introduce(&stack, &described, FEEDING);
        page.as_ref()
            .map_or_else(|| say(NOT_BUILT), Page::introduce);
        say("\nCtrl-C stops it");
    }
    if arguments.json {
        print(&serde_json::to_string(&summary)?)?;
    }
    if arguments.keep {
        local::until_told_to_stop().await?;
    }
    drop(page);
    stack.stop().await;
    Ok(if unaccounted.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn chosen(arguments: &DemoArguments) -> anyhow::Result<Vec<Described>> {
    let folder = &arguments.deployment.pipelines;
    if arguments.only.is_empty() {
        return pipelines::read_all(folder);
    }
    // Twice the same is once.
    let names: BTreeSet<_> = arguments.only.iter().collect();
    names
        .into_iter()
        .map(|name| pipelines::read_one(folder, name))
        .collect()
}

/// Sends records through one pipeline and waits until each has an outcome.
async fn demonstrate(
    described: &Described,
    run: Run,
    transport: Stream,
    stack: &Stack,
    lines: &mut metrics::Lines,
    sent: &mut Sent,
    cancelled: &watch::Receiver<Stop>,
) -> anyhow::Result<(Row, Vec<String>)> {
    let pipeline = &described.pipeline;
    let function = &pipeline.process().function;
    let stream = &pipeline.stream().name;
    let mut clerk = Clerk {
        bar: bar(pipeline.name(), run.end.records),
        ledger: Ledger::new(on_collision(pipeline.config())),
        given_up: Vec::new(),
        pulse: Pulse::default(),
    };
    let started = Instant::now();
    let Produced {
        account,
        stopped_by,
    } = producer::produce(run, &transport, &mut clerk, cancelled.clone()).await?;
    if let Some(error) = stopped_by {
        return Err(error);
    }
    // Another pipeline may have sent to the same stream before.
    let of_others = sent.entry(stream.clone()).or_default();
    let others = u64::try_from(of_others.len())?;
    let expected = others + account.acknowledged;
    let finished = settle(stack, function, expected, &clerk.bar, cancelled).await?;
    let took = finished.saturating_duration_since(started);
    clerk.bar.finish_and_clear();
    let mut found = verification::look(stack, pipeline)?;
    if found.repeated > 0 {
        say(&format!(
            "{}: {} lines repeat a record that was delivered again in another batch; they have its identity",
            pipeline.name(),
            found.repeated
        ));
    }
    found.disregard(of_others);
    of_others.extend(clerk.ledger.identities().cloned());
    let expected = |made: Made| made.expected(pipeline.config());
    let balance = clerk.ledger.balance(
        expected,
        &Contents {
            stored: &found.stored,
            nameless: found.nameless,
            quarantined: &found.quarantined,
            keys: &found.keys,
        },
    );
    let progress = stack
        .mapping(function)
        .map(MappingHandle::progress)
        .unwrap_or_default();
    let mut unaccounted = clerk.given_up;
    unaccounted.extend(balance.unaccounted);
    let counted = Totals {
        stored: balance.stored,
        filtered: balance.filtered,
        quarantined: balance.quarantined,
    };
    let metrics = Metrics::read(pipeline.name(), lines, counted).await;
    // Metrics count deliveries: they are the same as records where nothing is delivered twice.
    if others == 0 && progress.redelivered == 0 && metrics.totals != counted {
        unaccounted.push(format!(
            "the function's metrics say {:?}, and the bucket {counted:?}",
            metrics.totals
        ));
    }
    let settled = balance.stored + balance.filtered + balance.quarantined;
    let row = Row {
        generated: account.generated,
        acknowledged: account.acknowledged,
        received: (progress.delivered - progress.redelivered).saturating_sub(others),
        stored: balance.stored,
        filtered: balance.filtered,
        quarantined: balance.quarantined,
        retried: progress.redelivered,
        objects: found.objects,
        records_per_s: rate(settled, took),
        p50_ms: metrics.percentile(50),
        p99_ms: metrics.percentile(99),
        folder: found.folder,
    };
    Ok((row, unaccounted))
}

/// The identities of the records that were sent to each stream.
type Sent = HashMap<String, HashSet<String>>;

/// Waits until the mapping has settled what was acknowledged; tells when it had.
async fn settle(
    stack: &Stack,
    function: &str,
    acknowledged: u64,
    bar: &ProgressBar,
    cancelled: &watch::Receiver<Stop>,
) -> anyhow::Result<Instant> {
    let Some(mapping) = stack.mapping(function) else {
        bail!("{function} has no event source mapping");
    };
    let (mut progress, mut cancelled) = (mapping.subscribe(), cancelled.clone());
    let mut last = (0, Instant::now());
    let mut pulse = Pulse::default();
    loop {
        let settled = progress.borrow_and_update().settled;
        if settled > last.0 {
            last = (settled, Instant::now());
        }
        bar.set_position(settled);
        bar.set_message("settled");
        pulse.beat(|| format!("{function}: {settled} of {acknowledged} settled"));
        if settled >= acknowledged {
            return Ok(last.1);
        }
        if last.1.elapsed() > PATIENCE {
            let log = stack.data().join("logs").join(format!("{function}.log"));
            say(&format!(
                "{function} has settled nothing for {} s; look into {}",
                PATIENCE.as_secs(),
                log.display()
            ));
            return Ok(last.1);
        }
        tokio::select! {
            changed = progress.changed() => if changed.is_err() { bail!("the event source mapping of {function} has ended") },
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
            _ = cancelled.wait_for(|stop| *stop > Stop::No) => bail!("interrupted after {settled} of {acknowledged} records"),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52 records")]
fn rate(records: u64, took: Duration) -> f64 {
    if took.is_zero() {
        0.0
    } else {
        records as f64 / took.as_secs_f64()
    }
}

/// What happens to records that want the same key; in layout `batch` none do.
fn on_collision(config: &Config) -> OnCollision {
    match config.form {
        Form::Record { on_collision } => on_collision,
        Form::Batch { .. } => OnCollision::Suffix,
    }
}

/// A record as it was made. What must become of it is worked out when all have an outcome: that
/// would take time from what is measured.
struct Made {
    tag: u64,
    at: SystemTime,
    partition_key: String,
    data: Vec<u8>,
}

impl Made {
    /// What its pipeline makes of it, without the stack.
    fn expected(self, config: &Config) -> Expected {
        let verdict = check::verdict(config, self.tag, &self.partition_key, self.data, self.at);
        match verdict.intent {
            Intent::Filter => Expected::Filtered,
            Intent::Quarantine(_) => Expected::Quarantined,
            Intent::Store { key, .. } => Expected::Stored(key),
        }
    }
}

/// Keeps the ledger while records are sent.
struct Clerk {
    bar: ProgressBar,
    ledger: Ledger<Made>,
    given_up: Vec<String>,
    pulse: Pulse,
}

impl Observer for Clerk {
    fn made(&mut self, record: &Record, _: Option<Fault>) {
        let made = Made {
            tag: record.tag,
            at: SystemTime::now(),
            partition_key: record.partition_key.clone(),
            data: record.data.clone(),
        };
        self.ledger.rendered(record.tag, made);
    }

    fn happened(&mut self, event: Event) {
        match event {
            Event::Acknowledged {
                tag,
                shard_id,
                sequence_number,
            } => {
                self.ledger
                    .acknowledged(tag, format!("{shard_id}:{sequence_number}"));
            }
            Event::GivenUp { tag, reason } => {
                self.ledger.given_up(tag);
                self.given_up
                    .push(format!("record {tag} was given up: {reason}"));
            }
        }
    }

    fn notice(&mut self, notice: &Notice) {
        let name = self.bar.prefix();
        self.bar.suspend(|| say(&format!("{name}: {notice}")));
    }

    fn stands(&mut self, account: Account) {
        self.bar.set_position(account.acknowledged);
        self.bar
            .set_message(format!("acknowledged, {} throttled", account.throttled));
        let Account {
            generated,
            acknowledged,
            throttled,
            ..
        } = account;
        self.pulse.beat(|| {
            format!("{acknowledged} of {generated} acknowledged, {throttled} times throttled")
        });
    }
}
