//! What page and worker say to each other, as JSON.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::plan::{FieldError, Plan};
use crate::sendable::Sending;

/// What the page tells the worker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(
    tag = "type",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
#[expect(
    clippy::large_enum_variant,
    reason = "messages are few, and text on their way"
)]
pub enum ToWorker {
    /// Starts a run; one at a time.
    Start {
        /// What to make and where to send it.
        plan: Plan,
        /// As whom and where.
        access: Access,
    },
    /// Makes no more records until told to continue; what was made is delivered.
    Pause,
    /// Goes on after a pause; what was due meanwhile is left out.
    Continue,
    /// Makes and sends nothing more, and waits for answers under way.
    Stop,
    /// Waits for nothing.
    StopAtOnce,
    /// From now on requests are signed with these.
    Credentials(Credentials),
    /// Renders sample records.
    Preview {
        /// Comes back with the answer, so that an overtaken one can be told.
        id: u32,
        /// What to render.
        template: String,
        /// As in [`Plan::strip_line_breaks`].
        strip_line_breaks: bool,
        /// As in [`Plan::seed`].
        seed: u64,
        /// The simulated time to begin with, in milliseconds since the Unix epoch.
        simulated_ms: Option<i64>,
        /// How they would be sent.
        sending: Sending,
        /// How many.
        count: u32,
    },
}

/// What the worker tells the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(
    tag = "type",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
#[expect(
    clippy::large_enum_variant,
    reason = "messages are few, and text on their way"
)]
pub enum FromWorker {
    /// It hears; what was said before is lost.
    Ready,
    /// Sample records, or why there are none.
    Previewed {
        /// As asked.
        id: u32,
        /// The records, or how they begin.
        records: Vec<Sample>,
        /// What is wrong with the template; then there are no records.
        errors: Vec<TemplateMistake>,
        /// What is right, and hardly meant.
        warnings: Vec<TemplateMistake>,
        /// Why the records end before their number: one cannot be rendered.
        ended_by: Option<String>,
    },
    /// The run is not started, because of what is in the form.
    Refused {
        /// Every one of them.
        errors: Vec<FieldError>,
    },
    /// The run is not started, because of what AWS says.
    Unreachable {
        /// What, and what to do about it.
        trouble: Trouble,
    },
    /// How the run stands, four times a second.
    Progress(Snapshot),
    /// The run is over.
    Ended(Summary),
}

/// As whom and where requests are made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Access {
    /// `eu-west-1`.
    pub region: String,
    /// Where the services answer instead of where AWS has them, without a slash at the end.
    pub endpoint: Option<String>,
    /// What requests are signed with.
    pub credentials: Credentials,
}

/// What requests are signed with. Printed without its secrets.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Credentials {
    /// `ASIA…` or `AKIA…`.
    pub access_key_id: String,
    /// Never sent.
    pub secret_access_key: String,
    /// Of temporary credentials.
    pub session_token: Option<String>,
    /// Milliseconds since the Unix epoch; unknown or never when `None`.
    pub expires_ms: Option<i64>,
}

/// A sample record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sample {
    /// All of it or its beginning; bytes that are no UTF-8 are replaced.
    pub text: String,
    /// All its bytes, before a line feed and compression.
    pub bytes: u64,
    /// Whether the text is only its beginning.
    pub is_cut: bool,
    /// Why it cannot be sent, and what to do about it.
    pub problem: Option<String>,
}

/// One thing that is wrong with a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TemplateMistake {
    /// Counted from 1.
    pub line: usize,
    /// Counted from 1, in characters.
    pub column: usize,
    /// Of what to underline, in characters of the line; at least 1.
    pub length: usize,
    /// What is wrong and what to do.
    pub message: String,
    /// Whether records are made all the same.
    pub is_warning: bool,
}

/// What went wrong with requests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Trouble {
    /// AWS's name for it, such as `ExpiredTokenException`, or ours where no answer came.
    pub code: String,
    /// What was said.
    pub words: String,
    /// What to do about it.
    pub remedy: String,
}

/// What went wrong in a run, and when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LastTrouble {
    /// What.
    #[serde(flatten)]
    pub trouble: Trouble,
    /// Since the start, the last time that it went wrong.
    pub seconds: f64,
    /// Whether requests have succeeded since.
    pub is_over: bool,
}

/// Records that cannot be sent, whatever AWS says, and are given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NotSent {
    /// How many.
    pub records: u64,
    /// The first of them, counted from 1.
    pub first: u64,
    /// Why the first one cannot be sent.
    pub words: String,
    /// What to do about it.
    pub remedy: String,
}

/// What a run does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Phase {
    /// It makes and sends records.
    Running,
    /// It sends what was made, and makes nothing.
    Paused,
    /// AWS rejects the credentials: it keeps what was made until there are others.
    LockedOut,
    /// It waits for the last outcomes.
    Finishing,
    /// Every record has its outcome.
    Over,
}

/// How a run stands. `generated = acknowledged + givenUp + inFlight`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Snapshot {
    /// Since the start.
    pub seconds: f64,
    /// What the run does.
    pub phase: Phase,
    /// How the records stand.
    pub totals: Totals,
    /// Of the records in flight, those that are made and wait to be sent, or sent again.
    pub waiting: u64,
    /// Acknowledged records of each shard.
    pub shards: BTreeMap<String, u64>,
    /// What happened in the last second.
    pub rates: Rates,
    /// Of the requests since the snapshot before of which something was acknowledged; `None` without any.
    pub latency: Option<Latency>,
    /// The simulated time, in milliseconds since the Unix epoch.
    pub simulated_ms: Option<i64>,
    /// For how many seconds nothing has been taken; `None` while something is.
    pub silent_seconds: Option<f64>,
    /// Records that cannot be sent.
    pub not_sent: Option<NotSent>,
    /// The last that went wrong.
    pub last_trouble: Option<LastTrouble>,
}

/// How the records of a run stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Totals {
    /// Made.
    pub generated: u64,
    /// Stored by the stream.
    pub acknowledged: u64,
    /// Not sent again.
    pub given_up: u64,
    /// Without an outcome yet.
    pub in_flight: u64,
    /// How often a record was refused for want of capacity.
    pub throttled: u64,
    /// How often a record's attempt failed otherwise, by itself or with its whole request.
    pub failed: u64,
    /// How often a record was sent again.
    pub retried: u64,
    /// Data and partition keys of the acknowledged records; of Firehose, which has no keys, the data.
    pub bytes: u64,
    /// Requests that were answered or failed.
    pub requests: u64,
}

/// What happened a second, taken over the last one, or since the start if that is less.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rates {
    /// Records.
    pub generated: f64,
    /// Records.
    pub acknowledged: f64,
    /// Attempts of records.
    pub throttled: f64,
    /// Attempts of records.
    pub failed: f64,
    /// Bytes of acknowledged records.
    pub bytes: f64,
}

/// How long requests took, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Latency {
    /// Half of them took less.
    pub p50: f64,
    /// 99 of 100 took less.
    pub p99: f64,
}

/// What a run came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// What was asked for.
    pub plan: Plan,
    /// Where.
    pub region: String,
    /// Milliseconds since the Unix epoch.
    pub started_ms: i64,
    /// How long it took.
    pub seconds: f64,
    /// The seed, also when nobody chose it.
    pub seed: u64,
    /// Why it ended.
    pub ended_by: EndedBy,
    /// How the records stand; none is in flight.
    pub totals: Totals,
    /// Acknowledged records of each shard.
    pub shards: BTreeMap<String, u64>,
    /// Of all requests of which something was acknowledged.
    pub latency: Option<Latency>,
    /// Records of each fault that were made.
    pub faults: BTreeMap<String, u64>,
    /// Why records were given up, and how many.
    pub given_up: BTreeMap<String, u64>,
    /// Of those, records that were never sent because the run was stopped.
    pub unsent: u64,
    /// Of those, records that cannot be sent.
    pub not_sent: Option<NotSent>,
    /// The last that went wrong.
    pub last_trouble: Option<LastTrouble>,
}

/// Why a run ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum EndedBy {
    /// [`crate::plan::Stop::records`].
    Records,
    /// [`crate::plan::Stop::bytes`].
    Bytes,
    /// [`crate::plan::Stop::minutes`].
    Minutes,
    /// The simulated time ended, or its rate has no more records.
    Time,
    /// The user stopped it.
    User,
    /// None of the first records could be sent.
    Record {
        /// Why.
        message: String,
    },
    /// What AWS says cannot be helped by sending again.
    Trouble(Trouble),
}

impl fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Credentials")
            .field("access_key_id", &self.access_key_id)
            .field("expires_ms", &self.expires_ms)
            .finish_non_exhaustive()
    }
}
