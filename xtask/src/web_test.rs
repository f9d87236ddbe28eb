//! The page in a browser, against the local stack.

use crate::chromium::Chromium;
use crate::stack::Stack;
use crate::{build, step, web};

/// Runs every claim of `kdg-web/tests/browser`, and leaves pictures in `target/web-screenshots`.
///
/// # Errors
///
/// At the end, when a claim does not hold; before, when something cannot be built or found.
pub(crate) fn run() -> anyhow::Result<()> {
    let packages = web::packages()?;
    let chromium = Chromium::place()?;
    let page = web::build()?;
    let built = build::tested()?;
    let data = step::target().join("web-test");
    let stack = Stack::start(&built, &data.join("plain"), &["--no-limits"])?;
    let faulty = Stack::start(
        &built,
        &data.join("faulty"),
        &["--no-limits", "--fault", "put-records=0.3"],
    )?;
    let mut claims = packages.script_at("kdg-web/tests/browser/main.js");
    claims.arg(chromium).arg(page);
    claims.arg(step::target().join("web-screenshots"));
    claims.args([stack.endpoint(), faulty.endpoint()]);
    step::run("the page in Chromium", &mut claims)
}
