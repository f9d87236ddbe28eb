//! What may be typed.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Parser, Subcommand};
use clap_complete::Shell;

use crate::deployment::Override;
use crate::fault::FaultRate;

/// The port of the local stack.
pub(crate) const DEFAULT_PORT: u16 = 4566;

/// Move events into a data lake, and try all of it on one machine.
#[derive(Debug, Parser)]
#[command(name = "sluice", version, propagate_version = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Keep a local Kinesis, S3 and Lambda up on one loopback port
    #[command(after_help = LOCAL_EXAMPLES)]
    Local(LocalArguments),
    /// Send records through every pipeline of a local stack and account for every one
    #[command(after_help = DEMO_EXAMPLES)]
    Demo(DemoArguments),
    /// Send records of a pipeline to its stream
    #[command(after_help = SEND_EXAMPLES)]
    Send(SendArguments),
    /// Print sample records
    #[command(after_help = PREVIEW_EXAMPLES)]
    Preview(PreviewArguments),
    /// Check pipeline files, and dry-run records through them
    #[command(after_help = CHECK_EXAMPLES)]
    Check(CheckArguments),
    /// Print a completion script for a shell
    Completions {
        /// For this shell
        shell: Shell,
    },
}

/// Which pipelines there are, and with what their functions run.
#[derive(Debug, Clone, Args)]
pub(crate) struct DeploymentArguments {
    /// The folder of the pipeline files
    #[arg(long, value_name = "DIR", default_value = "pipelines")]
    pub(crate) pipelines: PathBuf,
    /// The folder of the functions' binaries; beside sluice itself when omitted
    #[arg(long, value_name = "DIR")]
    pub(crate) functions: Option<PathBuf>,
    /// Run a command in place of a function's binary
    #[arg(long = "function", value_name = "NAME=COMMAND")]
    pub(crate) overrides: Vec<Override>,
    /// Do not throttle: shards take and give whatever comes
    #[arg(long)]
    pub(crate) no_limits: bool,
    /// Let a fault strike: put-records=RATE, put-object=RATE or invoke=RATE, 0 to 1
    #[arg(long = "fault", value_name = "FAULT=RATE")]
    pub(crate) faults: Vec<FaultRate>,
}

#[derive(Debug, Args)]
pub(crate) struct LocalArguments {
    #[command(flatten)]
    pub(crate) deployment: DeploymentArguments,
    /// The folder of the state; delete it to start afresh
    #[arg(long, value_name = "DIR", default_value = ".sluice/local")]
    pub(crate) data: PathBuf,
    /// The loopback port; 0 takes a free one
    #[arg(long, default_value_t = DEFAULT_PORT)]
    pub(crate) port: u16,
}

#[derive(Debug, Args)]
pub(crate) struct DemoArguments {
    #[command(flatten)]
    pub(crate) deployment: DeploymentArguments,
    /// Only this pipeline; may be given more than once
    #[arg(long = "pipeline", value_name = "NAME")]
    pub(crate) only: Vec<String>,
    /// Records for each pipeline
    #[arg(long, default_value_t = 2_000, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) records: u64,
    /// Print one line of JSON last, on stdout
    #[arg(long)]
    pub(crate) json: bool,
    /// Leave the stack up afterwards
    #[arg(long)]
    pub(crate) keep: bool,
    /// The folder of the state, which is emptied first
    #[arg(long, value_name = "DIR", default_value = ".sluice/demo")]
    pub(crate) data: PathBuf,
    /// The loopback port; 0 takes a free one [default: 0, with --keep 4566]
    #[arg(long)]
    pub(crate) port: Option<u16>,
    /// Repeat the same records
    #[arg(long)]
    pub(crate) seed: Option<u64>,
}

#[derive(Debug, Args)]
pub(crate) struct SendArguments {
    /// The pipeline whose records are sent
    #[arg(long, value_name = "NAME")]
    pub(crate) pipeline: String,
    /// The folder of the pipeline files
    #[arg(long, value_name = "DIR", default_value = "pipelines")]
    pub(crate) pipelines: PathBuf,
    /// The stream, when it is not the pipeline's own
    #[arg(long, value_name = "NAME")]
    pub(crate) stream: Option<String>,
    /// Stop after so many records; until Ctrl-C when omitted
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) records: Option<u64>,
    /// Records per second; as fast as the stream takes them when omitted
    #[arg(long, value_name = "PER_SECOND")]
    pub(crate) rate: Option<f64>,
    /// Repeat the same records
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// Send to the local stack, on this port
    #[arg(long, value_name = "PORT", num_args = 0..=1, default_missing_value = "4566")]
    pub(crate) local: Option<u16>,
    /// Print the account as one line of JSON last, on stdout
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("source").args(["template", "pipeline"]).required(true)))]
pub(crate) struct PreviewArguments {
    /// A file with a record template
    #[arg(long, value_name = "FILE")]
    pub(crate) template: Option<PathBuf>,
    /// The pipeline whose template is rendered
    #[arg(long, value_name = "NAME")]
    pub(crate) pipeline: Option<String>,
    /// The folder of the pipeline files
    #[arg(long, value_name = "DIR", default_value = "pipelines")]
    pub(crate) pipelines: PathBuf,
    /// How many records
    #[arg(short = 'n', long = "records", default_value_t = 5)]
    pub(crate) records: u64,
    /// Repeat the same records
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// The simulated time, whose offset is the local one, such as 2026-11-20T18:00:00+01:00
    #[arg(long, value_name = "RFC3339")]
    pub(crate) time: Option<String>,
    /// Print one JSON array of strings
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArguments {
    /// Pipeline files; every one in pipelines/ when omitted
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// The folder of the pipeline files
    #[arg(long, value_name = "DIR", default_value = "pipelines")]
    pub(crate) pipelines: PathBuf,
    /// A record to dry-run instead of generated ones; - reads stdin
    #[arg(long, value_name = "FILE")]
    pub(crate) record: Option<PathBuf>,
}

const LOCAL_EXAMPLES: &str = "Examples:
  sluice local
  sluice local --data /tmp/stack --port 0 --no-limits
  sluice local --function ProcessKdgArchive='python3 -m awslambdaric handler.handler'
  sluice local --fault put-object=0.1 --fault put-records=0.3";

const DEMO_EXAMPLES: &str = "Examples:
  sluice demo
  sluice demo --pipeline user-activity --records 20000 --json
  sluice demo --fault invoke=0.05 --fault put-object=0.1";

const SEND_EXAMPLES: &str = "Examples:
  sluice send --pipeline user-activity --records 1000 --local
  sluice send --pipeline kdg-archive --rate 100";

const PREVIEW_EXAMPLES: &str = "Examples:
  sluice preview --pipeline user-activity
  sluice preview --template record.tmpl -n 1000000 > records.ndjson
  sluice preview --template record.tmpl -n 3 --seed 7 --time 2026-11-20T18:00:00+01:00 --json";

const CHECK_EXAMPLES: &str = "Examples:
  sluice check
  sluice check pipelines/user-activity.yaml
  sluice check pipelines/user-activity.yaml --record one.json";

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
