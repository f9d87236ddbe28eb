//! Which records of a shard are settled, lane by lane → the place up to which all of them are.
//!
//! A lane settles its records in their order, so one mark for each lane tells everything: a
//! record is settled when it lies at or before the mark of its lane. After a restart the marks
//! keep what a quick lane has settled from being delivered again because of a slow one.

use std::collections::VecDeque;

use super::checkpoint::{Checkpoint, Place};
use super::sequence::SequenceNumber;

/// The records of one shard that were read, and what is settled of them.
#[derive(Debug)]
pub(super) struct Ledger {
    place: Place,
    marks: Vec<Option<SequenceNumber>>,
    /// Everything behind `place`, in the order of the shard.
    read: VecDeque<Entry>,
    unsettled: usize,
    unsettled_bytes: usize,
}

#[derive(Debug)]
struct Entry {
    sequence_number: SequenceNumber,
    lane: usize,
    bytes: usize,
    settled: bool,
}

impl Ledger {
    /// Begins at a checkpoint; marks that were made with another number of lanes mean nothing.
    pub(super) fn open(checkpoint: Checkpoint, lanes: usize) -> Self {
        let marks = if checkpoint.lanes.len() == lanes {
            checkpoint.lanes
        } else {
            vec![None; lanes]
        };
        Self {
            place: checkpoint.place,
            marks,
            read: VecDeque::new(),
            unsettled: 0,
            unsettled_bytes: 0,
        }
    }

    /// Notes that a record was read; returns whether it is still to be delivered.
    pub(super) fn note(
        &mut self,
        sequence_number: &SequenceNumber,
        lane: usize,
        bytes: usize,
    ) -> bool {
        let settled = self.marks[lane]
            .as_ref()
            .is_some_and(|mark| sequence_number <= mark);
        if !settled {
            self.unsettled += 1;
            self.unsettled_bytes += bytes;
        }
        let entry = Entry {
            sequence_number: sequence_number.clone(),
            lane,
            bytes,
            settled,
        };
        append(&mut self.read, entry);
        self.advance();
        !settled
    }

    /// Settles every record of a lane up to and including this one.
    pub(super) fn settle(&mut self, lane: usize, up_to: &SequenceNumber) {
        for entry in &mut self.read {
            if entry.sequence_number > *up_to {
                break;
            }
            if entry.lane == lane && !entry.settled {
                entry.settled = true;
                self.unsettled -= 1;
                self.unsettled_bytes -= entry.bytes;
            }
        }
        self.marks[lane] = Some(up_to.clone());
        self.advance();
        self.merge_settled();
    }

    /// Forgets what the lanes have settled: the numbers that come next are of another shard.
    pub(super) fn forget_marks(&mut self) {
        self.marks.fill(None);
    }

    /// How many records were read and are not settled.
    pub(super) fn unsettled(&self) -> usize {
        self.unsettled
    }

    /// The bytes of those records.
    pub(super) fn unsettled_bytes(&self) -> usize {
        self.unsettled_bytes
    }

    /// The place up to which everything is settled.
    pub(super) fn place(&self) -> &Place {
        &self.place
    }

    /// What is to be kept for a restart.
    pub(super) fn checkpoint(&self, shard: &str) -> Checkpoint {
        // Marks may lie beyond what has been read since a restart: they still hold then.
        let lies_beyond = |mark: &SequenceNumber| match &self.place {
            Place::After(place) => mark > place,
            _ => true,
        };
        let lanes = if self.marks.iter().flatten().any(lies_beyond) {
            self.marks.clone()
        } else {
            Vec::new()
        };
        Checkpoint {
            shard: shard.to_owned(),
            place: self.place.clone(),
            lanes,
        }
    }

    fn advance(&mut self) {
        while let Some(entry) = self.read.pop_front_if(|entry| entry.settled) {
            self.place = Place::After(entry.sequence_number);
        }
    }

    /// Keeps what lies behind a lane that is stuck as small as what is unsettled.
    fn merge_settled(&mut self) {
        let mut merged = VecDeque::with_capacity(self.read.len().min(2 * self.unsettled + 1));
        for entry in self.read.drain(..) {
            append(&mut merged, entry);
        }
        self.read = merged;
    }
}

/// Of settled records that follow each other only the last tells a place.
fn append(read: &mut VecDeque<Entry>, entry: Entry) {
    match read.back_mut() {
        Some(last) if last.settled && entry.settled => *last = entry,
        _ => read.push_back(entry),
    }
}

#[cfg(test)]
mod tests {
    use super::{Checkpoint, Ledger, Place, SequenceNumber};

    fn number(value: u32) -> SequenceNumber {
        SequenceNumber::new(value.to_string())
    }

    fn ledger(lanes: usize) -> Ledger {
        let checkpoint = Checkpoint {
            shard: "shardId-000000000000".to_owned(),
            place: Place::TrimHorizon,
            lanes: Vec::new(),
        };
        Ledger::open(checkpoint, lanes)
    }

    #[test]
    fn the_place_moves_only_past_what_every_lane_has_settled() {
        let mut ledger = ledger(2);
        for (sequence, lane) in [(1, 0), (2, 1), (3, 0), (4, 1)] {
            assert!(ledger.note(&number(sequence), lane, 10));
        }
        ledger.settle(1, &number(4));
        assert_eq!(*ledger.place(), Place::TrimHorizon);
        assert_eq!((ledger.unsettled(), ledger.unsettled_bytes()), (2, 20));
        ledger.settle(0, &number(1));
        assert_eq!(*ledger.place(), Place::After(number(2)));
        ledger.settle(0, &number(3));
        assert_eq!(*ledger.place(), Place::After(number(4)));
        assert_eq!((ledger.unsettled(), ledger.unsettled_bytes()), (0, 0));
    }

    #[test]
    fn after_a_restart_only_what_is_unsettled_is_to_be_delivered() {
        let mut before = ledger(2);
        for (sequence, lane) in [(1, 0), (2, 1), (3, 0), (4, 1)] {
            before.note(&number(sequence), lane, 10);
        }
        before.settle(1, &number(2));

        let mut after = Ledger::open(before.checkpoint("shardId-000000000000"), 2);

        let delivered = [(1, 0), (2, 1), (3, 0), (4, 1)]
            .map(|(sequence, lane)| after.note(&number(sequence), lane, 10));
        assert_eq!(delivered, [true, false, true, true]);
    }

    #[test]
    fn a_second_restart_forgets_nothing_that_the_first_had_not_read_again() {
        let mut first = ledger(2);
        for (sequence, lane) in [(1, 0), (2, 1), (3, 0)] {
            first.note(&number(sequence), lane, 10);
        }
        first.settle(0, &number(3));

        let mut second = Ledger::open(first.checkpoint("shardId-000000000000"), 2);
        second.note(&number(1), 0, 10);
        second.note(&number(2), 1, 10);
        second.settle(1, &number(2));

        let mut third = Ledger::open(second.checkpoint("shardId-000000000000"), 2);
        assert_eq!(*third.place(), Place::After(number(2)));
        assert!(!third.note(&number(3), 0, 10));
    }

    #[test]
    fn what_others_settle_behind_a_lane_that_is_stuck_takes_no_room() {
        let mut ledger = ledger(2);
        ledger.note(&number(1), 0, 10);
        for sequence in 2..1_000 {
            ledger.note(&number(sequence), 1, 10);
            ledger.settle(1, &number(sequence));
        }
        assert_eq!(ledger.read.len(), 2);
        assert_eq!(*ledger.place(), Place::TrimHorizon);
        ledger.settle(0, &number(1));
        assert_eq!(*ledger.place(), Place::After(number(999)));
    }

    #[test]
    fn marks_of_another_number_of_lanes_are_not_trusted() {
        let mut before = ledger(2);
        before.note(&number(1), 0, 10);
        before.note(&number(2), 1, 10);
        before.settle(1, &number(2));

        let mut after = Ledger::open(before.checkpoint("shardId-000000000000"), 3);

        assert!(after.note(&number(1), 0, 10));
        assert!(after.note(&number(2), 1, 10));
    }
}
