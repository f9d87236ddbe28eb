//! A compiler that has the standard library of another target.

mod debian;

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::Context;

use crate::step;

/// When set, rustup is not asked for a target: for build servers that reach package registries
/// only, where it would wait in vain.
const NO_RUSTUP: &str = "WASM_NO_RUSTUP";

/// How long rustup may take.
const RUSTUP_TIME: Duration = Duration::from_mins(2);

/// What is compiled for, and how its standard library is built where there is none.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target {
    /// The compiler's name for it.
    pub(crate) triple: &'static str,
    /// Where Debian's compiler is unpacked for it, below `target/tools`.
    pub(crate) folder: &'static str,
    /// The crates of the standard library.
    pub(crate) library: &'static str,
}

/// A compiler that has the standard library of a target.
pub(crate) enum Compiler {
    /// The one that builds everything else.
    Usual,
    /// Another one, with what must be in its environment.
    Other(Vec<(&'static str, OsString)>),
}

impl Compiler {
    /// Finds a compiler for the target, or makes one.
    ///
    /// # Errors
    ///
    /// When there is no standard library for it and none can be installed.
    pub(crate) fn ready(target: Target) -> anyhow::Result<Self> {
        let triple = target.triple;
        let usual = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        if has_library(&mut step::command(&usual), triple) {
            return Ok(Self::Usual);
        }
        if std::env::var_os(NO_RUSTUP).is_none() {
            step::say(&format!("rustup target add {triple} …"));
            let added = add_target(triple);
            if added.is_ok() && has_library(&mut step::command(&usual), triple) {
                return Ok(Self::Usual);
            }
            step::say("rustup has no such target here; taking Debian's compiler instead");
        }
        let directory = step::target().join("tools").join(target.folder);
        let environment = debian::ready(&directory, target)
            .with_context(|| format!("this needs `rustup target add {triple}`, or a Debian whose rustc-web can be downloaded"))?;
        Ok(Self::Other(environment))
    }

    /// Has cargo use it.
    pub(crate) fn lend(&self, cargo: &mut Command) {
        if let Self::Other(environment) = self {
            cargo.envs(environment.iter().map(|(name, value)| (name, value)));
        }
    }
}

fn has_library(rustc: &mut Command, triple: &str) -> bool {
    rustc.args(["--print", "target-libdir", "--target", triple]);
    let Ok(printed) = step::run_quietly("find the standard library", rustc) else {
        return false;
    };
    library_in(Path::new(String::from_utf8_lossy(&printed).trim()))
}

fn library_in(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| {
        entries.any(|entry| {
            entry.is_ok_and(|entry| entry.file_name().to_string_lossy().starts_with("libstd-"))
        })
    })
}

/// Asks rustup, but not for ever: without a network it tries for long.
fn add_target(triple: &str) -> anyhow::Result<()> {
    let mut rustup = step::command("rustup");
    let mut child = rustup.args(["target", "add", triple]).spawn()?;
    let started = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            anyhow::ensure!(status.success(), "rustup failed ({status})");
            return Ok(());
        }
        if started.elapsed() > RUSTUP_TIME {
            child.kill()?;
            child.wait()?;
            anyhow::bail!("rustup gave up after {} s", RUSTUP_TIME.as_secs());
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}
