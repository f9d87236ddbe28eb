//! The other side: a function's process, with its own Runtime API client on `std::net`.

use std::env;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Command, exit};
use std::thread::sleep;
use std::time::Duration;

use serde_json::{Value, json};

/// Set for a process that is to act as a function, and for no other.
pub(super) const SWITCH: &str = "ACT_AS_FUNCTION";

/// Makes the test harness run only [`act`].
pub(super) const ARGUMENTS: [&str; 4] = [
    "--exact",
    "lambda::process::act",
    "--nocapture",
    "--test-threads=1",
];

const API: &str = "/2018-06-01/runtime";

struct Answer {
    status: u16,
    head: String,
    body: String,
}

/// Not a test of its own: where the test binary starts when it is run as a function.
#[test]
fn act() {
    if env::var_os(SWITCH).is_none() {
        return;
    }
    // Ends the line that the test harness has begun.
    println!();
    match env::var("AT_INIT").as_deref() {
        Ok("report") => {
            let words = json!({"errorType": "ConfigError", "errorMessage": "BUCKET is not set"});
            assert_eq!(post("/init/error", &words.to_string()).status, 202);
            exit(1);
        }
        Ok("exit") => {
            eprintln!("Error: BUCKET is not set");
            exit(3);
        }
        _ => {}
    }
    loop {
        let event = call("GET", &format!("{API}/invocation/next"), "");
        assert_eq!(event.status, 200);
        if env::var_os("SLOW").is_some() {
            sleep(Duration::from_millis(20));
        }
        respond(&event);
    }
}

fn respond(event: &Answer) {
    let id = header(event, "lambda-runtime-aws-request-id");
    let response = format!("/invocation/{id}/response");
    match event.body.as_str() {
        "error" => {
            let words = json!({"errorType": "&str", "errorMessage": "no such user"});
            post(&format!("/invocation/{id}/error"), &words.to_string());
        }
        "print" => {
            println!("to stdout");
            eprintln!("to stderr");
            post(&response, "null");
        }
        "panic" => panic!("the function panicked"),
        "exit" => exit(1),
        "exit silently" => exit(0),
        "hang" => hang(),
        "signal the group" => signal_the_group(),
        "nap" => {
            sleep(Duration::from_millis(300));
            post(&response, &json!({"pid": std::process::id()}).to_string());
        }
        "answer too much" => {
            let answer = post(&response, &"x".repeat(6 * 1024 * 1024 + 1));
            assert_eq!(answer.status, 413);
        }
        "probe" => {
            post(&response, &probe(&id).to_string());
            let again = post(&response, "1").status;
            assert_eq!(again, 400, "an invocation is answered once");
        }
        "environment" => {
            let variables: serde_json::Map<_, Value> = env::vars()
                .map(|(name, value)| (name, value.into()))
                .collect();
            let seen = json!({"variables": variables, "directory": env::current_dir().unwrap()});
            post(&response, &seen.to_string());
        }
        _ => {
            let answer =
                json!({"pid": std::process::id(), "head": event.head, "event": event.body});
            post(&response, &answer.to_string());
        }
    }
}

/// What the Runtime API answers to requests that do not belong there, while `id` is under way.
fn probe(id: &str) -> Value {
    let next = call("GET", &format!("{API}/invocation/next"), "");
    json!({
        "unknown id": post("/invocation/4f7e/response", "1").status,
        "unknown id, error": post("/invocation/4f7e/error", "{}").status,
        "next before the answer": next.status,
        "unknown path": post(&format!("/invocation/{id}/other"), "1").status,
        "wrong method": call("PUT", &format!("{API}/invocation/next"), "").status,
        "body": post("/invocation/4f7e/response", "1").body,
    })
}

/// Starts a process of its own, leaves word of both, and never answers.
fn hang() {
    let mut grandchild = Command::new("sleep").arg("600").spawn().unwrap();
    if let Ok(path) = env::var("PID_FILE") {
        let pids = json!([std::process::id(), grandchild.id()]).to_string();
        fs::write(format!("{path}.part"), pids).unwrap();
        fs::rename(format!("{path}.part"), path).unwrap();
    }
    grandchild.wait().unwrap();
}

/// Ends its whole process group but for a process that does not mind the signal.
fn signal_the_group() {
    let script = "trap '' TERM; echo $$ > \"$PID_FILE\"; kill -s TERM 0; exec sleep 600";
    Command::new("sh").args(["-c", script]).status().unwrap();
}

fn post(path: &str, body: &str) -> Answer {
    call("POST", &format!("{API}{path}"), body)
}

fn call(method: &str, path: &str, body: &str) -> Answer {
    let host = env::var("AWS_LAMBDA_RUNTIME_API").unwrap();
    let mut stream = TcpStream::connect(&host).unwrap();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body.as_bytes()).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    Answer {
        status: head.split(' ').nth(1).unwrap().parse().unwrap(),
        head: head.to_ascii_lowercase(),
        body: body.to_owned(),
    }
}

fn header(answer: &Answer, name: &str) -> String {
    let line = answer.head.lines().find_map(|line| line.strip_prefix(name));
    line.unwrap().trim_start_matches(": ").to_owned()
}
