//! Records → batches that one request may carry.

use kdg::{MAX_BATCH_BYTES, MAX_BATCH_RECORDS, MAX_RECORD_BYTES, Record, batches};
use proptest::prelude::*;

fn record(tag: u64, bytes: usize) -> Record {
    let partition_key = "key".to_owned();
    Record {
        data: vec![0; bytes - 3],
        partition_key,
        explicit_hash_key: None,
        tag,
    }
}

#[test]
fn a_batch_holds_500_records() {
    let lengths: Vec<usize> = batches((0..1_001).map(|tag| record(tag, 10)))
        .map(|b| b.len())
        .collect();
    assert_eq!(lengths, [500, 500, 1]);
}

#[test]
fn a_batch_holds_ten_records_of_full_size() {
    let full = (0..11).map(|tag| record(tag, MAX_RECORD_BYTES));
    assert_eq!(
        batches(full).map(|batch| batch.len()).collect::<Vec<_>>(),
        [10, 1]
    );
}

#[test]
fn no_records_make_no_batch() {
    assert_eq!(batches([]).count(), 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn batches_keep_order_stay_within_limits_and_could_not_be_fewer_greedily(
        sizes in prop::collection::vec(prop_oneof![3_usize..200, 3..=MAX_RECORD_BYTES], 0..60),
        small in 0_usize..1_200,
    ) {
        let sizes: Vec<usize> = sizes.into_iter().chain(std::iter::repeat_n(5, small)).collect();
        let records = sizes.iter().zip(0..).map(|(size, tag)| record(tag, *size));
        let batches: Vec<Vec<Record>> = batches(records).collect();
        let bytes = |batch: &[Record]| batch.iter().map(Record::size).sum::<usize>();
        for batch in &batches {
            prop_assert!(!batch.is_empty() && batch.len() <= MAX_BATCH_RECORDS);
            prop_assert!(bytes(batch) <= MAX_BATCH_BYTES);
        }
        for pair in batches.windows(2) {
            let full = pair[0].len() == MAX_BATCH_RECORDS;
            prop_assert!(full || bytes(&pair[0]) + pair[1][0].size() > MAX_BATCH_BYTES);
        }
        let tags: Vec<u64> = batches.iter().flatten().map(|record| record.tag).collect();
        prop_assert_eq!(tags, (0..sizes.len() as u64).collect::<Vec<_>>());
    }
}
