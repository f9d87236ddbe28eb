//! As many records of a batch as are worked on at a time, judged and sorted by their keys.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    sync::Arc,
};

use bytes::Bytes;

use crate::{outcome::QuarantineReason, record::Record, report::Settled};

/// How many bytes of records are held at a time, beside the event itself. An event of 6 MB that is
/// not compressed fits in as a whole.
const MAX_HELD_BYTES: usize = 16 * 1024 * 1024;

/// About what a record costs beside its body.
const RECORD_BYTES: usize = 256;

/// A part of a batch.
#[derive(Debug, Default)]
pub(super) struct Segment<'r> {
    /// Its records, in their order.
    pub(super) records: Vec<Cow<'r, Record>>,
    /// Those that want to be stored, by the key or the folder that they want.
    pub(super) claims: Vec<Claim>,
    /// Those that can never succeed, by their places.
    pub(super) refused: Vec<(usize, QuarantineReason)>,
    /// Those that are late and placed by their arrival, by their places.
    pub(super) moved: HashSet<usize>,
    /// Those for which nothing has to be written, by their places.
    pub(super) settled: Vec<(usize, Settled)>,
    claim_of: HashMap<Arc<str>, usize>,
    held_bytes: usize,
}

/// A key or a folder, and the records that want it in their order; there is at least one.
#[derive(Debug)]
pub(super) struct Claim {
    pub(super) key: Arc<str>,
    pub(super) members: Vec<Member>,
}

/// A record, by its place in the segment, and its bytes.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) index: usize,
    pub(super) body: Bytes,
}

impl<'r> Segment<'r> {
    /// Adds a record that wants to be stored, and is late if its own place is another.
    pub(super) fn store(
        &mut self,
        record: Cow<'r, Record>,
        key: String,
        body: Bytes,
        is_moved: bool,
    ) {
        self.held_bytes += body.len() + key.len();
        let index = self.push(record);
        if is_moved {
            self.moved.insert(index);
        }
        let member = Member { index, body };
        let claimed = self.claim_of.get(key.as_str());
        if let Some(claim) = claimed.and_then(|claim| self.claims.get_mut(*claim)) {
            claim.members.push(member);
            return;
        }
        let key: Arc<str> = key.into();
        self.claim_of.insert(Arc::clone(&key), self.claims.len());
        let members = vec![member];
        self.claims.push(Claim { key, members });
    }

    /// Adds a record that can never succeed.
    pub(super) fn quarantine(&mut self, record: Cow<'r, Record>, reason: QuarantineReason) {
        let index = self.push(record);
        self.refused.push((index, reason));
    }

    /// Adds a record for which nothing has to be written.
    pub(super) fn settle_at_once(&mut self, record: Cow<'r, Record>, settled: Settled) {
        let index = self.push(record);
        self.settled.push((index, settled));
    }

    /// Whether there is no record in it.
    pub(super) fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Whether the next record has to wait until this segment is settled.
    pub(super) fn is_full(&self) -> bool {
        self.held_bytes >= MAX_HELD_BYTES
    }

    fn push(&mut self, record: Cow<'r, Record>) -> usize {
        self.held_bytes += RECORD_BYTES;
        self.records.push(record);
        self.records.len() - 1
    }
}
