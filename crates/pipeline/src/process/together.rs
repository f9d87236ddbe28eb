//! Layout `batch`: the records of a segment that share a folder become the lines of one object.
//!
//! The object is named after its first and its last record, so a repeated delivery of the same
//! records finds its work done. A delivery that is cut differently writes other objects, which
//! hold some records again: their lines have the same identity.

use futures::{StreamExt, stream};

use super::{CONCURRENCY, Claim, Run, Segment};
use crate::{
    object::{Compression, IdMember, MAX_SUFFIX_BYTES, Object},
    outcome::{Outcome, QuarantineReason, RetryReason, Stored},
    report::Settled,
    store::{Condition, Put, Store},
};

impl<S: Store> Run<'_, S> {
    /// Writes one object for each folder; each body exists only while it is under way.
    pub(super) async fn store_together(
        &self,
        segment: &Segment<'_>,
        compression: Compression,
        id: Option<&IdMember>,
    ) -> Vec<(usize, Settled)> {
        stream::iter(&segment.claims)
            .map(|claim| self.store_lines(segment, claim, compression, id))
            .buffer_unordered(CONCURRENCY)
            .concat()
            .await
    }

    async fn store_lines(
        &self,
        segment: &Segment<'_>,
        claim: &Claim,
        compression: Compression,
        id: Option<&IdMember>,
    ) -> Vec<(usize, Settled)> {
        let pipeline = &self.processor.config.name;
        let members = claim.members.iter();
        let records: Vec<_> = members
            .map(|member| (segment.records[member.index].as_ref(), &member.body))
            .collect();
        let outcome = match Object::of_lines(pipeline, &claim.key, compression, id, &records) {
            Ok(Some(object)) => self.put_lines(object, compression).await,
            Ok(None) => return Vec::new(),
            Err(error) => Outcome::Retry(RetryReason::Refused(error.to_string())),
        };
        let mut settled = Vec::with_capacity(claim.members.len());
        for (place, member) in claim.members.iter().enumerate() {
            let outcome = match &outcome {
                Outcome::Stored(Stored::Written { .. }) if place > 0 => {
                    Outcome::Stored(Stored::Beside)
                }
                Outcome::Quarantined(reason) => {
                    let kept = self.quarantine(segment, member.index, reason).await;
                    settled.push(kept);
                    continue;
                }
                other => other.clone(),
            };
            settled.push((member.index, self.settled(outcome)));
        }
        settled
    }

    /// Puts an object under its own name or, where other content has that, beside it.
    async fn put_lines(&self, mut object: Object, compression: Compression) -> Outcome {
        let stem = object.key.strip_suffix(compression.extension());
        let digest = object
            .stamp
            .sha256()
            .and_then(|hex| hex.get(..MAX_SUFFIX_BYTES));
        let beside = match (stem, digest) {
            (Some(stem), Some(digest)) => format!("{stem}-{digest}{}", compression.extension()),
            _ => return Outcome::Quarantined(QuarantineReason::KeyTaken),
        };
        let written = Outcome::Stored(Stored::Written {
            bytes: object.body.len(),
        });
        for next in [Some(beside), None] {
            match self.put(&object, &Condition::Absent).await {
                Ok(Put::Written) => return written,
                Ok(Put::Taken { by, .. }) if by.as_ref() == Some(&object.stamp) => {
                    return Outcome::Stored(Stored::Already);
                }
                Ok(Put::Taken { .. }) => match next {
                    Some(key) => object.key = key,
                    None => break,
                },
                Err(reason) => return Outcome::Retry(reason),
            }
        }
        Outcome::Quarantined(QuarantineReason::KeyTaken)
    }
}
