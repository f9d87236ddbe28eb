//! What a process finds when it starts.

use std::env;
use std::time::Duration;

use super::{Stack, function, success};

#[tokio::test]
async fn a_process_sees_the_variables_of_lambda_and_its_own_and_no_others() {
    let stack = Stack::new();
    let mut writer = function("Writer");
    writer.environment.insert("BUCKET".into(), "events".into());
    writer
        .environment
        .insert("_HANDLER".into(), "app.handler".into());
    stack.lambda.register(writer).unwrap();

    let seen = success(stack.lambda.invoke("Writer", "environment".into()).await);

    let variables = seen["variables"].as_object().unwrap();
    let names: Vec<_> = variables.keys().map(String::as_str).collect();
    let expected = [
        "ACT_AS_FUNCTION",
        "AWS_DEFAULT_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_REGION",
        "BUCKET",
        "LAMBDA_RUNTIME_DIR",
        "LAMBDA_TASK_ROOT",
        "LANG",
        "PATH",
        "TMPDIR",
        "TZ",
        "_HANDLER",
    ];
    assert_eq!(names, expected);
    assert_eq!(variables["AWS_LAMBDA_FUNCTION_NAME"], "Writer");
    assert_eq!(variables["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"], "128");
    assert_eq!(variables["AWS_REGION"], "eu-central-1");
    assert_eq!(variables["BUCKET"], "events");
    assert_eq!(variables["_HANDLER"], "app.handler");
    let api = variables["AWS_LAMBDA_RUNTIME_API"].as_str().unwrap();
    assert!(
        api.parse::<std::net::SocketAddr>()
            .unwrap()
            .ip()
            .is_loopback()
    );
    let stream = variables["AWS_LAMBDA_LOG_STREAM_NAME"].as_str().unwrap();
    assert!(stream.contains("/[$LATEST]"), "{stream}");
    let directory = env::current_exe().unwrap().parent().unwrap().to_owned();
    assert_eq!(seen["directory"], directory.to_str().unwrap());
}

#[tokio::test]
async fn the_event_comes_with_its_request_id_deadline_and_function_arn() {
    let stack = Stack::new();
    let before = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();

    let invoked = stack.invoke("{\"k\": \"ä\"}").await;
    let request_id = invoked.request_id.clone();
    assert_eq!(invoked.executed_version, "$LATEST");
    assert!(invoked.duration > Duration::ZERO);
    let answer = success(invoked);

    assert_eq!(answer["event"], "{\"k\": \"ä\"}");
    let head = answer["head"].as_str().unwrap();
    assert!(head.contains(&format!("lambda-runtime-aws-request-id: {request_id}")));
    let arn = "arn:aws:lambda:eu-central-1:000000000000:function:echo";
    assert!(head.contains(&format!("lambda-runtime-invoked-function-arn: {arn}")));
    assert!(head.contains("lambda-runtime-trace-id: root=1-"));
    let deadline = head
        .lines()
        .find_map(|line| line.strip_prefix("lambda-runtime-deadline-ms: "));
    let left = Duration::from_millis(deadline.unwrap().parse().unwrap())
        .checked_sub(before)
        .unwrap();
    assert!(
        left >= Duration::from_secs(10) && left < Duration::from_secs(30),
        "{left:?}"
    );
}
