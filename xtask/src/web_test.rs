//! The page in a browser, against the local stack.

use std::net::TcpListener;
use std::path::Path;

use serde_json::{Value, json};

use crate::chromium::Chromium;
use crate::stack::Stack;
use crate::{build, step, web};

/// What the claims send, with the real function behind it.
const PIPELINES: [&str; 2] = ["--pipelines", "kdg-web/tests/browser/pipelines"];

/// Of everybody; `kdg-web/tests/browser/sign_in.js` knows it, too.
const PASSWORD: &str = "Correct-horse-9";

/// Who signs in for the first time where an app is asked for: one for each kind of picture.
const FIRST_SIGN_INS: [&str; 4] = ["light-desktop", "light-phone", "dark-desktop", "dark-phone"];

/// How long keys last: so short that a run sees several.
const EXPIRY_SECONDS: u8 = 5;

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
    let plain = [&["--no-limits"], &PIPELINES[..]].concat();
    let stack = Stack::start(&built, &data.join("plain"), &plain)?;
    let faults = [
        "--fault",
        "put-records=0.3",
        "--fault",
        "put-records-unavailable=0.05",
    ];
    let faulty = [&plain[..], &faults].concat();
    let faulty = Stack::start(&built, &data.join("faulty"), &faulty)?;
    let expiry = EXPIRY_SECONDS.to_string();
    let people = [
        ["--page-invite", "invited"],
        ["--page-expiry", &expiry],
        ["--delivery-stream", "clicks=clicks-bucket"],
    ];
    let people = Signing::start(&built, &data.join("people"), &page, people.as_flattened())?;
    let mut invited = vec!["--page-mfa"];
    for user in FIRST_SIGN_INS {
        invited.extend(["--page-invite", user]);
    }
    let codes = Signing::start(&built, &data.join("codes"), &page, &invited)?;
    let mut claims = packages.script_at("kdg-web/tests/browser/main.js");
    claims.arg(chromium).arg(page);
    claims.arg(step::target().join("web-screenshots"));
    let stacks = json!({
        "endpoint": stack.endpoint(),
        "faulty": faulty.endpoint(),
        "people": people.told(),
        "codes": codes.told(),
    });
    claims.arg(stacks.to_string());
    step::run("the page in Chromium", &mut claims)
}

/// A stack whose page asks who it is.
struct Signing {
    stack: Stack,
    page: String,
}

impl Signing {
    fn start(built: &Path, data: &Path, page: &Path, arguments: &[&str]) -> anyhow::Result<Self> {
        // The stack says on which port it serves the page to people only.
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let port = port.to_string();
        let files = page.to_string_lossy();
        let mut all = vec!["--no-limits", "--page", &port, "--page-files", &files];
        all.extend(PIPELINES);
        all.extend(arguments);
        let stack = Stack::start_with(built, data, &all, &[("SLUICE_PAGE_PASSWORD", PASSWORD)])?;
        let page = format!("http://127.0.0.1:{port}/");
        Ok(Self { stack, page })
    }

    fn told(&self) -> Value {
        json!({"endpoint": self.stack.endpoint(), "page": self.page, "expiry": EXPIRY_SECONDS})
    }
}
