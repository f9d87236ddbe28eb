//! `sluice local`: the stack, until Ctrl-C.

use std::process::ExitCode;

use local::account::DEFAULT_REGION;
use local::credentials::{TEST_ACCESS_KEY_ID, TEST_SECRET_ACCESS_KEY};
use local::fault::Fault;
use local::stack::{Config, Faults, Stack};
use pipeline::Pipeline;

use crate::account::{print, say};
use crate::command_line::{DeploymentArguments, LocalArguments};
use crate::deployment::{Programs, pipe};
use crate::fault::{FaultKind, FaultRate, rate_of};
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
    let folder = StateFolder::hold(&arguments.data)?;
    let stack = start(
        &described,
        arguments.deployment,
        &folder,
        arguments.port,
        any_seed(),
    )
    .await?;
    print(&stack.endpoint())?;
    introduce(&stack, &described);
    until_told_to_stop().await?;
    say("stopping");
    stack.stop().await;
    Ok(ExitCode::SUCCESS)
}

/// Starts a stack that has everything these pipelines need.
///
/// # Errors
///
/// When a function's program is missing, or the stack cannot start.
pub(crate) async fn start(
    described: &[Described],
    arguments: DeploymentArguments,
    folder: &StateFolder,
    port: u16,
    seed: u64,
) -> anyhow::Result<Stack> {
    let programs = Programs::find(arguments.functions, arguments.overrides)?;
    programs.check(described)?;
    let pipes = described
        .iter()
        .map(|described| pipe(&described.pipeline, &programs, DEFAULT_REGION))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let config = Config {
        data: folder.path().to_owned(),
        port,
        enforce_limits: !arguments.no_limits,
        faults: faults(&arguments.faults, seed),
        pipes,
        seed,
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
pub(crate) fn introduce(stack: &Stack, described: &[Described]) {
    say(&format!(
        "the local stack is up; point any AWS client at it:\n\n  \
         export AWS_ENDPOINT_URL={} AWS_REGION={DEFAULT_REGION}\n  \
         export AWS_ACCESS_KEY_ID={TEST_ACCESS_KEY_ID} AWS_SECRET_ACCESS_KEY={TEST_SECRET_ACCESS_KEY}\n",
        stack.endpoint()
    ));
    for Described { pipeline, .. } in described {
        say(&format!("  {}", way(pipeline, stack)));
    }
    say("\nCtrl-C stops it");
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

fn faults(rates: &[FaultRate], seed: u64) -> Faults {
    Faults {
        put_records: Fault::new(rate_of(rates, FaultKind::PutRecords), seed),
        put_object: Fault::new(rate_of(rates, FaultKind::PutObject), seed.wrapping_add(1)),
        invoke: rate_of(rates, FaultKind::Invoke),
    }
}
