//! `sluice local`: the stack, until Ctrl-C.

use std::process::ExitCode;

use anyhow::bail;
use local::account::DEFAULT_REGION;
use local::credentials::{TEST_ACCESS_KEY_ID, TEST_SECRET_ACCESS_KEY};
use local::fault::Fault;
use local::stack::{Config, Faults, Stack};
use local::stand_in::ApiFaults;
use pipeline::Pipeline;
use pipeline::file::Ingest;

use crate::account::{print, say};
use crate::command_line::{DeploymentArguments, LocalArguments};
use crate::delivery_stream::DeliveryStream;
use crate::deployment::{Feeding, Programs, Schedules, feed, pipe, stand_in};
use crate::fault::{FaultKind, FaultRate, rate_of};
use crate::page::Preparation;
use crate::pipelines::{self, Described};
use crate::producer::any_seed;
use crate::state_folder::StateFolder;

/// Runs the stack. The first line on stdout is the endpoint.
///
/// # Errors
///
/// When a pipeline file is wrong, or the stack cannot start.
pub(crate) async fn run(arguments: LocalArguments) -> anyhow::Result<ExitCode> {
    let described = pipelines::read_all(&arguments.deployment.pipelines)?;
    if arguments
        .schedule_every
        .is_some_and(|period| period.0.is_zero())
    {
        bail!("--schedule-every 0 would never pause; choose more than 0 seconds");
    }
    let folder = StateFolder::hold(&arguments.data)?;
    let feeding = Feeding {
        schedules: match arguments.schedule_every {
            _ if arguments.no_schedules => Schedules::Off,
            Some(period) => Schedules::Every(period.0),
            None => Schedules::Own,
        },
        real_apis: arguments.real_apis,
    };
    let page = arguments.page.prepare().await?;
    let delivery_streams = arguments.delivery_streams;
    let stack = start(
        &described,
        arguments.deployment,
        feeding,
        &folder,
        Extras {
            port: arguments.port,
            seed: any_seed(),
            delivery_streams: &delivery_streams,
            page: page.as_ref(),
        },
    )
    .await?;
    let page = page
        .map(|page| page.serve(&stack, &described))
        .transpose()?;
    print(&stack.endpoint())?;
    introduce(&stack, &described, feeding);
    for (name, bucket) in delivery_streams.iter().map(DeliveryStream::way) {
        let folder = stack.data().join("s3").join(bucket);
        say(&format!("  {name} -> {}", folder.display()));
    }
    if let Some(page) = &page {
        page.introduce();
    }
    say("\nCtrl-C stops it");
    until_told_to_stop().await?;
    say("stopping");
    drop(page);
    stack.stop().await;
    Ok(ExitCode::SUCCESS)
}

/// What a stack has beside its pipelines.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Extras<'a> {
    /// The loopback port; 0 takes a free one.
    pub(crate) port: u16,
    pub(crate) seed: u64,
    pub(crate) delivery_streams: &'a [DeliveryStream],
    /// The page whose user signs in.
    pub(crate) page: Option<&'a Preparation>,
}

/// Starts a stack that has everything these pipelines need.
///
/// # Errors
///
/// When a function's program is missing, or the stack cannot start.
pub(crate) async fn start(
    described: &[Described],
    arguments: DeploymentArguments,
    feeding: Feeding,
    folder: &StateFolder,
    extras: Extras<'_>,
) -> anyhow::Result<Stack> {
    let programs = Programs::find(arguments.functions, arguments.overrides)?;
    programs.check(described)?;
    let pipes = described
        .iter()
        .map(|described| pipe(&described.pipeline, &programs, DEFAULT_REGION))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let mut feeds = Vec::new();
    for described in described {
        feeds.extend(feed(
            &described.pipeline,
            &programs,
            DEFAULT_REGION,
            feeding,
        )?);
    }
    let delivery_streams = extras.delivery_streams.iter();
    let config = Config {
        port: extras.port,
        enforce_limits: !arguments.no_limits,
        faults: faults(&arguments.faults, extras.seed),
        pipes,
        feeds,
        stand_ins: crate::stand_in::all(),
        delivery_streams: delivery_streams.map(DeliveryStream::settings).collect(),
        sign_in: extras.page.map(Preparation::sign_in),
        seed: extras.seed,
        ..Config::new(folder.path())
    };
    Ok(Stack::start(config).await?)
}

/// Waits for Ctrl-C, or for the signal of a service manager or of a terminal that closes.
///
/// # Errors
///
/// When the system does not let a process wait for signals.
pub(crate) async fn until_told_to_stop() -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    tokio::select! {
        _ = hang_up.recv() => {}
        interrupted = tokio::signal::ctrl_c() => interrupted?,
        _ = terminate.recv() => {}
    }
    Ok(())
}

/// Tells how to use the stack.
pub(crate) fn introduce(stack: &Stack, described: &[Described], feeding: Feeding) {
    say(&format!(
        "the local stack is up; point any AWS client at it:\n\n  \
         export AWS_ENDPOINT_URL={} AWS_REGION={DEFAULT_REGION}\n  \
         export AWS_ACCESS_KEY_ID={TEST_ACCESS_KEY_ID} AWS_SECRET_ACCESS_KEY={TEST_SECRET_ACCESS_KEY}\n",
        stack.endpoint()
    ));
    for Described { pipeline, .. } in described {
        say(&format!("  {}", way(pipeline, stack)));
        if let Some(ingest) = pipeline.ingest() {
            say(&format!("    {}", fed(ingest, stack, feeding)));
        }
    }
}

fn way(pipeline: &Pipeline, stack: &Stack) -> String {
    let bucket = stack.data().join("s3").join(pipeline.bucket());
    format!(
        "{} -> {} -> {}",
        pipeline.stream().name,
        pipeline.process().function,
        bucket.display()
    )
}

/// When and from where a stream is fed; a query may hold a secret.
fn fed(ingest: &Ingest, stack: &Stack, feeding: Feeding) -> String {
    let when = match feeding.schedules {
        Schedules::Off => "when it is invoked".to_owned(),
        Schedules::Own => ingest.schedule.to_string(),
        Schedules::Every(period) => format!("every {} s", period.as_secs_f64()),
    };
    let url = without_query(&ingest.settings.url);
    let from = match stand_in(ingest, feeding) {
        Some(path) => format!(
            "{}{} in place of {url} (--real-apis asks the API itself)",
            stack.endpoint(),
            without_query(&path)
        ),
        None => url.to_owned(),
    };
    format!("{}, {when}, from {from}", ingest.function)
}

fn without_query(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or(url)
}

fn faults(rates: &[FaultRate], seed: u64) -> Faults {
    Faults {
        put_records: Fault::new(rate_of(rates, FaultKind::PutRecords), seed),
        put_object: Fault::new(rate_of(rates, FaultKind::PutObject), seed.wrapping_add(1)),
        api: ApiFaults {
            unavailable: Fault::new(
                rate_of(rates, FaultKind::ApiUnavailable),
                seed.wrapping_add(2),
            ),
            limited: Fault::new(rate_of(rates, FaultKind::ApiLimited), seed.wrapping_add(3)),
            slow: Fault::new(rate_of(rates, FaultKind::ApiSlow), seed.wrapping_add(4)),
            broken: Fault::new(rate_of(rates, FaultKind::ApiBroken), seed.wrapping_add(5)),
        },
        put_record_batch: Fault::new(
            rate_of(rates, FaultKind::PutRecordBatch),
            seed.wrapping_add(6),
        ),
        put_records_unavailable: Fault::new(
            rate_of(rates, FaultKind::PutRecordsUnavailable),
            seed.wrapping_add(7),
        ),
        invoke: rate_of(rates, FaultKind::Invoke),
    }
}
