//! Tests of the scripts in `.github/` that workflows run beside a plan.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail};
use serde_json::{Value, json};

use crate::{package, step};

/// The end of a script, whatever it was.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) is_good: bool,
    /// What it printed, on both ways.
    pub(crate) printed: String,
}

/// A script of `.github/`, in the surroundings that GitHub gives it.
pub(crate) fn script(name: &str) -> Command {
    let mut script = step::command(step::root().join(".github").join(name));
    script
        .env("GITHUB_SERVER_URL", "https://github.com")
        .env("GITHUB_REPOSITORY", "acme/lake")
        .env("GITHUB_RUN_ID", "7");
    script
}

/// Runs a script to any end.
///
/// # Errors
///
/// When it cannot be started.
pub(crate) fn run(script: &mut Command) -> anyhow::Result<Ended> {
    let output = script
        .stdin(Stdio::null())
        .output()
        .context("a script of .github cannot be started")?;
    let printed = [output.stdout, output.stderr].concat();
    Ok(Ended {
        is_good: output.status.success(),
        printed: String::from_utf8_lossy(&printed).into_owned(),
    })
}

/// Writes a program of the shell that stands in for one that workflows have.
///
/// # Errors
///
/// When it cannot be written.
pub(crate) fn program(folder: &Path, name: &str, body: &str) -> anyhow::Result<()> {
    let file = folder.join(name);
    fs::write(&file, format!("#!/bin/sh\n{body}\n"))?;
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755))?;
    Ok(())
}

/// Finds a program that the servers of GitHub have, or installs it.
///
/// # Errors
///
/// When it is missing and cannot be installed.
pub(crate) fn installed(program: &str) -> anyhow::Result<()> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    if std::env::split_paths(&path).any(|folder| folder.join(program).exists()) {
        return Ok(());
    }
    step::apt_install(program)
        .with_context(|| format!("{program} is needed for this test; install it"))
}

/// Checks every script but those of a plan.
///
/// # Errors
///
/// When one does not do what it says.
pub(crate) fn check() -> anyhow::Result<()> {
    installed("openssl")?;
    let folder = step::target().join("workflow-scripts");
    fs::create_dir_all(&folder)?;
    let path = std::env::var_os("PATH").unwrap_or_default();
    let before = std::iter::once(folder.clone()).chain(std::env::split_paths(&path));
    let scripts = Scripts {
        path: std::env::join_paths(before)?,
        folder,
    };
    scripts.toolchain()?;
    scripts.environment()?;
    scripts.seal()?;
    scripts.drift()?;
    order()
}

/// Scripts that find programs of this test before others.
struct Scripts {
    folder: PathBuf,
    path: std::ffi::OsString,
}

impl Scripts {
    fn script(&self, name: &str) -> Command {
        let mut script = script(name);
        script.env("PATH", &self.path).env("SHOWN", &self.folder);
        script
    }

    fn toolchain(&self) -> anyhow::Result<()> {
        program(&self.folder, "rustup", "echo \"rustup $*\"")?;
        let ended = run(&mut self.script("toolchain.sh"))?;
        let asked = env!("CARGO_PKG_RUST_VERSION");
        let patch = if asked.split('.').count() == 2 {
            ".0"
        } else {
            ""
        };
        let version = format!("{asked}{patch}");
        let lines: Vec<_> = ended.printed.lines().collect();
        let installs = format!("rustup toolchain install {version} ");
        let chooses = format!("rustup default {version}");
        let [first, last] = lines[..] else {
            bail!("toolchain.sh does something else: {}", ended.printed)
        };
        if !ended.is_good || !first.starts_with(&installs) || last != chooses {
            bail!("toolchain.sh does not take {version}: {}", ended.printed);
        }
        step::say(&format!("workflows build with Rust {version}"));
        Ok(())
    }

    fn environment(&self) -> anyhow::Result<()> {
        program(
            &self.folder,
            "gh",
            r#"[ "$*" = "api repos/acme/lake/environments/live" ] && cat "$SHOWN/environment""#,
        )?;
        let answer = self.folder.join("environment");
        let asked = |environment: &Value| {
            fs::write(&answer, environment.to_string())?;
            run(self.script("environment.sh").arg("live"))
        };
        let mut protected = json!({
            "protection_rules": [{"type": "required_reviewers"}, {"type": "branch_policy"}],
            "deployment_branch_policy": {"protected_branches": false, "custom_branch_policies": true},
        });
        let ended = asked(&protected)?;
        if !ended.is_good || !ended.printed.is_empty() {
            bail!(
                "an environment that is protected is refused: {}",
                ended.printed
            );
        }
        protected["protection_rules"] = json!([{"type": "branch_policy"}]);
        let ended = asked(&protected)?;
        if !ended.is_good || !ended.printed.starts_with("::warning::") {
            bail!("nobody is told that there are no reviewers");
        }
        let open = json!({"protection_rules": [], "deployment_branch_policy": null});
        let ended = asked(&open)?;
        if ended.is_good || !ended.printed.contains("open to every branch") {
            bail!("an environment without a rule is taken");
        }
        fs::remove_file(&answer)?;
        let ended = run(self.script("environment.sh").arg("live"))?;
        if ended.is_good || !ended.printed.contains("the environment live is missing") {
            bail!("an environment that is missing is taken");
        }
        step::say("an environment that is missing or open to every branch deploys nothing");
        Ok(())
    }

    fn seal(&self) -> anyhow::Result<()> {
        let asks = r#"[ "$*" = "s3 cp s3://state/acme/plan.key -" ] && cat "$SHOWN/plan.key""#;
        program(&self.folder, "aws", asks)?;
        let checkout = self.folder.join("checkout");
        let configuration = checkout.join("terraform");
        fs::create_dir_all(configuration.join(".terraform"))?;
        let backend =
            json!({"backend": {"config": {"bucket": "state", "key": "acme/terraform.tfstate"}}});
        let known = configuration.join(".terraform/terraform.tfstate");
        fs::write(known, backend.to_string())?;
        let plan = configuration.join("plan.tfplan");
        let sealed = configuration.join("plan.tfplan.sealed");
        let key = self.folder.join("plan.key");
        let content = b"ada@example.com ".repeat(99);
        let act = |verb: &str| run(self.script("seal.sh").arg(verb).current_dir(&checkout));
        fs::write(&plan, &content)?;
        fs::write(&key, "one")?;
        let ended = act("seal")?;
        let hidden = fs::read(&sealed).unwrap_or_default();
        let shows = hidden.windows(4).any(|part| part == b"ada@");
        if !ended.is_good || shows || hidden.len() < content.len() {
            bail!("a plan is not sealed: {}", ended.printed);
        }
        fs::remove_file(&plan)?;
        let ended = act("open")?;
        if !ended.is_good || fs::read(&plan)? != content {
            bail!("a sealed plan is another one: {}", ended.printed);
        }
        fs::write(&key, "another")?;
        if act("open")?.is_good && fs::read(&plan)? == content {
            bail!("another key opens a sealed plan");
        }
        fs::remove_file(&key)?;
        let ended = act("seal")?;
        if ended.is_good || !ended.printed.contains("apply terraform/bootstrap again") {
            bail!("a plan is sealed without a key: {}", ended.printed);
        }
        step::say("a plan that waits is sealed for those who may read the state");
        Ok(())
    }

    fn drift(&self) -> anyhow::Result<()> {
        program(&self.folder, "terraform", r#"cat "$SHOWN/plan.json""#)?;
        let warnings = self.folder.join("warnings");
        fs::write(&warnings, "")?;
        let summary = self.folder.join("summary.md");
        let told = |drift: Value| {
            fs::write(&summary, "")?;
            let plan = json!({"configuration": configuration(), "resource_drift": drift});
            fs::write(self.folder.join("plan.json"), plan.to_string())?;
            let mut script = self.script("drift-summary.sh");
            script.arg(&warnings).env("GITHUB_STEP_SUMMARY", &summary);
            let ended = run(&mut script)?;
            anyhow::Ok((ended, fs::read_to_string(&summary)?))
        };
        // What AWS or another resource moves, and what only comes back empty.
        let moved = json!([change(
            "update",
            &json!({"bucket": "b", "rule": [{"prefix": null}], "tags": null, "policy": ""}),
            &json!({"bucket": "b", "rule": [{"prefix": ""}], "tags": {}, "policy": "hush"}),
        )]);
        let (ended, summary) = told(moved)?;
        if !ended.is_good || !summary.starts_with("**Nothing has changed outside Terraform.**\n") {
            bail!("what nobody has changed is drift:\n{summary}");
        }
        let changed = json!([
            change(
                "update",
                &json!({"bucket": "b", "rule": [{"prefix": "hush"}], "tags_all": {"a": "b"}}),
                &json!({"bucket": "b", "rule": [], "tags_all": {}}),
            ),
            change("delete", &json!({"bucket": "b"}), &Value::Null),
        ]);
        let (ended, summary) = told(changed)?;
        let lines: Vec<_> = summary.lines().take(4).collect();
        let wanted = [
            "**2 changed outside Terraform**",
            "````text",
            r#"gone    module.lake["a.b"].aws_s3_bucket.this"#,
            r#"changed module.lake["a.b"].aws_s3_bucket.this (rule, tags_all)"#,
        ];
        if ended.is_good || lines != wanted || summary.contains("hush") {
            bail!("what somebody has changed is told wrongly:\n{summary}");
        }
        step::say("drift is what is gone, and what Terraform sets and finds otherwise");
        Ok(())
    }
}

fn configuration() -> Value {
    let bucket = json!({"address": "aws_s3_bucket.this", "expressions": {"bucket": {}, "rule": [{}], "tags": {}}});
    json!({"root_module": {"module_calls": {"lake": {"module": {"resources": [bucket]}}}}})
}

fn change(action: &str, before: &Value, after: &Value) -> Value {
    json!({
        "address": r#"module.lake["a.b"].aws_s3_bucket.this"#,
        "change": {"actions": [action], "before": before, "after": after},
    })
}

/// Checks what has to come before what, and what a role that only reads must not ask for.
fn order() -> anyhow::Result<()> {
    let mut built = 0;
    for entry in fs::read_dir(step::root().join(".github/workflows"))? {
        let path = entry?.path();
        let text = fs::read_to_string(&path)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let mut is_chosen = false;
        for line in text.lines() {
            // A job begins on a server of its own.
            is_chosen &= !line.contains("runs-on:");
            is_chosen |= line.contains("run: .github/toolchain.sh");
            let builds = line.contains("cargo xtask");
            built += usize::from(builds);
            if builds && !is_chosen {
                bail!("{name} builds with whatever Rust the server has");
            }
            if line.contains(".github/plan.sh") && !line.contains("-lock=false") {
                bail!("{name} would hold a lock that outlives a plan which is cancelled");
            }
            if line.contains("terraform apply") && !line.contains("-lock-timeout=") {
                bail!("{name} does not wait for somebody else's lock");
            }
        }
        let lacks = |function: &&str| !text.contains(&format!("target/package/{function}.zip"));
        if text.contains("touch ") && package::FUNCTIONS.iter().any(lacks) {
            bail!("{name} lacks a package that stands in for a function's");
        }
    }
    if built == 0 {
        bail!("no workflow builds anything");
    }
    Ok(())
}
