//! A copy of what a deployment reads, so that a test changes nothing of the user's.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::package;
use crate::step;

/// A copy of `terraform/` and `pipelines/`, and packages that stand in for the functions.
#[derive(Debug)]
pub(crate) struct Scratch {
    root: PathBuf,
}

impl Scratch {
    /// Copies everything anew, into a folder of this name.
    ///
    /// # Errors
    ///
    /// When something cannot be copied.
    pub(crate) fn make(name: &str) -> anyhow::Result<Self> {
        let root = step::target().join("terraform").join(name);
        if root.exists() {
            fs::remove_dir_all(&root).context("the copy of the last run cannot be removed")?;
        }
        let scratch = Self { root };
        copy(&step::root().join("terraform"), &scratch.terraform())?;
        copy(&step::root().join("pipelines"), &scratch.pipelines())?;
        scratch.packages()?;
        // A call that the server does not know would otherwise be repeated for ten minutes.
        let patience = "provider \"aws\" {\n  max_retries = 2\n}\n";
        for folder in [scratch.terraform(), scratch.bootstrap()] {
            fs::write(folder.join("patience_override.tf"), patience)?;
        }
        Ok(scratch)
    }

    /// Where the folders of the repository are copied to.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The root module.
    pub(crate) fn terraform(&self) -> PathBuf {
        self.root.join("terraform")
    }

    /// What is applied once.
    pub(crate) fn bootstrap(&self) -> PathBuf {
        self.terraform().join("bootstrap")
    }

    /// The pipelines' files.
    pub(crate) fn pipelines(&self) -> PathBuf {
        self.root.join("pipelines")
    }

    /// Writes packages, the same bytes each time: what a plan sees of a build without a change.
    ///
    /// # Errors
    ///
    /// When they cannot be written.
    pub(crate) fn packages(&self) -> anyhow::Result<()> {
        let folder = self.root.join("target/package");
        package::write(
            &folder,
            package::Processor::Arm64,
            &[
                ("process-stream", b"#!/bin/sh\n".as_slice()),
                ("ingest-http", b"#!/bin/sh\n".as_slice()),
            ],
        )
    }

    /// Sets variables of the deployment.
    ///
    /// # Errors
    ///
    /// When their file cannot be written.
    pub(crate) fn variables(&self, variables: &serde_json::Value) -> anyhow::Result<String> {
        let file = self.root.join("test.tfvars.json");
        fs::write(&file, variables.to_string())?;
        Ok(format!("-var-file={}", file.display()))
    }
}

fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).with_context(|| format!("{} is missing", from.display()))? {
        let entry = entry?;
        let name = entry.file_name();
        let told = name.to_string_lossy();
        // What a user's own deployment has put beside it.
        let is_theirs = told == ".terraform" || told == "backend.tf";
        if is_theirs || told.contains(".tfstate") || told.ends_with(".tfvars") {
            continue;
        }
        let to = to.join(&name);
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), &to)
                .with_context(|| format!("{} cannot be copied", entry.path().display()))?;
        }
    }
    Ok(())
}
