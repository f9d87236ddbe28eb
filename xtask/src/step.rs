//! One step of a task: a child process with a name, run from the root of the workspace.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, bail};

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest).to_owned()
}

/// The folder that cargo builds into.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// Where cargo keeps the sources of libraries.
pub(crate) fn cargo_home() -> Option<PathBuf> {
    let folder = |name| std::env::var_os(name).map(PathBuf::from);
    folder("CARGO_HOME").or_else(|| Some(folder("HOME")?.join(".cargo")))
}

/// A command that runs in the root of the workspace.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root());
    command
}

/// The cargo that runs this task, so that a pinned toolchain stays pinned.
pub(crate) fn cargo() -> Command {
    let mut cargo = command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // `cargo run` tells this task about its own package, and a build script that reads the same
    // variables would be run again for each caller.
    for (name, _) in std::env::vars_os() {
        let told = name.to_string_lossy();
        if told.starts_with("CARGO_PKG_") || told.starts_with("CARGO_MANIFEST_") {
            cargo.env_remove(&name);
        }
    }
    cargo
}

/// Runs a command to its end and says what it is for, and how long it took.
///
/// # Errors
///
/// When the command cannot be started or exits with another code than 0.
pub(crate) fn run(name: &str, command: &mut Command) -> anyhow::Result<()> {
    say(&format!("{name} …"));
    let started = Instant::now();
    let status = command
        .stdin(Stdio::null())
        .status()
        .with_context(|| format!("{} cannot be started", program_of(command)))?;
    if !status.success() {
        bail!("{name} failed ({status}): {}", line_of(command));
    }
    say(&format!(
        "{name} done in {:.1} s",
        started.elapsed().as_secs_f32()
    ));
    Ok(())
}

/// Runs a command quietly, and shows its output only when it fails.
///
/// # Errors
///
/// When the command cannot be started or exits with another code than 0.
pub(crate) fn run_quietly(name: &str, command: &mut Command) -> anyhow::Result<Vec<u8>> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("{} cannot be started", program_of(command)))?;
    if !output.status.success() {
        bail!(
            "{name} failed ({}): {}\n{}{}",
            output.status,
            line_of(command),
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(output.stdout)
}

/// Installs a package of Debian, where the task may.
///
/// # Errors
///
/// When there is no apt, no right to install, or no such package.
pub(crate) fn apt_install(package: &str) -> anyhow::Result<()> {
    apt_update()?;
    let mut install = command("apt-get");
    install.args(["install", "-y", "-q", "--no-install-recommends", package]);
    run_quietly(&format!("install {package}"), &mut install).map(drop)
}

/// Brings the list of Debian's packages up to date.
///
/// # Errors
///
/// When there is no apt, or no right to do so.
pub(crate) fn apt_update() -> anyhow::Result<()> {
    run_quietly("apt-get update", command("apt-get").args(["update", "-q"])).map(drop)
}

/// Tells the person at the terminal what happens.
#[expect(
    clippy::print_stderr,
    reason = "the one place where a task speaks to a person"
)]
pub(crate) fn say(words: &str) {
    eprintln!("xtask: {words}");
}

fn program_of(command: &Command) -> String {
    command.get_program().to_string_lossy().into_owned()
}

fn line_of(command: &Command) -> String {
    let arguments = command.get_args().map(OsStr::to_string_lossy);
    std::iter::once(command.get_program().to_string_lossy())
        .chain(arguments)
        .collect::<Vec<_>>()
        .join(" ")
}
