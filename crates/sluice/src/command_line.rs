//! What may be typed.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{ArgGroup, Args, Parser, Subcommand};
use clap_complete::Shell;
use kdg::FaultMix;

use crate::cost::{self, CostArguments};
use crate::delivery_stream::DeliveryStream;
use crate::deployment::Override;
use crate::fault::FaultRate;
use crate::page::PageArguments;
use crate::reconcile::ReconcileArguments;
use crate::redrive::RedriveArguments;
use crate::rhythm::{Ramp, Seconds};

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
    #[command(after_help = LOCAL_EXAMPLES, allow_negative_numbers = true)]
    Local(LocalArguments),
    /// Send records through every pipeline of a local stack and account for every one
    #[command(after_help = DEMO_EXAMPLES, allow_negative_numbers = true)]
    Demo(DemoArguments),
    /// Send records of a pipeline to its stream
    #[command(after_help = SEND_EXAMPLES, allow_negative_numbers = true)]
    Send(Box<SendArguments>),
    /// Print sample records
    #[command(after_help = PREVIEW_EXAMPLES, allow_negative_numbers = true)]
    Preview(PreviewArguments),
    /// Check pipeline files, and dry-run records through them
    #[command(after_help = CHECK_EXAMPLES)]
    Check(CheckArguments),
    /// Estimate what a pipeline needs and costs
    #[command(after_help = cost::EXAMPLES, allow_negative_numbers = true)]
    Cost(Box<CostArguments>),
    /// Compare a stream or a ledger with the bucket: what is missing, duplicate, quarantined, filtered
    #[command(after_help = RECONCILE_EXAMPLES, allow_negative_numbers = true)]
    Reconcile(ReconcileArguments),
    /// Process again, after a fix, what was quarantined, given up or is missing
    #[command(after_help = REDRIVE_EXAMPLES)]
    Redrive(RedriveArguments),
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
    /// Let a fault strike: put-records, put-records-unavailable, put-record-batch, put-object,
    /// invoke, api-unavailable, api-limited, api-slow or api-broken, then =RATE, 0 to 1
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
    /// Run every schedule each so many seconds instead of at its own times
    #[arg(long, value_name = "SECONDS", conflicts_with = "no_schedules")]
    pub(crate) schedule_every: Option<Seconds>,
    /// Start no schedule: functions run when they are invoked
    #[arg(long)]
    pub(crate) no_schedules: bool,
    /// Ask APIs where they are, also those that have a stand-in here
    #[arg(long)]
    pub(crate) real_apis: bool,
    /// Add a delivery stream of Firehose, which writes an object every 5 seconds or 5 MiB
    #[arg(long = "delivery-stream", value_name = "NAME=BUCKET")]
    pub(crate) delivery_streams: Vec<DeliveryStream>,
    #[command(flatten)]
    pub(crate) page: PageArguments,
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
    /// Leave the stack up afterwards, and the page with it where it is built
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
    #[command(flatten)]
    pub(crate) page: PageArguments,
}

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("records_from").args(["pipeline", "template", "stdin"]).required(true)))]
pub(crate) struct SendArguments {
    #[command(flatten)]
    pub(crate) source: SourceArguments,
    /// The stream; the pipeline's own when omitted
    #[arg(long, value_name = "NAME", required_unless_present = "pipeline")]
    pub(crate) stream: Option<String>,
    /// Create the stream when it is not there, and wait until it is ACTIVE
    #[arg(long)]
    pub(crate) create_stream: bool,
    /// How many shards to create it with; the pipeline's number, or on-demand, when omitted
    #[arg(long, value_name = "N", requires = "create_stream", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) shards: Option<u32>,
    #[command(flatten)]
    pub(crate) pace: PaceArguments,
    #[command(flatten)]
    pub(crate) end: EndArguments,
    /// Repeat the same records
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// Mix in faults, each with its share: malformed, duplicate, late, oversize, hot-key
    #[arg(long, value_name = "NAME=SHARE,…", conflicts_with = "stdin")]
    pub(crate) faults: Option<FaultMix>,
    /// Give a record up that would be sent again more than so many seconds after its first attempt
    #[arg(long, value_name = "SECONDS", default_value = "300")]
    pub(crate) give_up_after: Seconds,
    /// Write a line of JSON for every record: its number, its fault, and what became of it
    #[arg(long, value_name = "FILE")]
    pub(crate) ledger: Option<PathBuf>,
    /// Tell how the records stand every so many seconds as well
    #[arg(long, value_name = "SECONDS")]
    pub(crate) interval: Option<Seconds>,
    /// Send to the local stack, on this port
    #[arg(long, value_name = "PORT", num_args = 0..=1, default_missing_value = "4566")]
    pub(crate) local: Option<u16>,
    /// Print the account as one line of JSON last, on stdout
    #[arg(long)]
    pub(crate) json: bool,
}

/// Where records come from, and what is added to them.
#[derive(Debug, Args)]
#[command(next_help_heading = "Records")]
pub(crate) struct SourceArguments {
    /// The pipeline whose test traffic is sent
    #[arg(long, value_name = "NAME")]
    pub(crate) pipeline: Option<String>,
    /// A file with a record template
    #[arg(long, value_name = "FILE")]
    pub(crate) template: Option<PathBuf>,
    /// Lines from standard input, one record each; empty lines are none
    #[arg(long)]
    pub(crate) stdin: bool,
    /// The folder of the pipeline files
    #[arg(long, value_name = "DIR", default_value = "pipelines")]
    pub(crate) pipelines: PathBuf,
    /// `random`, `even` over the shards, or text with fields such as `{{ user_id }}`
    #[arg(long, value_name = "RULE")]
    pub(crate) partition_key: Option<String>,
    /// End each record with a line feed, as the Kinesis Data Generator does
    #[arg(long)]
    pub(crate) newline: bool,
}

/// How fast records are sent; as fast as the stream takes them when nothing is said.
#[derive(Debug, Args)]
#[command(next_help_heading = "Rate")]
pub(crate) struct PaceArguments {
    /// Records per second
    #[arg(long, value_name = "PER_SECOND", conflicts_with_all = ["ramp", "grid"])]
    pub(crate) rate: Option<f64>,
    /// A rate that changes from one to the other within the time of --over
    #[arg(long, value_name = "FROM..TO", requires = "over", conflicts_with_all = ["burst", "grid"])]
    pub(crate) ramp: Option<Ramp>,
    /// How long the ramp takes, in seconds
    #[arg(long, value_name = "SECONDS", requires = "ramp")]
    pub(crate) over: Option<Seconds>,
    /// The rate of a burst that comes --every so often and --lasts for a while, above --rate
    #[arg(
        long,
        value_name = "PER_SECOND",
        requires = "every",
        requires = "lasts",
        conflicts_with = "grid"
    )]
    pub(crate) burst: Option<f64>,
    /// From the beginning of one burst to that of the next, in seconds
    #[arg(long, value_name = "SECONDS", requires = "burst")]
    pub(crate) every: Option<Seconds>,
    /// How long a burst lasts, in seconds
    #[arg(long, value_name = "SECONDS", requires = "burst")]
    pub(crate) lasts: Option<Seconds>,
    /// A file with the week of hours that the Kinesis Data Generator keeps as `periods`
    #[arg(long, value_name = "FILE")]
    pub(crate) grid: Option<PathBuf>,
    /// Let each hour of the grid pass evenly into the next
    #[arg(long, requires = "grid")]
    pub(crate) smooth: bool,
    /// Simulate the time from here on, which `date.simTime` shows
    #[arg(long, value_name = "RFC3339")]
    pub(crate) from: Option<String>,
    /// Where the simulated time ends
    #[arg(long, value_name = "RFC3339", requires = "from")]
    pub(crate) until: Option<String>,
    /// How many times as fast the simulated time passes; as fast as the stream takes it when omitted
    #[arg(long, value_name = "TIMES", requires = "from")]
    pub(crate) speed: Option<f64>,
}

/// When to stop; at Ctrl-C when nothing is said.
#[derive(Debug, Args)]
#[command(next_help_heading = "End")]
pub(crate) struct EndArguments {
    /// Stop after so many records
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) records: Option<u64>,
    /// Stop after so many bytes of data and partition keys
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) bytes: Option<u64>,
    /// Stop after so many seconds
    #[arg(long)]
    pub(crate) seconds: Option<Seconds>,
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
    /// How many records; 5, or as many as --bytes needs, when omitted
    #[arg(short = 'n', long)]
    pub(crate) records: Option<u64>,
    /// Stop at the record that makes it so many bytes
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) bytes: Option<u64>,
    /// Threads that render; as many as there are cores when omitted
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<NonZeroUsize>,
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
  sluice local --fault put-object=0.1 --fault put-records=0.3
  sluice local --schedule-every 5 --fault api-unavailable=0.5
  sluice local --page 8080 --delivery-stream clicks=clicks-bucket";

const DEMO_EXAMPLES: &str = "Examples:
  sluice demo
  sluice demo --pipeline user-activity --records 20000 --json
  sluice demo --keep --page 8080
  sluice demo --fault invoke=0.05 --fault put-object=0.1";

const SEND_EXAMPLES: &str = "Examples:
  sluice send --pipeline user-activity --records 1000 --local
  sluice send --pipeline kdg-archive --rate 100
  sluice send --template order.tmpl --stream orders --create-stream --shards 4 --partition-key even
  sluice send --pipeline kdg-archive --ramp 0..5000 --over 60 --seconds 120
  sluice send --pipeline kdg-archive --rate 50 --burst 2000 --every 60 --lasts 5
  sluice send --pipeline kdg-archive --grid periods.json --from 2026-11-16T00:00:00Z --until 2026-11-23T00:00:00Z
  sluice send --pipeline kdg-archive --records 10000 --faults malformed=0.01,late=0.02 --ledger sent.ndjson
  zcat events.ndjson.gz | sluice send --stdin --stream events --partition-key '{{ user.id }}'";

const PREVIEW_EXAMPLES: &str = "Examples:
  sluice preview --pipeline user-activity
  sluice preview --template record.tmpl -n 1000000 > records.ndjson
  sluice preview --template record.tmpl --bytes 10000000000 > 10-gigabytes.ndjson
  sluice preview --template record.tmpl -n 3 --seed 7 --time 2026-11-20T18:00:00+01:00 --json";

const CHECK_EXAMPLES: &str = "Examples:
  sluice check
  sluice check pipelines/user-activity.yaml
  sluice check pipelines/user-activity.yaml --record one.json";

const RECONCILE_EXAMPLES: &str = "Examples:
  sluice reconcile --pipeline user-activity --local
  sluice reconcile --pipeline user-activity --since 12h --list all
  sluice reconcile --pipeline kdg-archive --ledger sent.ndjson --wait 60
  sluice reconcile --pipeline page-views --bucket live-page-views-lake --stream live-page-views-stream --json > balance.json";

const REDRIVE_EXAMPLES: &str = "Examples:
  sluice redrive --pipeline call-events --local
  sluice redrive --pipeline call-events --reason program-error --apply
  sluice redrive --pipeline call-events --from-failures --apply
  sluice redrive --pipeline call-events --missing --since 2h";

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
