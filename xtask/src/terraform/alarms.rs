//! Every alarm and every line of the dashboard watches a metric that somebody emits.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, bail};
use serde_json::Value;

use super::fixture;
use super::resources::Resource;
use crate::step;

/// The metrics of AWS that are watched, with the dimension under which each is found.
const OF_AWS: [(&str, &str, &str, &str); 9] = [
    // "Using CloudWatch metrics with Lambda", lambda/latest/dg/monitoring-metrics-types.html
    ("AWS/Lambda", "Errors", "FunctionName", "Sum"),
    ("AWS/Lambda", "Throttles", "FunctionName", "Sum"),
    ("AWS/Lambda", "IteratorAge", "FunctionName", "Maximum"),
    (
        "AWS/Lambda",
        "DestinationDeliveryFailures",
        "FunctionName",
        "Sum",
    ),
    // "Asynchronous invocation metrics" on the same page.
    ("AWS/Lambda", "AsyncEventsDropped", "FunctionName", "Sum"),
    // "Event source mapping metrics" on the same page; they need `metrics_config` of the mapping.
    (
        "AWS/Lambda",
        "OnFailureDestinationDeliveredEventCount",
        "EventSourceMappingUUID",
        "Sum",
    ),
    // "Monitor the Amazon Kinesis Data Streams service with Amazon CloudWatch",
    // streams/latest/dev/monitoring-with-cloudwatch.html
    ("AWS/Kinesis", "IncomingRecords", "StreamName", "Sum"),
    (
        "AWS/Kinesis",
        "WriteProvisionedThroughputExceeded",
        "StreamName",
        "Sum",
    ),
    (
        "AWS/Kinesis",
        "GetRecords.IteratorAgeMilliseconds",
        "StreamName",
        "Maximum",
    ),
];

/// The alarms that each pipeline has.
const OF_A_PIPELINE: [&str; 6] = [
    "iterator-age",
    "errors",
    "throttles",
    "quarantine",
    "given-up",
    "destination",
];

/// A metric that somebody emits: its namespace, name and dimensions.
type Metric = (String, String, BTreeSet<String>);

/// Compares the alarms and the dashboard of a state with what is emitted.
///
/// # Errors
///
/// Names each that would stay silent for ever.
pub(crate) fn check(resources: &[Resource]) -> anyhow::Result<()> {
    let emitted = emitted()?;
    let mut wrong = Vec::new();
    let mut count = 0;
    let mut of_pipelines: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for alarm in resources
        .iter()
        .filter(|it| it.kind == "aws_cloudwatch_metric_alarm")
    {
        count += 1;
        let dimensions = alarm.values["dimensions"].as_object();
        let dimensions: Vec<_> = dimensions.into_iter().flatten().collect();
        let metric = (
            alarm.text("namespace").to_owned(),
            alarm.text("metric_name").to_owned(),
            dimensions.iter().map(|(name, _)| (*name).clone()).collect(),
        );
        if !emitted.contains(&metric) {
            wrong.push(format!(
                "{} watches {metric:?}, which nobody emits",
                alarm.address
            ));
        }
        for (dimension, value) in dimensions {
            let value = value.as_str().unwrap_or_default();
            if !exists(resources, dimension, value) {
                wrong.push(format!(
                    "{} watches {dimension} {value:?}, which does not exist",
                    alarm.address
                ));
            }
        }
        if alarm.values["alarm_actions"]
            .as_array()
            .is_none_or(Vec::is_empty)
        {
            wrong.push(format!(
                "{} tells nobody, though there is an address",
                alarm.address
            ));
        }
        if let Some((pipeline, alarm)) = keys(&alarm.address) {
            of_pipelines.entry(pipeline).or_default().insert(alarm);
        }
    }
    for (pipeline, alarms) in &of_pipelines {
        for missing in OF_A_PIPELINE
            .iter()
            .filter(|alarm| !alarms.contains(*alarm))
        {
            wrong.push(format!("{pipeline} has no alarm `{missing}`"));
        }
    }
    for (pipeline, alarm) in [
        ("random-user", "ingest"),
        ("random-user", "ingest-errors"),
        ("random-user", "ingest-quarantine"),
        ("random-user", "ingest-given-up"),
        ("random-user", "ingest-lost"),
        ("user-activity", "silence"),
    ] {
        if !of_pipelines
            .get(pipeline)
            .is_some_and(|alarms| alarms.contains(alarm))
        {
            wrong.push(format!("{pipeline} has no alarm `{alarm}`"));
        }
    }
    let lines = dashboard(resources, &emitted, &mut wrong)?;
    if !wrong.is_empty() || count == 0 {
        bail!(
            "{} alarms or lines are wrong:\n- {}",
            wrong.len(),
            wrong.join("\n- ")
        );
    }
    step::say(&format!(
        "{count} alarms and {lines} lines of the dashboard watch metrics that the functions' captured lines \
         or AWS's pages name"
    ));
    Ok(())
}

/// What the functions' own lines and AWS emit.
fn emitted() -> anyhow::Result<BTreeSet<Metric>> {
    let mut emitted: BTreeSet<Metric> = OF_AWS
        .iter()
        .map(|(namespace, name, dimension, _)| {
            (
                (*namespace).to_owned(),
                (*name).to_owned(),
                BTreeSet::from([(*dimension).to_owned()]),
            )
        })
        .collect();
    for file in ["process-log-line.json", "ingest-log-line.json"] {
        let line = fixture(file)?;
        let directive = &line["_aws"]["CloudWatchMetrics"][0];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let dimensions = directive["Dimensions"][0].as_array();
        let dimensions = dimensions.with_context(|| format!("{file} has no dimensions"))?;
        let dimensions: BTreeSet<_> = dimensions.iter().map(text).collect();
        let metrics = directive["Metrics"].as_array();
        let metrics = metrics.with_context(|| format!("{file} is no line of metrics"))?;
        for metric in metrics {
            // What a line names as a metric or a dimension has to have a value in it.
            let name = text(&metric["Name"]);
            if let Some(missing) = [&name]
                .into_iter()
                .chain(&dimensions)
                .find(|it| line[*it].is_null())
            {
                bail!("{file} has no value for {missing}");
            }
            emitted.insert((text(&directive["Namespace"]), name, dimensions.clone()));
        }
    }
    Ok(emitted)
}

/// Whether there is something with this name.
fn exists(resources: &[Resource], dimension: &str, name: &str) -> bool {
    let (kind, attribute) = match dimension {
        "FunctionName" => ("aws_lambda_function", "function_name"),
        "StreamName" => ("aws_kinesis_stream", "name"),
        "EventSourceMappingUUID" => ("aws_lambda_event_source_mapping", "uuid"),
        // A pipeline has the name that its function is told.
        "Pipeline" => {
            let mut functions = resources
                .iter()
                .filter(|it| it.kind == "aws_lambda_function");
            return functions.any(|function| {
                let variables = &function.values["environment"][0]["variables"];
                ["PIPELINE", "INGEST"].iter().any(|variable| {
                    let settings = variables[*variable].as_str().unwrap_or_default();
                    let settings: Value = serde_json::from_str(settings).unwrap_or_default();
                    settings["name"] == name
                })
            });
        }
        _ => return false,
    };
    let mut of_kind = resources.iter().filter(|it| it.kind == kind);
    of_kind.any(|resource| resource.text(attribute) == name)
}

fn dashboard(
    resources: &[Resource],
    emitted: &BTreeSet<Metric>,
    wrong: &mut Vec<String>,
) -> anyhow::Result<usize> {
    let dashboard = resources
        .iter()
        .find(|it| it.kind == "aws_cloudwatch_dashboard");
    let dashboard = dashboard.context("there is no dashboard")?;
    let body: Value = serde_json::from_str(dashboard.text("dashboard_body"))
        .context("the dashboard is not JSON")?;
    let mut lines = 0;
    for widget in body["widgets"].as_array().into_iter().flatten() {
        for line in widget["properties"]["metrics"]
            .as_array()
            .into_iter()
            .flatten()
        {
            lines += 1;
            // Namespace and name, then pairs of a dimension and its value, and options last.
            let parts: Vec<_> = line
                .as_array()
                .into_iter()
                .flatten()
                .map_while(Value::as_str)
                .collect();
            let [namespace, name, dimensions @ ..] = parts.as_slice() else {
                wrong.push(format!("the dashboard shows {line}, which is no metric"));
                continue;
            };
            let pairs: Vec<_> = dimensions
                .chunks_exact(2)
                .map(|pair| (pair[0], pair[1]))
                .collect();
            let names = pairs.iter().map(|(name, _)| (*name).to_owned()).collect();
            let metric = ((*namespace).to_owned(), (*name).to_owned(), names);
            let exist = pairs
                .iter()
                .all(|(dimension, value)| exists(resources, dimension, value));
            if !emitted.contains(&metric) || !exist {
                wrong.push(format!("the dashboard shows {line}, which nobody emits"));
            }
        }
    }
    Ok(lines)
}

/// The pipeline and the alarm in `module.alarms["PIPELINE"]….this["ALARM"]`.
fn keys(address: &str) -> Option<(&str, &str)> {
    let mut quoted = address.split('"').skip(1).step_by(2);
    Some((quoted.next()?, quoted.next()?))
}
