//! The page beside a stack: its files, its configuration, and who signs in.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Output, Stdio};

use serde_json::Value;

use crate::stack::{functions, pipelines, sluice};

/// `sluice local --page`; killed when dropped.
struct Served {
    process: Child,
    endpoint: String,
    /// Host and port of the page.
    page: String,
    /// What was said up to the end of the introduction.
    said: String,
}

impl Served {
    fn start(folder: &Path, arguments: &[&str]) -> Self {
        let files = folder.join("web");
        fs::create_dir_all(files.join("js")).unwrap();
        fs::write(
            files.join("index.html"),
            "<!doctype html><title>page</title>",
        )
        .unwrap();
        fs::write(files.join("page_bg.wasm"), b"\0asm").unwrap();
        fs::write(files.join("js/page.js"), "export {}").unwrap();
        fs::write(folder.join("secret"), "secret").unwrap();
        let mut process = sluice(&["local", "--port", "0", "--no-schedules", "--page", "0"])
            .arg("--page-files")
            .arg(&files)
            .arg("--data")
            .arg(folder.join("state"))
            .arg("--pipelines")
            .arg(pipelines())
            .arg("--functions")
            .arg(functions())
            .args(arguments)
            .env_remove("SLUICE_PAGE_PASSWORD")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut endpoint = String::new();
        let printed = process.stdout.take().unwrap();
        BufReader::new(printed).read_line(&mut endpoint).unwrap();
        let mut said = String::new();
        for line in BufReader::new(process.stderr.take().unwrap()).lines() {
            let line = line.unwrap();
            said.push_str(&line);
            said.push('\n');
            if line.starts_with("Ctrl-C") {
                break;
            }
        }
        let (_, page) = said.split_once("the page is at http://").unwrap();
        Self {
            endpoint: endpoint.trim().to_owned(),
            page: page.split('/').next().unwrap().to_owned(),
            process,
            said,
        }
    }

    /// The head, in lower case, and the body.
    fn get(&self, path: &str) -> (String, Vec<u8>) {
        let mut stream = TcpStream::connect(&self.page).unwrap();
        let host = &self.page;
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n"
        )
        .unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let end = answer
            .windows(4)
            .position(|four| four == b"\r\n\r\n")
            .unwrap();
        let head = String::from_utf8(answer[..end].to_vec()).unwrap();
        (head.to_lowercase(), answer[end + 4..].to_vec())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn the_page_is_served_beside_the_stack_and_told_where_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start(folder.path(), &[]);
    let (_, config) = served.get("/config.json");
    let config: Value = serde_json::from_slice(&config).unwrap();
    assert_eq!(config["endpoint"], served.endpoint);
    assert_eq!(config["region"], "us-east-1");
    assert_eq!(config["streams"]["user-activity"], "user-activity-stream");
    assert_eq!(config["buckets"]["user-activity"], "user-activity-logs");
    // Whatever the deployed page is told is told here by the same name.
    let module = include_str!("../../../../terraform/modules/kdg/page.tf");
    for key in config.as_object().unwrap().keys() {
        let only_here = ["endpoint", "buckets"].contains(&key.as_str());
        assert_ne!(module.contains(&format!("    {key} ")), only_here, "{key}");
    }

    for (path, kind, caching) in [
        ("/", "text/html", "no-cache"),
        ("/page_bg.wasm", "application/wasm", "no-cache"),
        ("/js/page.js", "text/javascript", "no-cache"),
        ("/config.json", "application/json", "no-store"),
    ] {
        let (head, _) = served.get(path);
        assert!(head.starts_with("http/1.1 200"), "{path}: {head}");
        assert!(
            head.contains(&format!("content-type: {kind}")),
            "{path}: {head}"
        );
        assert!(
            head.contains(&format!("cache-control: {caching}")),
            "{path}: {head}"
        );
    }
    for path in ["/", "/nothing", "/config.json"] {
        let (head, _) = served.get(path);
        let policy = head.split("content-security-policy: ").nth(1).unwrap();
        let policy = policy.split("\r\n").next().unwrap();
        assert!(
            policy.contains("script-src 'self' 'wasm-unsafe-eval';"),
            "{policy}"
        );
        assert!(!policy.contains("unsafe-inline"), "{policy}");
        assert!(head.contains("x-content-type-options: nosniff"), "{head}");
    }
}

#[test]
fn nothing_beside_the_page_is_served() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start(folder.path(), &[]);
    for path in [
        "/../secret",
        "/js/../../secret",
        "/%2e%2e/secret",
        "/..%2fsecret",
        "/..%5csecret",
        "//etc/passwd",
    ] {
        let (head, body) = served.get(path);
        assert!(!head.starts_with("http/1.1 200"), "{path}: {head}");
        assert!(!String::from_utf8_lossy(&body).contains("secret"), "{path}");
    }
}

#[test]
fn a_password_is_said_to_whoever_started_the_stack_and_is_another_each_time() {
    let folder = tempfile::tempdir().unwrap();
    let password = |arguments: &[&str], name: &str| {
        let served = Served::start(folder.path(), arguments);
        let (_, said) = served
            .said
            .split_once(&format!("sign in as {name} with the password "))
            .unwrap();
        let password = said.lines().next().unwrap().to_owned();
        let (_, config) = served.get("/config.json");
        assert!(!String::from_utf8(config).unwrap().contains(&password));
        password
    };
    let one = password(&[], "tester");
    assert_eq!(one.len(), 23, "{one}");
    assert_ne!(
        one,
        password(&["--page-user", "ada", "--page-invite", "bob"], "ada")
    );
}

/// The words and the exit code of a command that is refused.
fn refused(arguments: &[&str]) -> (String, Option<i32>) {
    let folder = tempfile::tempdir().unwrap();
    let output: Output = sluice(arguments)
        .arg("--data")
        .arg(folder.path().join("state"))
        .arg("--pipelines")
        .arg(pipelines())
        .arg("--functions")
        .arg(functions())
        .output()
        .unwrap();
    assert!(!output.status.success());
    let words = String::from_utf8(output.stderr).unwrap();
    (words, output.status.code())
}

#[test]
fn a_page_that_was_not_built_says_how_to_build_it() {
    let (words, code) = refused(&[
        "local",
        "--port",
        "0",
        "--page",
        "0",
        "--page-files",
        "/nowhere",
    ]);
    assert_eq!(code, Some(1), "{words}");
    assert!(words.contains("/nowhere holds no index.html"), "{words}");
    assert!(words.contains("cargo xtask web"), "{words}");
}

#[test]
fn what_cannot_be_meant_about_a_page_or_a_delivery_stream_is_bad_usage() {
    for (arguments, remedy) in [
        (&["demo", "--page", "0"][..], "--page needs --keep"),
        (&["local", "--page-mfa"], "--page <PORT>"),
        (
            &["local", "--page", "0", "--page-invite", "Tester"],
            "give each a name of its own",
        ),
        (
            &["local", "--page", "0", "--page-user", " "],
            "such as tester",
        ),
        (
            &["local", "--page", "0", "--page-expiry", "0.5"],
            "one at least",
        ),
        (
            &["local", "--delivery-stream", "clicks"],
            "expected NAME=BUCKET",
        ),
    ] {
        let (words, code) = refused(arguments);
        assert_eq!(code, Some(2), "{arguments:?}: {words}");
        assert!(words.contains(remedy), "{arguments:?}: {words}");
    }
    let (words, code) = refused(&["local", "--port", "0", "--delivery-stream", "a b=bucket"]);
    assert_eq!(code, Some(1), "{words}");
    assert!(words.contains("1 to 64 letters"), "{words}");
}
