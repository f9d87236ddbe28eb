//! What may be typed after `sluice redrive`.

use clap::Args;

use crate::deployed::DeployedArguments;
use crate::reconcile::Since;

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
pub(crate) struct RedriveArguments {
    #[command(flatten)]
    pub(crate) deployed: DeployedArguments,
    /// Only what was quarantined for this reason, such as not-json
    #[arg(long, value_name = "REASON", conflicts_with_all = ["from_failures", "missing"])]
    pub(crate) reason: Option<String>,
    /// The batches of Lambda's failure destination rather than the quarantine
    #[arg(long, conflicts_with = "missing")]
    pub(crate) from_failures: bool,
    /// The records of the stream that are nowhere, once the function has caught up
    #[arg(long)]
    pub(crate) missing: bool,
    /// Of the missing only those that arrived since then: a time, or how long ago, such as 90m, 12h or 2d
    #[arg(long, value_name = "RFC3339|AGO", requires = "missing")]
    pub(crate) since: Option<Since>,
    /// Look for stored records below this prefix too before they count as missing
    #[arg(long, value_name = "PREFIX", requires = "missing")]
    pub(crate) also_in: Vec<String>,
    /// Do it; without this it is only said what would become of each record
    #[arg(long)]
    pub(crate) apply: bool,
    /// Print one line of JSON, on stdout
    #[arg(long)]
    pub(crate) json: bool,
}
