//! A function that behaves as a test says.

use std::sync::Mutex;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures::future::BoxFuture;
use local::lambda::{CouldNotInvoke, FunctionErrorKind, InvokeOutcome, Invoked};
use local::mapping::Invoke;
use serde_json::Value;
use tokio::time::{Instant, sleep};

/// One invocation, as the function sees it.
#[derive(Debug, Clone)]
pub(super) struct Call {
    /// Invocations before this one.
    pub(super) number: usize,
    pub(super) records: Vec<Seen>,
    pub(super) event: Bytes,
    pub(super) at: Instant,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) shard: String,
    pub(super) sequence_number: String,
    pub(super) key: String,
    pub(super) data: Vec<u8>,
}

/// What the function does about it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Reply {
    /// Answers this.
    Answer(String),
    Fails,
    DoesNotRun,
    /// Does so after a while.
    After(Duration, Box<Reply>),
}

type Behaviour = Box<dyn FnMut(&Call) -> Reply + Send>;
type Watcher = Box<dyn FnMut(&Call, &Reply) + Send>;

pub(super) struct FakeFunction {
    behaviour: Mutex<Behaviour>,
    watcher: Mutex<Option<Watcher>>,
    calls: Mutex<Vec<Call>>,
}

impl Reply {
    pub(super) fn ok() -> Self {
        Self::Answer("null".to_owned())
    }

    /// Names these records as failed.
    pub(super) fn failures<'a>(sequence_numbers: impl IntoIterator<Item = &'a str>) -> Self {
        let failures = sequence_numbers
            .into_iter()
            .map(|number| serde_json::json!({"itemIdentifier": number}));
        let failures: Vec<_> = failures.collect();
        Self::Answer(serde_json::json!({"batchItemFailures": failures}).to_string())
    }

    pub(super) fn after(self, milliseconds: u64) -> Self {
        Self::After(Duration::from_millis(milliseconds), Box::new(self))
    }
}

impl Call {
    /// The numbers that the records carry as data.
    pub(super) fn numbers(&self) -> Vec<usize> {
        let numbers = self.records.iter().map(|record| {
            let text = std::str::from_utf8(&record.data).unwrap();
            text.parse().unwrap()
        });
        numbers.collect()
    }

    pub(super) fn has(&self, number: usize) -> bool {
        self.numbers().contains(&number)
    }

    /// The sequence number of the record that carries `number`.
    pub(super) fn id(&self, number: usize) -> &str {
        let index = self.numbers().iter().position(|found| *found == number);
        &self.records[index.unwrap()].sequence_number
    }
}

impl FakeFunction {
    pub(super) fn new(behaviour: impl FnMut(&Call) -> Reply + Send + 'static) -> Self {
        Self {
            behaviour: Mutex::new(Box::new(behaviour)),
            watcher: Mutex::default(),
            calls: Mutex::default(),
        }
    }

    /// Has `watcher` see each call in the moment in which it is answered.
    pub(super) fn watch(&self, watcher: impl FnMut(&Call, &Reply) + Send + 'static) {
        *self.watcher.lock().unwrap() = Some(Box::new(watcher));
    }

    pub(super) fn behave(&self, behaviour: impl FnMut(&Call) -> Reply + Send + 'static) {
        *self.behaviour.lock().unwrap() = Box::new(behaviour);
    }

    /// Every invocation so far, in the order of their beginnings.
    pub(super) fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap().clone()
    }

    /// The numbers that each invocation carried.
    pub(super) fn numbers(&self) -> Vec<Vec<usize>> {
        self.calls().iter().map(Call::numbers).collect()
    }

    async fn run(&self, payload: Bytes) -> InvokeOutcome {
        let mut call = Call::read(payload);
        let mut reply = {
            let mut calls = self.calls.lock().unwrap();
            call.number = calls.len();
            calls.push(call.clone());
            drop(calls);
            let mut behaviour = self.behaviour.lock().unwrap();
            behaviour(&call)
        };
        while let Reply::After(delay, then) = reply {
            sleep(delay).await;
            reply = *then;
        }
        if let Some(watcher) = self.watcher.lock().unwrap().as_mut() {
            watcher(&call, &reply);
        }
        match reply {
            Reply::Answer(body) => InvokeOutcome::Success { body: body.into() },
            Reply::Fails => InvokeOutcome::FunctionError {
                kind: FunctionErrorKind::Unhandled,
                body: "{}".into(),
            },
            _ => InvokeOutcome::CouldNotInvoke(CouldNotInvoke::UnknownFunction("Process".into())),
        }
    }
}

impl Invoke for FakeFunction {
    fn invoke<'a>(&'a self, function: &'a str, payload: Bytes) -> BoxFuture<'a, Invoked> {
        assert_eq!(function, "Process");
        Box::pin(async {
            let number = self.calls.lock().unwrap().len();
            Invoked {
                outcome: self.run(payload).await,
                request_id: format!("request-{number}"),
                executed_version: "$LATEST",
                duration: Duration::ZERO,
            }
        })
    }
}

impl Call {
    fn read(event: Bytes) -> Self {
        let parsed: Value = serde_json::from_slice(&event).unwrap();
        let records = parsed["Records"].as_array().unwrap().iter().map(|record| {
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            let (shard, _) = record["eventID"].as_str().unwrap().split_once(':').unwrap();
            Seen {
                shard: shard.to_owned(),
                sequence_number: text(&record["kinesis"]["sequenceNumber"]),
                key: text(&record["kinesis"]["partitionKey"]),
                data: STANDARD.decode(text(&record["kinesis"]["data"])).unwrap(),
            }
        });
        Self {
            number: 0,
            records: records.collect(),
            event,
            at: Instant::now(),
        }
    }
}
