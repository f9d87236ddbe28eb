//! A Kinesis batch in, S3 objects out: the wiring of `pipeline` into a Lambda function.

use std::cell::{Cell, LazyCell};
use std::io::{self, Write};
use std::mem;

use bytes::Bytes;
use lambda_runtime::tower::util::MapRequestLayer;
use lambda_runtime::{
    Context, Diagnostic, Error, LambdaEvent, LambdaInvocation, Runtime, service_fn,
};
use pipeline::{
    Config, Processor,
    config::ConfigError,
    process::{Invocation, end_when_worn_out},
    report::{BatchResponse, write_warnings},
    store::{self, Bucket},
};
use tokio::{task::yield_now, try_join};

/// The allocator of musl, which packages are linked with, is slow, and glibc's gives a batch's
/// memory back to the system after each.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

// One thread for events: a function has less than two processors once it has started.
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    write_warnings()?;
    let open = open().inspect_err(|error| tracing::error!("cannot start: {error}"))?;
    let processor = &LazyCell::new(open);
    let (cold_start, event) = (&Cell::new(true), &Cell::new(Bytes::new()));
    // The runtime notes the path to every field that it reads, a seventh of a batch's time.
    let unread = MapRequestLayer::new(|mut invocation: LambdaInvocation| {
        let read = Bytes::from_static(b"null");
        event.set(mem::replace(&mut invocation.body, read));
        invocation
    });
    let handler = service_fn(|LambdaEvent::<()> { context, .. }| {
        handle(processor, event.take(), context, cold_start.take())
    });
    // The client takes longer to prepare than all the rest: it is done while the event is awaited,
    // some turns of the executor from here, when the runtime has connected and asked for it.
    let prepared = async {
        for _ in 0..4 {
            yield_now().await;
        }
        LazyCell::force(processor);
        Ok(())
    };
    try_join!(Runtime::new(handler).layer(unread).run(), prepared).map(drop)
}

/// Reads the configuration, and tells how to get at the processor; no request is made yet.
fn open() -> Result<impl FnOnce() -> Processor<Bucket>, ConfigError> {
    let variable = |name: &str| std::env::var(name).ok();
    let access = store::access(variable)?;
    let (config, bucket) = Config::from_env(variable)?;
    Ok(move || Processor::new(config, Bucket::new(store::client(&access), bucket)))
}

async fn handle(
    processor: &Processor<Bucket>,
    event: Bytes,
    context: Context,
    cold_start: bool,
) -> Result<BatchResponse, Diagnostic> {
    end_when_worn_out();
    let invocation = Invocation::begin(context.deadline(), cold_start);
    let report = processor.handle(event, invocation).await;
    let report = report.map_err(|failure| Diagnostic {
        error_type: failure.name().to_owned(),
        error_message: failure.to_string(),
    })?;
    // One write for the whole line, which CloudWatch reads metrics from.
    let line = report.line(&context.env_config.function_name);
    let line = serde_json::to_string(&line).map_err(io::Error::from)? + "\n";
    io::stdout().write_all(line.as_bytes())?;
    Ok(report.response())
}
