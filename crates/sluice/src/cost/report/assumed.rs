//! What an estimate supposes, in sentences.

use super::super::figure::Name;
use super::super::number::{count, many};
use super::super::question::Layout;
use super::Report;

/// A gigabyte as the examples of AWS's own pricing pages count it.
const KB_PER_GB_OF_AWS: f64 = 1_048_576.0;

/// The sentences, what matters most first.
pub(super) fn sentences(report: &Report<'_>) -> Vec<String> {
    let (plan, figures) = (report.plan, report.figures);
    let mut sentences = vec![
        "records come evenly over time and shards, each is stored once, and partition keys count \
         for nothing"
            .to_owned(),
    ];
    sentences.push(match plan.seconds_per_batch {
        Some(seconds) => format!("an invocation takes {seconds} s, as given"),
        None => format!(
            "an invocation takes invocation-seconds, record-cpu-seconds for each record with {:.0} % \
             of a vCPU, and put-seconds for each {} PUTs",
            (plan.memory_mib / figures[Name::VcpuMib]).min(1.0) * 100.0,
            count(figures[Name::PutsAtOnce]),
        ),
    });
    if plan.layout == Layout::Batch {
        let folders = many(plan.folders, "folder");
        sentences.push(format!(
            "the records of a batch go to {folders}; --folders says otherwise"
        ));
    }
    sentences.push(format!(
        "a GB is {} KB of 1,024 bytes{}",
        count(figures[Name::KbPerGb]),
        if figures[Name::KbPerGb] < KB_PER_GB_OF_AWS {
            "; the examples of AWS count 1,048,576, with which what is charged by the GB, such as \
             Firehose, costs 5 % less a record: --price kb-per-gb=1048576"
        } else {
            ""
        }
    ));
    sentences.push(
        "Firehose rounds each record up to firehose-increment-kb; its transformation, its jq hours \
         and the few PUTs of its objects are left out, and with Direct PUT it needs no stream"
            .to_owned(),
    );
    sentences.push(
        "storage, logs, metrics, KMS, retries, cold starts, free tiers and discounts are left out; \
         a month has 30 days"
            .to_owned(),
    );
    sentences
}
