//! Node with packages of npm below `target/`, for what needs other people's JavaScript.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;

use crate::step;

/// The packages, pinned, so that two runs measure and test the same.
const PACKAGES: [&str; 4] = [
    "amazon-cognito-identity-js@6.3.21",
    "faker@4.1.0",
    "moment@2.17.1",
    "playwright-core@1.65.1",
];

/// A folder with the packages installed.
#[derive(Debug)]
pub(crate) struct Node {
    directory: PathBuf,
}

impl Node {
    /// Finds the packages, or installs them.
    ///
    /// # Errors
    ///
    /// When Node is missing, or a package cannot be installed.
    pub(crate) fn ready() -> anyhow::Result<Self> {
        find()?;
        let directory = step::target().join("tools").join("node");
        let marker = directory.join("installed.txt");
        let wanted = PACKAGES.join("\n");
        if fs::read_to_string(&marker).is_ok_and(|installed| installed == wanted) {
            return Ok(Self { directory });
        }
        fs::create_dir_all(&directory)
            .with_context(|| format!("{} cannot be made", directory.display()))?;
        let mut npm = step::command("npm");
        npm.args(["install", "--no-audit", "--no-fund", "--ignore-scripts"]);
        npm.args(["--loglevel", "error", "--prefix"])
            .arg(&directory)
            .args(PACKAGES);
        step::run("install npm packages", &mut npm)?;
        fs::write(&marker, wanted).context("the npm packages cannot be marked as installed")?;
        Ok(Self { directory })
    }

    /// Installs the packages of a lock file below `target/tools/`, unless they are there.
    ///
    /// # Errors
    ///
    /// When Node is missing, or a package cannot be installed.
    pub(crate) fn locked(name: &str, sources: &Path) -> anyhow::Result<Self> {
        find()?;
        let directory = step::target().join("tools").join("npm").join(name);
        let read = |folder: &Path| fs::read_to_string(folder.join("package-lock.json"));
        let wanted =
            read(sources).with_context(|| format!("{} has no lock file", sources.display()))?;
        let marker = directory.join("installed.txt");
        if fs::read_to_string(&marker).is_ok_and(|installed| installed == wanted) {
            return Ok(Self { directory });
        }
        fs::create_dir_all(&directory)
            .with_context(|| format!("{} cannot be made", directory.display()))?;
        for file in ["package.json", "package-lock.json"] {
            fs::copy(sources.join(file), directory.join(file))
                .with_context(|| format!("{file} cannot be copied from {}", sources.display()))?;
        }
        let mut npm = step::command("npm");
        npm.args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"]);
        npm.args(["--loglevel", "error", "--prefix"])
            .arg(&directory);
        step::run("install npm packages", &mut npm)?;
        fs::write(&marker, wanted).context("the npm packages cannot be marked as installed")?;
        Ok(Self { directory })
    }

    /// A script of `xtask/bench` that is told where the packages are.
    pub(crate) fn script(&self, name: &str) -> Command {
        self.script_at(Path::new("xtask/bench").join(name))
    }

    /// The same of any script of the project.
    pub(crate) fn script_at(&self, path: impl AsRef<Path>) -> Command {
        let script = step::root().join(path);
        let mut node = step::command("node");
        node.arg(script).arg(self.modules());
        node
    }

    fn modules(&self) -> &Path {
        &self.directory
    }
}

fn find() -> anyhow::Result<()> {
    step::run_quietly("find node", step::command("node").arg("--version"))
        .map(drop)
        .context(
            "Node 20 or later is needed for this, with npm; install it (https://nodejs.org, or Debian: apt-get install nodejs npm)",
        )
}
