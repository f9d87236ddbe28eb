//! The picture of a deployment in the main README, drawn from what the root module wires to what.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, bail};
use hcl::{Block, Body};

use crate::step;

/// What stands around the picture.
const BEGIN: &str =
    "<!-- `cargo xtask terraform docs` draws this from terraform/*.tf. -->\n```mermaid\n";
const END: &str = "```\n<!-- End of the picture. -->";

/// What belongs to every pipeline, and is therefore drawn as one thing many times.
const EACH: &str = "for each file in pipelines/";

/// Draws the picture anew.
///
/// # Errors
///
/// When the root module cannot be read, or the README has no place for a picture.
pub(super) fn write(folder: &Path) -> anyhow::Result<()> {
    let file = step::root().join("README.md");
    let text = fs::read_to_string(&file)?;
    let (before, old, after) = parts(&text)?;
    let drawn = draw(folder)?;
    if drawn != old {
        fs::write(&file, format!("{before}{BEGIN}{drawn}{END}{after}"))?;
    }
    Ok(())
}

/// Refuses a picture of what was wired before.
///
/// # Errors
///
/// When it is stale.
pub(super) fn check(folder: &Path) -> anyhow::Result<()> {
    let text = fs::read_to_string(step::root().join("README.md"))?;
    if parts(&text)?.1 != draw(folder)? {
        bail!("the picture in README.md is stale: run `cargo xtask terraform docs`");
    }
    Ok(())
}

/// What is before, in and after the picture.
fn parts(text: &str) -> anyhow::Result<(&str, &str, &str)> {
    let found = text.split_once(BEGIN).and_then(|(before, rest)| {
        let (picture, after) = rest.split_once(END)?;
        Some((before, picture, after))
    });
    found.context("README.md has no place for the picture of a deployment")
}

fn draw(folder: &Path) -> anyhow::Result<String> {
    let blocks = blocks(folder)?;
    let modules: BTreeMap<&str, &Block> = blocks
        .iter()
        .filter(|block| block.identifier() == "module")
        .filter_map(|block| Some((block.labels().first()?.as_str(), block)))
        .filter(|(name, _)| *name != "pipeline_file")
        .collect();
    let values = values(&blocks);
    let mut picture = format!("flowchart LR\n  subgraph pipelines [\"{EACH}\"]\n");
    let (each, shared): (Vec<_>, Vec<_>) = modules.iter().partition(|(_, block)| is_of_each(block));
    for (name, _) in each {
        let _ = writeln!(picture, "    {name}");
    }
    picture.push_str("  end\n");
    for (name, _) in shared {
        let _ = writeln!(picture, "  {name}");
    }
    for (name, block) in &modules {
        let text = hcl::format::to_string(*block)?;
        for other in used(&text, &values, &mut BTreeSet::new()) {
            if other != *name && modules.contains_key(other.as_str()) {
                let _ = writeln!(picture, "  {other} --> {name}");
            }
        }
    }
    Ok(picture)
}

fn blocks(folder: &Path) -> anyhow::Result<Vec<Block>> {
    let mut files: Vec<_> = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    files.retain(|file| file.extension().is_some_and(|is| is == "tf"));
    files.sort();
    let mut blocks = Vec::new();
    for file in files {
        let body: Body = hcl::parse(&fs::read_to_string(&file)?)
            .map_err(|error| anyhow::anyhow!("{} cannot be read: {error}", file.display()))?;
        blocks.extend(body.into_blocks());
    }
    Ok(blocks)
}

/// Whether a module is there once for each pipeline.
fn is_of_each(block: &Block) -> bool {
    let each = block.body().attributes().find(|it| it.key() == "for_each");
    let each = each.and_then(|each| hcl::format::to_string(each.expr()).ok());
    each.is_some_and(|each| each.contains("local.pipelines") || each.contains("local.ingests"))
}

/// The text of each local value and each document, by the name under which others use it.
fn values(blocks: &[Block]) -> BTreeMap<String, String> {
    let mut values = BTreeMap::new();
    for block in blocks {
        match (block.identifier(), block.labels()) {
            ("locals", _) => {
                for local in block.body().attributes() {
                    let text = hcl::format::to_string(local.expr()).unwrap_or_default();
                    values.insert(format!("local.{}", local.key()), text);
                }
            }
            ("data", [kind, name]) => {
                let text = hcl::format::to_string(block).unwrap_or_default();
                values.insert(format!("data.{}.{}", kind.as_str(), name.as_str()), text);
            }
            _ => {}
        }
    }
    values
}

/// The modules that a text refers to, also by way of values.
fn used(
    text: &str,
    values: &BTreeMap<String, String>,
    seen: &mut BTreeSet<String>,
) -> BTreeSet<String> {
    let mut modules = names_after(text, "module.");
    for (name, value) in values {
        if refers_to(text, name) && seen.insert(name.clone()) {
            modules.extend(used(value, values, seen));
        }
    }
    modules
}

fn names_after(text: &str, prefix: &str) -> BTreeSet<String> {
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.split(prefix)
        .skip(1)
        .map(|rest| rest.chars().take_while(|c| is_of_name(*c)).collect())
        .collect()
}

/// Whether a name is there as a whole.
fn refers_to(text: &str, name: &str) -> bool {
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut rests = text.split(name).skip(1);
    rests.any(|rest| !rest.starts_with(is_of_name))
}
