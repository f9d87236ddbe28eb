//! The life of a deployment, as its user runs it: create, repeat, change, destroy.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context, bail};
use serde_json::{Value, json};

use super::bootstrap::Bootstrap;
use super::change::touches_only_that;
use super::mock_server::MockServer;
use super::program::{Ended, Terraform};
use super::resources::of_state;
use super::scratch::Scratch;
use crate::{step, workflow_scripts};

/// The pipeline that is added, which is everything that those that ship are not.
pub(crate) const ADDED: &str = "orders";

/// How many kinds of things a deployment has in the server.
const KINDS: usize = 18;

/// The bucket of the pipeline that is added, which is there before.
const EXISTING_BUCKET: &str = "orders-of-others";

/// A Firehose delivery stream that users of the generator's page may send to.
pub(super) const DELIVERY_STREAM: &str = "orders-to-lake";

/// Where else than to AWS's own addresses the page may send.
pub(super) const ENDPOINT: &str = "https://vpce-1a2b.kinesis.eu-west-1.vpce.amazonaws.com";

/// A deployment of the scratch copy in the mock server.
#[derive(Debug)]
pub(crate) struct Deployment<'t> {
    terraform: Terraform,
    server: &'t MockServer,
    scratch: &'t Scratch,
}

impl<'t> Deployment<'t> {
    pub(crate) fn of(terraform: &Terraform, server: &'t MockServer, scratch: &'t Scratch) -> Self {
        Self {
            terraform: terraform.at(&scratch.terraform(), Some(&server.endpoint())),
            server,
            scratch,
        }
    }

    /// Takes the two files of the bootstrap: where the state is kept, and what a deployment is told.
    ///
    /// # Errors
    ///
    /// When the backend cannot be used.
    pub(crate) fn take(&self, bootstrap: &Bootstrap) -> anyhow::Result<()> {
        let folder = self.scratch.terraform();
        fs::write(folder.join("backend.tf"), &bootstrap.backend)?;
        fs::write(folder.join("deployment.auto.tfvars"), &bootstrap.deployment)?;
        self.terraform.succeed(
            "init with the state in S3",
            &["init", "-reconfigure", "-lockfile=readonly"],
        )?;
        Ok(())
    }

    /// Applies everything: all pipelines, the generator's page and the analytics.
    ///
    /// # Errors
    ///
    /// When the apply fails.
    pub(crate) fn create(&self) -> anyhow::Result<Value> {
        let variables = self.variables(&["mock-data"])?;
        self.terraform.succeed(
            "apply of everything",
            &["apply", "-auto-approve", "-parallelism=30", &variables],
        )?;
        let state = self.terraform.state()?;
        let kinds = self.server.contents()?.len();
        if kinds < KINDS {
            bail!(
                "the server has but {kinds} kinds of things, so that nothing could be left behind"
            );
        }
        step::say(&format!("it has {} resources", of_state(&state).len()));
        Ok(state)
    }

    /// Builds again without a change of the code, and plans again.
    ///
    /// # Errors
    ///
    /// When there is something to do.
    pub(crate) fn repeat(&self) -> anyhow::Result<()> {
        self.scratch.packages()?;
        let variables = self.variables(&["mock-data"])?;
        let ended = self.terraform.end(
            "the second plan",
            &["plan", "-detailed-exitcode", "-parallelism=30", &variables],
        )?;
        if ended.code != Some(0) {
            bail!("the second plan is not empty:\n{}", ended.printed);
        }
        step::say("the second plan is empty");
        Ok(())
    }

    /// Looks for drift as the workflow does, while a change of a pipeline's file waits to be deployed: of all that is
    /// there, one setting has been changed by hand.
    ///
    /// # Errors
    ///
    /// When the workflow's scripts see more than that, or less.
    pub(crate) fn drift(&self) -> anyhow::Result<()> {
        let waiting = self.scratch.pipelines().join("mock-data.yaml");
        let file = fs::read(&waiting).context("no pipeline can wait for its removal")?;
        fs::remove_file(&waiting)?;
        let versioning = |status: &str| {
            let settings = format!(
                "<VersioningConfiguration><Status>{status}</Status></VersioningConfiguration>"
            );
            self.server
                .set("acme-page-views-lake", "versioning", &settings)
        };
        versioning("Suspended")?;
        let summary = self.scratch.root().join("drift.md");
        fs::write(&summary, "")?;
        let mut script = workflow_scripts::script("plan.sh");
        self.terraform.surround(&mut script);
        script
            .args(["drift-summary.sh", "-refresh-only", "-lock=false"])
            .args(["-parallelism=30", &self.variables(&["mock-data"])?])
            .current_dir(self.scratch.root())
            .env("GITHUB_STEP_SUMMARY", &summary);
        let ended = workflow_scripts::run(&mut script)?;
        versioning("Enabled")?;
        fs::write(&waiting, file)?;
        let told = fs::read_to_string(&summary)?;
        let lines: Vec<_> = told
            .lines()
            .filter(|line| line.contains("hanged "))
            .collect();
        let wanted = [
            "**1 changed outside Terraform**",
            r#"changed module.bucket["page-views"].aws_s3_bucket_versioning.this (versioning_configuration)"#,
        ];
        if ended.is_good || !lines.starts_with(&wanted) {
            bail!("drift is told wrongly:\n{told}\n{}", ended.printed);
        }
        step::say("a setting that was changed by hand is drift, and nothing else is");
        Ok(())
    }

    /// Adds a pipeline, alters one and removes one, each by its file alone.
    ///
    /// # Errors
    ///
    /// When the plan touches anything else.
    pub(crate) fn change(&self) -> anyhow::Result<Value> {
        self.server.make_bucket(EXISTING_BUCKET)?;
        let pipelines = self.scratch.pipelines();
        let added = format!("{ADDED}.yaml");
        let file = self
            .scratch
            .terraform()
            .join("tests/pipelines")
            .join(&added);
        fs::copy(file, pipelines.join(added)).context("no pipeline can be added")?;
        fs::remove_file(pipelines.join("mock-data.yaml")).context("no pipeline can be removed")?;
        let altered = pipelines.join("user-activity.yaml");
        let text = fs::read_to_string(&altered).context("no pipeline can be altered")?;
        let from = "  function: ProcessUserActivity\n";
        let to = format!("{from}  program: .seen = true\n");
        if !text.contains(from) {
            bail!("pipelines/user-activity.yaml is not as this test expects it");
        }
        fs::write(&altered, text.replace(from, &to))?;
        let variables = self.variables(&["mock-data"])?;
        self.terraform.succeed(
            "plan of a change",
            &[
                "plan",
                "-out=changed.tfplan",
                "-parallelism=30",
                "-refresh=false",
                &variables,
            ],
        )?;
        let plan = self.terraform.plan("changed.tfplan")?;
        touches_only_that(&plan)?;
        self.terraform.succeed(
            "apply of the change",
            &["apply", "-parallelism=30", "changed.tfplan"],
        )?;
        self.terraform.state()
    }

    /// Gives a bucket that holds data another name, which would remove it.
    ///
    /// # Errors
    ///
    /// When that is not refused, or has changed anything of the bucket.
    pub(crate) fn rename(&self) -> anyhow::Result<()> {
        let bucket = "acme-user-activity-logs";
        self.server.put(bucket, "a.json")?;
        let file = self.scratch.pipelines().join("user-activity.yaml");
        let text = fs::read_to_string(&file)?;
        let name = "bucket: user-activity-logs";
        fs::write(&file, text.replace(name, "bucket: another"))?;
        let variables = self.variables(&["mock-data"])?;
        let refused = self.terraform.end(
            "apply of another name",
            &[
                "apply",
                "-auto-approve",
                "-parallelism=30",
                "-refresh=false",
                &variables,
            ],
        )?;
        if refused.code == Some(0) || !refused.says("and the objects of its bucket acme-user") {
            bail!("a bucket with data was renamed:\n{}", refused.printed);
        }
        fs::write(&file, text)?;
        let ended = self.terraform.end(
            "plan of the bucket that was kept",
            &[
                "plan",
                "-detailed-exitcode",
                r#"-target=module.bucket["user-activity"]"#,
                &variables,
            ],
        )?;
        if ended.code != Some(0) || !self.server.has(bucket, "a.json") {
            bail!("a refusal has changed the bucket:\n{}", ended.printed);
        }
        step::say("a bucket that would be renamed is kept with its data, and as it was");
        Ok(())
    }

    /// Destroys everything: first without leave to delete data, then with it.
    ///
    /// # Errors
    ///
    /// When data goes without leave, or something stays that should go.
    pub(crate) fn destroy(&self) -> anyhow::Result<()> {
        let bucket = "acme-kdg-archive";
        self.server.put(bucket, "kinesis/1.json")?;
        let before = of_state(&self.terraform.state()?);
        let refused = self.terraform.end(
            "destroy without leave",
            &[
                "destroy",
                "-auto-approve",
                "-parallelism=30",
                "-refresh=false",
                &self.variables(&[])?,
            ],
        )?;
        if refused.code == Some(0) || !self.server.has(bucket, "kinesis/1.json") {
            bail!("a bucket was destroyed with its data:\n{}", refused.printed);
        }
        let sentence = "the pipeline kdg-archive is kept, with the records of its stream acme-kdg-archive-stream and the objects";
        if !refused.says(sentence) {
            bail!("the refusal does not say how:\n{}", refused.printed);
        }
        let times = refused
            .printed
            .matches("pipeline kdg-archive is kept")
            .count();
        if times != 1 {
            bail!("the refusal is said {times} times:\n{}", refused.printed);
        }
        let after = of_state(&self.terraform.state()?);
        let kept: BTreeSet<_> = after.iter().map(|resource| &resource.address).collect();
        let mut gone = before.iter().map(|resource| &resource.address);
        if let Some(gone) = gone.find(|address| !kept.contains(address)) {
            bail!("a destroy without leave destroys {gone}");
        }
        step::say("destroy without leave keeps everything, and says how it goes");
        let every = self.pipelines()?;
        let every: Vec<_> = every.iter().map(String::as_str).collect();
        let variables = self.variables(&every)?;
        self.forget_and_take_back("kdg-archive", &refused, &variables)?;
        self.terraform.succeed(
            "leave to delete",
            &[
                "apply",
                "-auto-approve",
                "-parallelism=30",
                "-refresh=false",
                &variables,
            ],
        )?;
        self.terraform.succeed(
            "destroy",
            &[
                "destroy",
                "-auto-approve",
                "-parallelism=30",
                "-refresh=false",
                &variables,
            ],
        )?;
        self.server.remove_bucket(EXISTING_BUCKET)
    }

    /// Runs the commands that a refusal names, after which everything is as before but for what an apply makes again.
    fn forget_and_take_back(
        &self,
        pipeline: &str,
        refused: &Ended,
        variables: &str,
    ) -> anyhow::Result<()> {
        let lines = refused.printed.lines().map(|line| line.replace('\'', ""));
        let commands: Vec<_> = lines
            .filter(|line| {
                line.starts_with("  terraform ") && line.contains(&format!("[\"{pipeline}\"]"))
            })
            .collect();
        for command in &commands {
            let mut words: Vec<_> = command.split_whitespace().skip(1).collect();
            let Some(verb) = words.first().copied() else {
                continue;
            };
            if verb == "import" {
                words.insert(1, variables);
            }
            self.terraform.succeed(verb, &words)?;
        }
        let state = of_state(&self.terraform.state()?);
        let held: Vec<_> = state
            .iter()
            .filter(|it| {
                it.address
                    .contains(&format!("module.bucket[\"{pipeline}\"]"))
                    || it
                        .address
                        .contains(&format!("module.stream[\"{pipeline}\"]"))
            })
            .map(|it| it.kind.as_str())
            .collect();
        if commands.len() != 3 || held != ["aws_s3_bucket", "aws_kinesis_stream"] {
            bail!("a pipeline that was forgotten does not come back by {commands:?}: {held:?}");
        }
        step::say("what a refusal names forgets a pipeline's data and takes them back");
        Ok(())
    }

    fn variables(&self, delete_data_of: &[&str]) -> anyhow::Result<String> {
        self.scratch.variables(&json!({
            "delete_data_of": delete_data_of,
            "alarms": {"email": "team@example.com", "silence_minutes": {"user-activity": 60}},
            "kdg": {
                "users": ["ada@example.com"],
                "delivery_streams": [DELIVERY_STREAM],
                "endpoints": [ENDPOINT],
            },
            "bucket_readers": ["arn:aws:iam::210987654321:root"],
        }))
    }

    /// The names of the pipelines.
    ///
    /// # Errors
    ///
    /// When their folder cannot be read.
    pub(crate) fn pipelines(&self) -> anyhow::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(self.scratch.pipelines())? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            names.extend(name.strip_suffix(".yaml").map(str::to_owned));
        }
        Ok(names)
    }
}
