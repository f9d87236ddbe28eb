//! A virtual environment below `target/`, for the tests that need other people's Python clients.

use std::path::PathBuf;

use anyhow::{Context, bail};

use crate::step;

/// The packages, pinned, so that two runs test the same clients.
const PACKAGES: [&str; 3] = ["awscli==1.46.2", "boto3==1.44.5", "awslambdaric==4.2.2"];

/// A virtual environment with the clients installed.
#[derive(Debug)]
pub(crate) struct Python {
    directory: PathBuf,
}

impl Python {
    /// Finds the environment, or makes it.
    ///
    /// # Errors
    ///
    /// When Python is missing and cannot be installed, or when a package cannot be.
    pub(crate) fn ready() -> anyhow::Result<Self> {
        let directory = step::target().join("tools").join("python");
        let marker = directory.join("installed.txt");
        let wanted = PACKAGES.join("\n");
        if std::fs::read_to_string(&marker).is_ok_and(|installed| installed == wanted) {
            return Ok(Self { directory });
        }
        make_environment(&directory)?;
        let environment = Self { directory };
        let mut pip = step::command(environment.program("python"));
        pip.args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ]);
        pip.args(PACKAGES);
        step::run("install Python clients", &mut pip)?;
        std::fs::write(&marker, wanted)
            .context("the virtual environment cannot be marked as done")?;
        Ok(environment)
    }

    /// The path of a program in the environment, such as `python` or `aws`.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.directory.join("bin").join(name)
    }
}

fn make_environment(directory: &PathBuf) -> anyhow::Result<()> {
    if venv(directory).is_ok() {
        return Ok(());
    }
    step::say("python3 with venv is missing; trying to install Debian's package");
    if let Err(error) = step::apt_install("python3-venv") {
        bail!(
            "python3 with its venv module is needed for this; install it (Debian: apt-get install python3-venv): {error}"
        );
    }
    venv(directory)
}

fn venv(directory: &PathBuf) -> anyhow::Result<()> {
    let mut make = step::command("python3");
    make.args(["-m", "venv", "--clear"]).arg(directory);
    step::run_quietly("make a virtual environment", &mut make).map(drop)
}
