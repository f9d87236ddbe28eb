use aws_sdk_kinesis::types::ScalingType;

use crate::stack::{Stack, put, records, sequence_numbers};

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
    let reshard = async {
        for target in [2, 4, 2, 1] {
            let update = kinesis
                .update_shard_count()
                .stream_name("kdg-archive-stream");
            update
                .target_shard_count(target)
                .scaling_type(ScalingType::UniformScaling)
                .send()
                .await
                .unwrap();
            loop {
                let found = kinesis
                    .describe_stream_summary()
                    .stream_name("kdg-archive-stream")
                    .send()
                    .await
                    .unwrap();
                let summary = found.stream_description_summary().unwrap();
                if summary.stream_status().as_str() == "ACTIVE" {
                    assert_eq!(summary.open_shard_count(), target);
                    break;
                }
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        }
    };
    let (acknowledged, ()) = tokio::join!(load, reshard);
    let keys = stack
        .until_objects("kdg-archive", "kinesis/", all.len())
        .await;
    assert_eq!(acknowledged.len(), all.len());
    assert_eq!(sequence_numbers(&keys), acknowledged);
    assert_eq!(keys.len(), all.len());
}
