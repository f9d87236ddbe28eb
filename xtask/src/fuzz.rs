//! `cargo xtask fuzz`: templates, payloads and files that nobody would write.
//!
//! The fuzzer is libFuzzer, which cargo builds like any other dependency; a stable compiler only
//! has to be told to count which branches are taken.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, bail};

use crate::step;

/// A package of targets.
#[derive(Debug)]
struct Package {
    /// Its folder, seen from the root.
    folder: &'static str,
    /// The words that its inputs are made of.
    dictionary: &'static str,
    targets: &'static [Target],
}

/// A program that is given inputs.
#[derive(Debug)]
struct Target {
    name: &'static str,
    /// How long its inputs may grow: longer ones reach little more, and take longer.
    longest: u32,
}

const PACKAGES: [Package; 2] = [
    Package {
        folder: "crates/kdg/fuzz",
        dictionary: "template.dict",
        targets: &[
            Target::new("parse", 192),
            Target::new("moment", 96),
            Target::new("render", 96),
            Target::new("rules", 512),
        ],
    },
    Package {
        folder: "crates/pipeline/fuzz",
        dictionary: "pipeline.dict",
        targets: &[
            Target::new("payload", 512),
            Target::new("event", 1024),
            Target::new("key", 256),
            Target::new("file", 768),
        ],
    },
];

impl Target {
    const fn new(name: &'static str, longest: u32) -> Self {
        Self { name, longest }
    }
}

/// What makes the compiler count branches, in the way that libFuzzer reads.
const COVERAGE: &str = "-Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=3 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    --cfg fuzzing";

const MOST_SECONDS_OF_AN_INPUT: u32 = 20;
const MOST_MEGABYTES: u32 = 1024;

/// How long each target is run by the tests.
const SECONDS: u32 = 20;

/// What to run, and for how long.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// How long to run each target
    #[arg(long, default_value_t = SECONDS)]
    seconds: u32,
    /// Only this target; all when omitted
    #[arg(value_parser = targets().map(|(_, target)| target.name).collect::<Vec<_>>())]
    target: Option<String>,
}

/// Where a search starts, and what becomes of what it finds on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Search {
    /// At the kept corpus with the same random numbers each time, so that the same is tested.
    Again,
    /// Where the last search on this machine stopped.
    Further,
}

/// Searches on from what earlier searches found.
///
/// # Errors
///
/// When a target finds an input that breaks it, with the path of that input.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    build()?;
    for (package, target) in targets() {
        let only = arguments.target.as_deref();
        if only.is_none_or(|only| only == target.name) {
            search(package, target, arguments.seconds, Search::Further)?;
        }
    }
    Ok(())
}

/// Runs every target for a while from the kept corpus.
///
/// # Errors
///
/// As [`run`].
pub(crate) fn test() -> anyhow::Result<()> {
    for package in &PACKAGES {
        let mut format = step::cargo();
        format
            .args(["fmt", "--check", "--manifest-path"])
            .arg(package.manifest());
        step::run("formatting of the fuzz targets", &mut format)?;
    }
    build()?;
    for (package, target) in targets() {
        search(package, target, SECONDS, Search::Again)?;
    }
    Ok(())
}

impl Package {
    fn manifest(&self) -> PathBuf {
        step::root().join(self.folder).join("Cargo.toml")
    }
}

fn targets() -> impl Iterator<Item = (&'static Package, &'static Target)> {
    let of =
        |package: &'static Package| package.targets.iter().map(move |target| (package, target));
    PACKAGES.iter().flat_map(of)
}

/// Flags would rebuild everything else, so what they are for has a folder of its own.
fn folder() -> PathBuf {
    step::target().join("fuzz")
}

fn build() -> anyhow::Result<()> {
    for package in &PACKAGES {
        let mut cargo = step::cargo();
        cargo.args(["build", "--release", "--locked"]);
        cargo.arg("--manifest-path").arg(package.manifest());
        cargo.arg("--target-dir").arg(folder());
        // Naming the target, even this one, keeps the flags away from build scripts.
        cargo.args(["--target", &host()?]);
        step::run("fuzz targets", cargo.env("RUSTFLAGS", COVERAGE))?;
    }
    Ok(())
}

/// The triple of this machine.
fn host() -> anyhow::Result<String> {
    let mut rustc = step::command(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    let said = step::run_quietly("rustc", rustc.args(["--print", "host-tuple"]))?;
    Ok(String::from_utf8(said)?.trim().to_owned())
}

fn search(package: &Package, target: &Target, seconds: u32, search: Search) -> anyhow::Result<()> {
    let Target {
        name: target,
        longest,
    } = *target;
    let found = folder().join("found");
    let log = found.join(format!("{target}.log"));
    let inputs = found.join(target);
    if search == Search::Again && inputs.exists() {
        fs::remove_dir_all(&inputs).context("what was found before cannot be removed")?;
    }
    fs::create_dir_all(&inputs).with_context(|| format!("{} cannot be made", inputs.display()))?;
    let source = step::root().join(package.folder);
    let binary = folder().join(host()?).join("release").join(target);
    let mut fuzzer = step::command(binary);
    fuzzer
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-max_len={longest}"))
        .arg(format!("-timeout={MOST_SECONDS_OF_AN_INPUT}"))
        .arg(format!("-rss_limit_mb={MOST_MEGABYTES}"))
        .arg(format!(
            "-dict={}",
            source.join(package.dictionary).display()
        ))
        .arg(format!(
            "-artifact_prefix={}/broken-{target}-",
            found.display()
        ))
        .arg("-print_final_stats=1");
    if search == Search::Again {
        fuzzer.arg("-seed=1");
    }
    // New inputs go to the first folder.
    fuzzer.arg(&inputs).arg(source.join("corpus").join(target));
    let file =
        fs::File::create(&log).with_context(|| format!("{} cannot be written", log.display()))?;
    let status = fuzzer
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(file)
        .status()
        .with_context(|| format!("{target} cannot be started"))?;
    let said = String::from_utf8_lossy(&fs::read(&log)?).into_owned();
    if !status.success() {
        bail!("{}", blame(package, target, &said, &log));
    }
    step::say(&figures(target, &said));
    Ok(())
}

/// Why a target stopped, and how to see it again.
fn blame(package: &Package, target: &str, log: &str, file: &Path) -> String {
    let after = |words: &str| log.split_once(words).map(|(_, rest)| rest);
    let reason = after("panicked at")
        .or_else(|| after("ERROR: "))
        .unwrap_or("");
    let reason: Vec<&str> = reason.lines().take(3).collect();
    let input = after("Test unit written to ").and_then(|rest| rest.lines().next());
    format!(
        "fuzz target {target} broke: {}\nthe input is {}, all that was said in {}; correct the rule, \
         and keep the input below {}/corpus/{target}",
        reason.join("\n"),
        input.unwrap_or("not kept"),
        file.display(),
        package.folder
    )
}

/// What libFuzzer counted, in a line.
fn figures(target: &str, log: &str) -> String {
    let figure = |name: &str| {
        let line = log.lines().find_map(|line| line.strip_prefix(name));
        line.map_or("?", str::trim)
    };
    format!(
        "fuzz target {target}: {} executions, {} a second, {} MB at most",
        figure("stat::number_of_executed_units:"),
        figure("stat::average_exec_per_sec:"),
        figure("stat::peak_rss_mb:"),
    )
}
