//! The event source mapping between a stream, a function and a destination in memory, in paused time.

mod batching;
mod checkpoint;
mod delivery;
mod destination;
mod event;
mod function;
mod law;
mod partial;
mod process;
mod reshard;
mod settings;
mod stream;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use local::clock::Clock;
use local::mapping::{Mapping, MappingHandle, Ports, Progress, Settings, StartingPosition};
use tempfile::TempDir;
use tokio::time::{Instant, timeout};

use self::destination::FakeDestination;
use self::function::{FakeFunction, Reply};
use self::stream::FakeStream;

/// When every test begins: 2026-11-20T18:39:47.250Z.
const BEGIN_MS: u64 = 1_795_199_987_250;

/// Shows the paused time of the runtime.
#[derive(Debug, Clone)]
struct PausedClock(Instant);

/// A stream, a function, a destination and a folder for checkpoints.
struct World {
    stream: Arc<FakeStream>,
    function: Arc<FakeFunction>,
    destination: Arc<FakeDestination>,
    clock: PausedClock,
    state: TempDir,
}

impl PausedClock {
    fn start() -> Self {
        Self(Instant::now())
    }
}

impl Clock for PausedClock {
    fn now_ms(&self) -> u64 {
        BEGIN_MS + u64::try_from(self.0.elapsed().as_millis()).unwrap()
    }
}

impl World {
    /// A stream of so many shards and a function that behaves as told.
    fn new(shards: u32, behaviour: impl FnMut(&function::Call) -> Reply + Send + 'static) -> Self {
        let clock = PausedClock::start();
        Self {
            stream: Arc::new(FakeStream::new(shards, Arc::new(clock.clone()))),
            function: Arc::new(FakeFunction::new(behaviour)),
            destination: Arc::new(FakeDestination::default()),
            clock,
            state: tempfile::tempdir().unwrap(),
        }
    }

    fn ports(&self) -> Ports {
        Ports {
            source: self.stream.clone(),
            function: self.function.clone(),
            destination: self.destination.clone(),
            clock: Arc::new(self.clock.clone()),
        }
    }

    fn start(&self, settings: Settings) -> MappingHandle {
        start(settings, self.ports(), self.state.path())
    }

    /// Puts records `0`, `1`, `2` and so on, all with one key.
    fn put(&self, count: usize) {
        for number in 0..count {
            self.stream.put("key", number.to_string().as_bytes());
        }
    }
}

fn start(settings: Settings, ports: Ports, state: &Path) -> MappingHandle {
    Mapping::start(settings, ports, state, 11).unwrap()
}

/// AWS's defaults, from the beginning of the stream, with a destination.
fn settings() -> Settings {
    Settings {
        stream: "clicks".to_owned(),
        stream_arn: "arn:aws:kinesis:us-east-1:000000000000:stream/clicks".to_owned(),
        function: "Process".to_owned(),
        function_arn: "arn:aws:lambda:us-east-1:000000000000:function:Process".to_owned(),
        role_arn: "arn:aws:iam::000000000000:role/Process".to_owned(),
        region: "us-east-1".to_owned(),
        batch_size: 100,
        maximum_batching_window: Duration::ZERO,
        parallelization_factor: 1,
        maximum_retry_attempts: None,
        maximum_record_age: None,
        bisect_batch_on_function_error: false,
        report_batch_item_failures: false,
        starting_position: StartingPosition::TrimHorizon,
        on_failure: Some("failures".to_owned()),
    }
}

/// Waits until the mapping is as far as `reached` says.
async fn until(mapping: &MappingHandle, reached: impl FnMut(&Progress) -> bool) -> Progress {
    let mut progress = mapping.subscribe();
    let far_off = Duration::from_hours(24);
    let Ok(reached) = timeout(far_off, progress.wait_for(reached)).await else {
        panic!("never reached: {:?}", mapping.progress());
    };
    reached.unwrap().clone()
}

async fn until_settled(mapping: &MappingHandle, records: u64) -> Progress {
    until(mapping, |progress| progress.settled == records).await
}
