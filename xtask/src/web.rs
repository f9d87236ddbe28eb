//! `cargo xtask web`: the generator's page → `target/web/`, a static folder that works under any
//! path.

use std::path::PathBuf;

use anyhow::{Context, bail};
use serde_json::Value;

use crate::node::Node;
use crate::{step, wasm};

/// The package of the page.
const PACKAGE: &str = "kdg-web";

/// The package of what tries records out.
const TRIAL: &str = "trial";

/// What a browser loads before the page can be used, compressed: a second on a slow line.
const MOST_BYTES: u64 = 1 << 20;

/// What a browser loads when somebody wants to try a record, compressed: most of it
/// is the functions of VRL.
const MOST_LATER_BYTES: u64 = 5 << 19;

/// The largest file that `CloudFront` compresses ("Serve compressed files",
/// `AmazonCloudFront/latest/DeveloperGuide/ServingCompressedFiles.html`).
const LARGEST_COMPRESSED: u64 = 10_000_000;

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
    let trial = wasm::page(TRIAL, "web")?;
    let folder = step::target().join("web");
    let mut bundle = node.script_at("kdg-web/js/build.js");
    bundle.arg(glue).arg(trial).arg(&folder);
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
    let (mut first, mut later) = (0, 0);
    for file in files.as_array().context("the bundler lists no files")? {
        let of = |member: &str| file[member].as_u64().unwrap_or_default();
        let is_later = file["later"] == true;
        *(if is_later { &mut later } else { &mut first }) += of("gzip");
        let name = file["name"].as_str().unwrap_or_default();
        if of("bytes") > LARGEST_COMPRESSED {
            bail!(
                "{name} has {} bytes, and CloudFront would not compress it: make it smaller",
                of("bytes")
            );
        }
        step::say(&format!(
            "{:>9} bytes, {:>7} compressed: {}{}",
            of("bytes"),
            of("gzip"),
            name,
            if is_later { " (later)" } else { "" }
        ));
    }
    for (what, bytes, most) in [
        ("first load", first, MOST_BYTES),
        ("later, to try a record", later, MOST_LATER_BYTES),
    ] {
        step::say(&format!("{what}: {bytes} bytes compressed"));
        if bytes > most {
            bail!("{what}: {bytes} bytes compressed, above {most}: see above which file has grown");
        }
    }
    Ok(())
}
