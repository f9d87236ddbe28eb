//! A package of ours → the WebAssembly module and the script that a page loads.

use std::path::PathBuf;

use crate::step;
use crate::toolchain::{Compiler, Target};

/// What browsers run.
const TARGET: Target = Target {
    triple: "wasm32-unknown-unknown",
    folder: "wasm",
    library: "std,panic_abort",
};

/// Builds the library of `package`, and gives the folder that a page loads it from.
///
/// # Errors
///
/// When there is no standard library for browsers and none can be installed, or cargo fails.
pub(crate) fn page(package: &str, profile: &str) -> anyhow::Result<PathBuf> {
    let compiler = Compiler::ready(TARGET)?;
    // A folder of its own: another compiler would take turns with ours in the usual one.
    let target = step::target().join("wasm");
    let mut build = step::cargo();
    build.args(["build", "--locked", "--lib", "--target", TARGET.triple]);
    build.args(["--profile", profile, "--package", package]);
    build.env("CARGO_TARGET_DIR", &target);
    compiler.lend(&mut build);
    step::run("build for the browser", &mut build)?;
    let module = format!("{}.wasm", package.replace('-', "_"));
    let module = target.join(TARGET.triple).join(profile).join(module);
    let folder = target.join("pages").join(package);
    let mut bindgen = step::cargo();
    bindgen.args(["run", "--quiet", "--locked", "--package", "bindgen", "--"]);
    bindgen.arg(module).arg(&folder);
    step::run("make it loadable", &mut bindgen)?;
    Ok(folder)
}
