//! `cargo xtask tidy`: the rules of ARCHITECTURE.md that a compiler does not know.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::step;

/// What a package must not depend on, directly or through others, and why.
const FORBIDDEN: [(&str, &[&str], &str); 4] = [
    (
        "kdg",
        &["tokio", "aws-", "getrandom"],
        "clock, randomness and I/O are parameters of the generator, so that it renders the same bytes everywhere",
    ),
    (
        "local",
        &["kdg", "pipeline", "kdg-web"],
        "the stack shares no code with what it tests: a shared limit would hide a shared mistake",
    ),
    (
        "kdg-web",
        &["tokio", "aws-", "ring", "local"],
        "a browser loads all of the page, and an SDK alone would be a third of what that may weigh",
    ),
    (
        "trial",
        &["aws-", "ring", "local", "kdg"],
        "a browser loads all of it to try one record, which is decided before anything is stored",
    ),
];

/// Module names that say nothing about what is in them.
const EMPTY_NAMES: [&str; 5] = ["utils", "util", "helpers", "common", "manager"];

/// A Lambda's main is wiring, and this is how long wiring may be.
const LONGEST_MAIN_LINES: usize = 80;

/// Checks every rule and reports all that are broken.
///
/// # Errors
///
/// Names each broken rule with its place and its reason.
pub(crate) fn run() -> anyhow::Result<()> {
    let mut broken = Vec::new();
    dependencies(&mut broken)?;
    names(&mut broken)?;
    lambdas(&mut broken)?;
    for sources in ["crates", "kdg-web/src", "kdg-web/tests/it"] {
        modules(&step::root().join(sources), &mut broken)?;
    }
    unwinding(&mut broken)?;
    one_build(&mut broken)?;
    if broken.is_empty() {
        step::say("invariants hold");
        return Ok(());
    }
    bail!(
        "{} invariants are broken:\n- {}",
        broken.len(),
        broken.join("\n- ")
    )
}

fn dependencies(broken: &mut Vec<String>) -> anyhow::Result<()> {
    for (package, forbidden, reason) in FORBIDDEN {
        let mut tree = step::cargo();
        tree.args([
            "tree", "--locked", "--edges", "normal", "--prefix", "none", "--format", "{lib}",
        ]);
        tree.args(["--package", package]);
        let listed = String::from_utf8(step::run_quietly("cargo tree", &mut tree)?)?;
        for dependency in listed.lines().filter(|line| *line != package) {
            let dependency = dependency.trim().replace('_', "-");
            if forbidden.iter().any(|name| matches(&dependency, name)) {
                broken.push(format!("{package} depends on {dependency}: {reason}"));
            }
        }
    }
    Ok(())
}

fn matches(dependency: &str, forbidden: &str) -> bool {
    if forbidden.ends_with('-') {
        dependency.starts_with(forbidden)
    } else {
        dependency == forbidden
    }
}

fn names(broken: &mut Vec<String>) -> anyhow::Result<()> {
    for parent in ["crates", "lambdas"] {
        for directory in folders(&step::root().join(parent))? {
            let manifest = directory.join("Cargo.toml");
            let name = directory
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            let text = fs::read_to_string(&manifest)
                .with_context(|| format!("{} has no manifest", directory.display()))?;
            if !text.contains(&format!("name = \"{name}\"")) {
                broken.push(format!(
                    "{} names its package otherwise than its folder",
                    manifest.display()
                ));
            }
        }
    }
    Ok(())
}

fn lambdas(broken: &mut Vec<String>) -> anyhow::Result<()> {
    for directory in folders(&step::root().join("lambdas"))? {
        let sources = entries(&directory.join("src"))?;
        let main = directory.join("src").join("main.rs");
        if sources != [main.clone()] {
            broken.push(format!(
                "{}/src holds more than main.rs: logic belongs in crates/",
                directory.display()
            ));
        }
        let lines = fs::read_to_string(&main)
            .with_context(|| format!("{} is missing", main.display()))?
            .lines()
            .count();
        if lines > LONGEST_MAIN_LINES {
            broken.push(format!(
                "{} has {lines} lines, more than the {LONGEST_MAIN_LINES} that wiring takes",
                main.display()
            ));
        }
    }
    Ok(())
}

fn modules(directory: &Path, broken: &mut Vec<String>) -> anyhow::Result<()> {
    for path in entries(directory)? {
        let stem = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if EMPTY_NAMES.contains(&stem.as_str()) {
            broken.push(format!(
                "{} says nothing about what is in it: name the concept",
                path.display()
            ));
        }
        if path.is_dir() {
            modules(&path, broken)?;
        }
    }
    Ok(())
}

fn unwinding(broken: &mut Vec<String>) -> anyhow::Result<()> {
    let manifest = fs::read_to_string(step::root().join("Cargo.toml"))
        .context("the workspace has no manifest")?;
    if manifest
        .lines()
        .any(|line| line.replace(' ', "").starts_with("panic=\"abort\""))
    {
        broken.push("Cargo.toml sets panic: the Lambda runtime can report a panic only while unwinding is on".into());
    }
    Ok(())
}

/// What the command line is built of alone must be what it is built of beside the functions.
fn one_build(broken: &mut Vec<String>) -> anyhow::Result<()> {
    let alone = features(&["sluice"])?;
    let beside = features(&["sluice", "process-stream", "ingest-http"])?;
    for dependency in alone.difference(&beside) {
        broken.push(format!(
            "sluice alone needs `{dependency}`, and with other features beside the functions: everything would be built twice"
        ));
    }
    Ok(())
}

/// Each dependency of these packages with the features it has.
fn features(packages: &[&str]) -> anyhow::Result<BTreeSet<String>> {
    let mut tree = step::cargo();
    tree.args([
        "tree",
        "--locked",
        "--edges",
        "no-dev",
        "--prefix",
        "none",
        "--format",
        "{p} [{f}]",
    ]);
    for package in packages {
        tree.args(["--package", package]);
    }
    let listed = String::from_utf8(step::run_quietly("cargo tree", &mut tree)?)?;
    let lines = listed.lines().map(|line| line.trim_end_matches(" (*)"));
    Ok(lines.map(str::to_owned).collect())
}

fn folders(directory: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut paths = entries(directory)?;
    paths.retain(|path| path.is_dir());
    Ok(paths)
}

fn entries(directory: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut paths = fs::read_dir(directory)
        .with_context(|| format!("{} cannot be read", directory.display()))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()?;
    paths.sort();
    Ok(paths)
}
