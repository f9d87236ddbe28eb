//! What is provisioned is what the functions make of the same files.

use anyhow::bail;
use serde_json::{Value, json};

use super::fixture;
use super::resources::Resource;
use crate::step;

/// Compares pipelines of the state with what the Rust code made of their files.
///
/// # Errors
///
/// Names each difference, and each pipeline that is not there.
pub(crate) fn check(resources: &[Resource], names: &[String]) -> anyhow::Result<()> {
    let expected = fixture("pipelines.json")?;
    let mut wrong = Vec::new();
    for name in names {
        let provisioned = Provisioned { resources, name };
        if expected[name].is_null() {
            wrong.push(format!(
                "{name}: what it means to the functions is not known; capture it with `SLUICE_CAPTURE=1 cargo test -p pipeline`"
            ));
        }
        wrong.extend(provisioned.differences(&expected[name]));
    }
    if !wrong.is_empty() || names.is_empty() {
        bail!(
            "Terraform and the functions read a pipeline's file differently:\n- {}",
            wrong.join("\n- ")
        );
    }
    step::say(&format!(
        "settings, limits and defaults of {} are those that the functions read",
        names.join(", ")
    ));
    Ok(())
}

struct Provisioned<'s> {
    resources: &'s [Resource],
    name: &'s str,
}

impl Provisioned<'_> {
    fn find(&self, module: &str, kind: &str) -> Option<&Value> {
        let address = format!("module.{module}[\"{}\"].{kind}.this", self.name);
        let found = self.resources.iter().find(|it| it.address == address);
        found.map(|resource| &resource.values)
    }

    /// The type of each column of the pipeline's table.
    fn columns(&self) -> Value {
        let address = format!(
            "module.analytics[\"analytics\"].aws_glue_catalog_table.this[\"{}\"]",
            self.name
        );
        let table = self.resources.iter().find(|it| it.address == address);
        let columns = table.map(|table| &table.values["storage_descriptor"][0]["columns"]);
        let columns = columns.and_then(Value::as_array).into_iter().flatten();
        columns
            .map(|column| {
                let name = column["name"].as_str().unwrap_or_default();
                (name.to_owned(), column["type"].clone())
            })
            .collect::<serde_json::Map<_, _>>()
            .into()
    }

    fn differences(&self, expected: &Value) -> Vec<String> {
        let none = Value::Null;
        let find = |module, kind| self.find(module, kind).unwrap_or(&none);
        let (stream, process) = (
            find("stream", "aws_kinesis_stream"),
            find("process", "aws_lambda_function"),
        );
        let source = find("mapping", "aws_lambda_event_source_mapping");
        let prefixed =
            |value: &Value| json!(format!("acme-{}", value.as_str().unwrap_or_default()));
        let bucket = if expected["existing_bucket"] == true {
            expected["bucket"].clone()
        } else {
            prefixed(&expected["bucket"])
        };
        let mut pairs = vec![
            (
                "stream.name",
                stream["name"].clone(),
                prefixed(&expected["stream"]["name"]),
            ),
            (
                "stream.shards",
                shards(stream),
                expected["stream"]["shards"].clone(),
            ),
            (
                "failure destination",
                source["destination_config"][0]["on_failure"][0]["destination_arn"].clone(),
                json!(format!(
                    "arn:aws:s3:::{}",
                    bucket.as_str().unwrap_or_default()
                )),
            ),
        ];
        pairs.extend(function(
            "process",
            process,
            &expected["process"],
            |name, value| {
                if name == "BUCKET" {
                    bucket.clone()
                } else {
                    value.clone()
                }
            },
        ));
        for (setting, value) in expected["source"].as_object().into_iter().flatten() {
            pairs.push((
                "process.source",
                json!({setting: source[setting]}),
                json!({setting: value}),
            ));
        }
        if !expected["ingest"].is_null() {
            let ingest = find("ingest", "aws_lambda_function");
            pairs.extend(function(
                "ingest",
                ingest,
                &expected["ingest"],
                |name, value| match name {
                    "BUCKET" => bucket.clone(),
                    "STREAM" => prefixed(value),
                    _ => value.clone(),
                },
            ));
            let rule = find("schedule", "aws_cloudwatch_event_rule");
            pairs.push((
                "ingest.schedule",
                rule["schedule_expression"].clone(),
                expected["ingest"]["schedule"].clone(),
            ));
        }
        if !expected["columns"].is_null() {
            pairs.push((
                "table.columns",
                self.columns(),
                athena(&expected["columns"]),
            ));
        }
        let unequal = pairs.into_iter().filter(|(_, is, should)| is != should);
        unequal
            .map(|(what, is, should)| {
                format!("{}: {what} is {is} and should be {should}", self.name)
            })
            .collect()
    }
}

/// Columns as Athena calls them: in small letters, digits and `_`.
fn athena(columns: &Value) -> Value {
    let column = |(name, kind): (&String, &Value)| {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let name = name.to_lowercase();
        (name.replace(|c| !plain(c), "_"), kind.clone())
    };
    let columns = columns.as_object().into_iter().flatten();
    columns
        .map(column)
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// How many shards were asked for; on-demand streams have some without.
fn shards(stream: &Value) -> Value {
    match stream["stream_mode_details"][0]["stream_mode"].as_str() {
        Some("ON_DEMAND") => Value::Null,
        _ => stream["shard_count"].clone(),
    }
}

type Pair = (&'static str, Value, Value);

fn function(
    section: &'static str,
    is: &Value,
    should: &Value,
    deployed: impl Fn(&str, &Value) -> Value,
) -> Vec<Pair> {
    let variables = is["environment"][0]["variables"].as_object();
    let variables: Value = variables
        .into_iter()
        .flatten()
        .map(|(name, text)| {
            let text = text.as_str().unwrap_or_default();
            let value = serde_json::from_str(text).unwrap_or_else(|_| json!(text));
            (name.clone(), value)
        })
        .collect::<serde_json::Map<_, _>>()
        .into();
    let expected: Value = should["environment"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.clone(), deployed(name, value)))
        .collect::<serde_json::Map<_, _>>()
        .into();
    vec![
        (section, variables, expected),
        (section, is["timeout"].clone(), should["timeout"].clone()),
        (
            section,
            is["memory_size"].clone(),
            should["memory_mib"].clone(),
        ),
    ]
}
