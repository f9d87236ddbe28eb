//! `cargo xtask bench generate`: records rendered from templates, on one core.
//!
//! Ours beside faker, which the original data generator is a page around; beside the same records
//! written by hand; and in a browser beside ours in a terminal. All sides take turns.

use anyhow::{Context, bail};
use serde_json::Value;

use crate::chromium::Chromium;
use crate::node::Node;
use crate::same_bytes::PACKAGE;
use crate::{build, step, wasm};

use super::turns::{median, ratio};

/// A ratio is the median of those within each turn.
const TURNS: usize = 7;

/// What is measured as it is deployed.
const PROFILE: &str = "lambda";

/// The templates of the package, by name, and what the table calls them.
const SAMPLES: [(&str, &str); 4] = [
    ("sensor", "sensor, 3 fields of JSON"),
    ("person", "person, 4 columns of CSV"),
    ("access", "line of an access log"),
    ("order", "order, 15 fields of JSON"),
];

/// What each ratio must reach, for every template.
const TARGETS: [(Side, f64); 3] = [
    (Side::Faker, 50.0),
    (Side::Hand, 0.5),
    (Side::Browser, 1.0 / 3.0),
];

/// Who renders, besides ours in a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Faker,
    Hand,
    Browser,
}

/// What was measured of one template, turn by turn, in records a second.
#[derive(Debug, Default)]
struct Figures {
    ours: Vec<f64>,
    megabytes: Vec<f64>,
    faker: Vec<f64>,
    hand: Vec<f64>,
    browser: Vec<f64>,
}

/// Runs all sides and prints the ratios.
///
/// # Errors
///
/// When a side fails, or a ratio falls short of its target.
pub(super) fn run() -> anyhow::Result<()> {
    let node = Node::ready()?;
    let chromium = Chromium::ready()?;
    let page = wasm::page(PACKAGE, PROFILE)?;
    let native = build::package(PACKAGE, PROFILE)?;
    let names = SAMPLES.map(|(name, _)| name);
    let templates = step::root().join("xtask/bench/generate/templates");
    let mut figures = SAMPLES.map(|_| Figures::default());
    for turn in 1..=TURNS {
        step::say(&format!("turn {turn} of {TURNS}"));
        let ours = answer("ours", step::command(&native).arg("speed"))?;
        let browser = chromium.run(&page, "speed", &names)?;
        let faker = answer("faker", node.script("faker.js").arg(&templates))?;
        for (name, figures) in names.into_iter().zip(&mut figures) {
            let (ours, hand) = (&ours[name]["ours"], &ours[name]["hand"]);
            figures.ours.push(figure(ours, "records_per_s")?);
            figures.megabytes.push(figure(ours, "mb_per_s")?);
            figures.hand.push(figure(hand, "records_per_s")?);
            let speed = |side: &Value| figure(&side[name], "records_per_s");
            figures.browser.push(speed(&browser)?);
            figures.faker.push(speed(&faker)?);
        }
    }
    report(&figures)
}

fn answer(name: &str, command: &mut std::process::Command) -> anyhow::Result<Value> {
    let printed = step::run_quietly(name, command)?;
    serde_json::from_slice(&printed).with_context(|| format!("{name} did not answer in JSON"))
}

fn figure(of: &Value, name: &str) -> anyhow::Result<f64> {
    of[name]
        .as_f64()
        .with_context(|| format!("a side does not tell its {name}: {of}"))
}

impl Figures {
    /// How many times as fast ours is as faker, and which share of the speed of the hand-written
    /// code ours has, and the browser of ours.
    fn ratio(&self, side: Side) -> f64 {
        match side {
            Side::Faker => ratio(&self.ours, &self.faker),
            Side::Hand => ratio(&self.ours, &self.hand),
            Side::Browser => ratio(&self.browser, &self.ours),
        }
    }
}

#[expect(clippy::print_stdout, reason = "the table is the result")]
fn report(figures: &[Figures]) -> anyhow::Result<()> {
    println!(
        "{:<26} {:>12} {:>8} {:>10} {:>10} {:>11} {:>11}",
        "one core", "records/s", "MB/s", "faker/s", "to faker", "to by hand", "in browser"
    );
    for ((_, title), figures) in SAMPLES.iter().zip(figures) {
        println!(
            "{title:<26} {:>12.0} {:>8.0} {:>10.0} {:>9.1}x {:>10.2}x {:>10.2}x",
            median(figures.ours.clone()),
            median(figures.megabytes.clone()),
            median(figures.faker.clone()),
            figures.ratio(Side::Faker),
            figures.ratio(Side::Hand),
            figures.ratio(Side::Browser),
        );
    }
    let [faker, hand, browser] = TARGETS.map(|(_, target)| target);
    println!(
        "{:<26} {:>12} {:>8} {:>10} {faker:>9.1}x {hand:>10.2}x {browser:>10.2}x",
        "target", "", "", ""
    );
    let misses = |figures: &Figures| {
        TARGETS
            .iter()
            .any(|(side, target)| figures.ratio(*side) < *target)
    };
    if figures.iter().any(misses) {
        bail!("a ratio falls short of its target");
    }
    Ok(())
}
