//! A run, a client and orders → requests, and reports four times a second.

use std::future::Future;
use std::num::NonZeroUsize;
use std::pin::Pin;
use std::time::Duration;

use futures::channel::mpsc::UnboundedReceiver;
use futures::future::{Either, select};
use futures::stream::{FuturesUnordered, StreamExt as _};
use kdg::{Answer, Record, RequestId};
use thiserror::Error;

use crate::aws::firehose::PutRecordBatches;
use crate::aws::kinesis::{PutRecords, Shards};
use crate::aws::{AwsError, Client, kinesis};
use crate::http::Fetch;
use crate::message::{Credentials, Snapshot, Summary};
use crate::plan::{FieldError, Plan, Target};
use crate::run::{Run, Surroundings};

/// From one report to the next.
pub const REPORT_EVERY: Duration = Duration::from_millis(250);

/// The most requests at a time over HTTP/1.1, of which browsers open no more connections to one host.
const MAX_REQUESTS_PLAIN: NonZeroUsize = NonZeroUsize::new(6).unwrap();

/// The most requests at a time over HTTP/2, which shares one connection.
const MAX_REQUESTS_SHARED: NonZeroUsize = NonZeroUsize::new(16).unwrap();

/// The time, as the driver needs it.
pub trait Timer: Copy {
    /// What passes evenly, since any origin.
    fn now(self) -> Duration;
    /// The clock, in milliseconds since the Unix epoch.
    fn now_ms(self) -> i64;
    /// Waits so long; even no time at all lets answers be heard.
    fn wait(self, time: Duration) -> impl Future<Output = ()>;
}

/// What a run is told while it goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// [`Run::pause`].
    Pause,
    /// [`Run::go_on`].
    Continue,
    /// [`Run::stop`].
    Stop,
    /// [`Run::stop_at_once`].
    StopAtOnce,
    /// From now on requests are signed with these.
    Credentials(Credentials),
}

/// Why a run is not started.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NotStarted {
    /// The form is wrong.
    #[error("{} parts of the form are wrong", .0.len())]
    Refused(Vec<FieldError>),
    /// What AWS says of the stream.
    #[error(transparent)]
    Unreachable(#[from] AwsError),
}

/// What only the place knows in which a run starts.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// Minutes by which local time is ahead of UTC, at a time in milliseconds since the Unix epoch.
    pub offset_minutes: fn(i64) -> i32,
    /// A seed that nobody chose.
    pub any_seed: u64,
}

/// Checks the plan, asks about the stream, and gets a run ready.
///
/// # Errors
///
/// [`NotStarted`], with everything that is wrong in the form.
pub async fn prepare<F: Fetch>(
    plan: Plan,
    client: &Client<F>,
    timer: impl Timer,
    place: Place,
) -> Result<Run, NotStarted> {
    let checked = plan.validate().map_err(NotStarted::Refused)?;
    let shards = match &checked.target {
        Target::Stream { name } => kinesis::shards(client, name, checked.key.is_none()).await?,
        Target::Firehose { .. } => Shards::default(),
    };
    let access = client.access();
    let is_plain = access
        .endpoint
        .as_ref()
        .is_some_and(|endpoint| endpoint.starts_with("http://"));
    let now_ms = timer.now_ms();
    let surroundings = Surroundings {
        now_ms,
        offset_minutes: (place.offset_minutes)(checked.begins_ms(now_ms)),
        any_seed: place.any_seed,
        shards,
        max_requests: if is_plain {
            MAX_REQUESTS_PLAIN
        } else {
            MAX_REQUESTS_SHARED
        },
        region: access.region.clone(),
    };
    Ok(Run::new(plan, checked, surroundings))
}

/// Carries a run to its end.
pub async fn drive<F: Fetch>(
    mut run: Run,
    target: Target,
    mut client: Client<F>,
    timer: impl Timer,
    mut orders: UnboundedReceiver<Order>,
    mut report: impl FnMut(Snapshot),
) -> Summary {
    let origin = timer.now();
    let mut requests = FuturesUnordered::new();
    let mut next_report = REPORT_EVERY;
    let mut may_be_told = true;
    loop {
        let now = timer.now().saturating_sub(origin);
        let wake = run.advance(now, timer.now_ms(), |request, records| {
            requests.push(put(client.clone(), &target, request, records));
        });
        if run.is_over() {
            report(run.snapshot(now));
            return run.summary(now);
        }
        if now >= next_report {
            report(run.snapshot(now));
            next_report = now + REPORT_EVERY;
        }
        let now = timer.now().saturating_sub(origin);
        let wake = wake.map_or(next_report, |wake| wake.min(next_report));
        let pause = std::pin::pin!(timer.wait(wake.saturating_sub(now)));
        let answered = async {
            match requests.next().await {
                Some(answered) => answered,
                // There is none under way.
                None => std::future::pending().await,
            }
        };
        let told = async {
            if may_be_told {
                orders.next().await
            } else {
                std::future::pending().await
            }
        };
        let (answered, told) = (std::pin::pin!(answered), std::pin::pin!(told));
        let happened = match select(told, select(answered, pause)).await {
            Either::Left((order, _)) => Happened::Told(order),
            Either::Right((Either::Left(((request, answer), _)), _)) => {
                Happened::Answered(request, answer)
            }
            Either::Right((Either::Right(((), _)), _)) => Happened::Nothing,
        };
        let now = timer.now().saturating_sub(origin);
        match happened {
            Happened::Told(Some(Order::Credentials(credentials))) => {
                client = client.with_credentials(credentials);
                run.let_in(now);
            }
            Happened::Told(Some(Order::Pause)) => run.pause(now),
            Happened::Told(Some(Order::Continue)) => run.go_on(now),
            Happened::Told(Some(Order::Stop)) => run.stop(now),
            Happened::Told(Some(Order::StopAtOnce)) => run.stop_at_once(now),
            Happened::Told(None) => may_be_told = false,
            Happened::Answered(request, answer) => run.answered(request, answer, now),
            Happened::Nothing => {}
        }
    }
}

enum Happened {
    Told(Option<Order>),
    Answered(RequestId, Result<Vec<Answer>, AwsError>),
    Nothing,
}

type Put = Pin<Box<dyn Future<Output = (RequestId, Result<Vec<Answer>, AwsError>)>>>;

fn put<F: Fetch>(
    client: Client<F>,
    target: &Target,
    request: RequestId,
    records: &[Record],
) -> Put {
    match target {
        Target::Stream { name } => {
            let put = PutRecords::new(name, records);
            Box::pin(async move { (request, put.send(&client).await) })
        }
        Target::Firehose { name } => {
            let put = PutRecordBatches::new(name, records);
            Box::pin(async move { (request, put.send(&client).await) })
        }
    }
}
