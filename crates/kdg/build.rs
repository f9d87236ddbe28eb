//! The English word lists of the crate `fake` → `lists.rs`, static slices that
//! the templates draw from.
//!
//! `fake` depends on getrandom, which a browser build would have to configure
//! and which this crate has no use for; so it stays on the building side.

use std::{env, error::Error, fmt::Write, fs, path::Path};

use fake::locales::{Data, EN};

#[path = "build/locales.rs"]
mod locales;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let lists = [
        (
            "FIRST_NAMES",
            "First names of no particular gender.",
            EN::NAME_FIRST_NAME,
        ),
        ("LAST_NAMES", "Last names.", EN::NAME_LAST_NAME),
        (
            "LOREM",
            "Latin words; some more than once, so more often.",
            EN::LOREM_WORD,
        ),
    ];
    let mut source = String::new();
    for (name, what, words) in lists {
        writeln!(
            source,
            "/// {what}\npub(crate) static {name}: &[&str] = &{words:?};"
        )?;
    }
    fs::write(Path::new(&env::var("OUT_DIR")?).join("lists.rs"), source)?;
    locales::write()
}
