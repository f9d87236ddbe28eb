//! Answers that name the records that failed.

use local::mapping::{LastResult, Settings};

use super::{Reply, World, settings, until_settled};

fn reporting() -> Settings {
    let mut settings = settings();
    settings.report_batch_item_failures = true;
    settings
}

#[tokio::test(start_paused = true)]
async fn six_answers_mean_that_all_records_succeeded() {
    for answer in [
        "\"\"",
        "null",
        "[]",
        "{}",
        r#"{"batchItemFailures":[]}"#,
        r#"{"batchItemFailures":null}"#,
    ] {
        let world = World::new(1, move |_| Reply::Answer(answer.to_owned()));
        world.put(3);
        let mapping = world.start(reporting());

        let progress = until_settled(&mapping, 3).await;

        assert_eq!(world.function.numbers(), [[0, 1, 2]], "{answer}");
        assert_eq!(progress.last_result, LastResult::Ok);
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_names_no_record_of_the_batch_fails_all_of_it() {
    for answer in [
        r#"{"batchItemFailures":[{"itemIdentifier":""}]}"#,
        r#"{"batchItemFailures":[{"itemIdentifier":null}]}"#,
        r#"{"batchItemFailures":[{"itemIdentifier":"123"}]}"#,
        r#"{"batchItemFailures":[{"itemidentifier":"123"}]}"#,
        r#"{"batchItemFailures":[{}]}"#,
        r#"{"batchItemFailures":"all"}"#,
    ] {
        let world = World::new(1, move |call| {
            if call.number == 0 {
                Reply::Answer(answer.to_owned())
            } else {
                Reply::ok()
            }
        });
        world.put(3);
        let mapping = world.start(reporting());

        until_settled(&mapping, 3).await;

        assert_eq!(world.function.numbers(), [[0, 1, 2], [0, 1, 2]], "{answer}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_unknown_record_among_known_ones_fails_the_whole_batch() {
    let world = World::new(1, |call| match call.number {
        0 => Reply::failures([call.id(2), "123"]),
        _ => Reply::ok(),
    });
    world.put(3);
    let mapping = world.start(reporting());

    until_settled(&mapping, 3).await;

    assert_eq!(world.function.numbers(), [[0, 1, 2], [0, 1, 2]]);
}

#[tokio::test(start_paused = true)]
async fn everything_from_the_lowest_failure_on_comes_again() {
    let world = World::new(1, |call| match call.number {
        0 => Reply::failures([call.id(4), call.id(2)]),
        _ => Reply::ok(),
    });
    world.put(6);
    let mapping = world.start(reporting());

    let progress = until_settled(&mapping, 6).await;

    assert_eq!(
        world.function.numbers(),
        [vec![0, 1, 2, 3, 4, 5], vec![2, 3, 4, 5]]
    );
    assert_eq!(
        (progress.partial_failures, progress.function_errors),
        (1, 0)
    );
    assert_eq!((progress.delivered, progress.redelivered), (10, 4));
}

#[tokio::test(start_paused = true)]
async fn the_attempts_count_anew_when_records_were_accepted() {
    let world = World::new(1, |call| Reply::failures([call.id(2)]));
    let mut settings = reporting();
    settings.maximum_retry_attempts = Some(3);
    world.put(3);
    let mapping = world.start(settings);

    until_settled(&mapping, 3).await;

    let deliveries = world.function.numbers();
    assert_eq!(
        deliveries,
        [vec![0, 1, 2], vec![2], vec![2], vec![2], vec![2]]
    );
    let [object] = &world.destination.objects()[..] else {
        panic!("one object");
    };
    assert_eq!(object.body["requestContext"]["approximateInvokeCount"], 4);
    let response = &object.body["responseContext"];
    assert_eq!(response["functionError"], serde_json::Value::Null);
    assert_eq!(response["statusCode"], 200);
}

#[tokio::test(start_paused = true)]
async fn failures_before_the_progress_are_forgotten() {
    let world = World::new(1, |call| match call.number {
        0 | 1 | 3 | 4 => Reply::Fails,
        2 => Reply::failures([call.id(1)]),
        _ => Reply::ok(),
    });
    let mut settings = reporting();
    settings.maximum_retry_attempts = Some(2);
    world.put(2);
    let mapping = world.start(settings);

    let progress = until_settled(&mapping, 2).await;

    assert_eq!(
        world.function.numbers(),
        [
            vec![0, 1],
            vec![0, 1],
            vec![0, 1],
            vec![1],
            vec![1],
            vec![1]
        ]
    );
    assert_eq!(progress.discarded, 0);
}

#[tokio::test(start_paused = true)]
async fn with_halving_a_record_that_always_fails_costs_itself_alone() {
    let world = World::new(1, |call| {
        if call.has(5) {
            Reply::failures([call.id(5)])
        } else {
            Reply::ok()
        }
    });
    let mut settings = reporting();
    settings.bisect_batch_on_function_error = true;
    settings.maximum_retry_attempts = Some(1);
    world.put(10);
    let mapping = world.start(settings);

    let progress = until_settled(&mapping, 10).await;

    assert_eq!(progress.discarded, 1);
    let lost = world.destination.objects()[0].sequence_numbers();
    assert_eq!(lost, [world.function.calls()[0].id(5)]);
}

#[tokio::test(start_paused = true)]
async fn without_the_setting_the_answer_is_not_looked_at() {
    let world = World::new(1, |call| Reply::failures([call.id(0)]));
    world.put(3);
    let mapping = world.start(settings());

    until_settled(&mapping, 3).await;

    assert_eq!(world.function.numbers(), [[0, 1, 2]]);
}
