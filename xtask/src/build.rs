//! What the other tasks run: the command line, and the functions as a demo or as a deployment has
//! them.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::package::{self, Processor};
use crate::step;

/// The profile of what is deployed.
pub(crate) const DEPLOYED: &str = "lambda";

/// Builds the command line and the functions for speed, and tells where the command line lies.
///
/// # Errors
///
/// When cargo fails.
pub(crate) fn demo() -> anyhow::Result<PathBuf> {
    let sluice = step::target().join("release").join("sluice");
    if !sluice.exists() {
        step::say("the first build compiles the AWS SDK and VRL: 6 to 12 minutes on two cores");
    }
    cargo_build("release", &["sluice", "process-stream", "ingest-http"])?;
    Ok(sluice)
}

/// Builds everything as the tests have it, and tells in which folder the command line and the
/// functions lie.
///
/// # Errors
///
/// When cargo fails.
pub(crate) fn tested() -> anyhow::Result<PathBuf> {
    // Packages that are named would be built with other features, and so once more.
    let mut build = step::cargo();
    build.args(["build", "--workspace", "--all-targets", "--locked"]);
    step::run("lints and binaries", linted(&mut build)?)?;
    Ok(step::target().join("debug"))
}

/// Has cargo compile what is ours with clippy, each warning an error.
///
/// `cargo clippy` would check every dependency and throw away what it learned, which takes as long
/// as half of the build. This is how it calls clippy, with a build in place of a check.
///
/// # Errors
///
/// When clippy is not installed.
pub(crate) fn linted(cargo: &mut Command) -> anyhow::Result<&mut Command> {
    let compiler = Path::new(cargo.get_program()).with_file_name("clippy-driver");
    // Without a folder it is looked for like any other program.
    anyhow::ensure!(
        compiler.exists() || compiler.is_relative(),
        "{} is missing: run `rustup component add clippy`",
        compiler.display()
    );
    cargo.env("RUSTC_WORKSPACE_WRAPPER", compiler);
    Ok(cargo.env("CLIPPY_ARGS", "-D__CLIPPY_HACKERY__warnings"))
}

/// Builds a program as functions are deployed, for the processor of this machine, and tells where
/// it lies.
///
/// # Errors
///
/// When it does not compile, or Lambda has no such processor.
pub(crate) fn deployed(program: &str) -> anyhow::Result<PathBuf> {
    // What is compiled together shares the features of its libraries: a function alone would be
    // another program than the package's.
    let functions = package::FUNCTIONS.as_slice();
    let together = if functions.contains(&program) {
        functions
    } else {
        &[program]
    };
    let compiled = package::compile(Processor::of_this_machine()?, together)?;
    Ok(compiled.join(program).join(package::BINARY))
}

/// Builds any other program of the workspace, and tells where it lies.
///
/// # Errors
///
/// When cargo fails.
pub(crate) fn package(name: &str, profile: &str) -> anyhow::Result<PathBuf> {
    cargo_build(profile, &[name])?;
    Ok(step::target().join(profile).join(name))
}

fn cargo_build(profile: &str, packages: &[&str]) -> anyhow::Result<()> {
    let mut build = step::cargo();
    build.args(["build", "--locked", "--profile", profile]);
    for package in packages {
        build.args(["--package", package]);
    }
    step::run(&format!("build for {profile}"), &mut build)
}
