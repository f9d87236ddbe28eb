//! The log against a list of what was put into it.

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;

const SEGMENT: u64 = 50_000;

/// One record of the list: counter, arrival, data.
type Expected = (u64, u64, Vec<u8>);

#[derive(Debug, Clone)]
enum Step {
    /// So many records of such a size, so much later (the clock may step back).
    Append(usize, usize, i64),
    /// Drops what arrived longer ago than this.
    Trim(u64),
    Reopen,
    /// From this percentage of the counters and of the time on, at most so many records and bytes.
    Read(u64, u64, usize, usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        5 => (1..40_usize, 0..6_000_usize, -500..2_000_i64)
            .prop_map(|(count, size, later)| Step::Append(count, size, later)),
        1 => (0..4_000_u64).prop_map(Step::Trim),
        1 => Just(Step::Reopen),
        5 => (0..110_u64, 0..110_u64, 1..100_usize, 0..200_000_usize)
            .prop_map(|(from, since, records, bytes)| Step::Read(from, since, records, bytes)),
    ];
    prop::collection::vec(step, 1..40)
}

fn read(log: &Log, from: u64, since_ms: u64, mut budget: Budget) -> Vec<Expected> {
    let (mut records, mut position) = (Vec::new(), from);
    while let Some(extent) = log.extent(position, since_ms).unwrap() {
        match extent
            .read(position, since_ms, &mut budget, &mut records)
            .unwrap()
        {
            Progress::Continue(next) => position = next,
            Progress::Full => break,
        }
    }
    records
        .into_iter()
        .map(|record| (record.counter, record.arrival_ms, record.data.to_vec()))
        .collect()
}

fn within(expected: &[Expected], from: u64, since_ms: u64, budget: Budget) -> Vec<Expected> {
    let (mut taken, mut bytes) = (Vec::new(), 0);
    for record in expected {
        if record.0 < from || record.1 < since_ms {
            continue;
        }
        bytes += record.2.len() + "key".len();
        if taken.len() == budget.records || (bytes > budget.bytes && !taken.is_empty()) {
            break;
        }
        taken.push(record.clone());
    }
    taken
}

#[test]
fn damage_where_nothing_is_written_any_more_stops_the_start() {
    let folder = TempDir::new().unwrap();
    let open = || Log::open_with_segments_of(folder.path().to_owned(), SEGMENT);
    let mut log = open().unwrap();
    let data = vec![7; usize::try_from(SEGMENT).unwrap()];
    for _ in 0..2 {
        log.append([("key", data.as_slice())].into_iter(), 0)
            .unwrap();
    }
    let sealed = log.segments[0].path.clone();
    drop(log);
    let mut bytes = fs::read(&sealed).unwrap();
    bytes[100] ^= 1;
    fs::write(&sealed, bytes).unwrap();
    let error = open().unwrap_err();
    assert!(matches!(error, OpenError::Damaged { path, offset: 0 } if path == sealed));
}

#[test]
fn damage_before_the_end_of_the_newest_segment_stops_the_start_too() {
    let folder = TempDir::new().unwrap();
    let open = || Log::open_with_segments_of(folder.path().to_owned(), SEGMENT);
    let mut log = open().unwrap();
    for _ in 0..3 {
        log.append([("key", b"data".as_slice())].into_iter(), 0)
            .unwrap();
    }
    let path = log.segments[0].path.clone();
    drop(log);
    let mut bytes = fs::read(&path).unwrap();
    bytes[10] ^= 1;
    fs::write(&path, &bytes).unwrap();
    assert!(matches!(open().unwrap_err(), OpenError::Damaged { .. }));
    assert_eq!(fs::read(&path).unwrap(), bytes);
}

#[test]
fn a_failed_write_leaves_the_log_as_it_was() {
    let folder = TempDir::new().unwrap();
    let mut log = Log::open(folder.path().join("shard")).unwrap();
    let put = |log: &mut Log| log.append([("key", b"data".as_slice())].into_iter(), 0);
    fs::remove_dir(folder.path().join("shard")).unwrap();
    put(&mut log).unwrap_err();
    assert_eq!(log.next_counter(), FIRST_COUNTER);
    fs::create_dir(folder.path().join("shard")).unwrap();
    assert_eq!(put(&mut log).unwrap().first_counter, FIRST_COUNTER);
}

proptest! {
    // Each case writes some megabytes; a hundred cases meet every pair of steps many times.
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn a_log_holds_what_was_appended_and_not_yet_trimmed(steps in steps()) {
        let folder = TempDir::new().unwrap();
        let open = || Log::open_with_segments_of(folder.path().to_owned(), SEGMENT).unwrap();
        let mut log = open();
        let mut expected: Vec<Expected> = Vec::new();
        let (mut now_ms, mut horizon_ms, mut next_counter) = (10_000_u64, 0_u64, FIRST_COUNTER);
        for step in steps {
            match step {
                Step::Append(count, size, later_ms) => {
                    now_ms = now_ms.saturating_add_signed(later_ms);
                    let data: Vec<Vec<u8>> = (0..count)
                        .map(|record| vec![record.to_le_bytes()[0]; size * record / count])
                        .collect();
                    let batch = data.iter().map(|data| ("key", data.as_slice()));
                    let appended = log.append(batch, now_ms.max(horizon_ms)).unwrap();
                    prop_assert_eq!(appended.first_counter, next_counter);
                    prop_assert!(appended.arrival_ms >= now_ms);
                    let latest_ms = expected.last().map_or(0, |record| record.1);
                    prop_assert!(appended.arrival_ms >= latest_ms);
                    for data in data {
                        expected.push((next_counter, appended.arrival_ms, data));
                        next_counter += 1;
                    }
                }
                Step::Trim(age_ms) => {
                    horizon_ms = horizon_ms.max(now_ms.saturating_sub(age_ms));
                    log.trim(horizon_ms).unwrap();
                    expected.retain(|record| record.1 >= horizon_ms);
                }
                Step::Reopen => {
                    drop(log);
                    log = open();
                    prop_assert_eq!(log.next_counter(), next_counter);
                }
                Step::Read(from, since, records, bytes) => {
                    let from = next_counter * from / 100;
                    let since_ms = (now_ms * since / 100).max(horizon_ms);
                    let budget = Budget { records, bytes };
                    let found = read(&log, from, since_ms, budget);
                    prop_assert_eq!(found, within(&expected, from, since_ms, budget));
                }
            }
        }
        let all = Budget { records: usize::MAX, bytes: usize::MAX };
        prop_assert_eq!(read(&log, 0, horizon_ms, all), expected);
    }
}
