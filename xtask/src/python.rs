//! Virtual environments below `target/`, for the tests that need other people's Python programs.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::step;

/// Packages that are installed together, pinned, so that two runs test with the same.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Packages {
    /// The folder of their environment, below `target/tools`.
    folder: &'static str,
    /// What they are, for who waits for them.
    what: &'static str,
    pinned: &'static [&'static str],
}

/// Clients of AWS.
pub(crate) const CLIENTS: Packages = Packages {
    folder: "python",
    what: "Python clients",
    pinned: &["awscli==1.46.2", "boto3==1.44.5", "awslambdaric==4.2.2"],
};

/// The stand-in of AWS that Terraform is run against. Its version is checked when it starts, too.
pub(crate) const MOCK_SERVER: Packages = Packages {
    folder: "python-mock",
    what: "the mock server",
    pinned: &["moto[server]==5.2.1"],
};

/// What looks for insecure settings in Terraform.
pub(crate) const SCANNER: Packages = Packages {
    folder: "python-scan",
    what: "checkov",
    pinned: &["checkov==3.3.30"],
};

/// What reads workflows.
pub(crate) const WORKFLOW_LINTERS: Packages = Packages {
    folder: "python-workflow",
    what: "linters of workflows",
    pinned: &["zizmor==1.32.0", "check-jsonschema==0.39.0"],
};

/// What builds functions for Amazon Linux, from any machine.
pub(crate) const PACKAGER: Packages = Packages {
    folder: "python-package",
    what: "cargo-lambda and zig",
    pinned: &["cargo-lambda==1.9.2", "ziglang==0.17.0"],
};

/// A virtual environment with packages installed.
#[derive(Debug)]
pub(crate) struct Python {
    directory: PathBuf,
}

impl Python {
    /// Finds the environment of these packages, or makes it.
    ///
    /// # Errors
    ///
    /// When Python is missing and cannot be installed, or when a package cannot be.
    pub(crate) fn ready(packages: Packages) -> anyhow::Result<Self> {
        let directory = step::target().join("tools").join(packages.folder);
        let marker = directory.join("installed.txt");
        let wanted = packages.pinned.join("\n");
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
        pip.args(packages.pinned);
        step::run(&format!("install {}", packages.what), &mut pip)?;
        std::fs::write(&marker, wanted)
            .context("the virtual environment cannot be marked as done")?;
        Ok(environment)
    }

    /// The path of a program in the environment, such as `python` or `aws`.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.directory.join("bin").join(name)
    }
}

impl Python {
    /// The search path with the environment's programs before all others.
    ///
    /// # Errors
    ///
    /// When a folder of it has a name that no search path can hold.
    pub(crate) fn before_path(&self) -> anyhow::Result<OsString> {
        let usual = std::env::var_os("PATH").unwrap_or_default();
        let folders = std::iter::once(self.directory.join("bin"));
        let folders = folders.chain(std::env::split_paths(&usual));
        std::env::join_paths(folders).context("the search path cannot be extended")
    }
}

fn make_environment(directory: &Path) -> anyhow::Result<()> {
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

fn venv(directory: &Path) -> anyhow::Result<()> {
    let mut make = step::command("python3");
    make.args(["-m", "venv", "--clear"]).arg(directory);
    step::run_quietly("make a virtual environment", &mut make).map(drop)
}
