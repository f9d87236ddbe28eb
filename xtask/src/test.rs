//! `cargo xtask test`: every check, in the order in which it is quickest to fail.

use clap::ValueEnum;

use crate::terraform::Demanded;
use crate::{build, clients, fuzz, same_bytes, step, terraform, tidy, web_test, workflows};

/// Tells the tests where the functions' binaries are, which they otherwise build.
const FUNCTIONS: &str = "SLUICE_FUNCTIONS";

/// What build servers set, GitHub's among them.
const BUILD_SERVER: &str = "CI";

/// Which tests to run.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Only these; everything when omitted
    #[arg(long)]
    only: Option<Part>,
}

/// A part of the tests that can be run alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Formatting, lints, invariants, Rust tests, and other people's clients against the stack
    Rust,
    /// Templates and rules that nobody would write, 20 seconds for each target
    Fuzz,
    /// A million records, the same by one thread, by four, and in a browser
    Wasm,
    /// The generator's page in a browser, against the local stack
    Web,
    /// Terraform with the real provider, against a mock server in place of AWS
    Terraform,
    /// What GitHub runs: its schema, and what is insecure in it
    Workflows,
}

/// Runs the tests.
///
/// # Errors
///
/// At the first check that fails.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let wanted = |part| arguments.only.is_none_or(|only| only == part);
    if wanted(Part::Rust) {
        rust()?;
    }
    if wanted(Part::Fuzz) {
        fuzz::test()?;
    }
    if wanted(Part::Wasm) {
        same_bytes::run()?;
    }
    if wanted(Part::Web) {
        web_test::run()?;
    }
    if wanted(Part::Workflows) {
        workflows::test()?;
    }
    if wanted(Part::Terraform) {
        let is_demanded = arguments.only.is_some() || std::env::var_os(BUILD_SERVER).is_some();
        terraform::test(if is_demanded {
            Demanded::Yes
        } else {
            Demanded::WherePossible
        })?;
    }
    step::say("every test passed");
    Ok(())
}

fn rust() -> anyhow::Result<()> {
    step::run(
        "formatting",
        step::cargo().args(["fmt", "--all", "--check"]),
    )?;
    tidy::run()?;
    // The binaries come first, with the features that the tests have: the tests run them as a user
    // would, and would otherwise build them once more.
    let built = build::tested()?;
    let mut tests = step::cargo();
    tests.args(["test", "--workspace", "--locked", "--no-fail-fast"]);
    tests.env(FUNCTIONS, built);
    step::run("tests", build::linted(&mut tests)?)?;
    clients::run()
}
