#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::Write;

use tempfile::TempDir;
use uuid::Uuid;

use super::{COMPACT_FROM_BYTES, Checkpoint, CheckpointError, Checkpoints, Place};
use crate::mapping::sequence::SequenceNumber;

const SHARD: &str = "shardId-000000000000";

fn after(shard: &str, sequence_number: u64) -> Checkpoint {
    Checkpoint {
        shard: shard.to_owned(),
        place: Place::After(SequenceNumber::new(sequence_number.to_string())),
        lanes: Vec::new(),
    }
}

fn open(directory: &TempDir) -> Checkpoints {
    Checkpoints::open(directory.path(), Uuid::nil()).unwrap()
}

fn file(directory: &TempDir) -> std::path::PathBuf {
    directory
        .path()
        .join(format!("{}.checkpoints", Uuid::nil()))
}

#[test]
fn the_last_checkpoint_of_each_shard_outlives_the_process() {
    let directory = tempfile::tempdir().unwrap();
    let checkpoints = open(&directory);
    assert!(checkpoints.is_empty());
    checkpoints
        .put(&[after(SHARD, 1), after("shardId-000000000001", 1)])
        .unwrap();
    checkpoints.put(&[after(SHARD, 2)]).unwrap();
    drop(checkpoints);

    let checkpoints = open(&directory);

    assert!(!checkpoints.is_empty());
    assert_eq!(checkpoints.get(SHARD), Some(after(SHARD, 2)));
    assert_eq!(
        checkpoints.get("shardId-000000000001"),
        Some(after("shardId-000000000001", 1))
    );
}

#[test]
fn a_line_that_a_crash_cut_short_is_not_there() {
    let directory = tempfile::tempdir().unwrap();
    open(&directory).put(&[after(SHARD, 1)]).unwrap();
    let whole = fs::read(file(&directory)).unwrap();
    for cut in 0..whole.len() {
        let mut log = fs::File::create(file(&directory)).unwrap();
        log.write_all(&whole).unwrap();
        log.write_all(&whole[..cut]).unwrap();

        let checkpoints = open(&directory);

        assert_eq!(checkpoints.get(SHARD), Some(after(SHARD, 1)));
        checkpoints.put(&[after(SHARD, 2)]).unwrap();
        assert_eq!(open(&directory).get(SHARD), Some(after(SHARD, 2)));
    }
}

#[test]
fn a_file_of_something_else_is_named_with_its_line() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(file(&directory), "[]\nhello\n").unwrap();

    let error = Checkpoints::open(directory.path(), Uuid::nil()).unwrap_err();

    assert!(matches!(error, CheckpointError::Corrupt { line: 2, .. }));
}

#[test]
fn the_log_does_not_grow_for_ever() {
    let directory = tempfile::tempdir().unwrap();
    let checkpoints = open(&directory);
    for sequence_number in 0..20_000 {
        checkpoints.put(&[after(SHARD, sequence_number)]).unwrap();
    }

    assert!(fs::metadata(file(&directory)).unwrap().len() < COMPACT_FROM_BYTES);
    assert_eq!(open(&directory).get(SHARD), Some(after(SHARD, 19_999)));
}
