//! The description of a stack.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use crate::clock::{Clock, SystemClock};
use crate::fault::Fault;
use crate::lambda::Function;
use crate::mapping::Settings;
use crate::stand_in::{ApiFaults, StandIn};
use crate::{cognito, firehose, schedule};

/// The description of a stack.
#[derive(Debug)]
pub struct Config {
    /// The folder of all state. Deleting it starts afresh.
    pub data: PathBuf,
    /// The port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// Whether shards are throttled as on AWS.
    pub enforce_limits: bool,
    /// What happens now and then.
    pub faults: Faults,
    /// The pipelines that are there from the start.
    pub pipes: Vec<Pipe>,
    /// The functions that feed streams.
    pub feeds: Vec<Feed>,
    /// APIs that answer here instead of where they are.
    pub stand_ins: Vec<StandIn>,
    /// The delivery streams of Firehose.
    pub delivery_streams: Vec<firehose::Settings>,
    /// Who may sign in, where anybody may.
    pub sign_in: Option<cognito::Settings>,
    /// What time it is for all of it.
    pub clock: Arc<dyn Clock>,
    /// Decides everything that is left to chance.
    pub seed: u64,
}

/// What goes wrong on purpose. The rates can be changed while the stack runs.
#[derive(Debug, Clone)]
pub struct Faults {
    /// Records that are throttled whatever the shard has room for.
    pub put_records: Fault,
    /// Requests with records that are answered 503 as a whole.
    pub put_records_unavailable: Fault,
    /// Records for Firehose that are throttled.
    pub put_record_batch: Fault,
    /// Uploads that are answered 503.
    pub put_object: Fault,
    /// What the stand-ins of APIs get wrong.
    pub api: ApiFaults,
    /// How likely an invocation loses its process in the middle of its work, 0.0 to 1.0.
    pub invoke: f64,
}

/// A stream, the function that processes it, and the bucket that it writes.
#[derive(Debug, Clone)]
pub struct Pipe {
    /// The stream's name.
    pub stream: String,
    /// How many shards it is created with; `None` for on-demand.
    pub shards: Option<u32>,
    /// The bucket's name.
    pub bucket: String,
    /// The function, without what it needs to reach the stack.
    pub function: Function,
    /// How stream and function are connected.
    pub mapping: Settings,
}

/// What a function is told of the stack that it runs in: variables, given the endpoint.
pub type Told = Arc<dyn Fn(&str) -> BTreeMap<String, String> + Send + Sync>;

/// A function that is run by a schedule, or only when somebody invokes it.
#[derive(Clone)]
pub struct Feed {
    /// The function, without what it needs to reach the stack.
    pub function: Function,
    /// Further variables, such as the address of a stand-in.
    pub told: Told,
    /// When it runs by itself.
    pub schedule: Option<schedule::Settings>,
}

impl fmt::Debug for Feed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Feed")
            .field("function", &self.function)
            .field("schedule", &self.schedule)
            .finish_non_exhaustive()
    }
}

impl Config {
    /// A stack with nothing in it: limits as on AWS, no faults, a free port and the machine's clock.
    pub fn new(data: impl Into<PathBuf>) -> Self {
        Self {
            data: data.into(),
            port: 0,
            enforce_limits: true,
            faults: Faults::default(),
            pipes: Vec::new(),
            feeds: Vec::new(),
            stand_ins: Vec::new(),
            delivery_streams: Vec::new(),
            sign_in: None,
            clock: Arc::new(SystemClock),
            seed: 0,
        }
    }
}

impl Default for Faults {
    fn default() -> Self {
        Self {
            put_records: Fault::never(),
            put_records_unavailable: Fault::never(),
            put_record_batch: Fault::never(),
            put_object: Fault::never(),
            api: ApiFaults::default(),
            invoke: 0.0,
        }
    }
}
