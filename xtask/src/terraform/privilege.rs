//! Least privilege, read from the policies as they are rendered.

use std::collections::BTreeMap;

use anyhow::{Context, bail};
use serde_json::Value;

use super::deployment::{DELIVERY_STREAM, ENDPOINT};
use super::policy::{allows, list, parse, roles};
use super::resources::Resource;
use crate::step;

/// Who a function is, and what belongs to it.
#[derive(Debug)]
struct Owner {
    role: String,
    stream: String,
    bucket: String,
    folder: String,
    log: String,
}

/// Checks every policy of the state.
///
/// # Errors
///
/// Names each policy that allows too much, and each role that may too much or too little.
pub(crate) fn check(resources: &[Resource]) -> anyhow::Result<()> {
    let mut wrong = Vec::new();
    let roles = roles(resources, &mut wrong)?;
    buckets(resources, &mut wrong)?;
    origins(resources, &mut wrong);
    let pipelines = pipelines(resources)?;
    let mut judged = 0;
    let mut judge = |role: &str, action: &str, resource: &str, may: bool| {
        judged += 1;
        let allowed = roles
            .get(role)
            .is_some_and(|role| allows(role, action, resource));
        if allowed != may {
            let verb = if may { "may not" } else { "may" };
            wrong.push(format!("{role} {verb} {action} on {resource}"));
        }
    };
    for (name, (process, ingest)) in &pipelines {
        let role = &process.role;
        let quarantined = format!("{}/quarantine/{name}/reason/id", process.bucket);
        judge(role, "kinesis:GetRecords", &process.stream, true);
        judge(
            role,
            "s3:PutObject",
            &format!("{}/{}id", process.bucket, process.folder),
            true,
        );
        judge(
            role,
            "s3:GetObject",
            &format!("{}/{}id", process.bucket, process.folder),
            true,
        );
        judge(role, "s3:PutObject", &quarantined, true);
        judge(
            role,
            "s3:PutObject",
            &format!("{}/aws/lambda/m/id", process.bucket),
            true,
        );
        judge(role, "s3:ListBucket", &process.bucket, true);
        judge(
            role,
            "logs:PutLogEvents",
            &format!("{}:log-stream:a", process.log),
            true,
        );
        judge(role, "kinesis:PutRecords", &process.stream, false);
        judge(role, "s3:DeleteObject", &quarantined, false);
        judge(role, "s3:PutBucketPolicy", &process.bucket, false);
        judge(
            role,
            "iam:PassRole",
            "arn:aws:iam::123456789012:role/any",
            false,
        );
        if !process.folder.is_empty() {
            judge(
                role,
                "s3:PutObject",
                &format!("{}/elsewhere/id", process.bucket),
                false,
            );
            judge(
                role,
                "s3:GetObject",
                &format!("{}/aws/lambda/m/id", process.bucket),
                false,
            );
        }
        if let Some(ingest) = ingest {
            let role = &ingest.role;
            judge(role, "kinesis:PutRecords", &process.stream, true);
            judge(role, "s3:PutObject", &quarantined, true);
            judge(
                role,
                "logs:PutLogEvents",
                &format!("{}:log-stream:a", ingest.log),
                true,
            );
            judge(role, "kinesis:GetRecords", &process.stream, false);
            judge(role, "s3:GetObject", &quarantined, false);
            judge(
                role,
                "s3:PutObject",
                &format!("{}/{}id", process.bucket, process.folder),
                false,
            );
            judge(role, "s3:ListBucket", &process.bucket, false);
            judge(
                role,
                "logs:PutLogEvents",
                &format!("{}:log-stream:a", process.log),
                false,
            );
        }
        // What the others may, by name.
        let mine = [Some(process), ingest.as_ref()];
        for (other, (theirs, _)) in pipelines.iter().filter(|(other, _)| *other != name) {
            for role in mine.iter().flatten().map(|owner| &owner.role) {
                judge(role, "kinesis:GetRecords", &theirs.stream, false);
                judge(role, "kinesis:PutRecords", &theirs.stream, false);
                judge(
                    role,
                    "s3:PutObject",
                    &format!("{}/{}id", theirs.bucket, theirs.folder),
                    false,
                );
                judge(
                    role,
                    "s3:GetObject",
                    &format!("{}/{}id", theirs.bucket, theirs.folder),
                    false,
                );
                judge(
                    role,
                    "s3:PutObject",
                    &format!("{}/quarantine/{other}/r/id", theirs.bucket),
                    false,
                );
                judge(
                    role,
                    "logs:PutLogEvents",
                    &format!("{}:log-stream:a", theirs.log),
                    false,
                );
            }
        }
        // People with the generator's page.
        let role = "acme-kdg";
        for action in [
            "kinesis:PutRecords",
            "kinesis:DescribeStreamSummary",
            "kinesis:ListShards",
        ] {
            judge(role, action, &process.stream, true);
            judge(
                role,
                action,
                &format!("{}-of-others", process.stream),
                false,
            );
        }
        judge(role, "kinesis:GetRecords", &process.stream, false);
        judge(role, "kinesis:DeleteStream", &process.stream, false);
        judge(role, "s3:GetObject", &quarantined, false);
        judge(&process.role, "kinesis:ListStreams", "*", false);
    }
    page(&mut judge);
    if !wrong.is_empty() {
        bail!("privileges are not the least:\n- {}", wrong.join("\n- "));
    }
    step::say(&format!(
        "{} roles: {judged} questions of who may what, answered from the rendered policies",
        roles.len()
    ));
    Ok(())
}

/// People with the generator's page, beyond the pipelines' streams.
fn page(judge: &mut impl FnMut(&str, &str, &str, bool)) {
    let role = "acme-kdg";
    let delivery = format!(
        "arn:aws:firehose:{}:123456789012:deliverystream/{DELIVERY_STREAM}",
        super::REGION
    );
    judge(role, "kinesis:ListStreams", "*", true);
    judge(role, "firehose:ListDeliveryStreams", "*", true);
    for (action, may) in [
        ("firehose:DescribeDeliveryStream", true),
        ("firehose:PutRecordBatch", true),
        ("firehose:PutRecord", false),
        ("firehose:UpdateDestination", false),
        ("firehose:DeleteDeliveryStream", false),
    ] {
        judge(role, action, &delivery, may);
        judge(role, action, &format!("{delivery}-of-others"), false);
    }
}

/// Checks that a browser lets the page speak to whom it sends to, and to nobody else.
fn origins(resources: &[Resource], wrong: &mut Vec<String>) {
    let aws = ["cognito-idp", "cognito-identity", "kinesis", "firehose"]
        .map(|service| format!("https://{service}.{}.amazonaws.com", super::REGION));
    let expected = format!("connect-src 'self' {} {ENDPOINT}", aws.join(" "));
    let headers = resources
        .iter()
        .filter(|it| it.kind == "aws_cloudfront_response_headers_policy");
    let policies = headers.map(|it| {
        let security = &it.values["security_headers_config"][0]["content_security_policy"][0];
        security["content_security_policy"]
            .as_str()
            .unwrap_or_default()
    });
    let policies: Vec<_> = policies.collect();
    let is_exact = |policy: &&str| policy.split("; ").any(|directive| directive == expected);
    if policies.is_empty() || !policies.iter().all(is_exact) {
        wrong.push(format!(
            "the page has not `{expected}` in its policies {policies:?}"
        ));
    }
}

/// Checks that nobody unnamed is let into a bucket, and nobody without TLS.
fn buckets(resources: &[Resource], wrong: &mut Vec<String>) -> anyhow::Result<()> {
    let of_kind = |kind: &'static str| resources.iter().filter(move |it| it.kind == kind);
    for resource in of_kind("aws_s3_bucket_policy") {
        let policy = parse(resource.text("policy"), &resource.address)?;
        for statement in list(&policy["Statement"]) {
            let everybody = statement["Principal"] == "*" || statement["Principal"]["AWS"] == "*";
            if statement["Effect"] == "Allow" && everybody {
                wrong.push(format!("{} lets everybody in", resource.address));
            }
        }
        let denies = |statement: &&Value| {
            statement["Effect"] == "Deny"
                && statement["Condition"]["Bool"]["aws:SecureTransport"] == "false"
        };
        if list(&policy["Statement"]).iter().find(denies).is_none() {
            wrong.push(format!("{} takes requests without TLS", resource.address));
        }
    }
    let (buckets, blocks) = (
        of_kind("aws_s3_bucket").count(),
        of_kind("aws_s3_bucket_public_access_block"),
    );
    let whole = blocks.filter(|block| {
        [
            "block_public_acls",
            "block_public_policy",
            "ignore_public_acls",
            "restrict_public_buckets",
        ]
        .iter()
        .all(|setting| block.values[*setting] == true)
    });
    if whole.count() != buckets || of_kind("aws_s3_bucket_policy").count() != buckets {
        wrong.push("a bucket has no policy, or can be made public".to_owned());
    }
    Ok(())
}

/// Each pipeline's functions, and what belongs to them.
fn pipelines(resources: &[Resource]) -> anyhow::Result<BTreeMap<String, (Owner, Option<Owner>)>> {
    let expected = super::fixture("pipelines.json")?;
    let mut pipelines = BTreeMap::new();
    let find = |address: String| {
        let found = resources.iter().find(|it| it.address == address);
        found.with_context(|| format!("{address} is not provisioned"))
    };
    for (name, expected) in expected.as_object().into_iter().flatten() {
        let stream = format!("module.stream[\"{name}\"].aws_kinesis_stream.this");
        let Ok(stream) = find(stream) else { continue };
        let bucket = find(format!("module.bucket[\"{name}\"].aws_s3_bucket.this"))?;
        let owner = |module: &str| -> anyhow::Result<Owner> {
            let of = format!("module.{module}[\"{name}\"]");
            Ok(Owner {
                role: find(format!("{of}.aws_iam_role.this"))?
                    .text("name")
                    .to_owned(),
                log: find(format!("{of}.aws_cloudwatch_log_group.this"))?
                    .text("arn")
                    .to_owned(),
                stream: stream.text("arn").to_owned(),
                bucket: bucket.text("arn").to_owned(),
                folder: expected["folder"].as_str().unwrap_or_default().to_owned(),
            })
        };
        let ingest = (!expected["ingest"].is_null())
            .then(|| owner("ingest"))
            .transpose()?;
        pipelines.insert(name.clone(), (owner("process")?, ingest));
    }
    Ok(pipelines)
}
