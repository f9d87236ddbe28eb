//! Terraform in a copy of the configuration, with the provider of the disk or of the registry.

use std::error::Error;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, bail};
use serde_json::Value;

use super::mirror;
use crate::step;

/// What it says when it has no provider; the words after these are wrapped.
const NO_PROVIDER: &str = "Failed to query available provider packages";

/// Variables that would have Terraform, or the provider, do something else than is tested.
const FOREIGN: [&str; 6] = [
    "AWS_",
    "TF_VAR_",
    "TF_CLI_ARGS",
    "TF_DATA_DIR",
    "TF_WORKSPACE",
    "TF_LOG",
];

/// This machine has no provider, and cannot get it.
#[derive(Debug)]
pub(crate) struct NoProvider;

impl fmt::Display for NoProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "Terraform's AWS provider is missing: no registry can be reached, and no folder of this machine \
             holds registry.terraform.io/hashicorp/aws. Make one on a machine with a network by \
             `terraform providers mirror FOLDER` in terraform/, and name it in TF_PROVIDER_MIRROR",
        )
    }
}

impl Error for NoProvider {}

/// Whether this machine has Terraform at all.
pub(crate) fn is_there() -> bool {
    let mut version = Command::new("terraform");
    version.arg("version").stdout(Stdio::null());
    version.stderr(Stdio::null()).status().is_ok()
}

/// Terraform in one folder.
#[derive(Debug)]
pub(crate) struct Terraform {
    configuration: PathBuf,
    folder: PathBuf,
    endpoint: Option<String>,
}

/// The end of a run, whatever it was.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    /// What it printed, on both ways.
    pub(crate) printed: String,
}

impl Ended {
    /// Whether it printed a sentence, which is wrapped there, with a frame between its words.
    pub(crate) fn says(&self, sentence: &str) -> bool {
        let words = |text: &str| -> String {
            let letters = text.chars().filter(|c| !c.is_whitespace() && *c != '│');
            letters.collect()
        };
        words(&self.printed).contains(&words(sentence))
    }
}

impl Terraform {
    /// Terraform in this folder, if this machine has it at all.
    ///
    /// # Errors
    ///
    /// When the configuration of its command line cannot be written.
    pub(crate) fn find(folder: &Path) -> anyhow::Result<Option<Self>> {
        if !is_there() {
            return Ok(None);
        }
        let mirror = mirror::find();
        match &mirror {
            Some(root) => step::say(&format!("the AWS provider comes from {}", root.display())),
            None => step::say("no mirror holds the AWS provider; it comes from the registry"),
        }
        let configuration = step::target().join("tools").join("terraform.tfrc");
        fs::create_dir_all(step::target().join("tools"))?;
        fs::write(&configuration, mirror::configuration(mirror.as_deref()))
            .context("the configuration of Terraform's command line cannot be written")?;
        Ok(Some(Self {
            configuration,
            folder: folder.to_owned(),
            endpoint: None,
        }))
    }

    /// The same in another folder, and against another server.
    pub(crate) fn at(&self, folder: &Path, endpoint: Option<&str>) -> Self {
        Self {
            configuration: self.configuration.clone(),
            folder: folder.to_owned(),
            endpoint: endpoint.map(str::to_owned),
        }
    }

    /// Writes a file of the configuration.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub(crate) fn write(&self, name: &str, text: &str) -> anyhow::Result<()> {
        let file = self.folder.join(name);
        fs::write(&file, text).with_context(|| format!("{} cannot be written", file.display()))
    }

    /// Installs the provider as the lock file has it.
    ///
    /// # Errors
    ///
    /// When there is neither a mirror nor a registry, or what they have is another provider.
    pub(crate) fn init(&self) -> anyhow::Result<()> {
        let ended = self.end("init", &["init", "-backend=false", "-lockfile=readonly"])?;
        if ended.code == Some(0) {
            return Ok(());
        }
        if ended.printed.contains(NO_PROVIDER) {
            return Err(NoProvider.into());
        }
        bail!("terraform init failed:\n{}", ended.printed)
    }

    /// Runs it to a good end, and says how long it took.
    ///
    /// # Errors
    ///
    /// When it fails, with what it printed.
    pub(crate) fn succeed(&self, name: &str, arguments: &[&str]) -> anyhow::Result<String> {
        let ended = self.end(name, arguments)?;
        if ended.code != Some(0) {
            bail!(
                "{name} failed: terraform {}\n{}",
                arguments.join(" "),
                ended.printed
            );
        }
        Ok(ended.printed)
    }

    /// Runs it to any end, and says how long it took.
    ///
    /// # Errors
    ///
    /// When it cannot be started.
    pub(crate) fn end(&self, name: &str, arguments: &[&str]) -> anyhow::Result<Ended> {
        let started = Instant::now();
        let ended = self.run(arguments)?;
        step::say(&format!(
            "{name} done in {:.1} s",
            started.elapsed().as_secs_f32()
        ));
        Ok(ended)
    }

    fn run(&self, arguments: &[&str]) -> anyhow::Result<Ended> {
        let output = self
            .command(arguments)
            .output()
            .context("terraform cannot be started")?;
        let printed = [output.stdout, output.stderr].concat();
        Ok(Ended {
            code: output.status.code(),
            printed: String::from_utf8_lossy(&printed).into_owned(),
        })
    }

    /// The state as it is stored, for which no provider has to start.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub(crate) fn state(&self) -> anyhow::Result<Value> {
        self.json("the state", &["state", "pull"])
    }

    /// A saved plan as JSON.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub(crate) fn plan(&self, file: &str) -> anyhow::Result<Value> {
        self.json("the plan", &["show", "-json", file])
    }

    fn json(&self, what: &str, arguments: &[&str]) -> anyhow::Result<Value> {
        let output = self
            .command(arguments)
            .output()
            .context("terraform cannot be started")?;
        if !output.status.success() {
            bail!(
                "{what} cannot be read: terraform {}\n{}",
                arguments.join(" "),
                String::from_utf8_lossy(&output.stderr)
            );
        }
        serde_json::from_slice(&output.stdout).with_context(|| format!("{what} is no JSON"))
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let (verb, others) = arguments.split_at(1);
        let mut command = step::command("terraform");
        self.surround(&mut command);
        command
            .arg(format!("-chdir={}", self.folder.display()))
            .args(verb);
        if verb != ["show"] && verb != ["state"] {
            command.arg("-no-color");
        }
        command.args(others).stdin(Stdio::null());
        command
    }

    /// Has a program run Terraform as these tests do.
    pub(crate) fn surround(&self, command: &mut Command) {
        for (name, _) in std::env::vars_os() {
            let told = name.to_string_lossy();
            if FOREIGN.iter().any(|prefix| told.starts_with(prefix)) {
                command.env_remove(&name);
            }
        }
        command
            .env("TF_CLI_CONFIG_FILE", &self.configuration)
            .env("TF_IN_AUTOMATION", "1")
            .env("TF_INPUT", "0")
            .env("CHECKPOINT_DISABLE", "1")
            // Dummies, and a port that nobody listens on: a test never reaches an account.
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("AWS_REGION", super::REGION)
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env(
                "AWS_ENDPOINT_URL",
                self.endpoint.as_deref().unwrap_or("http://127.0.0.1:9"),
            );
    }
}
