//! What a state and a plan list, as the tests ask for it.

use std::collections::BTreeMap;

use serde_json::Value;

/// A resource of a state.
#[derive(Debug, Clone)]
pub(crate) struct Resource {
    pub(crate) address: String,
    pub(crate) kind: String,
    pub(crate) values: Value,
}

/// Every managed resource of a state as it is stored, modules below modules included.
pub(crate) fn of_state(state: &Value) -> Vec<Resource> {
    let resources = state["resources"].as_array().into_iter().flatten();
    resources
        .filter(|resource| resource["mode"] == "managed")
        .flat_map(instances)
        .collect()
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

fn instances(resource: &Value) -> impl Iterator<Item = Resource> {
    let (kind, name) = (text(&resource["type"]), text(&resource["name"]));
    let module = match resource["module"].as_str() {
        Some(module) => format!("{module}."),
        None => String::new(),
    };
    let instances = resource["instances"].as_array().into_iter().flatten();
    instances.map(move |instance| {
        let index = match &instance["index_key"] {
            Value::Null => String::new(),
            key => format!("[{key}]"),
        };
        Resource {
            address: format!("{module}{kind}.{name}{index}"),
            kind: kind.clone(),
            values: instance["attributes"].clone(),
        }
    })
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_resource_of_a_state_has_the_address_that_terraform_prints() {
        let state = json!({"resources": [
            {"mode": "data", "type": "aws_region", "name": "current", "instances": [{"attributes": {}}]},
            {"mode": "managed", "type": "t", "name": "n", "instances": [{"attributes": {"a": "b"}}]},
            {
                "module": "module.kdg[\"kdg\"].module.bucket", "mode": "managed", "type": "t", "name": "n",
                "instances": [{"index_key": "x", "attributes": {}}, {"index_key": 0, "attributes": {}}]
            },
        ]});
        let resources = of_state(&state);
        let addresses: Vec<_> = resources.iter().map(|it| it.address.as_str()).collect();
        let within = "module.kdg[\"kdg\"].module.bucket.t.n";
        assert_eq!(
            addresses,
            ["t.n", &format!("{within}[\"x\"]"), &format!("{within}[0]")]
        );
        assert_eq!(resources[0].text("a"), "b");
    }
}
