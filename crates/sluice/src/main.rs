//! The command line: the local stack, the producer, sample records, a pipeline's check and cost, and what
//! became of its records.

mod account;
mod bucket;
mod check;
mod command_line;
mod cost;
mod delivery_stream;
mod demo;
mod deployed;
mod deployment;
mod failure;
mod fault;
mod ingest_now;
mod local;
mod misuse;
mod page;
mod pipelines;
mod preview;
mod producer;
mod reconcile;
mod redrive;
mod rhythm;
mod send;
mod stand_in;
mod state_folder;
mod transport;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use command_line::{Cli, Command};
use misuse::Misuse;

/// A fifth of the time of the stack went into the allocator of the C library.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    account::open_log();
    let done = match cli.command {
        Command::Local(arguments) => local::run(arguments).await,
        Command::Demo(arguments) => demo::run(arguments).await,
        Command::Send(arguments) => send::run(*arguments).await,
        Command::Preview(arguments) => preview::run(&arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::Cost(arguments) => cost::run(&arguments),
        Command::Reconcile(arguments) => reconcile::run(arguments).await,
        Command::Redrive(arguments) => Box::pin(redrive::run(arguments)).await,
        Command::Completions { shell } => {
            let mut command = Cli::command();
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut command, "sluice", &mut script);
            account::print(String::from_utf8_lossy(&script).trim_end()).map(|()| ExitCode::SUCCESS)
        }
    };
    done.unwrap_or_else(|error| {
        account::say(&format!("error: {error:#}"));
        if error.is::<Misuse>() {
            ExitCode::from(misuse::EXIT_CODE)
        } else {
            ExitCode::FAILURE
        }
    })
}
