//! Tests of `terraform/`: Terraform with the real provider, against a mock server in place of AWS.

mod alarms;
mod bootstrap;
mod change;
mod deployed;
mod deployment;
mod mirror;
mod mock_server;
mod order;
mod picture;
mod policy;
mod privilege;
mod program;
mod readme;
mod resources;
mod scan;
mod scratch;

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, bail};
use clap::ValueEnum;

use self::deployment::{ADDED, Deployment};
use self::mock_server::MockServer;
pub(crate) use self::program::is_there;
use self::program::{NoProvider, Terraform};
use self::scan::Scan;
use self::scratch::Scratch;
use crate::step;

/// Where the tests deploy to, which is no region that a default would choose.
const REGION: &str = "eu-west-1";

/// What a green run says, and what it does not.
const PROVES: &str = "\
what this proves: the configuration fits the provider's schema; resources are wired to each other; a second \
plan is empty; adding, changing and removing a pipeline touches only that; nothing is left after destroy; \
the rendered policies, settings and alarms are those that the functions need.
what it does not prove: that AWS accepts it. The mock server enforces no policy, no quota and no condition, \
runs no function, and was changed where the provider asks for what it does not answer (each change has its \
reason in xtask/terraform/mock_server.py); CloudFront, Cognito and Athena are there in form only.";

/// Parts of the documentation that are made from the modules.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// What to make
    #[arg(value_enum)]
    what: What,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    /// The README of each module, from its variables and outputs
    Docs,
}

/// Whether these tests have to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Demanded {
    /// Somebody asked for them, or a build server relies on them.
    Yes,
    /// They are a part of all tests, on a machine that may lack what they need.
    WherePossible,
}

impl Demanded {
    /// What becomes of the tests when something is missing.
    fn without(self, missing: &str) -> anyhow::Result<()> {
        match self {
            Self::Yes => bail!("{missing}"),
            Self::WherePossible => {
                step::say(&format!("NOT TESTED: terraform/. {missing}"));
                Ok(())
            }
        }
    }
}

/// Writes what is generated.
///
/// # Errors
///
/// When a module cannot be read, or has something without a description.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    match arguments.what {
        What::Docs => readme::write(&folder()),
    }
}

/// Runs every test of `terraform/`.
///
/// # Errors
///
/// At the first that fails; or when Terraform or its provider is missing.
pub(crate) fn test(demanded: Demanded) -> anyhow::Result<()> {
    let started = Instant::now();
    readme::check(&folder())?;
    let scratch = Scratch::make("refusals")?;
    let Some(terraform) = Terraform::find(&scratch.terraform())? else {
        return demanded.without(
            "terraform is missing: install Terraform 1.10 or newer, https://developer.hashicorp.com/terraform/install",
        );
    };
    formatted(&terraform)?;
    match terraform.init() {
        Err(error) if error.is::<NoProvider>() => return demanded.without(&error.to_string()),
        done => done?,
    }
    // Most of an apply is the provider's waiting, in which the rest is tested.
    std::thread::scope(|threads| {
        let at_rest = threads.spawn(|| at_rest(&terraform));
        let meanwhile = || {
            let ended = at_rest.join();
            ended.unwrap_or_else(|_| bail!("the thread of what needs no server has panicked"))
        };
        provisioned(&terraform, meanwhile)
    })?;
    for line in PROVES.lines() {
        step::say(line);
    }
    step::say(&format!(
        "terraform done in {:.0} s",
        started.elapsed().as_secs_f32()
    ));
    Ok(())
}

/// What needs no server: what is not valid, settings that are insecure, and what is refused.
fn at_rest(terraform: &Terraform) -> anyhow::Result<()> {
    // The tests themselves are read as they are run, below.
    terraform.succeed("validate", &["validate", "-no-tests"])?;
    let scan = Scan::start(&folder())?;
    let tested = terraform.succeed("refusals", &["test"])?;
    step::say(tested.trim().lines().last().unwrap_or_default());
    order::check(terraform)?;
    refused(terraform)?;
    scan.end()
}

/// The life of a deployment; it goes on after the apply when what is tested meanwhile is right.
fn provisioned(
    terraform: &Terraform,
    meanwhile: impl FnOnce() -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let server = MockServer::start()?;
    let scratch = Scratch::make("deployment")?;
    let bootstrap =
        bootstrap::check(&terraform.at(&scratch.bootstrap(), Some(&server.endpoint())))?;
    let deployment = Deployment::of(terraform, &server, &scratch);
    deployment.take(&bootstrap)?;
    server.asked()?;
    let before = server.contents()?;
    let state = deployment.create()?;
    meanwhile()?;
    let resources = resources::of_state(&state);
    deployed::check(&resources, &deployment.pipelines()?)?;
    privilege::check(&resources)?;
    bootstrap.confines(&resources)?;
    alarms::check(&resources)?;
    deployment.repeat()?;
    deployment.drift()?;
    let state = deployment.change()?;
    deployed::check(&resources::of_state(&state), &[ADDED.to_owned()])?;
    deployment.rename()?;
    deployment.destroy()?;
    bootstrap.suffices(&server.asked()?)?;
    let after = server.contents()?;
    if after != before {
        bail!("terraform destroy leaves something behind: {before:?} has become {after:?}");
    }
    step::say("destroy leaves the server as empty as it was");
    Ok(())
}

/// Folders of pipelines that are refused: each file wrong by itself, wrong beside another, and no file at all.
const REFUSED: [&str; 3] = ["tests/wrong", "tests/apart", "tests/broken"];

/// Plans pipelines that are wrong, and looks for what each file says of itself.
fn refused(terraform: &Terraform) -> anyhow::Result<()> {
    let mut sentences = 0;
    for folder in REFUSED {
        let test = format!("-test-directory={folder}");
        let ended = terraform.end(folder, &["test", &test])?;
        for entry in std::fs::read_dir(self::folder().join(folder))? {
            let path = entry?.path();
            let file = path.file_name().unwrap_or_default().to_string_lossy();
            for line in std::fs::read_to_string(&path)?.lines() {
                let (sentence, is_wanted) = if let Some(sentence) = line.strip_prefix("# says: ") {
                    (format!("{folder}/{file}: {sentence}"), true)
                } else if let Some(sentence) = line.strip_prefix("# prints: ") {
                    (sentence.to_owned(), true)
                } else if let Some(sentence) = line.strip_prefix("# never prints: ") {
                    (sentence.to_owned(), false)
                } else {
                    continue;
                };
                sentences += 1;
                if ended.says(&sentence) != is_wanted {
                    let not = if is_wanted { "not " } else { "" };
                    bail!(
                        "{file} is {not}refused with `{sentence}`:\n{}",
                        ended.printed
                    );
                }
            }
        }
    }
    step::say(&format!(
        "{sentences} mistakes in pipelines' files are refused, each by its sentence"
    ));
    Ok(())
}

fn formatted(terraform: &Terraform) -> anyhow::Result<()> {
    let ended = terraform
        .at(&folder(), None)
        .end("fmt", &["fmt", "-check", "-diff", "-recursive"])?;
    if ended.code == Some(0) {
        return Ok(());
    }
    bail!(
        "run `terraform fmt -recursive terraform`:\n{}",
        ended.printed
    )
}

fn folder() -> std::path::PathBuf {
    step::root().join("terraform")
}

/// A JSON file among the tests of `terraform/`.
fn fixture(name: &str) -> anyhow::Result<serde_json::Value> {
    let path = folder().join("tests").join(name);
    read_json(&path)
}

fn read_json(path: &Path) -> anyhow::Result<serde_json::Value> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("{} cannot be read", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is not JSON", path.display()))
}
