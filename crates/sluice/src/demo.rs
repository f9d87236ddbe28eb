//! `sluice demo`: records through every pipeline of a fresh stack, and an account of every one.

mod clerk;
mod ledger;
mod metrics;
mod summary;
mod verification;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use ::local::mapping::MappingHandle;
use ::local::stack::Stack;
use anyhow::bail;
use indicatif::ProgressBar;
use kdg::{DeliverySettings, FaultMix, FaultyRecipe};
use pipeline::Config;
use pipeline::config::{Form, OnCollision};
use tokio::sync::watch;

use crate::account::{Pulse, bar, print, say};
use crate::command_line::{DEFAULT_PORT, DemoArguments};
use crate::deployment::{Feeding, Schedules};
use crate::local;
use crate::page::{NOT_BUILT, Page};
use crate::pipelines::{self, Described};
use crate::producer::{self, End, Produced, Run, Source, Stop};
use crate::rhythm::Rhythm;
use crate::send::ctrl_c;
use crate::state_folder::StateFolder;
use crate::transport::{LocalEndpoint, Stream};
use clerk::{Clerk, Made};
use ledger::{Contents, Ledger};
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
    let mut interruption = None;
    for one in &described {
        let endpoint = LocalEndpoint(stack.endpoint());
        let stream = &one.pipeline.stream().name;
        let transport = Stream::open(stream, Some(&endpoint)).await?;
        let recipe = one.recipe_for(&transport).await?;
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
        let demonstrated = demonstrate(
            one, run, transport, &stack, &mut lines, &mut sent, &cancelled,
        )
        .await?;
        let name = one.pipeline.name();
        let (row, missing) = (demonstrated.row, demonstrated.unaccounted);
        summary.pipelines.insert(name.to_owned(), row);
        unaccounted.extend(
            missing
                .into_iter()
                .map(|sentence| format!("{name}: {sentence}")),
        );
        if let Some(sentence) = demonstrated.interrupted {
            interruption = Some(match described.len() - summary.pipelines.len() {
                0 => sentence,
                left => format!("{sentence}; {left} more pipelines were not begun"),
            });
            break;
        }
    }
    summary.interrupted = interruption.is_some();
    summary.unaccounted = u64::try_from(unaccounted.len()).unwrap_or(u64::MAX);
    say(&format!("\n{}", summary.table()));
    for sentence in unaccounted.iter().take(NAMED) {
        say(&format!("unaccounted: {sentence}"));
    }
    if unaccounted.len() > NAMED {
        say(&format!("and {} more", unaccounted.len() - NAMED));
    }
    let is_kept = arguments.keep && interruption.is_none();
    let page = page
        .filter(|_| is_kept)
        .map(|page| page.serve(&stack, &described))
        .transpose()?;
    if is_kept {
        local::introduce(&stack, &described, FEEDING);
        page.as_ref()
            .map_or_else(|| say(NOT_BUILT), Page::introduce);
        say("\nCtrl-C stops it");
    }
    if arguments.json {
        print(&serde_json::to_string(&summary)?)?;
    }
    if is_kept {
        local::until_told_to_stop().await?;
    }
    drop(page);
    stack.stop().await;
    if let Some(sentence) = interruption {
        bail!(sentence);
    }
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
) -> anyhow::Result<Demonstrated> {
    let pipeline = &described.pipeline;
    let wanted = run.end.records.unwrap_or_default();
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
    if *cancelled.borrow() > Stop::No {
        say("waiting until what was acknowledged is settled; press Ctrl-C again to stop at once");
    }
    let (finished, all_settled) = settle(stack, function, expected, &clerk.bar, cancelled).await?;
    let is_interrupted = *cancelled.borrow() > Stop::No;
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
    let mut unaccounted = Vec::new();
    if !is_interrupted {
        unaccounted.extend(clerk.given_up);
    }
    let mut counted = Totals {
        stored: balance.stored,
        filtered: balance.filtered,
        quarantined: balance.quarantined,
    };
    let metrics = Metrics::read(pipeline.name(), lines, counted).await;
    if is_interrupted && !all_settled {
        // What should be filtered is not there whether it was or not: only the function knows.
        counted.filtered = metrics.totals.filtered.min(counted.filtered);
    } else {
        unaccounted.extend(balance.unaccounted);
    }
    // Metrics count deliveries: they are the same as records where nothing is delivered twice.
    if others == 0 && progress.redelivered == 0 && all_settled && metrics.totals != counted {
        unaccounted.push(format!(
            "the function's metrics say {:?}, and the bucket {counted:?}",
            metrics.totals
        ));
    }
    let settled = counted.stored + counted.filtered + counted.quarantined;
    let row = Row {
        generated: account.generated,
        acknowledged: account.acknowledged,
        received: (progress.delivered - progress.redelivered).saturating_sub(others),
        stored: balance.stored,
        filtered: counted.filtered,
        quarantined: counted.quarantined,
        retried: progress.redelivered,
        objects: found.objects,
        records_per_s: rate(settled, took),
        p50_ms: metrics.percentile(50),
        p99_ms: metrics.percentile(99),
        folder: found.folder,
    };
    let interrupted = is_interrupted.then(|| {
        let (acknowledged, unsent) = (account.acknowledged, account.given_up);
        format!(
            "interrupted in {}: of {wanted} records {acknowledged} were acknowledged and {unsent} more made \
             and given up; {settled} are settled",
            pipeline.name()
        )
    });
    Ok(Demonstrated {
        row,
        unaccounted,
        interrupted,
    })
}

/// What came of one pipeline.
struct Demonstrated {
    row: Row,
    unaccounted: Vec<String>,
    /// How far it got, where somebody ended it.
    interrupted: Option<String>,
}

/// The identities of the records that were sent to each stream.
type Sent = HashMap<String, HashSet<String>>;

/// Waits until the mapping has settled what was acknowledged, also when no more is to come; tells
/// when it had, and whether it has all.
async fn settle(
    stack: &Stack,
    function: &str,
    acknowledged: u64,
    bar: &ProgressBar,
    cancelled: &watch::Receiver<Stop>,
) -> anyhow::Result<(Instant, bool)> {
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
            return Ok((last.1, true));
        }
        if *cancelled.borrow() == Stop::AtOnce {
            return Ok((last.1, false));
        }
        if last.1.elapsed() > PATIENCE {
            let log = stack.data().join("logs").join(format!("{function}.log"));
            say(&format!(
                "{function} has settled nothing for {} s; look into {}",
                PATIENCE.as_secs(),
                log.display()
            ));
            return Ok((last.1, false));
        }
        tokio::select! {
            changed = progress.changed() => if changed.is_err() { bail!("the event source mapping of {function} has ended") },
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
            _ = cancelled.wait_for(|stop| *stop == Stop::AtOnce) => {}
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
