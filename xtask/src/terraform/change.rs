//! A plan that adds, alters and removes a pipeline, and whether it touches only that.

use anyhow::bail;
use serde_json::Value;

use super::resources::changes;
use crate::step;

/// What every pipeline shares, and what therefore changes when one comes or goes.
const SHARED: [&str; 3] = [
    "module.dashboard.aws_cloudwatch_dashboard.this",
    r#"module.kdg["kdg"].aws_iam_role_policy.this"#,
    r#"module.kdg["kdg"].aws_s3_object.config"#,
];

/// Judges the plan of [`Deployment::change`](super::deployment::Deployment::change).
///
/// # Errors
///
/// When it touches anything else.
pub(super) fn touches_only_that(plan: &Value) -> anyhow::Result<()> {
    let altered = r#"module.process["user-activity"].aws_lambda_function.this"#;
    let changes = changes(plan);
    let mut wrong = Vec::new();
    let (mut created, mut deleted) = (0, 0);
    for (address, action) in &changes {
        match action.as_str() {
            "create" if address.contains("[\"orders") => created += 1,
            "delete" if address.contains("[\"mock-data\"]") => deleted += 1,
            "update" if address == altered || SHARED.contains(&address.as_str()) => {}
            _ => wrong.push(format!("{action} {address}")),
        }
    }
    if !wrong.is_empty() || created == 0 || deleted == 0 || !changes.contains_key(altered) {
        bail!(
            "the plan should create `orders`, destroy `mock-data` and update the function of \
             `user-activity`; it creates {created}, destroys {deleted}, and also would {}",
            wrong.join(", ")
        );
    }
    let attributes = changed_attributes(plan, altered);
    if attributes != ["environment"] {
        bail!("another program changes more of the function than its environment: {attributes:?}");
    }
    step::say(&format!(
        "the plan creates {created} resources of the pipeline that was added, destroys {deleted} of the one \
         that was removed, and changes one environment and what all share"
    ));
    Ok(())
}

/// The attributes that an update changes, as far as they are known before.
fn changed_attributes(plan: &Value, address: &str) -> Vec<String> {
    let resources = plan["resource_changes"].as_array();
    let found = resources
        .into_iter()
        .flatten()
        .find(|change| change["address"] == address);
    let Some(change) = found.map(|found| &found["change"]) else {
        return Vec::new();
    };
    let after = change["after"].as_object().into_iter().flatten();
    after
        .filter(|(name, value)| change["before"][name.as_str()] != **value)
        .map(|(name, _)| name.clone())
        .collect()
}
