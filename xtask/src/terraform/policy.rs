//! Policies as they are rendered: what they allow, and whether that is too wide.

use std::collections::BTreeMap;

use anyhow::Context;
use serde_json::Value;

use super::resources::Resource;

/// Actions that AWS scopes to no resource, or by a condition only, each with the reason.
const UNSCOPED: [&str; 9] = [
    // Pools get their ids when they are made; the condition asks for the deployment's tag.
    "cognito-identity:CreateIdentityPool",
    "cognito-idp:CreateUserPool",
    // "Actions, resources, and condition keys for Amazon Kinesis Firehose" has no resource for it
    // (service-authorization/latest/reference/list_amazonkinesisfirehose.html); the page offers what it lists.
    "firehose:ListDeliveryStreams",
    // "Actions, resources, and condition keys for Amazon Kinesis Data Streams" has no resource for these
    // (service-authorization/latest/reference/list_amazonkinesisdatastreams.html); the page lists streams too.
    "kinesis:DescribeLimits",
    "kinesis:ListStreams",
    // A mapping as well; the condition asks for the deployment's functions.
    "lambda:CreateEventSourceMapping",
    // "Actions, resources, and condition keys for Amazon SNS" has no resource for these
    // (service-authorization/latest/reference/list_amazonsns.html).
    "sns:GetSubscriptionAttributes",
    "sns:SetSubscriptionAttributes",
    "sns:Unsubscribe",
];

/// A statement that allows something.
#[derive(Debug, Clone)]
pub(super) struct Statement {
    pub(super) actions: Vec<String>,
    pub(super) resources: Vec<String>,
    pub(super) condition: Value,
}

impl Statement {
    /// Each action with each resource that it is allowed on.
    pub(super) fn each(&self) -> impl Iterator<Item = (&str, &str)> {
        let actions = self.actions.iter();
        actions.flat_map(|action| {
            let resources = self.resources.iter();
            resources.map(|resource| (action.as_str(), resource.as_str()))
        })
    }
}

/// What each role may do, by the role's name.
pub(super) type Roles = BTreeMap<String, Vec<Statement>>;

/// Reads the policies of the roles, and refuses what is too wide in any of them.
pub(super) fn roles(resources: &[Resource], wrong: &mut Vec<String>) -> anyhow::Result<Roles> {
    let mut roles = Roles::new();
    for resource in resources.iter().filter(|it| it.kind == "aws_iam_role") {
        roles.insert(resource.text("name").to_owned(), Vec::new());
    }
    for resource in resources
        .iter()
        .filter(|it| it.kind == "aws_iam_role_policy")
    {
        let policy = parse(resource.text("policy"), &resource.address)?;
        for statement in allowing(&policy) {
            too_wide(&statement, &resource.address, wrong);
            let role = roles.entry(resource.text("role").to_owned()).or_default();
            role.push(statement);
        }
    }
    let policies = of_kind(resources, "aws_iam_policy");
    for resource in &policies {
        for statement in allowing(&parse(resource.text("policy"), &resource.address)?) {
            too_wide(&statement, &resource.address, wrong);
        }
    }
    for attachment in of_kind(resources, "aws_iam_role_policy_attachment") {
        let arn = attachment.text("policy_arn");
        let Some(policy) = policies.iter().find(|it| it.text("arn") == arn) else {
            wrong.push(format!(
                "{} is of a policy that somebody else may change",
                attachment.address
            ));
            continue;
        };
        let policy = parse(policy.text("policy"), &policy.address)?;
        let role = roles.entry(attachment.text("role").to_owned()).or_default();
        role.extend(allowing(&policy));
    }
    Ok(roles)
}

fn of_kind<'r>(resources: &'r [Resource], kind: &str) -> Vec<&'r Resource> {
    resources.iter().filter(|it| it.kind == kind).collect()
}

fn too_wide(statement: &Statement, address: &str, wrong: &mut Vec<String>) {
    for action in statement
        .actions
        .iter()
        .filter(|action| action.contains('*'))
    {
        wrong.push(format!("{address} allows the action {action}"));
    }
    let scoped = |action: &String| !UNSCOPED.contains(&action.as_str());
    for resource in &statement.resources {
        let service = resource.split(':').nth(2).unwrap_or_default();
        if (resource == "*" || service.contains('*')) && statement.actions.iter().any(scoped) {
            wrong.push(format!(
                "{address} allows {:?} on {resource}",
                statement.actions
            ));
        }
    }
}

/// Whether a role may do something, all conditions being met.
pub(super) fn allows(role: &[Statement], action: &str, resource: &str) -> bool {
    role.iter().any(|statement| {
        let is_of = |patterns: &[String], text: &str| patterns.iter().any(|it| matches(it, text));
        is_of(&statement.actions, action) && is_of(&statement.resources, resource)
    })
}

/// Whether a text is of a pattern with `*` and `?`, as IAM compares ARNs.
fn matches(pattern: &str, text: &str) -> bool {
    let mut rest = pattern.chars();
    match rest.next() {
        None => text.is_empty(),
        Some('*') => {
            let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
            ends.into_iter()
                .any(|at| matches(rest.as_str(), &text[at..]))
        }
        Some(letter) => {
            let mut others = text.chars();
            let fits = |it: char| letter == '?' || it == letter;
            others.next().is_some_and(fits) && matches(rest.as_str(), others.as_str())
        }
    }
}

/// The statements of a policy that allow something.
pub(super) fn allowing(policy: &Value) -> Vec<Statement> {
    let statements = list(&policy["Statement"]);
    let allowing = statements.into_iter().filter(|it| it["Effect"] == "Allow");
    allowing
        .map(|statement| Statement {
            actions: texts(&statement["Action"]),
            resources: texts(&statement["Resource"]),
            condition: statement["Condition"].clone(),
        })
        .collect()
}

/// A policy that is text.
pub(super) fn parse(policy: &str, address: &str) -> anyhow::Result<Value> {
    serde_json::from_str(policy).with_context(|| format!("the policy of {address} is not JSON"))
}

/// One of something, or a list of them, as policies have it.
pub(super) fn list(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(values) => values.clone(),
        Value::Null => Vec::new(),
        one => vec![one.clone()],
    }
}

fn texts(value: &Value) -> Vec<String> {
    let values = list(value);
    values
        .iter()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_covers_what_iam_would_let_it_cover() {
        for (pattern, text) in [
            ("a", "a"),
            ("a/*", "a/"),
            ("a/*", "a/b/c"),
            ("*", ""),
            ("a?c", "abc"),
        ] {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("a/*", "a"), ("a", "ab"), ("a?c", "ac"), ("*/b", "a/bc")] {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn a_policy_that_is_too_wide_is_found() {
        let policy = serde_json::json!({"Statement": [
            {"Effect": "Allow", "Action": "s3:*", "Resource": ["arn:aws:s3:::b/*"]},
            {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": "*"},
            {"Effect": "Deny", "Action": "s3:*", "Resource": "*"},
        ]});
        let mut wrong = Vec::new();
        for statement in allowing(&policy) {
            too_wide(&statement, "p", &mut wrong);
        }
        assert_eq!(wrong.len(), 2, "{wrong:?}");
    }
}
