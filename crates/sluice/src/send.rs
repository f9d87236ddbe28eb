//! `sluice send`: records of a pipeline to its stream, and a true account at the end.

use std::process::ExitCode;

use anyhow::bail;
use indicatif::ProgressBar;
use kdg::{Account, Event, Pace, Record};
use serde_json::json;
use tokio::sync::watch;

use crate::account::{bar, print, say};
use crate::command_line::SendArguments;
use crate::local::until_told_to_stop;
use crate::pipelines;
use crate::producer::{self, Observer, Run};
use crate::transport::{LocalEndpoint, Stream};

/// Sends until the run ends or Ctrl-C.
///
/// # Errors
///
/// When the pipeline cannot be read, or its records are ones that no stream would take.
pub(crate) async fn run(arguments: SendArguments) -> anyhow::Result<ExitCode> {
    let described = pipelines::read_one(&arguments.pipelines, &arguments.pipeline)?;
    let stream_name = arguments
        .stream
        .unwrap_or_else(|| described.pipeline.stream().name.clone());
    let endpoint = arguments
        .local
        .map(|port| LocalEndpoint(format!("http://127.0.0.1:{port}")));
    let stream = Stream::open(&stream_name, endpoint.as_ref()).await?;
    let pace = arguments
        .rate
        .map_or_else(|| Ok(Pace::unlimited()), Pace::constant)?;
    let run = Run {
        recipe: described.recipe()?,
        pace,
        records: arguments.records,
        seed: arguments.seed.unwrap_or_else(producer::any_seed),
    };
    let mut progress = Progress {
        bar: bar(&stream_name, arguments.records),
        last_failure: None,
    };
    let account = producer::produce(run, &stream, &mut progress, ctrl_c()).await?;
    progress.bar.finish_and_clear();
    say(&sentence(&stream_name, &account));
    if arguments.json {
        print(&line(&account).to_string())?;
    }
    match progress.last_failure {
        Some(failure) if account.given_up > 0 => bail!(
            "{} records were given up; the last was {failure}",
            account.given_up
        ),
        _ => Ok(ExitCode::SUCCESS),
    }
}

/// Turns true at the first Ctrl-C, or when told to stop. A second time ends the process at once.
pub(crate) fn ctrl_c() -> watch::Receiver<bool> {
    let (cancel, cancelled) = watch::channel(false);
    tokio::spawn(async move {
        if until_told_to_stop().await.is_ok() {
            say("stopping; press Ctrl-C again to give up at once");
            cancel.send_replace(true);
            let _ = until_told_to_stop().await;
            std::process::exit(1);
        }
    });
    cancelled
}

struct Progress {
    bar: ProgressBar,
    last_failure: Option<String>,
}

impl Observer for Progress {
    fn made(&mut self, _: &Record) {}

    fn happened(&mut self, event: Event) {
        if let Event::GivenUp { reason, .. } = event {
            self.last_failure = Some(reason.to_string());
        }
    }

    fn stands(&mut self, account: Account) {
        self.bar.set_position(account.acknowledged);
        self.bar.set_message(format!(
            "in flight {}, throttled {}, given up {}",
            account.in_flight, account.throttled, account.given_up
        ));
    }
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

fn line(account: &Account) -> serde_json::Value {
    json!({
        "generated": account.generated,
        "acknowledged": account.acknowledged,
        "given_up": account.given_up,
        "in_flight": account.in_flight,
        "throttled": account.throttled,
        "retried": account.retried,
        "bytes": account.bytes,
    })
}
