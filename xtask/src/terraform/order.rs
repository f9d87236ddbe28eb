//! What an apply waits for, as Terraform's own graph has it.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::bail;

use super::program::Terraform;
use crate::step;

/// What S3 takes close to a minute for.
const SLOW: &str = "module.bucket.aws_s3_bucket_lifecycle_configuration.this";

/// What is made meanwhile, because it needs a bucket's name alone.
const MEANWHILE: [&str; 2] = [
    "module.process.aws_lambda_function.this",
    "module.ingest.aws_lambda_function.this",
];

/// What lets records into a bucket, and therefore comes after it.
const AFTER: [&str; 2] = [
    "module.mapping.aws_lambda_event_source_mapping.this",
    "module.schedule.aws_cloudwatch_event_target.this",
];

/// Refuses a wiring in which functions wait for buckets, or records do not.
///
/// # Errors
///
/// Names what waits, or does not.
pub(super) fn check(terraform: &Terraform) -> anyhow::Result<()> {
    let graph = terraform.succeed("graph", &["graph", "-type=plan"])?;
    let needs = edges(&graph);
    for (resources, has_to_wait) in [(MEANWHILE, false), (AFTER, true)] {
        for resource in resources {
            if !needs.contains_key(resource) {
                bail!("the graph has no {resource}");
            }
            if waits(&needs, resource) != has_to_wait {
                let not = if has_to_wait {
                    "does not wait"
                } else {
                    "waits"
                };
                bail!("{resource} {not} for {SLOW}");
            }
        }
    }
    step::say("functions are made while buckets are, and records come after both");
    Ok(())
}

/// What each needs: lines such as `"[root] a (expand)" -> "[root] b (expand)"`.
fn edges(graph: &str) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut edges: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for line in graph.lines() {
        if let Some((from, to)) = line.split_once(" -> ") {
            edges.entry(name(from)).or_default().insert(name(to));
        }
    }
    edges
}

fn name(node: &str) -> &str {
    let node = node.trim().trim_end_matches(';').trim_matches('"');
    let node = node.strip_prefix("[root] ").unwrap_or(node);
    node.strip_suffix(" (expand)").unwrap_or(node)
}

fn waits(needs: &BTreeMap<&str, BTreeSet<&str>>, resource: &str) -> bool {
    let mut seen = BTreeSet::new();
    let mut rest = vec![resource];
    while let Some(next) = rest.pop() {
        if next == SLOW {
            return true;
        }
        if seen.insert(next) {
            rest.extend(needs.get(next).into_iter().flatten());
        }
    }
    false
}
