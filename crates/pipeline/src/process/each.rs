//! Layout `record`: each record becomes an object of its own.
//!
//! Records that want the same key are settled together. The first of them claims the key, and
//! what that put answers tells about all the others, so that a key shared by many costs one look
//! and not one each. The displaced then go, in a second pass, where the pipeline's `on_collision`
//! sends them.

use std::sync::Arc;

use futures::{StreamExt, stream};

use super::{CONCURRENCY, Claim, Member, Run, Segment};
use crate::{
    config::OnCollision,
    holders::Holder,
    object::{self, Object, Stamp},
    outcome::{Outcome, QuarantineReason, RetryReason, Stored},
    report::Settled,
    store::{Condition, Put, Store},
};

/// How often an overwrite is tried against other writers of its key.
const OVERWRITE_ATTEMPTS: usize = 3;

/// What a pass settled, and who has to go elsewhere.
#[derive(Default)]
struct Pass {
    settled: Vec<(usize, Settled)>,
    displaced: Vec<(Arc<str>, Member)>,
}

impl<S: Store> Run<'_, S> {
    /// Writes one object for each record that wants to be stored.
    pub(super) async fn store_each(
        &self,
        segment: &Segment<'_>,
        on_collision: OnCollision,
    ) -> Vec<(usize, Settled)> {
        let (mut settled, mut displaced) = (Vec::new(), Vec::new());
        let mut first = stream::iter(&segment.claims)
            .map(|claim| async move {
                match on_collision {
                    OnCollision::Suffix | OnCollision::Quarantine => {
                        self.claim(segment, claim).await
                    }
                    OnCollision::Overwrite => self.overwrite(segment, claim).await,
                }
            })
            .buffer_unordered(CONCURRENCY);
        while let Some(pass) = first.next().await {
            settled.extend(pass.settled);
            displaced.extend(pass.displaced);
        }
        // The lowest sequence numbers first: should time run out, the shard still advances.
        displaced.sort_unstable_by_key(|(_, member)| member.index);
        let second =
            stream::iter(displaced)
                .map(|(key, member)| async move {
                    self.displace(segment, on_collision, &key, member).await
                })
                .buffer_unordered(CONCURRENCY);
        settled.extend(second.collect::<Vec<_>>().await);
        settled
    }

    /// Learns who holds a key, by claiming it for the first record unless it is known.
    async fn claim(&self, segment: &Segment<'_>, claim: &Claim) -> Pass {
        let mut pass = Pass::default();
        let mut members = claim.members.iter().peekable();
        let mut holder = self.processor.holders.get(&claim.key);
        if holder.is_none()
            && let Some(leader) = members.peek()
        {
            let index = leader.index;
            let object = self.object(segment, leader, &claim.key);
            match self.put(&object, &Condition::Absent).await {
                Ok(Put::Written) => {
                    let bytes = object.body.len();
                    let written = Outcome::Stored(Stored::Written { bytes });
                    pass.settled.push((index, self.settled(written)));
                    members.next();
                    holder = Some(Holder::record(&object.stamp));
                }
                Ok(Put::Taken { by, .. }) => {
                    holder = Some(by.as_ref().map_or(Holder::Stranger, Holder::record));
                }
                Err(reason) => {
                    let retry = self.settled(Outcome::Retry(reason));
                    pass.settled.push((index, retry));
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
                    pass.settled.push((member.index, self.settled(behind)));
                }
                Some(holder) if holder.is(&self.stamp(segment, member.index)) => {
                    let already = Outcome::Stored(Stored::Already);
                    pass.settled.push((member.index, self.settled(already)));
                }
                Some(_) => pass.displaced.push((claim.key.clone(), member.clone())),
            }
        }
        pass
    }

    /// Settles a record whose key another record holds.
    async fn displace(
        &self,
        segment: &Segment<'_>,
        on_collision: OnCollision,
        key: &str,
        member: Member,
    ) -> (usize, Settled) {
        let index = member.index;
        let suffixed = match on_collision {
            OnCollision::Suffix => {
                object::suffixed(key, &segment.records[index].identity.position())
            }
            OnCollision::Quarantine | OnCollision::Overwrite => None,
        };
        let outcome = match suffixed {
            None => {
                return self
                    .quarantine(segment, index, &QuarantineReason::KeyTaken)
                    .await;
            }
            Some(key) => {
                let object = self.object(segment, &member, &key);
                match self.put(&object, &Condition::Absent).await {
                    Ok(Put::Written) => Outcome::Stored(Stored::Written {
                        bytes: object.body.len(),
                    }),
                    Ok(Put::Taken { by, .. }) if by.as_ref() == Some(&object.stamp) => {
                        Outcome::Stored(Stored::Already)
                    }
                    Ok(Put::Taken { .. }) => {
                        return self
                            .quarantine(segment, index, &QuarantineReason::KeyTaken)
                            .await;
                    }
                    Err(reason) => Outcome::Retry(reason),
                }
            }
        };
        (index, self.settled(outcome))
    }

    /// Writes the newest of the records that want a key; the others give way to it.
    async fn overwrite(&self, segment: &Segment<'_>, claim: &Claim) -> Pass {
        let mut pass = Pass::default();
        let newest = claim
            .members
            .iter()
            .max_by_key(|member| self.stamp(segment, member.index));
        let Some(newest) = newest else {
            return pass;
        };
        let outcome = self
            .replace_older(self.object(segment, newest, &claim.key))
            .await;
        for member in &claim.members {
            let outcome = match &outcome {
                own if member.index == newest.index => own.clone(),
                Outcome::Retry(_) => Outcome::Retry(RetryReason::Behind),
                _ => Outcome::Stored(Stored::Superseded),
            };
            pass.settled.push((member.index, self.settled(outcome)));
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

    fn stamp(&self, segment: &Segment<'_>, index: usize) -> Stamp {
        Stamp::new(&self.processor.config.name, &segment.records[index])
    }

    fn object(&self, segment: &Segment<'_>, member: &Member, key: &str) -> Object {
        let stamp = self.stamp(segment, member.index);
        Object::new(stamp, key.to_owned(), member.body.clone())
    }
}
