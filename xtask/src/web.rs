//! `cargo xtask web`: the generator's page → `target/web/`, a static folder that works under any
//! path.

use std::path::PathBuf;

use anyhow::{Context, bail};
use serde_json::Value;

use crate::node::Node;
use crate::{step, wasm};

/// The package of the page.
const PACKAGE: &str = "kdg-web";

/// What a browser loads before the page can be used, compressed: a second on a slow line.
const MOST_BYTES: u64 = 1 << 20;

/// Builds the page, and says what it weighs.
///
/// # Errors
///
/// When Node, a package or the standard library for browsers is missing and cannot be installed,
/// or the page has become too heavy.
pub(crate) fn run() -> anyhow::Result<()> {
    let folder = build()?;
    step::say(&format!("the page is in {}", folder.display()));
    step::say("open it with the local stack: cargo run --release -p sluice -- local --page 8080");
    Ok(())
}

/// Builds the page and gives its folder.
///
/// # Errors
///
/// As [`run`].
pub(crate) fn build() -> anyhow::Result<PathBuf> {
    let node = packages()?;
    let glue = wasm::page(PACKAGE, "web")?;
    let folder = step::target().join("web");
    let mut bundle = node.script_at("kdg-web/js/build.js");
    bundle.arg(glue).arg(&folder);
    let printed = step::run_quietly("bundle the page", &mut bundle)?;
    weigh(&serde_json::from_slice(&printed).context("the bundler did not answer in JSON")?)?;
    Ok(folder)
}

/// The npm packages of the page and of its tests, as the lock file has them.
///
/// # Errors
///
/// When Node is missing, or a package cannot be installed.
pub(crate) fn packages() -> anyhow::Result<Node> {
    Node::locked("page", &sources())
}

fn sources() -> PathBuf {
    step::root().join(PACKAGE).join("js")
}

fn weigh(files: &Value) -> anyhow::Result<()> {
    let mut all = 0;
    for file in files.as_array().context("the bundler lists no files")? {
        let of = |member: &str| file[member].as_u64().unwrap_or_default();
        all += of("gzip");
        step::say(&format!(
            "{:>9} bytes, {:>7} compressed: {}",
            of("bytes"),
            of("gzip"),
            file["name"].as_str().unwrap_or_default()
        ));
    }
    step::say(&format!("first load: {all} bytes compressed"));
    if all > MOST_BYTES {
        bail!(
            "the first load is {all} bytes compressed, above {MOST_BYTES}: see above which file has grown"
        );
    }
    Ok(())
}
