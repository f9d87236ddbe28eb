//! A batch → invocations until every record of it is settled.
//!
//! Lambda guide, `/lambda/latest/dg/kinesis-on-failure-destination.html` and
//! `/lambda/latest/dg/services-kinesis-batchfailurereporting.html`.

mod portion;

use crate::lambda::{InvokeOutcome, Invoked};

use super::answer::first_failure;
use super::backoff::Backoff;
use super::control::Stopped;
use super::destination::{Condition, GivenUp, LastInvocation};
use super::event::{EventRecord, event};
use super::progress::{LastResult, count};
use super::shard::Shard;

use self::portion::Portion;

/// What `functionError` says at the destination when the function failed as a whole.
const UNHANDLED: &str = "Unhandled";

/// Delivers the batches of one lane.
pub(super) struct Delivery<'a> {
    shard: &'a Shard<'a>,
    lane: usize,
    backoff: Backoff,
}

/// What one invocation means for the records it carried.
enum Verdict {
    Accepted,
    /// From this record on they come again.
    Failed(usize, LastInvocation),
    /// Nothing happened: they come again and it does not count.
    NotRun,
}

impl<'a> Delivery<'a> {
    pub(super) fn new(shard: &'a Shard<'a>, lane: usize) -> Self {
        Self {
            shard,
            lane,
            backoff: Backoff::default(),
        }
    }

    /// Settles a batch, however long that takes.
    pub(super) async fn settle(&mut self, batch: Vec<EventRecord>) -> Result<(), Stopped> {
        let settings = &self.shard.context.settings;
        // The next portion to deliver is the last.
        let mut portions = vec![Portion::new(batch)];
        while let Some(mut portion) = portions.pop() {
            self.shard.context.control.may_run().await?;
            self.give_up_expired(&mut portion).await?;
            if portion.records.is_empty() {
                continue;
            }
            if portion.exceeds_event() {
                self.give_up(
                    &portion,
                    &portion.records,
                    Condition::RetryAttemptsExhausted,
                )
                .await?;
                continue;
            }
            match self.invoke(&mut portion).await {
                Verdict::Accepted => {
                    self.backoff.reset();
                    self.shard.settle(self.lane, &portion.records).await?;
                }
                Verdict::NotRun => {
                    portions.push(portion);
                    self.backoff.wait(self.shard.context).await?;
                }
                Verdict::Failed(from, last) if from > 0 => {
                    let accepted = portion.advance(from, last);
                    self.shard.settle(self.lane, &accepted).await?;
                    portions.push(portion);
                    self.backoff.reset();
                    self.backoff.wait(self.shard.context).await?;
                }
                Verdict::Failed(_, last) => {
                    portion.last = Some(last);
                    if settings.bisect_batch_on_function_error && portion.records.len() > 1 {
                        portions.extend(portion.halve());
                        continue;
                    }
                    portion.invoke_count += 1;
                    if portion.is_exhausted(settings.maximum_retry_attempts) {
                        self.give_up(
                            &portion,
                            &portion.records,
                            Condition::RetryAttemptsExhausted,
                        )
                        .await?;
                    } else {
                        portions.push(portion);
                        self.backoff.wait(self.shard.context).await?;
                    }
                }
            }
        }
        Ok(())
    }

    async fn invoke(&self, portion: &mut Portion) -> Verdict {
        let context = self.shard.context;
        let records = portion.records.len();
        let payload = event(&portion.records);
        let invoked = context
            .ports
            .function
            .invoke(&context.settings.function, payload)
            .await;
        if let InvokeOutcome::CouldNotInvoke(reason) = &invoked.outcome {
            tracing::warn!(function = %context.settings.function, error = %reason, "the function could not be invoked; its batch waits");
            context.note(|progress| {
                progress.not_invoked += 1;
                progress.last_result = LastResult::FunctionCallFailed;
            });
            return Verdict::NotRun;
        }
        let redelivered = std::mem::replace(&mut portion.delivered, true);
        let verdict = self.judge(invoked, &portion.records);
        context.note(|progress| {
            progress.invocations += 1;
            progress.delivered += count(records);
            progress.redelivered += if redelivered { count(records) } else { 0 };
            progress.last_result = LastResult::Ok;
            if let Verdict::Failed(_, last) = &verdict {
                if last.function_error.is_some() {
                    progress.function_errors += 1;
                    progress.last_result = LastResult::FunctionCallFailed;
                } else {
                    progress.partial_failures += 1;
                }
            }
        });
        verdict
    }

    fn judge(&self, invoked: Invoked, records: &[EventRecord]) -> Verdict {
        let request_id = invoked.request_id;
        match invoked.outcome {
            InvokeOutcome::CouldNotInvoke(_) => Verdict::NotRun,
            InvokeOutcome::FunctionError { kind, .. } => {
                tracing::warn!(function = %self.shard.context.settings.function, %request_id, %kind, "the function failed");
                let function_error = Some(UNHANDLED);
                Verdict::Failed(
                    0,
                    LastInvocation {
                        request_id,
                        function_error,
                    },
                )
            }
            InvokeOutcome::Success { .. }
                if !self.shard.context.settings.report_batch_item_failures =>
            {
                Verdict::Accepted
            }
            InvokeOutcome::Success { body } => match first_failure(&body, records) {
                None => Verdict::Accepted,
                Some(from) => {
                    let function_error = None;
                    Verdict::Failed(
                        from,
                        LastInvocation {
                            request_id,
                            function_error,
                        },
                    )
                }
            },
        }
    }

    /// Cuts the records that are too old off the front.
    async fn give_up_expired(&self, portion: &mut Portion) -> Result<(), Stopped> {
        let context = self.shard.context;
        let now_ms = context.ports.clock.now_ms();
        let expired = portion.take_expired(context.settings.maximum_record_age, now_ms);
        if expired.is_empty() {
            return Ok(());
        }
        self.give_up(portion, &expired, Condition::RecordAgeExceeded)
            .await
    }

    /// Takes records to the destination, then counts them as settled.
    async fn give_up(
        &self,
        portion: &Portion,
        records: &[EventRecord],
        condition: Condition,
    ) -> Result<(), Stopped> {
        let context = self.shard.context;
        let given_up = GivenUp {
            shard_id: &self.shard.id,
            records,
            condition,
            invoke_count: portion.invoke_count,
            last: portion.last.as_ref(),
            now_ms: context.ports.clock.now_ms(),
        };
        let (first, last) = given_up.range();
        tracing::error!(
            stream = %context.settings.stream, shard = %self.shard.id, first, last, records = records.len(),
            ?condition, kept = context.settings.on_failure.is_some(), "records are given up"
        );
        if let Some(bucket) = &context.settings.on_failure {
            self.keep(bucket, &given_up).await?;
            context.note(|progress| progress.discarded += count(records.len()));
        } else {
            context.note(|progress| progress.dropped += count(records.len()));
        }
        self.shard.settle(self.lane, records).await
    }

    /// Writes the destination object, as often as it takes.
    async fn keep(&self, bucket: &str, given_up: &GivenUp<'_>) -> Result<(), Stopped> {
        let context = self.shard.context;
        let key = given_up.key(&context.settings);
        let body = given_up.body(&context.settings);
        let mut backoff = Backoff::default();
        loop {
            let put = context
                .ports
                .destination
                .put(bucket, &key, body.clone())
                .await;
            let Err(error) = put else {
                return Ok(());
            };
            tracing::warn!(
                bucket,
                key,
                error = &error as &dyn std::error::Error,
                "the destination did not take an object; it is tried again"
            );
            backoff.wait(context).await?;
        }
    }
}
