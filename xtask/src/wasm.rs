//! A package of ours → the WebAssembly module and the script that a page loads.

mod debian;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::Context;

use crate::step;

/// What browsers run.
const TARGET: &str = "wasm32-unknown-unknown";

/// When set, rustup is not asked for the target: for build servers that reach package registries
/// only, where it would wait in vain.
const NO_RUSTUP: &str = "WASM_NO_RUSTUP";

/// How long rustup may take.
const RUSTUP_TIME: Duration = Duration::from_mins(2);

/// Builds the library of `package`, and gives the folder that a page loads it from.
///
/// # Errors
///
/// When there is no standard library for browsers and none can be installed, or cargo fails.
pub(crate) fn page(package: &str, profile: &str) -> anyhow::Result<PathBuf> {
    let compiler = Compiler::ready()?;
    // A folder of its own: another compiler would take turns with ours in the usual one.
    let target = step::target().join("wasm");
    let mut build = step::cargo();
    build.args(["build", "--locked", "--lib", "--target", TARGET]);
    build.args(["--profile", profile, "--package", package]);
    build.env("CARGO_TARGET_DIR", &target);
    compiler.lend(&mut build);
    step::run("build for the browser", &mut build)?;
    let module = format!("{}.wasm", package.replace('-', "_"));
    let module = target.join(TARGET).join(profile).join(module);
    let folder = target.join("pages").join(package);
    let mut bindgen = step::cargo();
    bindgen.args(["run", "--quiet", "--locked", "--package", "bindgen", "--"]);
    bindgen.arg(module).arg(&folder);
    step::run("make it loadable", &mut bindgen)?;
    Ok(folder)
}

/// A compiler that has the standard library for browsers.
enum Compiler {
    /// The one that builds everything else.
    Usual,
    /// Another one, with what must be in its environment.
    Other(Vec<(&'static str, OsString)>),
}

impl Compiler {
    fn ready() -> anyhow::Result<Self> {
        let usual = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        if has_library(&mut step::command(&usual)) {
            return Ok(Self::Usual);
        }
        if std::env::var_os(NO_RUSTUP).is_none() {
            step::say(&format!("rustup target add {TARGET} …"));
            let added = add_target();
            if added.is_ok() && has_library(&mut step::command(&usual)) {
                return Ok(Self::Usual);
            }
            step::say("rustup has no such target here; taking Debian's compiler instead");
        }
        let environment = debian::ready(&step::target().join("tools").join("wasm"))
            .with_context(|| format!("building for browsers needs `rustup target add {TARGET}`, or a Debian whose rustc-web can be downloaded"))?;
        Ok(Self::Other(environment))
    }

    fn lend(&self, cargo: &mut Command) {
        if let Self::Other(environment) = self {
            cargo.envs(environment.iter().map(|(name, value)| (name, value)));
        }
    }
}

fn has_library(rustc: &mut Command) -> bool {
    rustc.args(["--print", "target-libdir", "--target", TARGET]);
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
fn add_target() -> anyhow::Result<()> {
    let mut rustup = step::command("rustup");
    let mut child = rustup.args(["target", "add", TARGET]).spawn()?;
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
