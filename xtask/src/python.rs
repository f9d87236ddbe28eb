//! Virtual environments below `target/`, for the tests that need other people's Python programs.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

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

/// What installs all the others, in a tenth of the time and of the work that pip needs for them.
const INSTALLER: Packages = Packages {
    folder: "python-uv",
    what: "uv",
    pinned: &["uv==0.13.9"],
};

/// One environment is made at a time: two threads may both be the first that need the installer.
static MAKING: Mutex<()> = Mutex::new(());

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
        let environment = Self::of(packages);
        if environment.has(packages) {
            return Ok(environment);
        }
        let _alone = MAKING.lock().unwrap_or_else(PoisonError::into_inner);
        let installer = Self::installer()?;
        let mut make = installer.uv();
        make.args(["venv", "--quiet", "--clear", "--no-python-downloads"])
            .arg("--python")
            .arg(installer.program("python"))
            .arg(&environment.directory);
        step::run_quietly("make a virtual environment", &mut make)?;
        let mut install = installer.uv();
        install
            .args(["pip", "install", "--quiet", "--python"])
            .arg(&environment.directory)
            .args(packages.pinned);
        if let Some(index) = installer.index()? {
            install.env("UV_DEFAULT_INDEX", index);
        }
        step::run(&format!("install {}", packages.what), &mut install)?;
        environment.mark(packages)
    }

    fn of(packages: Packages) -> Self {
        let directory = step::target().join("tools").join(packages.folder);
        Self { directory }
    }

    fn installer() -> anyhow::Result<Self> {
        let environment = Self::of(INSTALLER);
        if environment.has(INSTALLER) {
            return Ok(environment);
        }
        make_environment(&environment.directory)?;
        let mut pip = step::command(environment.program("python"));
        pip.args(["-m", "pip", "install", "--quiet", "--no-compile"]);
        pip.arg("--disable-pip-version-check");
        pip.args(INSTALLER.pinned);
        step::run(&format!("install {}", INSTALLER.what), &mut pip)?;
        environment.mark(INSTALLER)
    }

    /// Certificates are those of the machine, as for pip and cargo.
    fn uv(&self) -> Command {
        let mut uv = step::command(self.program("uv"));
        uv.env("UV_SYSTEM_CERTS", "true");
        uv
    }

    /// The index that pip is told to use, which uv does not read; nothing when uv is told one.
    fn index(&self) -> anyhow::Result<Option<String>> {
        if ["UV_DEFAULT_INDEX", "UV_INDEX_URL"]
            .iter()
            .any(|name| std::env::var_os(name).is_some())
        {
            return Ok(None);
        }
        let mut list = step::command(self.program("python"));
        list.args(["-m", "pip", "config", "list"]);
        let printed = step::run_quietly("read pip's configuration", &mut list)?;
        Ok(index_of(&String::from_utf8_lossy(&printed)))
    }

    fn marker(&self) -> PathBuf {
        self.directory.join("installed.txt")
    }

    fn has(&self, packages: Packages) -> bool {
        std::fs::read_to_string(self.marker())
            .is_ok_and(|installed| installed == packages.pinned.join("\n"))
    }

    fn mark(self, packages: Packages) -> anyhow::Result<Self> {
        std::fs::write(self.marker(), packages.pinned.join("\n"))
            .context("the virtual environment cannot be marked as done")?;
        Ok(self)
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

/// The index in what `pip config list` prints, where the environment's is the first.
fn index_of(printed: &str) -> Option<String> {
    let value = |line: &str| {
        let (name, value) = line.split_once('=')?;
        name.ends_with(".index-url")
            .then(|| value.trim_matches('\'').to_owned())
    };
    printed.lines().find_map(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_that_pip_is_told_is_found_and_an_extra_one_is_none() {
        let printed = ":env:.find-links='/opt/wheels'\n:env:.index-url='https://a/simple?b=c'\nglobal.index-url='https://d/'\n";
        assert_eq!(index_of(printed).as_deref(), Some("https://a/simple?b=c"));
        assert_eq!(index_of("global.extra-index-url='https://a/'\n"), None);
    }
}
