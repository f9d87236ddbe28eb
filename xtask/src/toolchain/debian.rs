//! The standard library of a target where rustup cannot be asked for it: Debian's compiler, and
//! the library built of its sources.
//!
//! The packages are unpacked below `target/`, not installed: they refuse to stand beside rustup.
//! A library is bound to its compiler, so that Debian's compiles everything for the target.

use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};

use crate::step;

use super::{Target, has_library};

/// The compiler, its own libraries, and the sources of the standard library. Two more packages
/// have their versions in their names.
const PACKAGES: [&str; 3] = ["rustc-web", "libstd-rust-web-dev", "rust-web-src"];

/// This machine's processor, as the compiler and Debian's folders name it alike.
const PROCESSOR: &str = std::env::consts::ARCH;

/// Finds the compiler with its library, or makes it, and gives what cargo must have in its
/// environment to take it.
///
/// # Errors
///
/// When a package cannot be downloaded, or the library does not compile.
pub(super) fn ready(
    directory: &Path,
    target: Target,
) -> anyhow::Result<Vec<(&'static str, OsString)>> {
    let usr = directory.join("debian").join("usr");
    let environment = vec![
        ("RUSTC", usr.join("bin").join("rustc").into_os_string()),
        (
            "LD_LIBRARY_PATH",
            usr.join("lib")
                .join(format!("{PROCESSOR}-linux-gnu"))
                .into_os_string(),
        ),
    ];
    if !has_library(&mut compiler(&environment), target.triple) {
        step::say(
            "the standard library of the target is built of Debian's sources, once: 1 to 3 minutes",
        );
        // What an interrupted run left would be taken for the whole.
        clear(directory)?;
        // Cargo would go on with what it compiled for the library before.
        clear(&step::target().join(target.triple))?;
        unpack(directory)?;
        probe(&environment)?;
        build(directory, &usr, &environment, target)?;
    }
    Ok(environment)
}

fn compiler(environment: &[(&'static str, OsString)]) -> Command {
    let program = environment.first().map(|(_, path)| path.clone());
    let mut rustc = step::command(program.unwrap_or_default());
    rustc.envs(environment.iter().map(|(name, value)| (name, value)));
    rustc
}

fn clear(directory: &Path) -> anyhow::Result<()> {
    match fs::remove_dir_all(directory) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("{} cannot be emptied", directory.display()))
        }
        _ => Ok(()),
    }
}

fn unpack(directory: &Path) -> anyhow::Result<()> {
    // A list of packages that is out of date names an older compiler, or one that is gone. Who may
    // not update it goes on with what there is.
    if let Err(error) = step::apt_update() {
        step::say(&format!("going on with the packages known: {error}"));
    }
    let library = dependency("libstd-rust-web-dev", "libstd-rust-web-")?;
    let llvm = dependency(&library, "libllvm")?;
    let packages = directory.join("packages");
    fs::create_dir_all(&packages)
        .with_context(|| format!("{} cannot be made", packages.display()))?;
    let mut download = Command::new("apt-get");
    download
        .current_dir(&packages)
        .arg("download")
        .args(PACKAGES);
    download.args([&library, &llvm]);
    step::run_quietly("download Debian's compiler", &mut download)?;
    for package in entries(&packages)? {
        let mut unpack = step::command("dpkg-deb");
        unpack.arg("--extract").arg(package);
        unpack.arg(directory.join("debian"));
        step::run_quietly("unpack", &mut unpack)?;
    }
    fs::remove_dir_all(&packages).context("the packages cannot be removed")
}

/// The package that `package` depends on and whose name starts so.
fn dependency(package: &str, start: &str) -> anyhow::Result<String> {
    let mut depends = step::command("apt-cache");
    depends.args(["depends", package]);
    let printed = step::run_quietly("ask for dependencies", &mut depends)?;
    let printed = String::from_utf8_lossy(&printed);
    let mut names = printed
        .lines()
        .filter_map(|line| line.trim().strip_prefix("Depends: "));
    let found = names.find(|name| name.starts_with(start));
    found
        .map(str::to_owned)
        .with_context(|| format!("{package} depends on no {start}"))
}

/// Runs the compiler, whose LLVM wants libraries that few machines lack.
fn probe(environment: &[(&'static str, OsString)]) -> anyhow::Result<()> {
    let runs = || step::run_quietly("probe", compiler(environment).arg("--version"));
    if runs().is_ok() {
        return Ok(());
    }
    for library in ["libedit2", "libxml2", "libz3-4"] {
        step::apt_install(library)?;
    }
    runs().map(drop)
}

fn build(
    directory: &Path,
    usr: &Path,
    environment: &[(&'static str, OsString)],
    target: Target,
) -> anyhow::Result<()> {
    let rustlib = usr.join("lib").join("rustlib");
    link_linker(&rustlib)?;
    // The library is built as a dependency of a package, which may as well be empty. It lies above
    // the sources: what lies below a package is named by where it is in it, so that the library is
    // the same wherever `directory` is.
    let manifest = directory.join("Cargo.toml");
    fs::write(
        &manifest,
        "[package]\nname = \"empty\"\nedition = \"2024\"\n[lib]\npath = \"empty.rs\"\n[workspace]\n",
    )?;
    fs::write(directory.join("empty.rs"), "#![no_std]\n")?;
    let target_folder = directory.join("library");
    let mut build = step::cargo();
    build.current_dir(directory);
    build.args(["build", "--quiet", "--release", "--target", target.triple]);
    build.arg(format!("-Zbuild-std={}", target.library));
    build.envs(environment.iter().map(|(name, value)| (name, value)));
    build.env("RUSTC_BOOTSTRAP", "1");
    // What is optimized as a whole needs the bitcode.
    let mut flags = vec![
        "-Cembed-bitcode=yes".to_owned(),
        format!("--remap-path-prefix={}=/debian", directory.display()),
    ];
    flags.extend(
        step::cargo_home().map(|home| format!("--remap-path-prefix={}=/cargo", home.display())),
    );
    build.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
    build.env("CARGO_TARGET_DIR", &target_folder);
    step::run("build the standard library", &mut build)?;
    let built = target_folder
        .join(target.triple)
        .join("release")
        .join("deps");
    let place = rustlib.join(target.triple).join("lib");
    fs::create_dir_all(&place)?;
    for library in entries(&built)? {
        let is_library = library.extension().is_some_and(|ending| ending == "rlib");
        let name = library.file_name().unwrap_or_default();
        if is_library && !name.to_string_lossy().starts_with("libempty-") {
            fs::copy(&library, place.join(name))?;
        }
    }
    // Most of a gigabyte that has served.
    fs::remove_dir_all(&target_folder)?;
    clear(&usr.join("src"))?;
    if !has_library(&mut compiler(environment), target.triple) {
        bail!("{} holds no standard library", place.display());
    }
    Ok(())
}

/// Debian's compiler comes without the linker for browsers, and takes that of the usual one.
fn link_linker(rustlib: &Path) -> anyhow::Result<()> {
    let printed = step::run_quietly(
        "find the linker",
        step::command("rustc").args(["--print", "sysroot"]),
    )?;
    let host = format!("{PROCESSOR}-unknown-linux-gnu");
    let part = Path::new(&host).join("bin").join("rust-lld");
    let sysroot = PathBuf::from(String::from_utf8_lossy(&printed).trim());
    let linker = sysroot.join("lib").join("rustlib").join(&part);
    let place = rustlib.join(&part);
    if let Some(folder) = place.parent() {
        fs::create_dir_all(folder)?;
    }
    symlink(&linker, &place).with_context(|| format!("{} cannot be linked", linker.display()))
}

fn entries(directory: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries =
        fs::read_dir(directory).with_context(|| format!("{} is missing", directory.display()))?;
    let paths: Result<_, _> = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect();
    Ok(paths?)
}
