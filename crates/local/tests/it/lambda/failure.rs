//! Each way to fail, in the words AWS uses for it.

use std::time::Duration;

use local::lambda::{CouldNotInvoke, Fault, FunctionErrorKind, InvokeOutcome, MAX_REQUEST_BYTES};
use serde_json::json;

use super::{Stack, failure, function, runs};

#[tokio::test]
async fn a_reported_error_is_passed_on_and_the_process_lives_on() {
    let stack = Stack::new();
    let before = stack.answer("hello").await["pid"].clone();

    let (kind, body) = failure(stack.invoke("error").await);

    assert_eq!(kind, FunctionErrorKind::Unhandled);
    assert_eq!(
        body,
        json!({"errorType": "&str", "errorMessage": "no such user"})
    );
    assert_eq!(stack.answer("hello").await["pid"], before);
}

#[tokio::test]
async fn a_process_that_exits_is_reported_with_its_status_and_started_again() {
    let stack = Stack::new();
    let before = stack.answer("hello").await["pid"].clone();

    let invoked = stack.invoke("exit").await;
    let request_id = invoked.request_id.clone();
    let (kind, body) = failure(invoked);

    assert_eq!(kind, FunctionErrorKind::ExitError);
    let message =
        format!("RequestId: {request_id} Error: Runtime exited with error: exit status 1");
    assert_eq!(
        body,
        json!({"errorType": "Runtime.ExitError", "errorMessage": message})
    );
    assert_ne!(stack.answer("hello").await["pid"], before);
    let (_, body) = failure(stack.invoke("exit silently").await);
    let message = body["errorMessage"].as_str().unwrap();
    assert!(
        message.ends_with("Runtime exited without providing a reason"),
        "{message}"
    );
}

#[tokio::test]
async fn a_panic_that_ends_the_process_is_an_exit_error() {
    let stack = Stack::new();

    let (kind, body) = failure(stack.invoke("panic").await);

    assert_eq!(kind, FunctionErrorKind::ExitError);
    let message = body["errorMessage"].as_str().unwrap();
    assert!(message.ends_with("exit status 101"), "{message}");
    assert!(stack.log().contains("the function panicked"));
}

#[tokio::test]
async fn a_function_past_its_deadline_is_killed_with_all_it_started() {
    let stack = Stack::new();
    let pid_file = stack.directory.path().join("pids");
    let mut slow = function("Slow");
    slow.timeout = Duration::from_secs(1);
    slow.environment
        .insert("PID_FILE".into(), pid_file.to_str().unwrap().into());
    stack.lambda.register(slow).unwrap();

    let invoked = stack.lambda.invoke("Slow", "hang".into()).await;

    let request_id = invoked.request_id.clone();
    assert!(invoked.duration >= Duration::from_secs(1));
    let (kind, body) = failure(invoked);
    assert_eq!(kind, FunctionErrorKind::Timedout);
    let message = format!("RequestId: {request_id} Error: Task timed out after 1.00 seconds");
    assert_eq!(
        body,
        json!({"errorType": "Sandbox.Timedout", "errorMessage": message})
    );
    let pids: Vec<u64> = serde_json::from_slice(&std::fs::read(pid_file).unwrap()).unwrap();
    super::eventually("child and grandchild are gone", || {
        !pids.iter().any(|pid| runs(*pid))
    })
    .await;
    let stats = stack.lambda.stats("Slow").unwrap();
    assert_eq!(
        (
            stats.invocations,
            stats.errors,
            stats.timeouts,
            stats.cold_starts
        ),
        (1, 1, 1, 1)
    );
}

#[tokio::test]
async fn a_process_that_a_signal_to_the_group_does_not_end_dies_with_its_function() {
    let stack = Stack::new();
    let pid_file = stack.directory.path().join("pid");
    let mut signalling = function("Signalling");
    signalling
        .environment
        .insert("PID_FILE".into(), pid_file.to_str().unwrap().into());
    stack.lambda.register(signalling).unwrap();

    let invoked = stack.lambda.invoke("Signalling", "signal the group".into());

    assert_eq!(failure(invoked.await).0, FunctionErrorKind::ExitError);
    let pid = std::fs::read_to_string(pid_file).unwrap();
    let pid: u64 = pid.trim().parse().unwrap();
    super::eventually("the process is gone", || !runs(pid)).await;
}

#[tokio::test]
async fn an_answer_of_more_than_six_mebibytes_fails_the_invocation_alone() {
    let stack = Stack::new();
    let before = stack.answer("hello").await["pid"].clone();

    let (kind, body) = failure(stack.invoke("answer too much").await);

    assert_eq!(kind, FunctionErrorKind::ResponseSizeTooLarge);
    assert_eq!(body["errorType"], "Function.ResponseSizeTooLarge");
    assert!(
        body["errorMessage"]
            .as_str()
            .unwrap()
            .contains("(6291457 bytes)")
    );
    assert_eq!(stack.answer("hello").await["pid"], before);
}

#[tokio::test]
async fn a_start_that_fails_is_told_in_the_words_of_the_process() {
    let stack = Stack::new();
    for (at_init, kind, words) in [
        ("report", FunctionErrorKind::InitError, "BUCKET is not set"),
        (
            "exit",
            FunctionErrorKind::ExitError,
            "Error: BUCKET is not set",
        ),
    ] {
        let mut broken = function("Broken");
        broken.environment.insert("AT_INIT".into(), at_init.into());
        stack.lambda.register(broken).unwrap();

        let failed = failure(stack.lambda.invoke("Broken", "hello".into()).await);

        assert_eq!(failed.0, kind);
        let message = failed.1["errorMessage"].as_str().unwrap();
        assert!(message.contains(words), "{message}");
    }
}

#[tokio::test]
async fn what_cannot_run_is_no_function_error() {
    let stack = Stack::new();
    let mut missing = function("Missing");
    missing.program = "/nowhere/bootstrap".into();
    stack.lambda.register(missing).unwrap();

    let missing = stack.lambda.invoke("Missing", "1".into()).await.outcome;
    let unknown = stack.lambda.invoke("Unknown", "1".into()).await.outcome;
    let large = stack
        .invoke(&"x".repeat(MAX_REQUEST_BYTES + 1))
        .await
        .outcome;

    assert!(matches!(
        missing,
        InvokeOutcome::CouldNotInvoke(CouldNotInvoke::Start { .. })
    ));
    assert!(matches!(
        unknown,
        InvokeOutcome::CouldNotInvoke(CouldNotInvoke::UnknownFunction(_))
    ));
    assert!(matches!(
        large,
        InvokeOutcome::CouldNotInvoke(CouldNotInvoke::PayloadTooLarge { .. })
    ));
    assert_eq!(stack.lambda.stats("Missing").unwrap().invocations, 0);
}

#[tokio::test]
async fn a_fault_kills_the_process_in_the_middle_of_its_work() {
    let stack = Stack::new();
    stack.lambda.set_fault(Some(Fault {
        probability: 1.0,
        within: Duration::from_millis(50),
    }));

    let (kind, body) = failure(stack.invoke("hang").await);

    assert_eq!(kind, FunctionErrorKind::ExitError);
    assert!(
        body["errorMessage"]
            .as_str()
            .unwrap()
            .ends_with("signal: killed")
    );
    stack.lambda.set_fault(None);
    stack.answer("hello").await;
}

#[test]
fn settings_that_aws_refuses_are_refused() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let _entered = runtime.enter();
    let stack = Stack::new();
    let refused = |change: fn(&mut local::lambda::Function)| {
        let mut function = function("Echo");
        change(&mut function);
        stack.lambda.register(function).unwrap_err().to_string()
    };
    assert!(refused(|function| function.name = "a b".into()).contains("\"a b\""));
    assert!(refused(|function| function.name = "n".repeat(65)).contains("64"));
    assert!(refused(|function| function.timeout = Duration::ZERO).contains("900 s"));
    assert!(refused(|function| function.timeout = Duration::from_secs(901)).contains("900 s"));
    assert!(refused(|function| function.memory_mib = 127).contains("128 to 10240"));
    assert!(refused(|function| function.maximum_concurrency = 0).contains("concurrency"));
}
