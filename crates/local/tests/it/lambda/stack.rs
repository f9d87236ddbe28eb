//! A whole stack as a process of its own, to be killed.

use std::env;
use std::fs;
use std::process::{Command, Stdio};

use super::{Stack, eventually, function, runs};

/// Set for a process that is to act as a stack: where its function leaves word of its process ids.
const SWITCH: &str = "ACT_AS_STACK";

/// Not a test of its own: where the test binary starts when it is run as a stack.
#[tokio::test]
async fn act() {
    let Ok(pid_file) = env::var(SWITCH) else {
        return;
    };
    let stack = Stack::new();
    let mut hanging = function("Hanging");
    hanging.environment.insert("PID_FILE".into(), pid_file);
    stack.lambda.register(hanging).unwrap();
    stack.lambda.invoke("Hanging", "hang".into()).await;
}

#[tokio::test]
async fn no_process_outlives_a_stack_that_was_killed() {
    let directory = tempfile::tempdir().unwrap();
    let pid_file = directory.path().join("pids");
    let mut stack = Command::new(env::current_exe().unwrap())
        .args(["--exact", "lambda::stack::act", "--nocapture"])
        .env(SWITCH, &pid_file)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    eventually("the function hangs", || pid_file.exists()).await;
    let pids: Vec<u64> = serde_json::from_slice(&fs::read(&pid_file).unwrap()).unwrap();
    assert!(pids.iter().all(|pid| runs(*pid)));

    stack.kill().unwrap();
    stack.wait().unwrap();

    eventually("child and grandchild are gone", || {
        !pids.iter().any(|pid| runs(*pid))
    })
    .await;
}
