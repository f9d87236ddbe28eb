//! What the original page kept in the browser → what this one has.
//!
//! Source: the settings of awslabs/amazon-kinesis-data-generator in `localStorage`: `templates`, a list of
//! five with name and text; `periods`, from `#DAY-HOUR-mu` and `#DAY-HOUR-sig` to text; `cid`, `upid`,
//! `ipid` and `r`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::config::RawConfig;

/// The keys under which the original keeps its settings.
pub const KEYS: [&str; 6] = ["templates", "periods", "cid", "upid", "ipid", "r"];

/// What it calls a template that nobody has named, before a number.
const UNNAMED: &str = "Template";

/// Everything that could be read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Imported {
    /// Name and text, without empty ones; no two names are the same.
    pub templates: Vec<(String, String)>,
    /// The hours of the week, if any is filled in.
    pub periods: Option<BTreeMap<String, String>>,
    /// Pools and region.
    pub config: RawConfig,
    /// How many places of the list of templates have no text.
    pub empty: usize,
    /// What could not be read, and why.
    pub problems: Vec<String>,
}

#[derive(Default, Deserialize)]
struct Saved {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    template: Option<String>,
}

impl Imported {
    /// Whether there was nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Reads what is stored under [`KEYS`]; what cannot be read is told, and the rest is kept.
pub fn import<'s>(stored: impl Fn(&str) -> Option<&'s str>) -> Imported {
    let mut imported = Imported::default();
    if let Some(json) = stored("templates") {
        match serde_json::from_str::<Vec<Option<Saved>>>(json) {
            Ok(saved) => {
                let places = saved.len();
                imported.templates = named(saved.into_iter().map(Option::unwrap_or_default));
                imported.empty = places - imported.templates.len();
            }
            Err(error) => imported.problems.push(format!(
                "the saved templates are no list of templates: {error}"
            )),
        }
    }
    if let Some(json) = stored("periods") {
        match serde_json::from_str::<BTreeMap<String, Value>>(json) {
            Ok(saved) => imported.periods = periods(saved),
            Err(error) => imported
                .problems
                .push(format!("the saved periods are no hours: {error}")),
        }
    }
    let parameters =
        ["cid", "upid", "ipid", "r"].map(|name| (name, stored(name).unwrap_or_default().trim()));
    imported.config = RawConfig::default().with_parameters(parameters);
    imported
}

/// The templates that have a text, each with a name of its own.
fn named(saved: impl Iterator<Item = Saved>) -> Vec<(String, String)> {
    let mut templates: Vec<(String, String)> = Vec::new();
    for (place, saved) in saved.enumerate() {
        let text = saved.template.unwrap_or_default();
        if text.trim().is_empty() {
            continue;
        }
        let name = saved
            .name
            .map(|name| name.trim().to_owned())
            .filter(|name| !name.is_empty());
        let name = name.unwrap_or_else(|| format!("{UNNAMED} {}", place + 1));
        let mut own = name.clone();
        let mut number = 2;
        while templates.iter().any(|(name, _)| *name == own) {
            own = format!("{name} ({number})");
            number += 1;
        }
        templates.push((own, text));
    }
    templates
}

/// The hours as text, if any has records.
fn periods(saved: BTreeMap<String, Value>) -> Option<BTreeMap<String, String>> {
    let text = |value: Value| match value {
        Value::String(text) => text,
        Value::Null => String::new(),
        value => value.to_string(),
    };
    let periods: BTreeMap<String, String> = saved
        .into_iter()
        .map(|(key, value)| (key, text(value)))
        .collect();
    let is_filled = |text: &String| !matches!(text.trim(), "" | "0");
    periods.values().any(is_filled).then_some(periods)
}
