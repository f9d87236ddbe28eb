//! How a run ends: at Ctrl-C, without its stack, without its ledger.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};
use std::time::Instant;

use serde_json::Value;

use super::{account, balanced, ledger, piped, records, said, send};
use crate::stack::{PATIENCE, Stack, sluice};

/// A run that tells five times a second how its records stand.
struct Running {
    child: Child,
    stdout: BufReader<ChildStdout>,
    stderr: BufReader<ChildStderr>,
}

impl Running {
    fn of(mut send: Command) -> Self {
        let mut child = send
            .args(["--interval", "0.2"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let stderr = BufReader::new(child.stderr.take().unwrap());
        Self {
            child,
            stdout,
            stderr,
        }
    }

    /// Waits until the records stand so.
    #[track_caller]
    fn until(&mut self, holds: impl Fn(&dyn Fn(&str) -> u64) -> bool) {
        let began = Instant::now();
        let mut line = String::new();
        loop {
            assert!(began.elapsed() < PATIENCE, "still {line}");
            line.clear();
            self.stdout.read_line(&mut line).unwrap();
            let account = balanced(&line, "the run has ended");
            if holds(&|name| account[name].as_u64().unwrap()) {
                return;
            }
        }
    }

    /// The next sentence that is said.
    fn sentence(&mut self) -> String {
        let mut sentence = String::new();
        self.stderr.read_line(&mut sentence).unwrap();
        sentence
    }

    fn interrupt(&self) {
        let id = self.child.id().to_string();
        let interrupt = Command::new("kill").args(["-INT", &id]).status();
        assert!(interrupt.unwrap().success());
    }

    /// The account in the end.
    fn account(mut self) -> Value {
        let mut left = String::new();
        self.stdout.read_to_string(&mut left).unwrap();
        self.child.wait().unwrap();
        balanced(left.lines().last().unwrap_or_default(), &left)
    }
}

/// A run with a ledger, once the stack has taken some of its records.
fn under_way(stack: &Stack, ledger: &Path) -> Running {
    let mut send = send(stack, &["--pipeline", "kdg-archive", "--rate", "200"]);
    send.arg("--ledger").arg(ledger);
    let mut running = Running::of(send);
    running.until(|number| number("acknowledged") > 50);
    running
}

#[tokio::test]
async fn ctrl_c_ends_a_run_with_a_true_account() {
    let folder = tempfile::tempdir().unwrap();
    let stack = Stack::start(folder.path(), &["--no-limits"]);
    let send = send(&stack, &["--pipeline", "kdg-archive", "--rate", "500"]);
    let mut running = Running::of(send);
    running.until(|number| number("acknowledged") > 50);
    running.interrupt();
    let account = running.account();
    assert_eq!(account["in_flight"], 0);
    let acknowledged = account["acknowledged"].as_u64().unwrap();
    assert!(acknowledged > 50, "{account}");
    let found = records(&stack, "kdg-archive-stream").await;
    assert_eq!(found.len() as u64, acknowledged);
}

#[tokio::test]
async fn a_run_whose_stack_no_longer_answers_ends_at_ctrl_c_with_its_account() {
    let folder = tempfile::tempdir().unwrap();
    let stack = Stack::start(&folder.path().join("state"), &["--no-limits"]);
    let file = folder.path().join("sent.ndjson");
    let mut running = under_way(&stack, &file);
    stack.signal("-STOP");
    // The records of a second: far more than wait for a stack that answers.
    running.until(|number| number("in_flight") > 200);
    running.interrupt();
    let account = running.account();
    stack.signal("-CONT");
    assert_eq!(account["in_flight"], 0);
    assert!(account["given_up"].as_u64() > Some(0), "{account}");
    assert_eq!(
        account["generated"].as_u64(),
        Some(ledger(&file).len() as u64)
    );
}

#[tokio::test]
async fn ctrl_c_twice_ends_a_run_at_once_with_its_account() {
    let folder = tempfile::tempdir().unwrap();
    let stack = Stack::start(&folder.path().join("state"), &["--no-limits"]);
    let file = folder.path().join("sent.ndjson");
    let mut running = under_way(&stack, &file);
    stack.signal("-STOP");
    running.until(|number| number("in_flight") > 200);
    running.interrupt();
    while !running.sentence().contains("stopping") {}
    running.interrupt();
    let account = running.account();
    stack.signal("-CONT");
    assert!(account["given_up"].as_u64() > Some(0), "{account}");
    // Whoever reads the ledger can tell what may be in the stream.
    let told = ledger(&file);
    assert_eq!(account["generated"].as_u64(), Some(told.len() as u64));
    let is_unknown = |line: &Value| {
        line["given_up"]
            .as_str()
            .is_some_and(|why| why.contains("ended at once; it may be in the stream"))
    };
    assert!(told.iter().any(is_unknown));
}

#[tokio::test]
async fn an_outage_is_said_early_and_costs_no_record() {
    let folder = tempfile::tempdir().unwrap();
    let stack = Stack::start(&folder.path().join("state"), &["--no-limits"]);
    let file = folder.path().join("sent.ndjson");
    let mut running = under_way(&stack, &file);
    stack.signal("-STOP");
    let said = running.sentence();
    assert!(
        said.contains("takes no records since 3 s: no answer yet"),
        "{said}"
    );
    assert!(said.contains("each for 300 s at most"), "{said}");
    stack.signal("-CONT");
    let said = running.sentence();
    assert!(said.contains("takes records again, after"), "{said}");
    running.interrupt();
    let account = running.account();
    // Only what had not been sent when the run was interrupted is not in the stream.
    for line in ledger(&file) {
        let given_up = line["given_up"].as_str();
        assert!(
            given_up.is_none_or(|reason| reason == "cancelled"),
            "{line}"
        );
    }
    let found = records(&stack, "kdg-archive-stream").await;
    assert_eq!(Some(found.len() as u64), account["acknowledged"].as_u64());
}

#[tokio::test]
async fn a_record_is_sent_again_for_as_long_as_told() {
    let folder = tempfile::tempdir().unwrap();
    let template = super::template(folder.path(), "x");
    // Nobody listens on the port of a listener that is gone.
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = gone.local_addr().unwrap().port().to_string();
    drop(gone);
    let output = sluice(&["send", "--json", "--local", &port, "--stream", "s"])
        .args(["--records", "3", "--give-up-after", "9", "--template"])
        .arg(template)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(account(&output)["given_up"], 3);
    let said = said(&output);
    assert!(
        said.contains("s: takes no records since 3 s: the request failed"),
        "{said}"
    );
    assert!(said.contains("each for 9 s at most"), "{said}");
    assert!(
        said.contains("3 records were given up; the last was given up after"),
        "{said}"
    );
}

#[tokio::test]
async fn a_ledger_that_cannot_be_written_ends_the_run_and_not_its_account() {
    let folder = tempfile::tempdir().unwrap();
    let stack = Stack::start(folder.path(), &["--no-limits"]);
    let mut send = send(
        &stack,
        &["--pipeline", "kdg-archive", "--ledger", "/dev/full"],
    );
    let output = send.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("/dev/full"), "{}", said(&output));
    assert!(account(&output)["acknowledged"].as_u64() > Some(0));
}

#[tokio::test]
async fn an_endless_line_of_stdin_is_refused_before_it_fills_the_memory() {
    let folder = tempfile::tempdir().unwrap();
    let stack = Stack::start(folder.path(), &["--no-limits"]);
    let send = send(&stack, &["--stdin", "--stream", "kdg-archive-stream"]);
    let mut child = piped(send);
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || {
        let chunk = vec![b'a'; 1 << 16];
        while stdin.write_all(&chunk).is_ok() {}
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        said(&output).contains("line 1 of standard input"),
        "{}",
        said(&output)
    );
}
