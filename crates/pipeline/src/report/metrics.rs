//! Which values of a line are metrics.
//!
//! CloudWatch reads it beneath `_aws` ("Embedded metric format specification",
//! `AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html`).

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use serde::Serialize;

/// The CloudWatch namespace of every metric.
pub const NAMESPACE: &str = "sluice";

/// How many values one metric may have in a line.
pub const MAX_SAMPLES: usize = 100;

/// What a line names its function and its pipeline by: every metric has these dimensions.
pub const DIMENSIONS: [&str; 2] = ["FunctionName", "Pipeline"];

/// The metrics of a line, by [`NAMESPACE`] and [`DIMENSIONS`].
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Directive<'a> {
    timestamp: i64,
    cloud_watch_metrics: [Named<'a>; 1],
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Named<'a> {
    namespace: &'static str,
    dimensions: [[&'static str; 2]; 1],
    metrics: &'a [Metric],
}

/// A value of a line that is a metric.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Metric {
    name: Cow<'static, str>,
    unit: &'static str,
}

impl<'a> Directive<'a> {
    /// That of a line of this time.
    #[must_use]
    pub fn new(at: DateTime<Utc>, metrics: &'a [Metric]) -> Self {
        Self {
            timestamp: at.timestamp_millis(),
            cloud_watch_metrics: [Named {
                namespace: NAMESPACE,
                dimensions: [DIMENSIONS],
                metrics,
            }],
        }
    }
}

impl Metric {
    /// A metric by its name in the line, and CloudWatch's name of its unit.
    pub fn new(name: impl Into<Cow<'static, str>>, unit: &'static str) -> Self {
        let name = name.into();
        Self { name, unit }
    }
}
