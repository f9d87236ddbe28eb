//! What `terraform show -json` lists, as the tests ask for it.

use std::collections::BTreeMap;

use serde_json::Value;

/// A resource of a state.
#[derive(Debug, Clone)]
pub(crate) struct Resource {
    pub(crate) address: String,
    pub(crate) kind: String,
    pub(crate) values: Value,
}

/// Every managed resource of a state, modules below modules included.
pub(crate) fn of_state(state: &Value) -> Vec<Resource> {
    let mut resources = Vec::new();
    collect(&state["values"]["root_module"], &mut resources);
    resources
}

/// What a plan does, by the address of the resource; what it leaves alone is not listed.
pub(crate) fn changes(plan: &Value) -> BTreeMap<String, String> {
    let changes = plan["resource_changes"].as_array();
    changes
        .into_iter()
        .flatten()
        .filter_map(|change| {
            let actions = change["change"]["actions"].as_array()?;
            let actions: Vec<_> = actions.iter().filter_map(Value::as_str).collect();
            let is_idle = actions == ["no-op"] || actions == ["read"];
            (!is_idle).then(|| (text(&change["address"]), actions.join(" and ")))
        })
        .collect()
}

impl Resource {
    /// An attribute that is text; nothing when it is not.
    pub(crate) fn text(&self, attribute: &str) -> &str {
        self.values[attribute].as_str().unwrap_or_default()
    }
}

fn collect(module: &Value, resources: &mut Vec<Resource>) {
    for resource in module["resources"].as_array().into_iter().flatten() {
        if resource["mode"] == "managed" {
            resources.push(Resource {
                address: text(&resource["address"]),
                kind: text(&resource["type"]),
                values: resource["values"].clone(),
            });
        }
    }
    for child in module["child_modules"].as_array().into_iter().flatten() {
        collect(child, resources);
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
