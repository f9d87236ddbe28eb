//! What a person applies once: the two roles of GitHub Actions, and where the state is.

use std::collections::BTreeSet;

use anyhow::{Context, bail};
use serde_json::Value;

use super::deployment::DELIVERY_STREAM;
use super::policy::{Roles, Statement, allowing, allows, parse, roles};
use super::program::Terraform;
use super::resources::{Resource, of_state};
use crate::step;

const ACCOUNT: &str = "123456789012";

const PLAN: &str = "terraform-plan-acme";

const DEPLOY: &str = "terraform-deploy-acme";

const BOUNDARY: &str = "terraform-boundary-acme";

/// Where the bootstrap's own state is.
const OWN_STATE: &str = "terraform-bootstrap/terraform.tfstate";

/// How actions begin that change nothing.
const READING: [&str; 6] = [
    "AdminGet",
    "AdminList",
    "Decrypt",
    "Describe",
    "Get",
    "List",
];

/// Actions that have another name in policies
/// ("Actions, resources, and condition keys for Amazon `CloudFront`",
/// `service-authorization/latest/reference/list_amazoncloudfront.html`).
const OTHERWISE: [(&str, &str); 1] = [(
    "cloudfront:CreateDistributionWithTags",
    "cloudfront:CreateDistribution",
)];

/// Actions that need no permission (`STS/latest/APIReference/API_GetCallerIdentity.html`).
const FREE: [&str; 1] = ["sts:GetCallerIdentity"];

/// How many different actions a deployment asks for at least.
const LEAST: usize = 60;

/// What was applied once.
#[derive(Debug)]
pub(crate) struct Bootstrap {
    /// The file `backend.tf`.
    pub(crate) backend: String,
    /// The file `deployment.auto.tfvars`.
    pub(crate) deployment: String,
    roles: Roles,
    /// What the boundary allows at most.
    boundary: Vec<Statement>,
}

/// Applies it as far as its roles and the name of its bucket go, and gives the file of the backend.
/// The rest of the bucket is that of every other bucket.
///
/// # Errors
///
/// When it does not apply, or a role may too much or too little.
pub(crate) fn check(terraform: &Terraform) -> anyhow::Result<Bootstrap> {
    terraform.init()?;
    terraform.succeed(
        "apply of the bootstrap",
        &[
            "apply",
            "-auto-approve",
            "-target=aws_iam_role_policy_attachment.this",
            "-target=aws_iam_role_policy.state",
            "-target=aws_s3_object.plan_key",
            "-target=module.state.aws_s3_bucket_public_access_block.this",
            "-target=module.state.aws_s3_bucket_server_side_encryption_configuration.this",
            "-var=name_prefix=acme",
            r#"-var=plan_subjects=["repo:acme/lake:pull_request","repo:acme/lake:ref:refs/heads/main"]"#,
            r#"-var=deploy_subjects=["repo:acme/lake:environment:live"]"#,
            &format!(r#"-var=delivery_streams=["{DELIVERY_STREAM}"]"#),
        ],
    )?;
    let state = terraform.state()?;
    let resources = of_state(&state);
    let roles = privileges(&resources)?;
    let file = |output: &str| {
        let text = state["outputs"][output]["value"].as_str();
        text.map(str::to_owned)
            .with_context(|| format!("the bootstrap has no output `{output}`"))
    };
    keep(terraform, &file("own_backend")?, &state)?;
    Ok(Bootstrap {
        backend: file("backend")?,
        deployment: file("deployment")?,
        roles,
        boundary: boundary(&resources)?,
    })
}

/// Takes the bootstrap's own state into the bucket that it has made.
fn keep(terraform: &Terraform, backend: &str, before: &Value) -> anyhow::Result<()> {
    terraform.write("backend.tf", backend)?;
    terraform.succeed(
        "move of the bootstrap's own state",
        &[
            "init",
            "-migrate-state",
            "-force-copy",
            "-lockfile=readonly",
        ],
    )?;
    let after = terraform.state()?;
    if after["resources"] != before["resources"] || before["resources"].is_null() {
        bail!("the bootstrap's state is another one after it has moved");
    }
    step::say("the bootstrap's own state is in the bucket that it has made");
    Ok(())
}

fn boundary(resources: &[Resource]) -> anyhow::Result<Vec<Statement>> {
    let policy = resources
        .iter()
        .find(|it| it.kind == "aws_iam_policy" && it.text("name") == BOUNDARY)
        .with_context(|| format!("the bootstrap makes no policy {BOUNDARY}"))?;
    Ok(allowing(&parse(policy.text("policy"), &policy.address)?))
}

impl Bootstrap {
    /// Checks that the role that deploys may do what a deployment has asked for.
    ///
    /// # Errors
    ///
    /// Names each action that it lacks.
    pub(crate) fn suffices(&self, asked: &[String]) -> anyhow::Result<()> {
        let deploy = self.roles.get(DEPLOY).into_iter().flatten();
        let allowed: BTreeSet<_> = deploy.flat_map(|statement| &statement.actions).collect();
        let needed: BTreeSet<_> = asked
            .iter()
            .map(|action| {
                let named = OTHERWISE.iter().find(|(asked, _)| asked == action);
                named.map_or(action.clone(), |(_, needed)| (*needed).to_owned())
            })
            .filter(|action| !FREE.contains(&action.as_str()))
            .collect();
        let lacking: Vec<_> = needed.iter().filter(|it| !allowed.contains(it)).collect();
        if !lacking.is_empty() || needed.len() < LEAST {
            bail!(
                "{DEPLOY} needs {lacking:?} for what a deployment asks; {} were asked for",
                needed.len()
            );
        }
        step::say(&format!(
            "{DEPLOY} may do each of the {} actions beside S3's that a deployment asked for",
            needed.len()
        ));
        Ok(())
    }

    /// Checks that every role of a deployment has the boundary that the bootstrap made for it, which
    /// the deployment knows from the bootstrap's file alone, and that it loses nothing by it.
    ///
    /// # Errors
    ///
    /// Names each role that has none, or another, and what it is allowed beyond its boundary.
    pub(crate) fn confines(&self, resources: &[Resource]) -> anyhow::Result<()> {
        let boundary = format!("arn:aws:iam::{ACCOUNT}:policy/{BOUNDARY}");
        let all = || resources.iter().filter(|one| one.kind == "aws_iam_role");
        let free: Vec<_> = all()
            .filter(|role| role.text("permissions_boundary") != boundary)
            .map(|role| &role.address)
            .collect();
        if !free.is_empty() || all().next().is_none() {
            bail!("{free:?} are roles without the boundary {boundary}");
        }
        let (mut beyond, mut within) = (Vec::new(), 0);
        for (role, statements) in roles(resources, &mut Vec::new())? {
            for statement in statements {
                for (action, resource) in statement.each() {
                    within += 1;
                    if !allows(&self.boundary, action, resource) {
                        beyond.push(format!("{role}: {action} on {resource}"));
                    }
                }
            }
        }
        if !beyond.is_empty() {
            bail!(
                "the boundary takes from roles what they need:\n- {}",
                beyond.join("\n- ")
            );
        }
        step::say(&format!(
            "the boundary leaves the roles each of the {within} things that they are allowed"
        ));
        Ok(())
    }
}

fn privileges(resources: &[Resource]) -> anyhow::Result<Roles> {
    let mut wrong = Vec::new();
    let roles = roles(resources, &mut wrong)?;
    let (plan, deploy) = (PLAN, DEPLOY);
    let stream = format!("arn:aws:kinesis:{}:{ACCOUNT}:stream/", super::REGION);
    let role = format!("arn:aws:iam::{ACCOUNT}:role/");
    let state = format!("arn:aws:s3:::terraform-state-acme-{ACCOUNT}");
    let mut judged = 0;
    let mut judge = |who: &str, action: &str, resource: &str, may: bool| {
        judged += 1;
        let allowed = roles
            .get(who)
            .is_some_and(|role| allows(role, action, resource));
        if allowed != may {
            let verb = if may { "may not" } else { "may" };
            wrong.push(format!("{who} {verb} {action} on {resource}"));
        }
    };
    for who in [plan, deploy] {
        judge(
            who,
            "kinesis:DescribeStreamSummary",
            &format!("{stream}acme-s"),
            true,
        );
        judge(
            who,
            "s3:GetObject",
            &format!("{state}/acme/terraform.tfstate"),
            true,
        );
        judge(who, "s3:GetObject", &format!("{state}/acme/plan.key"), true);
        judge(
            who,
            "s3:PutObject",
            &format!("{state}/acme/plan.key"),
            false,
        );
        for action in ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"] {
            judge(who, action, &format!("{state}/{OWN_STATE}"), false);
        }
        judge(
            who,
            "s3:GetObject",
            &format!("{state}/other/terraform.tfstate"),
            false,
        );
        judge(
            who,
            "s3:GetObject",
            "arn:aws:s3:::acme-user-activity-logs/a.json",
            false,
        );
        judge(
            who,
            "s3:DeleteObjectVersion",
            "arn:aws:s3:::acme-user-activity-logs/a.json",
            false,
        );
        judge(who, "kinesis:GetRecords", &format!("{stream}acme-s"), false);
        judge(who, "s3:PutBucketPolicy", &state, false);
        judge(who, "iam:PutRolePolicy", &format!("{role}{deploy}"), false);
        judge(who, "iam:AttachRolePolicy", &format!("{role}acme-f"), false);
        judge(
            who,
            "iam:DeleteRolePermissionsBoundary",
            &format!("{role}acme-f"),
            false,
        );
        judge(who, "iam:CreateUser", "*", false);
    }
    for (action, resource) in [
        ("kinesis:CreateStream", format!("{stream}acme-s")),
        ("iam:CreateRole", format!("{role}acme-f")),
        ("iam:PassRole", format!("{role}acme-f")),
        (
            "s3:PutObject",
            "arn:aws:s3:::acme-kdg-page/index.html".to_owned(),
        ),
        ("s3:PutObject", format!("{state}/acme/terraform.tfstate")),
        (
            "s3:PutObject",
            format!("{state}/acme/terraform.tfstate.tflock"),
        ),
        (
            "s3:DeleteObject",
            format!("{state}/acme/terraform.tfstate.tflock"),
        ),
        (
            "s3:ListBucketVersions",
            "arn:aws:s3:::acme-kdg-page".to_owned(),
        ),
        (
            "s3:DeleteObjectVersion",
            "arn:aws:s3:::acme-query-results/results/a.csv".to_owned(),
        ),
    ] {
        judge(deploy, action, &resource, true);
        judge(plan, action, &resource, false);
    }
    judge(
        deploy,
        "kinesis:DeleteStream",
        &format!("{stream}others-s"),
        false,
    );
    judge(deploy, "iam:CreateRole", &format!("{role}others-f"), false);
    judge(deploy, "iam:PassRole", &format!("{role}others-f"), false);
    for statement in roles.get(plan).into_iter().flatten() {
        let verb = |action: &str| action.split(':').next_back().unwrap_or_default().to_owned();
        let reads = |action: &String| READING.iter().any(|it| verb(action).starts_with(it));
        let writing: Vec<_> = statement.actions.iter().filter(|it| !reads(it)).collect();
        if !writing.is_empty() {
            wrong.push(format!("{plan} may {writing:?}, which does not only read"));
        }
    }
    let of_deploy = roles.get(deploy).into_iter().flatten();
    for statement in
        of_deploy.filter(|it| it.actions.iter().any(|action| action == "iam:CreateRole"))
    {
        if statement.condition["StringEquals"]["iam:PermissionsBoundary"].is_null() {
            wrong.push(format!("{deploy} makes roles without a boundary"));
        }
    }
    for resource in resources.iter().filter(|it| it.kind == "aws_iam_role") {
        trust(resource, &mut wrong)?;
    }
    if !wrong.is_empty() {
        bail!(
            "the roles of the bootstrap are wrong:\n- {}",
            wrong.join("\n- ")
        );
    }
    step::say(&format!(
        "the roles that plan and deploy: {judged} questions of who may what"
    ));
    Ok(roles)
}

/// Checks that a role is for whole subjects of tokens that were made for AWS.
fn trust(role: &Resource, wrong: &mut Vec<String>) -> anyhow::Result<()> {
    let policy = parse(role.text("assume_role_policy"), &role.address)?;
    let equals = &policy["Statement"][0]["Condition"]["StringEquals"];
    let equals = if equals.is_null() {
        &policy["Statement"]["Condition"]["StringEquals"]
    } else {
        equals
    };
    let audience = &equals["token.actions.githubusercontent.com:aud"];
    let subjects = equals["token.actions.githubusercontent.com:sub"].to_string();
    if audience.as_str() != Some("sts.amazonaws.com")
        || !subjects.contains("repo:acme/lake:")
        || subjects.contains('*')
    {
        wrong.push(format!(
            "{} trusts more than the subjects that are named",
            role.address
        ));
    }
    Ok(())
}
