//! `sluice send`: records to a stream, and a true account at the end.

mod ledger;
mod progress;

use std::process::ExitCode;
use std::time::Duration;

use anyhow::bail;
use kdg::{Account, DeliverySettings, Ending, FaultyRecipe, KeyRule, Recipe, Retry};
use serde_json::json;
use tokio::sync::watch;

use crate::account::{counted, print, say};
use crate::command_line::SendArguments;
use crate::local::until_told_to_stop;
use crate::misuse::misuse;
use crate::pipelines::{self, Described, EVEN};
use crate::producer::{self, End, Lines, Produced, Run, Source, Stop};
use crate::rhythm::{Rhythm, Seconds};
use crate::transport::{Created, LocalEndpoint, Stream};
use ledger::Ledger;
use progress::{Progress, Reports};

/// Sends until the run ends or Ctrl-C.
///
/// # Errors
///
/// When what was typed does not fit together, the stream cannot be created, records are ones that
/// no stream would take, or some were given up.
pub(crate) async fn run(arguments: SendArguments) -> anyhow::Result<ExitCode> {
    let pipeline = arguments.source.pipeline.as_deref();
    let described = pipeline
        .map(|name| pipelines::read_one(&arguments.source.pipelines, name))
        .transpose()?;
    let seed = arguments.seed.unwrap_or_else(producer::any_seed);
    let rhythm = Rhythm::of(&arguments.pace, seed)?;
    let ledger = arguments
        .ledger
        .as_deref()
        .map(Ledger::create)
        .transpose()?;
    let stream = open(&arguments, described.as_ref()).await?;
    let run = Run {
        source: source(&arguments, described.as_ref(), &stream).await?,
        rhythm,
        end: End {
            records: arguments.end.records,
            bytes: arguments.end.bytes,
            after: arguments.end.seconds.map(|seconds| seconds.0),
        },
        seed,
        delivery: DeliverySettings {
            retry: Retry {
                max_age: Some(arguments.give_up_after.0),
                ..Retry::default()
            },
            shards: stream.open_shards().await,
            ..DeliverySettings::default()
        },
    };
    if arguments.interval == Some(Seconds(Duration::ZERO)) {
        return Err(misuse(
            "--interval is 0; write a number of seconds above it",
        ));
    }
    let reports = arguments.interval.map(|interval| Reports {
        every: interval.0,
        as_json: arguments.json,
        told: 0,
    });
    let mut progress = Progress::new(stream.name(), arguments.end.records, reports, ledger);
    let produced = producer::produce(run, &stream, &mut progress, ctrl_c()).await?;
    let took = progress.took();
    let finished = progress.finish();
    let Produced {
        account,
        stopped_by,
    } = produced;
    say(&sentence(stream.name(), &account));
    if arguments.json {
        print(&line(&account, took).to_string())?;
    }
    let last_failure = finished?;
    match (stopped_by, last_failure) {
        (Some(error), _) => Err(error),
        (None, Some(failure)) if account.given_up > 0 => bail!(
            "{} given up; the last was {failure}",
            counted(account.given_up, "record", ["was", "were"])
        ),
        _ => Ok(ExitCode::SUCCESS),
    }
}

/// The stream to send to, which is created when that is asked for.
async fn open(arguments: &SendArguments, described: Option<&Described>) -> anyhow::Result<Stream> {
    let of_pipeline = described.map(|described| described.pipeline.stream());
    let name = match (&arguments.stream, of_pipeline) {
        (Some(name), _) => name,
        (None, Some(stream)) => &stream.name,
        (None, None) => bail!("--stream is missing"),
    };
    let endpoint = arguments.local.map(LocalEndpoint::on);
    let stream = Stream::open(name, endpoint.as_ref()).await?;
    if arguments.create_stream {
        let of_pipeline = of_pipeline.filter(|stream| stream.name == *name);
        let shards = arguments
            .shards
            .or_else(|| of_pipeline.and_then(|stream| stream.shards));
        match stream.create(shards).await? {
            Created::Now => say(&format!("{name}: created, and ACTIVE")),
            Created::Before { open_shards } => {
                if let (Some(wanted), Some(open)) = (shards, open_shards)
                    && i64::from(wanted) != i64::from(open)
                {
                    say(&format!(
                        "{name}: is there already, its open shards are {open} and not {wanted}; to change \
                         that, use `aws kinesis update-shard-count`"
                    ));
                }
            }
        }
    }
    Ok(stream)
}

async fn source(
    arguments: &SendArguments,
    described: Option<&Described>,
    stream: &Stream,
) -> anyhow::Result<Source> {
    let rule = match arguments.source.partition_key.as_deref() {
        None => None,
        Some(EVEN) => Some(KeyRule::Even(stream.hash_keys().await?)),
        Some(rule) => {
            let rule = rule.parse::<KeyRule>();
            Some(rule.map_err(|error| misuse(format!("--partition-key: {error}")))?)
        }
    };
    let ending = if arguments.source.newline {
        Ending::LineFeed
    } else {
        Ending::Nothing
    };
    let recipe = match (described, &arguments.source.template) {
        (Some(described), _) => described.recipe_for(stream).await?,
        (None, Some(file)) => Recipe::new(pipelines::read_template(file)?),
        (None, None) => {
            let rule = rule.unwrap_or(KeyRule::Random);
            return Ok(Source::Lines(Lines::of_stdin(rule, ending)));
        }
    };
    let recipe = Recipe {
        partition_key: rule.unwrap_or_else(|| recipe.partition_key.clone()),
        ending,
        ..recipe
    };
    let mix = arguments.faults.clone().unwrap_or_default();
    Ok(Source::Recipe(Box::new(FaultyRecipe::new(recipe, mix))))
}

/// Listens to Ctrl-C, or to being told to stop; the third time ends the process as it is.
pub(crate) fn ctrl_c() -> watch::Receiver<Stop> {
    let (stop, stopped) = watch::channel(Stop::No);
    tokio::spawn(async move {
        if until_told_to_stop().await.is_ok() {
            say(
                "stopping, once the requests under way are answered; press Ctrl-C again to stop at once",
            );
            stop.send_replace(Stop::Gently);
            let _ = until_told_to_stop().await;
            stop.send_replace(Stop::AtOnce);
            let _ = until_told_to_stop().await;
            std::process::exit(1);
        }
    });
    stopped
}

fn sentence(stream: &str, account: &Account) -> String {
    let Account {
        generated,
        acknowledged,
        given_up,
        retried,
        throttled,
        bytes,
        ..
    } = account;
    format!(
        "{stream}: generated {generated}, acknowledged {acknowledged}, given up {given_up} \
         ({throttled} times throttled, {retried} times resent, {bytes} bytes)"
    )
}

fn line(account: &Account, took: Duration) -> serde_json::Value {
    json!({
        "seconds": took.as_secs_f64(),
        "generated": account.generated,
        "acknowledged": account.acknowledged,
        "given_up": account.given_up,
        "in_flight": account.in_flight,
        "throttled": account.throttled,
        "retried": account.retried,
        "bytes": account.bytes,
    })
}
