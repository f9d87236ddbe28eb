//! What a function prints.

use super::Stack;

#[tokio::test]
async fn printed_lines_stand_between_start_and_end() {
    let stack = Stack::new();

    let invoked = stack.invoke("print").await;

    let log = stack.log();
    let lines: Vec<_> = log.lines().collect();
    let id = invoked.request_id;
    let at = |wanted: &str| {
        let found = lines.iter().position(|line| line.starts_with(wanted));
        found.unwrap_or_else(|| panic!("{wanted} in {log}"))
    };
    let start = at(&format!("START RequestId: {id} Version: $LATEST"));
    let end = at(&format!("END RequestId: {id}"));
    for printed in ["to stdout", "to stderr"] {
        assert!((start..end).contains(&at(printed)), "{log}");
    }
    let report = lines[at(&format!("REPORT RequestId: {id}\tDuration: "))];
    for figure in [
        " ms\tBilled Duration: ",
        "\tMemory Size: 128 MB\tMax Memory Used: ",
        "\tInit Duration: ",
    ] {
        assert!(report.contains(figure), "{report}");
    }
}

#[tokio::test]
async fn only_the_first_report_of_an_environment_tells_the_init_duration() {
    let stack = Stack::new();

    stack.answer("hello").await;
    stack.answer("hello").await;

    let log = stack.log();
    let reports: Vec<_> = log
        .lines()
        .filter(|line| line.starts_with("REPORT"))
        .collect();
    assert_eq!(reports.len(), 2);
    assert!(reports[0].contains("Init Duration"));
    assert!(!reports[1].contains("Init Duration"));
}

#[tokio::test]
async fn a_subscriber_hears_every_line_with_its_invocation_and_one_that_left_is_forgotten() {
    let stack = Stack::new();
    let mut lines = stack.lambda.lines();
    drop(stack.lambda.lines());

    let request_id = stack.invoke("print").await.request_id;

    let mut heard = Vec::new();
    while let Ok(line) = lines.try_recv() {
        assert_eq!(line.function, "Echo");
        if line.request_id.as_deref() == Some(request_id.as_str()) {
            heard.push(line.line);
        }
    }
    assert!(heard.first().unwrap().starts_with("START"));
    assert!(heard.contains(&"to stdout".to_owned()) && heard.contains(&"to stderr".to_owned()));
    assert!(heard.last().unwrap().starts_with("REPORT"));
}
