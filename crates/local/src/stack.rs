//! Everything started from one description, on one port, with its state below one folder.

mod config;
mod error;
mod ports;

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::account::DEFAULT_REGION;
use crate::clock::Clock;
use crate::cognito::Cognito;
use crate::credentials::Credentials;
use crate::firehose::{self, Delivery, Firehose};
use crate::gateway::Gateway;
use crate::kinesis::{self, Kinesis};
use crate::lambda::{self, Lambda};
use crate::mapping::{Mapping, MappingHandle, Ports};
use crate::s3::{self, S3};
use crate::schedule::{Schedule, ScheduleHandle};

pub use config::{Config, Faults, Feed, Pipe, Told};
pub use error::StartError;

/// How long a stream is CREATING: long enough to be seen, short enough not to be waited for.
const STATE_CHANGE: Duration = Duration::from_millis(300);

/// How long a process of a function stays warm without work.
const IDLE_LIMIT: Duration = Duration::from_mins(5);

/// The latest moment of an invocation at which an injected kill strikes.
const KILL_WITHIN: Duration = Duration::from_millis(50);

/// A stack that runs. Dropping it ends the functions and the mappings at once, as a crash would.
#[derive(Debug)]
pub struct Stack {
    address: SocketAddr,
    data: PathBuf,
    kinesis: Kinesis,
    s3: S3,
    lambda: Lambda,
    delivery: Delivery,
    cognito: Option<Cognito>,
    credentials: Credentials,
    mappings: BTreeMap<String, MappingHandle>,
    schedules: BTreeMap<String, ScheduleHandle>,
    stop: watch::Sender<bool>,
    server: JoinHandle<()>,
}

impl Stack {
    /// Starts everything. Must be called within a Tokio runtime.
    ///
    /// # Errors
    ///
    /// When the port is taken, the folder is in use or cannot be written, or AWS would refuse a
    /// name or a setting.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        let clock = config.clock;
        let credentials = Credentials::new();
        let data = config.data.as_path();
        std::fs::create_dir_all(data).map_err(StartError::folder(data))?;
        let data = data.canonicalize().map_err(StartError::folder(data))?;
        let kinesis = Kinesis::open(kinesis::Config {
            directory: data.join("kinesis"),
            region: DEFAULT_REGION.to_owned(),
            enforce_limits: config.enforce_limits,
            state_change: STATE_CHANGE,
            clock: Arc::clone(&clock),
            throttle: config.faults.put_records.clone(),
        })?;
        let s3 = s3::Config {
            directory: data.join("s3"),
            clock: Arc::clone(&clock),
            region: DEFAULT_REGION.to_owned(),
        };
        let s3 = S3::open(s3, credentials.clone()).map_err(StartError::folder(&data.join("s3")))?;
        let lambda = Lambda::new(lambda::Config {
            region: DEFAULT_REGION.to_owned(),
            clock: Arc::clone(&clock),
            log_directory: data.join("logs"),
            idle_limit: IDLE_LIMIT,
            seed: config.seed,
        })
        .map_err(StartError::folder(&data.join("logs")))?;
        lambda.set_fault((config.faults.invoke > 0.0).then_some(lambda::Fault {
            probability: config.faults.invoke,
            within: KILL_WITHIN,
        }));
        let firehose = firehose::Config {
            directory: data.join("firehose"),
            region: DEFAULT_REGION.to_owned(),
            clock: Arc::clone(&clock),
            throttle: config.faults.put_record_batch,
            streams: config.delivery_streams,
        };
        let firehose = Firehose::open(firehose, &s3)?;
        let sign_in = config.sign_in;
        let cognito = sign_in
            .map(|settings| Cognito::new(settings, Arc::clone(&clock), credentials.clone()))
            .transpose()?;
        let listener = listen(config.port).await?;
        let address = listener.local_addr().map_err(StartError::Listen)?;
        let gateway = Arc::new(Gateway {
            kinesis: kinesis.clone(),
            s3: s3.clone(),
            lambda: lambda.clone(),
            firehose: firehose.clone(),
            cognito: cognito.clone(),
            stand_ins: config.stand_ins,
            api_faults: config.faults.api,
            credentials: credentials.clone(),
            clock: Arc::clone(&clock),
            put_records_fault: config.faults.put_records_unavailable,
            put_object_fault: config.faults.put_object,
        });
        let (stop, stopped) = watch::channel(false);
        let server = tokio::spawn(gateway.serve(listener, stopped));
        let mut stack = Self {
            address,
            data,
            kinesis,
            s3,
            lambda,
            delivery: firehose.deliver(),
            cognito,
            credentials,
            mappings: BTreeMap::new(),
            schedules: BTreeMap::new(),
            stop,
            server,
        };
        for pipe in config.pipes {
            stack.connect(pipe, &clock, config.seed)?;
        }
        for feed in config.feeds {
            stack.feed(feed, &clock)?;
        }
        Ok(stack)
    }

    /// Provisions a stream, a bucket and a function, and connects them.
    fn connect(&mut self, pipe: Pipe, clock: &Arc<dyn Clock>, seed: u64) -> Result<(), StartError> {
        if self.mappings.contains_key(&pipe.function.name) {
            return Err(StartError::FunctionTwice(pipe.function.name));
        }
        self.kinesis.create_stream(&pipe.stream, pipe.shards)?;
        self.compare(&pipe);
        self.s3
            .create_bucket(&pipe.bucket)
            .map_err(StartError::folder(&self.data.join("s3")))?;
        let mut function = pipe.function;
        function.environment.extend(self.environment());
        let name = function.name.clone();
        self.lambda.register(function)?;
        let ports = Ports {
            source: Arc::new(self.kinesis.clone()),
            function: Arc::new(self.lambda.clone()),
            destination: Arc::new(self.s3.clone()),
            clock: Arc::clone(clock),
        };
        let mapping = Mapping::start(pipe.mapping, ports, &self.data.join("mappings"), seed)?;
        self.mappings.insert(name, mapping);
        Ok(())
    }

    /// Provisions a function that feeds a stream, and starts its schedule.
    fn feed(&mut self, feed: Feed, clock: &Arc<dyn Clock>) -> Result<(), StartError> {
        let mut function = feed.function;
        if self.lambda.stats(&function.name).is_some() {
            return Err(StartError::FunctionTwice(function.name));
        }
        function.environment.extend((feed.told)(&self.endpoint()));
        function.environment.extend(self.environment());
        let name = function.name.clone();
        self.lambda.register(function)?;
        if let Some(settings) = feed.schedule {
            let invoke = Arc::new(self.lambda.clone());
            let schedule = Schedule::start(settings, invoke, Arc::clone(clock));
            self.schedules.insert(name, schedule);
        }
        Ok(())
    }

    /// Tells when a stream that was there already has other shards than its pipe.
    fn compare(&self, pipe: &Pipe) {
        let (Some(wanted), Ok(shards)) = (pipe.shards, self.kinesis.shards(&pipe.stream)) else {
            return;
        };
        let open = shards.iter().filter(|shard| !shard.closed).count();
        if u32::try_from(open) != Ok(wanted) {
            tracing::warn!(
                stream = pipe.stream,
                open,
                wanted,
                "the stream was there with another number of shards and keeps them; \
                 use UpdateShardCount, or delete the folder of the state"
            );
        }
    }

    /// What a process needs to use the stack as if it were AWS, with a key of its own.
    pub fn environment(&self) -> BTreeMap<String, String> {
        let key = self.credentials.issue(None);
        let variables = [
            ("AWS_ENDPOINT_URL", self.endpoint()),
            ("AWS_REGION", DEFAULT_REGION.to_owned()),
            ("AWS_DEFAULT_REGION", DEFAULT_REGION.to_owned()),
            ("AWS_ACCESS_KEY_ID", key.access_key_id),
            ("AWS_SECRET_ACCESS_KEY", key.secret_access_key),
            ("AWS_SESSION_TOKEN", key.session_token),
        ];
        variables
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }

    /// The address that `AWS_ENDPOINT_URL` takes. An IP address, with which SDKs put the bucket in
    /// the path.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The folder of all state.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// The streams.
    pub fn kinesis(&self) -> &Kinesis {
        &self.kinesis
    }

    /// The buckets.
    pub fn s3(&self) -> &S3 {
        &self.s3
    }

    /// The keys that it accepts.
    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// The functions.
    pub fn lambda(&self) -> &Lambda {
        &self.lambda
    }

    /// The pools that people sign in to, if there are any.
    pub fn cognito(&self) -> Option<&Cognito> {
        self.cognito.as_ref()
    }

    /// The mapping that feeds a function.
    pub fn mapping(&self, function: &str) -> Option<&MappingHandle> {
        self.mappings.get(function)
    }

    /// The schedule that runs a function.
    pub fn schedule(&self, function: &str) -> Option<&ScheduleHandle> {
        self.schedules.get(function)
    }

    /// Finishes the invocations under way and the open requests, then stops.
    pub async fn stop(self) {
        // What feeds a stream before what empties it.
        for schedule in self.schedules.into_values() {
            schedule.shutdown().await;
        }
        for mapping in self.mappings.into_values() {
            mapping.shutdown().await;
        }
        self.lambda.shutdown().await;
        self.stop.send_replace(true);
        // A server that panicked has stopped as well.
        let _ = self.server.await;
        // Whatever was put is in an object then.
        self.delivery.shutdown().await;
    }
}

async fn listen(port: u16) -> Result<TcpListener, StartError> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .await
        .map_err(|error| match error.kind() {
            std::io::ErrorKind::AddrInUse => StartError::PortInUse(port),
            _ => StartError::Listen(error),
        })
}
