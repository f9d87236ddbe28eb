//! The same template, seed and clock → the same records, by one thread, by four, and in a browser.

use anyhow::bail;

use crate::chromium::Chromium;
use crate::{build, step, wasm};

/// The package that renders them everywhere.
pub(crate) const PACKAGE: &str = "bench-generate";

/// A million: enough to meet what is rare, such as a draw that must be drawn again.
const RECORDS: &str = "1000000";

/// Compares the SHA-256 of a million records, which draw from everything that platforms could
/// disagree on.
///
/// # Errors
///
/// When they differ, or one of them cannot be made.
pub(crate) fn run() -> anyhow::Result<()> {
    let chromium = Chromium::ready()?;
    let page = wasm::page(PACKAGE, "release")?;
    let native = build::package(PACKAGE, "release")?;
    let digest = |threads: &str| {
        let mut digest = step::command(&native);
        digest.args(["digest", threads, RECORDS]);
        let printed = step::run_quietly("digest", &mut digest)?;
        Ok::<_, anyhow::Error>(String::from_utf8_lossy(&printed).trim().to_owned())
    };
    let alone = digest("1")?;
    let digests = [
        ("four threads", digest("4")?),
        (
            "a browser",
            chromium
                .run(&page, "digest", &[RECORDS])?
                .as_str()
                .unwrap_or_default()
                .to_owned(),
        ),
    ];
    for (by, digest) in digests {
        if digest != alone {
            bail!(
                "{RECORDS} records of one seed differ: rendered by one thread their SHA-256 is {alone}, by {by} {digest}"
            );
        }
    }
    step::say(&format!(
        "{RECORDS} records are the same by one thread, by four, and in a browser: {alone}"
    ));
    Ok(())
}
