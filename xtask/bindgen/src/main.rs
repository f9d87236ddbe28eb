//! `bindgen MODULE FOLDER`: a WebAssembly module of ours → the module and the script that a page
//! loads.
//!
//! A program of its own, because the library behind it takes longer to compile than all of `xtask`,
//! and most tasks have no use for it.

use std::env;
use std::path::PathBuf;

use anyhow::{Context, bail};
use wasm_bindgen_cli_support::Bindgen;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    let [module, folder] = arguments.as_slice() else {
        bail!("write: bindgen MODULE FOLDER");
    };
    Bindgen::new()
        .input_path(module)
        .web(true)?
        .typescript(false)
        // Without it, a page could not initialize the module without naming it once more.
        .omit_default_module_path(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(folder)
        .with_context(|| format!("{} cannot be prepared for a page", module.display()))
}
