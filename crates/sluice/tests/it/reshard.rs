use crate::stack::{Stack, put, records, reshard, sequence_numbers};

#[tokio::test]
async fn nothing_is_lost_or_doubled_when_shards_split_and_merge_under_load() {
    let data = tempfile::tempdir().unwrap();
    let stack = Stack::start(data.path(), &["--no-limits"]);
    let kinesis = stack.kinesis().await;
    let all = records(3_000);
    let load = async {
        let mut acknowledged = std::collections::BTreeSet::new();
        for part in all.chunks(50) {
            acknowledged.extend(put(&kinesis, "kdg-archive-stream", part).await);
        }
        acknowledged
    };
    let resharded = async {
        for target in [2, 4, 2, 1] {
            reshard(&kinesis, "kdg-archive-stream", target).await;
        }
    };
    let (acknowledged, ()) = tokio::join!(load, resharded);
    let keys = stack
        .until_objects("kdg-archive", "kinesis/", all.len())
        .await;
    assert_eq!(acknowledged.len(), all.len());
    assert_eq!(sequence_numbers(&keys), acknowledged);
    assert_eq!(keys.len(), all.len());
}
