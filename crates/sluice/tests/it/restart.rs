use crate::stack::{Stack, put, records, sequence_numbers};

#[tokio::test]
async fn what_was_acknowledged_is_stored_once_although_the_stack_is_killed_again_and_again() {
    let data = tempfile::tempdir().unwrap();
    let mut acknowledged = std::collections::BTreeSet::new();
    let all = records(3_000);
    for part in all.chunks(1_000) {
        let stack = Stack::start(data.path(), &["--no-limits"]);
        acknowledged.extend(put(&stack.kinesis().await, "kdg-archive-stream", part).await);
        // Killed with records in the stream, in a batch and on their way into the bucket.
        stack
            .until_objects("kdg-archive", "kinesis/", acknowledged.len() / 4)
            .await;
        stack.kill();
    }
    let stack = Stack::start(data.path(), &["--no-limits"]);
    let keys = stack
        .until_objects("kdg-archive", "kinesis/", acknowledged.len())
        .await;
    assert_eq!(acknowledged.len(), all.len());
    assert_eq!(keys.len(), all.len());
    assert_eq!(sequence_numbers(&keys), acknowledged);
}
