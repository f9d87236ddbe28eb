//! What may be typed after `sluice redrive`.

use clap::Args;

use crate::deployed::DeployedArguments;

#[derive(Debug, Args)]
pub(crate) struct RedriveArguments {
    #[command(flatten)]
    pub(crate) deployed: DeployedArguments,
    /// Only what was quarantined for this reason, such as not-json
    #[arg(long, value_name = "REASON", conflicts_with = "from_failures")]
    pub(crate) reason: Option<String>,
    /// The batches of Lambda's failure destination rather than the quarantine
    #[arg(long)]
    pub(crate) from_failures: bool,
    /// Do it; without this it is only said what would become of each record
    #[arg(long)]
    pub(crate) apply: bool,
    /// Print one line of JSON, on stdout
    #[arg(long)]
    pub(crate) json: bool,
}
