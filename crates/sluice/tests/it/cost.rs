use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::Value;

use crate::stack::{pipelines, sluice};

fn cost(arguments: &[&str]) -> Output {
    sluice(&["cost", "--pipelines"])
        .arg(pipelines())
        .args(arguments)
        .output()
        .unwrap()
}

fn json(arguments: &[&str]) -> Value {
    let output = cost(&[arguments, &["--json"]].concat());
    assert!(output.status.success(), "{}", said(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn printed(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[track_caller]
fn assert_near(found: &Value, wanted: f64) {
    let found = found.as_f64().unwrap();
    assert!(
        (found / wanted - 1.0).abs() <= 0.01,
        "{found} is not within 1 % of {wanted}"
    );
}

const ONE_KB: [&str; 4] = ["--rate", "2000", "--record-bytes", "1024"];

#[test]
fn the_known_paths_cost_what_they_are_known_to_within_one_percent() {
    let with = |more: &[&str]| json(&[&["--pipeline", "page-views"], &ONE_KB[..], more].concat());
    let five_hundred = with(&["--memory-mib", "512", "--records-per-object", "500"]);
    let two_thousand = with(&["--memory-mib", "512", "--records-per-object", "2000"]);
    let one = with(&["--records-per-object", "1"]);
    for measure in ["per_million", "per_gb"] {
        assert_near(&five_hundred["dollars"]["firehose"][measure], 0.145);
        assert_near(&five_hundred["dollars"]["firehose_parquet"][measure], 0.255);
        assert_near(&five_hundred["dollars"]["pipeline"][measure], 0.0124);
        assert_near(&two_thousand["dollars"]["pipeline"][measure], 0.0039);
        assert_near(&one["dollars"]["pipeline"][measure], 5.00);
    }
    let measured = with(&["--memory-mib", "512", "--compute-seconds-per-batch", "0.15"]);
    assert_eq!(measured["break_even_records_per_object"], 43);
}

#[test]
fn the_page_tells_shards_puts_dollars_and_latency_and_names_each_price() {
    let output = cost(&[&["--pipeline", "page-views"], &ONE_KB[..]].concat());
    assert!(output.status.success());
    let page = printed(&output);
    for part in [
        "page-views: 2,000 records/s of 1,024 bytes, layout batch, 256 MiB",
        "shards     2 needed",
        "PUT/s below views/dt=, where S3 takes 3,500",
        "latency",
        "$ per 1 M",
        "Firehose pass-through",
        "the stream, provisioned (in none of the above)",
        "break-even",
        "put-per-1000",
        "aws.amazon.com/s3/pricing",
        "us-east-1",
    ] {
        assert!(page.contains(part), "{part} is missing in\n{page}");
    }
    assert_eq!(said(&output), "", "nothing is worth a warning");
}

#[test]
fn rate_and_size_are_those_of_the_pipeline_when_nothing_is_said() {
    let found = json(&["--pipeline", "user-activity"]);
    assert_eq!(found["records_per_s"], 2000.0);
    assert_eq!(found["record_bytes_from"], "generated");
    let bytes = found["record_bytes"].as_f64().unwrap();
    assert!((40.0..400.0).contains(&bytes), "{bytes}");
    assert_eq!(found["shards"]["needed"], 2.0);
    assert_eq!(found["prefix"], "");
    assert_eq!(found["batch"]["puts_per_s"], 2000.0);
    assert_eq!(found["warnings"][0]["about"], "cost");
}

#[test]
fn a_price_is_replaced_by_name_on_the_command_line_or_in_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("frankfurt.yaml");
    fs::write(&file, "put-per-1000: 0.0054\nlambda-gb-second: 0\n").unwrap();
    let file = file.to_str().unwrap();
    let each = ["--pipeline", "kdg-archive", "--rate", "100"];
    let puts = |more: &[&str]| {
        let found = json(&[&each[..], more].concat());
        found["dollars"]["pipeline"]["parts"]["puts"].clone()
    };
    assert_near(&puts(&[]), 5.0);
    assert_near(&puts(&["--prices", file]), 5.4);
    assert_near(
        &puts(&["--prices", file, "--price", "put-per-1000=0.004"]),
        4.0,
    );
    let found = json(&[&each[..], &["--prices", file]].concat());
    assert_eq!(found["dollars"]["pipeline"]["parts"]["compute"], 0.0);
    let figures = found["figures"].as_array().unwrap();
    let replaced = figures
        .iter()
        .filter(|figure| figure["is_replaced"] == true);
    let names: Vec<_> = replaced.map(|figure| figure["name"].clone()).collect();
    assert_eq!(names, ["lambda-gb-second", "put-per-1000"]);
}

#[test]
fn a_misspelt_price_is_refused_with_the_name_that_was_meant() {
    let output = cost(&["--pipeline", "page-views", "--price", "put-per-100=1"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        said(&output).contains("did you mean `put-per-1000`?"),
        "{}",
        said(&output)
    );
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("prices.yaml");
    fs::write(&file, "shard-hours: 0.018\n").unwrap();
    let output = cost(&[
        "--pipeline",
        "page-views",
        "--prices",
        file.to_str().unwrap(),
    ]);
    assert_eq!(output.status.code(), Some(1));
    let said = said(&output);
    assert!(said.contains("prices.yaml:1:"), "{said}");
    assert!(said.contains("did you mean `shard-hour`?"), "{said}");
}

#[test]
fn bad_numbers_are_bad_usage() {
    for wrong in [
        ["--rate", "0"],
        ["--rate", "-5"],
        ["--rate", "fast"],
        ["--rate", "1e300"],
        ["--record-bytes", "0"],
        ["--record-bytes", "1048577"],
        ["--folders", "0"],
        ["--memory-mib", "64"],
        ["--mode", "free"],
    ] {
        let output = cost(&[&["--pipeline", "page-views"], &wrong[..]].concat());
        assert_eq!(output.status.code(), Some(2), "{wrong:?}");
    }
}

#[test]
fn more_than_the_shards_take_is_told_with_how_many_it_needs() {
    let output = cost(&[
        "--pipeline",
        "page-views",
        "--rate",
        "5000",
        "--record-bytes",
        "100",
    ]);
    assert!(output.status.success());
    assert!(
        said(&output).contains("write stream.shards: 5"),
        "{}",
        said(&output)
    );
}

#[test]
fn an_on_demand_stream_has_a_line_of_its_own() {
    let arguments = ["--pipeline", "page-views", "--mode", "on-demand"];
    let found = json(&[&arguments[..], &ONE_KB[..]].concat());
    assert_eq!(found["mode"], "on-demand");
    assert_near(&found["dollars"]["stream"]["parts"]["written"], 0.08);
    let page = printed(&cost(&arguments));
    assert!(page.contains("the stream, on-demand"), "{page}");
}

#[test]
fn a_pipeline_that_firehose_would_do_cheaper_is_told_so() {
    let output = cost(&["--pipeline", "page-views", "--rate", "2"]);
    let page = printed(&output);
    assert!(page.contains("this one has 5 and is dearer"), "{page}");
}

fn check(file: &Path) -> String {
    let output = sluice(&["check"]).arg(file).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(printed(&output).contains(": ok"));
    said(&output)
}

#[test]
fn check_warns_of_what_costs_too_much_and_still_says_that_the_file_is_fine() {
    let said = check(&pipelines().join("user-activity.yaml"));
    assert_eq!(said.lines().count(), 1, "{said}");
    for part in [
        "warning: ",
        "user-activity.yaml: at the 2,000 records/s",
        "$5.00 per million records, more than $1.00",
        "choose `layout: batch`",
    ] {
        assert!(said.contains(part), "{part} is missing in {said}");
    }
    assert!(!said.contains("PUT/s"), "{said}");
    assert_eq!(check(&pipelines().join("page-views.yaml")), "");
}

#[test]
fn check_warns_of_more_puts_than_s3_takes_of_one_prefix() {
    let folder = tempfile::tempdir().unwrap();
    let template = "kdg-archive.json.tmpl";
    fs::copy(pipelines().join(template), folder.path().join(template)).unwrap();
    let one_shard = fs::read_to_string(pipelines().join("kdg-archive.yaml")).unwrap();
    let file = folder.path().join("busy.yaml");
    fs::write(&file, one_shard.replace("shards: 1", "shards: 4")).unwrap();
    let said = check(&file);
    assert_eq!(said.lines().count(), 1, "{said}");
    for part in [
        "$5.00",
        "4,000 PUT/s below kinesis/",
        "3,500",
        "spread the prefix",
    ] {
        assert!(said.contains(part), "{part} is missing in {said}");
    }
}

#[test]
fn a_pipeline_that_generates_nothing_is_estimated_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("silent.yaml");
    let source = "stream:\n  name: silent\nbucket: silent\nprocess:\n  function: Silent\n\
                  object:\n  key: '{{ %uuid }}'\n";
    fs::write(&file, source).unwrap();
    let said = check(&file);
    assert!(
        said.contains("4,000 PUT/s below the whole bucket"),
        "{said}"
    );
    let output = sluice(&["cost", "--pipeline", "silent", "--pipelines"])
        .arg(folder.path())
        .output()
        .unwrap();
    let page = printed(&output);
    assert!(page.contains("1,024 bytes (assumed"), "{page}");
    assert!(page.contains("the stream, on-demand"), "{page}");
}

#[test]
fn what_is_mistyped_is_named_with_its_place_and_its_range() {
    let folder = tempfile::tempdir().unwrap();
    let prices = folder.path().join("eu.yaml");
    fs::write(&prices, "put-per-1000: 0.0054\nput-per-1000: 0.0055\n").unwrap();
    let prices = prices.to_str().unwrap();
    let output = cost(&["--pipeline", "page-views", "--prices", prices]);
    let words = said(&output);
    assert!(
        words.contains(&format!("{prices}:2:1: a name appears twice")),
        "{words}"
    );
    assert!(!words.contains("DuplicateKeyPolicy"), "{words}");
    let output = cost(&["--pipeline", "page-views", "--rate", "-1"]);
    let words = said(&output);
    assert!(words.contains("expected a number above 0"), "{words}");
}
