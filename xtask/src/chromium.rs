//! Chromium without a window, for what must run in a browser.

use std::path::PathBuf;

use anyhow::{Context, bail};
use serde_json::Value;

use crate::node::Node;
use crate::step;

/// Names a browser that is found nowhere else.
const VARIABLE: &str = "CHROMIUM";

/// Where systems keep it; the build servers of GitHub have Chrome.
const PLACES: [&str; 3] = [
    "/usr/bin/chromium",
    "/usr/bin/google-chrome",
    "/usr/bin/chromium-browser",
];

/// A browser, and what drives it.
#[derive(Debug)]
pub(crate) struct Chromium {
    program: PathBuf,
    node: Node,
}

impl Chromium {
    /// Finds the browser, or installs it.
    ///
    /// # Errors
    ///
    /// When it is missing and cannot be installed, or Node is missing.
    pub(crate) fn ready() -> anyhow::Result<Self> {
        let node = Node::ready()?;
        let program = Self::place()?;
        Ok(Self { program, node })
    }

    /// Where the browser is, which is installed if it is nowhere.
    ///
    /// # Errors
    ///
    /// When it is missing and cannot be installed.
    pub(crate) fn place() -> anyhow::Result<PathBuf> {
        if let Some(program) = found() {
            return Ok(program);
        }
        step::say("no Chromium on this machine; trying to install Debian's package");
        if let Err(error) = step::apt_install("chromium") {
            bail!(
                "Chromium is needed for this; install it (Debian: apt-get install chromium), or name one in {VARIABLE}: {error}"
            );
        }
        found().context("Debian's chromium is not where it belongs")
    }

    /// Runs a task of `xtask/bench/chromium.js` on a page, and gives what it found.
    ///
    /// # Errors
    ///
    /// When the browser does not start, or the page fails.
    pub(crate) fn run(&self, page: &PathBuf, task: &str, given: &[&str]) -> anyhow::Result<Value> {
        let mut run = self.node.script("chromium.js");
        run.arg(&self.program).arg(page).arg(task).args(given);
        let printed = step::run_quietly(&format!("{task} in Chromium"), &mut run)?;
        serde_json::from_slice(&printed).context("the page did not answer in JSON")
    }
}

fn found() -> Option<PathBuf> {
    let named = std::env::var_os(VARIABLE).map(PathBuf::from);
    let places = PLACES.into_iter().map(PathBuf::from);
    named.into_iter().chain(places).find(|path| path.exists())
}
