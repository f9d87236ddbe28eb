//! Other people's clients against the stack: boto3, the `aws` command line, and Cognito's own library
//! for pages, as a user runs them.

use std::path::PathBuf;

use anyhow::{Context, bail};

use crate::node::Node;
use crate::python::{CLIENTS, Python};
use crate::stack::Stack;
use crate::step;

/// The password of whoever signs in, and the variable that tells it.
const PASSWORD: (&str, &str) = ("SLUICE_PAGE_PASSWORD", "Correct-horse-7");

/// Tells boto3 who has signed in.
const ID_TOKEN: &str = "ID_TOKEN";

/// Starts the stack as a user does, and runs the clients against it.
///
/// # Errors
///
/// When the stack does not start or a client gets another answer than AWS would give.
pub(crate) fn run() -> anyhow::Result<()> {
    let python = Python::ready(CLIENTS)?;
    // They are built, and with the features that the tests have.
    let built = step::target().join("debug");
    let data = step::target().join("clients");
    let page = page()?;
    let page = page.to_string_lossy();
    let arguments = [
        "--delivery-stream",
        "clicks=clicks-bucket",
        "--page",
        "0",
        "--page-invite",
        "invited",
        "--page-files",
        &page,
    ];
    let stack = Stack::start_with(&built, &data, &arguments, &[PASSWORD])?;
    let id_token = sign_in(&stack)?;
    let script = step::root().join("crates/local/tests/clients/boto3_client.py");
    let mut boto3 = step::command(python.program("python"));
    boto3.arg(script).env(ID_TOKEN, id_token);
    stack.lend(&mut boto3);
    step::run("boto3", &mut boto3)?;
    command_line(&python, &stack)
}

/// A page that is good enough to be served, because nobody looks at it here.
fn page() -> anyhow::Result<PathBuf> {
    let page = step::target().join("tools").join("no-page");
    std::fs::create_dir_all(&page).context("a folder for a page cannot be made")?;
    std::fs::write(page.join("index.html"), "").context("a page cannot be written")?;
    Ok(page)
}

/// Signs in with Cognito's own library for pages, and gives the ID token.
fn sign_in(stack: &Stack) -> anyhow::Result<String> {
    let node = Node::ready()?;
    let mut script = node.script_at("crates/local/tests/clients/sign_in.js");
    script.envs([PASSWORD]);
    stack.lend(&mut script);
    let printed = step::run_quietly("amazon-cognito-identity-js", &mut script)?;
    let printed = String::from_utf8(printed).context("an ID token is text")?;
    step::say("amazon-cognito-identity-js done");
    Ok(printed.trim().to_owned())
}

fn command_line(python: &Python, stack: &Stack) -> anyhow::Result<()> {
    let aws = |arguments: &str| {
        let mut aws = step::command(python.program("aws"));
        aws.args(arguments.split(' '));
        stack.lend(&mut aws);
        let printed = step::run_quietly(arguments, &mut aws)?;
        Ok::<_, anyhow::Error>(String::from_utf8_lossy(&printed).into_owned())
    };
    let file = step::target().join("tools").join("upload.txt");
    std::fs::write(&file, "from the command line")
        .context("the file to upload cannot be written")?;
    let file = file.display();
    aws("kinesis create-stream --stream-name cli-stream --shard-count 1")?;
    aws("kinesis wait stream-exists --stream-name cli-stream")?;
    aws("kinesis put-record --stream-name cli-stream --partition-key a --data aGVsbG8=")?;
    expect(
        &aws("firehose list-delivery-streams --output text")?,
        "clicks",
    )?;
    aws("s3 mb s3://cli-bucket")?;
    aws(&format!("s3 cp --quiet {file} s3://cli-bucket/a/b.txt"))?;
    expect(&aws("kinesis list-streams --output text")?, "cli-stream")?;
    expect(&aws("s3 ls s3://cli-bucket/a/")?, "b.txt")?;
    expect(
        &aws("s3 cp --quiet s3://cli-bucket/a/b.txt -")?,
        "from the command line",
    )?;
    aws("s3 rm --quiet s3://cli-bucket/a/b.txt")?;
    aws("s3 rb s3://cli-bucket")?;
    let answer = step::target().join("tools").join("answer.json");
    aws(&format!(
        "lambda invoke --function-name IngestRandomUserData {}",
        answer.display()
    ))?;
    let answer = std::fs::read_to_string(&answer).context("a function has not answered")?;
    expect(&answer, "\"sent\":100")?;
    step::say("the aws command line done");
    Ok(())
}

fn expect(printed: &str, wanted: &str) -> anyhow::Result<()> {
    if printed.contains(wanted) {
        return Ok(());
    }
    bail!("the aws command line printed {printed:?}, which lacks {wanted:?}")
}
