//! One batch: sorted by the keys its records want, claimed, and settled.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
};

use bytes::Bytes;
use futures::{StreamExt, stream};
use tokio::time::{Instant, timeout_at};

use super::{CONCURRENCY, Clock, Processor};
use crate::{
    config::OnCollision,
    holders::Holder,
    object::{self, Object, Stamp},
    outcome::{Outcome, QuarantineReason, RetryReason, Stored},
    record::Record,
    report::Settled,
    store::{Condition, Put, Store},
    verdict::{self, Intent},
};

/// How often an overwrite is tried against other writers of its key.
const OVERWRITE_ATTEMPTS: usize = 3;

/// A batch on its way.
pub(super) struct Batch<'a, S> {
    pub(super) processor: &'a Processor<S>,
    pub(super) records: &'a [Record],
    pub(super) clock: Clock,
    /// When no put is begun any more, and none is waited for.
    pub(super) cutoff: Instant,
}

/// What the first pass has to do.
enum Job {
    Quarantine(usize, QuarantineReason),
    Claim(Claim),
}

/// A key, and the records that want it in their order; there is at least one.
struct Claim {
    key: Arc<str>,
    members: Vec<Member>,
}

/// A record, by its place in the batch, and the body of its object.
struct Member {
    index: usize,
    body: Bytes,
}

/// What a pass settled, and who has to go elsewhere.
#[derive(Default)]
struct Pass {
    settled: Vec<(usize, Settled)>,
    displaced: Vec<(Arc<str>, Member)>,
}

impl<S: Store> Batch<'_, S> {
    /// Settles every record: each place in the batch appears once in what is returned.
    pub(super) async fn settle(&self) -> Vec<(usize, Settled)> {
        let (jobs, mut settled) = self.sort_by_key();
        let mut displaced = Vec::new();
        let mut first = stream::iter(jobs)
            .map(|job| self.first(job))
            .buffer_unordered(CONCURRENCY);
        while let Some(pass) = first.next().await {
            settled.extend(pass.settled);
            displaced.extend(pass.displaced);
        }
        // The lowest sequence numbers first: should time run out, the shard still advances.
        displaced.sort_unstable_by_key(|(_, member)| member.index);
        let second = stream::iter(displaced)
            .map(|(key, member)| async move { self.displace(&key, member).await })
            .buffer_unordered(CONCURRENCY);
        settled.extend(second.collect::<Vec<_>>().await);
        settled
    }

    /// Gives each record its verdict, and gathers those that want the same key.
    fn sort_by_key(&self) -> (Vec<Job>, Vec<(usize, Settled)>) {
        let mut jobs = Vec::new();
        let mut settled = Vec::new();
        let mut claim_of: HashMap<Arc<str>, usize> = HashMap::new();
        for (index, record) in self.records.iter().enumerate() {
            if self.is_over() {
                settled.push(self.settled(index, Outcome::Retry(RetryReason::OutOfTime)));
                continue;
            }
            match verdict::verdict(&self.processor.config, record).intent {
                Intent::Filter => settled.push(self.settled(index, Outcome::Filtered)),
                Intent::Quarantine(reason) => jobs.push(Job::Quarantine(index, reason)),
                Intent::Store { key, body } => {
                    let member = Member { index, body };
                    match claim_of.entry(key.into()) {
                        Entry::Occupied(claim) => {
                            if let Some(Job::Claim(claim)) = jobs.get_mut(*claim.get()) {
                                claim.members.push(member);
                            }
                        }
                        Entry::Vacant(vacant) => {
                            let key = vacant.key().clone();
                            vacant.insert(jobs.len());
                            let members = vec![member];
                            jobs.push(Job::Claim(Claim { key, members }));
                        }
                    }
                }
            }
        }
        (jobs, settled)
    }

    async fn first(&self, job: Job) -> Pass {
        match job {
            Job::Quarantine(index, reason) => {
                let outcome = self.quarantine(index, reason).await;
                Pass {
                    settled: vec![self.settled(index, outcome)],
                    ..Pass::default()
                }
            }
            Job::Claim(claim) => match self.processor.config.on_collision {
                OnCollision::Suffix | OnCollision::Quarantine => self.claim(claim).await,
                OnCollision::Overwrite => self.overwrite(claim).await,
            },
        }
    }

    /// Learns who holds a key, by claiming it for the first record unless it is known.
    async fn claim(&self, claim: Claim) -> Pass {
        let mut pass = Pass::default();
        let mut members = claim.members.into_iter().peekable();
        let mut holder = self.processor.holders.get(&claim.key);
        if holder.is_none()
            && let Some(leader) = members.peek()
        {
            let index = leader.index;
            let object = self.object(leader, &claim.key);
            match self.put(&object, &Condition::Absent).await {
                Ok(Put::Written) => {
                    let bytes = object.body.len();
                    let written = Outcome::Stored(Stored::Written { bytes });
                    pass.settled.push(self.settled(index, written));
                    members.next();
                    holder = Some(Holder::record(&object.stamp));
                }
                Ok(Put::Taken { by, .. }) => {
                    holder = Some(by.as_ref().map_or(Holder::Stranger, Holder::record));
                }
                Err(reason) => {
                    pass.settled
                        .push(self.settled(index, Outcome::Retry(reason)));
                    members.next();
                }
            }
            if let Some(holder) = holder {
                self.processor.holders.insert(&claim.key, holder);
            }
        }
        for member in members {
            match &holder {
                None => {
                    let behind = Outcome::Retry(RetryReason::Behind);
                    pass.settled.push(self.settled(member.index, behind));
                }
                Some(holder) if holder.is(&self.stamp(member.index)) => {
                    let already = Outcome::Stored(Stored::Already);
                    pass.settled.push(self.settled(member.index, already));
                }
                Some(_) => pass.displaced.push((claim.key.clone(), member)),
            }
        }
        pass
    }

    /// Settles a record whose key another record holds.
    async fn displace(&self, key: &str, member: Member) -> (usize, Settled) {
        let suffixed = match self.processor.config.on_collision {
            OnCollision::Suffix => object::suffixed(key, &self.records[member.index].identity),
            OnCollision::Quarantine | OnCollision::Overwrite => None,
        };
        let outcome = match suffixed {
            None => {
                self.quarantine(member.index, QuarantineReason::KeyTaken)
                    .await
            }
            Some(key) => {
                let object = self.object(&member, &key);
                match self.put(&object, &Condition::Absent).await {
                    Ok(Put::Written) => Outcome::Stored(Stored::Written {
                        bytes: object.body.len(),
                    }),
                    Ok(Put::Taken { by, .. }) if by.as_ref() == Some(&object.stamp) => {
                        Outcome::Stored(Stored::Already)
                    }
                    Ok(Put::Taken { .. }) => {
                        self.quarantine(member.index, QuarantineReason::KeyTaken)
                            .await
                    }
                    Err(reason) => Outcome::Retry(reason),
                }
            }
        };
        self.settled(member.index, outcome)
    }

    /// Writes the newest of the records that want a key; the others give way to it.
    async fn overwrite(&self, claim: Claim) -> Pass {
        let mut pass = Pass::default();
        let newest = claim
            .members
            .iter()
            .max_by_key(|member| self.stamp(member.index));
        let Some(newest) = newest else {
            return pass;
        };
        let outcome = self.replace_older(self.object(newest, &claim.key)).await;
        for member in &claim.members {
            let outcome = match &outcome {
                own if member.index == newest.index => own.clone(),
                Outcome::Retry(_) => Outcome::Retry(RetryReason::Behind),
                _ => Outcome::Stored(Stored::Superseded),
            };
            pass.settled.push(self.settled(member.index, outcome));
        }
        pass
    }

    /// Puts an object in the place of an older one, and of no other.
    async fn replace_older(&self, object: Object) -> Outcome {
        let mut condition = Condition::Absent;
        for _ in 0..OVERWRITE_ATTEMPTS {
            match self.put(&object, &condition).await {
                Ok(Put::Written) => {
                    let bytes = object.body.len();
                    return Outcome::Stored(Stored::Written { bytes });
                }
                Ok(Put::Taken { by: Some(by), .. }) if by == object.stamp => {
                    return Outcome::Stored(Stored::Already);
                }
                Ok(Put::Taken { by: Some(by), .. }) if by > object.stamp => {
                    return Outcome::Stored(Stored::Superseded);
                }
                Ok(Put::Taken { etag, .. }) => condition = Condition::Unchanged(etag),
                Err(reason) => return Outcome::Retry(reason),
            }
        }
        Outcome::Retry(RetryReason::Conflict)
    }

    async fn quarantine(&self, index: usize, reason: QuarantineReason) -> Outcome {
        let pipeline = &self.processor.config.name;
        let object = Object::quarantined(pipeline, &self.records[index], &reason);
        match self.put(&object, &Condition::Absent).await {
            // The key holds the record's identity: whatever has taken it is this record.
            Ok(Put::Written | Put::Taken { .. }) => Outcome::Quarantined(reason),
            Err(reason) => Outcome::Retry(reason),
        }
    }

    /// Puts an object unless time has run out, and waits for it no longer than there is time.
    async fn put(&self, object: &Object, condition: &Condition) -> Result<Put, RetryReason> {
        if self.is_over() {
            return Err(RetryReason::OutOfTime);
        }
        timeout_at(self.cutoff, self.processor.store.put(object, condition))
            .await
            .unwrap_or(Err(RetryReason::OutOfTime))
    }

    fn is_over(&self) -> bool {
        Instant::now() >= self.cutoff
    }

    fn stamp(&self, index: usize) -> Stamp {
        Stamp::new(&self.processor.config.name, &self.records[index])
    }

    fn object(&self, member: &Member, key: &str) -> Object {
        Object::new(
            self.stamp(member.index),
            key.to_owned(),
            member.body.clone(),
        )
    }

    fn settled(&self, index: usize, outcome: Outcome) -> (usize, Settled) {
        let at = self.clock.now();
        (index, Settled { outcome, at })
    }
}
