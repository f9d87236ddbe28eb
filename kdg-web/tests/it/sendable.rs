//! Records that no target takes, in samples and in a run.

use kdg_web::message::EndedBy;
use kdg_web::preview::{Times, preview};
use kdg_web::sendable::Sending;
use kdg_web::state::words;
use local::stack::Faults;
use serde_json::json;

use crate::plan::plan;
use crate::run::{alone, identified, run, stream};

#[tokio::test]
async fn records_that_cannot_be_sent_are_given_up_with_their_reason_and_the_run_goes_on() {
    let running = stream(1, Faults::default()).await;
    let mut plan = plan(&json!({
        "partitionKey": {"kind": "template", "text": "{{ k }}"},
        "seed": 3,
        "stop": {"records": 400},
    }));
    plan.template =
        r#"{"id": {{sequence.next}}{{random.arrayElement([",\"k\": 1", ""])}}}"#.to_owned();
    let mut first = None;
    let times = Times {
        now_ms: 0,
        simulated_ms: None,
        offset_minutes: 0,
    };
    let sending = Sending {
        partition_key: plan.partition_key.clone(),
        ..Sending::default()
    };
    let samples = preview(&plan.template, true, 3, 400, times, &sending).records;
    let mut unsendable = 0;
    for (sample, number) in samples.iter().zip(1..) {
        assert_eq!(
            sample.problem.is_some(),
            !sample.text.contains('k'),
            "{sample:?}"
        );
        if sample.problem.is_some() {
            unsendable += 1;
            first = first.or(Some(number));
        }
    }
    let summary = run(running.client(), plan, alone).await;
    assert_eq!(summary.ended_by, EndedBy::Records);
    let totals = summary.totals;
    assert_eq!(
        (totals.generated, totals.given_up, totals.acknowledged),
        (400, unsendable, 400 - unsendable)
    );
    assert!((100..300).contains(&unsendable), "{unsendable}");
    assert_eq!(running.records("events").len() as u64, totals.acknowledged);
    let reason = "not sent: the record has no field k, which the partition key needs";
    assert_eq!(summary.given_up[reason], unsendable);
    let not_sent = summary.not_sent.clone().unwrap();
    assert_eq!(
        (not_sent.records, Some(not_sent.first)),
        (unsendable, first)
    );
    assert!(!words::has_failed(&summary));
}

#[tokio::test]
async fn large_records_and_long_keys_are_given_up_and_records_with_faults_are_sent() {
    let running = stream(1, Faults::default()).await;
    let large = json!({"stop": {"records": 30}, "seed": 1});
    let mut large = plan(&large);
    large.template = format!(
        "{}{{{{random.arrayElement([\"\", \"{}\"])}}}}",
        "x".repeat(600_000),
        "y".repeat(600_000)
    );
    let summary = run(running.client(), large, alone).await;
    let totals = summary.totals;
    assert!(totals.given_up > 0 && totals.acknowledged > 0, "{totals:?}");
    let reason = "not sent: the record has more than 1048576 bytes with its partition key";
    assert_eq!(summary.given_up[reason], totals.given_up);

    let mut long = plan(&json!({
        "partitionKey": {"kind": "template", "text": "{{ k }}"},
        "stop": {"records": 20},
    }));
    long.template = format!(r#"{{"k": "{}"}}"#, "k".repeat(300));
    let summary = run(running.client(), long, alone).await;
    assert_eq!(summary.totals.given_up, 20);
    assert!(words::has_failed(&summary));

    let faulty = identified(&json!({"faults": {"oversize": 0.1}, "stop": {"records": 60}}));
    let summary = run(running.client(), faulty, alone).await;
    assert_eq!(summary.totals.acknowledged, 60);
    assert!(summary.faults["oversize"] > 0);
}

#[tokio::test]
async fn a_run_of_which_no_record_can_be_sent_fails_soon_with_reason_and_remedy() {
    let running = stream(1, Faults::default()).await;
    let plan = identified(&json!({"partitionKey": {"kind": "template", "text": "{{ user }}"}}));
    let summary = run(running.client(), plan, alone).await;
    let EndedBy::Record { message } = &summary.ended_by else {
        panic!("{:?}", summary.ended_by)
    };
    assert!(
        message.starts_with("none of the first 100 records can be sent: the record is not JSON"),
        "{message}"
    );
    assert_eq!(
        (summary.totals.generated, summary.totals.given_up),
        (100, 100)
    );
    let said = words::over(&summary);
    assert!(
        said.starts_with("The run has failed. None of the first 100"),
        "{said}"
    );
    assert!(said.contains("or choose another key"), "{said}");
}
