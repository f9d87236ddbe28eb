//! The README of each module, generated from its variables and outputs.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use hcl::{Attribute, Block, Body, Expression};

use super::picture;
use crate::step;

/// What tells that a file is generated.
const GENERATED: &str = "<!-- `cargo xtask terraform docs` writes this file from the module. -->";

/// Writes every module's README.
///
/// # Errors
///
/// When a module cannot be read, or has something without a description.
pub(crate) fn write(folder: &Path) -> anyhow::Result<()> {
    for module in modules(folder)? {
        fs::write(module.join("README.md"), readme(&module)?)?;
    }
    picture::write(folder)
}

/// Refuses a README that is not what its module says.
///
/// # Errors
///
/// Names each that is stale.
pub(crate) fn check(folder: &Path) -> anyhow::Result<()> {
    picture::check(folder)?;
    let modules = modules(folder)?;
    let mut stale = Vec::new();
    for module in &modules {
        let file = module.join("README.md");
        if fs::read_to_string(&file).unwrap_or_default() != readme(module)? {
            stale.push(file.display().to_string());
        }
    }
    if stale.is_empty() {
        step::say(&format!(
            "the README of each of {} modules is what the module says",
            modules.len()
        ));
        return Ok(());
    }
    bail!(
        "{} is stale: run `cargo xtask terraform docs`",
        stale.join(", ")
    )
}

/// The root module, those below `modules/`, and what is applied once.
fn modules(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut modules = vec![folder.to_owned()];
    let bootstrap = folder.join("bootstrap");
    modules.extend(bootstrap.is_dir().then_some(bootstrap));
    let entries = fs::read_dir(folder.join("modules")).context("there are no modules")?;
    for entry in entries {
        modules.push(entry?.path());
    }
    modules.sort();
    Ok(modules)
}

fn readme(module: &Path) -> anyhow::Result<String> {
    let name = module.file_name().unwrap_or_default().to_string_lossy();
    let mut text = format!("{GENERATED}\n\n# {name}\n\n{}\n", purpose(module)?);
    let variables = blocks(module, "variable")?;
    if !variables.is_empty() {
        text.push_str(
            "\n## Variables\n\n| name | what it is | type | default |\n|---|---|---|---|\n",
        );
        for variable in &variables {
            let name = label(variable);
            let _ = writeln!(
                text,
                "| `{name}` | {} | {} | {} |",
                description(module, variable)?,
                code(attribute(variable, "type").context("a variable has no type")?),
                attribute(variable, "default").map_or_else(|| "required".to_owned(), code),
            );
        }
    }
    let outputs = blocks(module, "output")?;
    if !outputs.is_empty() {
        text.push_str("\n## Outputs\n\n| name | what it is |\n|---|---|\n");
        for output in &outputs {
            let _ = writeln!(
                text,
                "| `{}` | {} |",
                label(output),
                description(module, output)?
            );
        }
    }
    Ok(text)
}

/// The comment that the module begins with, or its root file.
fn purpose(module: &Path) -> anyhow::Result<String> {
    let main = ["main.tf", "pipelines.tf"].map(|file| module.join(file));
    let main = main.iter().find(|file| file.is_file());
    let main = main.with_context(|| format!("{} has no main.tf", module.display()))?;
    let text = fs::read_to_string(main)?;
    let comment = text.lines().map_while(|line| line.strip_prefix("# "));
    let comment = comment.collect::<Vec<_>>().join(" ");
    if comment.is_empty() {
        bail!("{} does not begin with what it is for", main.display());
    }
    Ok(comment)
}

/// The blocks of one kind, in the order of the files and in them.
fn blocks(module: &Path, kind: &str) -> anyhow::Result<Vec<Block>> {
    let mut files: Vec<_> = fs::read_dir(module)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    files.retain(|file| file.extension().is_some_and(|is| is == "tf"));
    files.sort();
    let mut blocks = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file)?;
        let body: Body = hcl::parse(&text)
            .map_err(|error| anyhow::anyhow!("{} cannot be read: {error}", file.display()))?;
        blocks.extend(
            body.into_blocks()
                .filter(|block| block.identifier() == kind),
        );
    }
    Ok(blocks)
}

fn label(block: &Block) -> &str {
    block.labels().first().map_or("", |label| label.as_str())
}

fn attribute<'b>(block: &'b Block, name: &str) -> Option<&'b Expression> {
    let mut attributes = block.body().attributes();
    attributes.find(|it| it.key() == name).map(Attribute::expr)
}

fn description(module: &Path, block: &Block) -> anyhow::Result<String> {
    match attribute(block, "description") {
        Some(Expression::String(text)) if !text.trim().is_empty() => Ok(text.replace('|', "\\|")),
        _ => bail!(
            "{} has no description: {} {}",
            module.display(),
            block.identifier(),
            label(block)
        ),
    }
}

/// An expression as code on one line of a table.
fn code(expression: &Expression) -> String {
    let text = hcl::format::to_string(expression).unwrap_or_default();
    let words: Vec<_> = text.split_whitespace().collect();
    format!("`{}`", words.join(" ").replace('|', "\\|"))
}
