//! Pipeline files: what ships is valid, and what is wrong is said with its place and a remedy.

use std::{fs, path::Path, time::Duration};

use pipeline::{
    Pipeline,
    file::{Source, Stream},
};

const MINIMAL: &str = "\
stream:
  name: stream
bucket: bucket
process:
  function: function
object:
  key: '{{ id }}.json'
";

fn parse(source: &str) -> Pipeline {
    Pipeline::parse("test", source).unwrap_or_else(|problems| panic!("{problems}"))
}

/// The problems of a file, one line each.
fn problems(source: &str) -> Vec<String> {
    let problems = Pipeline::parse("test", source).unwrap_err().to_string();
    problems.lines().map(str::to_owned).collect()
}

/// The problems of the minimal file with something in the place of something else.
fn with(from: &str, to: &str) -> Vec<String> {
    let source = MINIMAL.replace(from, to);
    assert_ne!(source, MINIMAL);
    problems(&source)
}

#[test]
fn every_pipeline_that_ships_is_valid() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../pipelines");
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path
            .extension()
            .is_some_and(|extension| extension == "yaml")
        {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let source = fs::read_to_string(&path).unwrap();
            let pipeline = Pipeline::parse(&name, &source).unwrap_or_else(|e| panic!("{e}"));
            assert!(pipeline.description().is_some(), "{name}");
            assert!(pipeline.generate().is_some(), "{name}");
            names.push(name);
        }
    }
    names.sort();
    assert!(names.contains(&"kdg-archive".to_owned()), "{names:?}");
    assert!(names.contains(&"user-activity".to_owned()), "{names:?}");
}

#[test]
fn what_a_file_leaves_out_has_defaults() {
    let pipeline = parse(MINIMAL);
    assert_eq!(pipeline.name(), "test");
    assert_eq!(
        pipeline.stream(),
        &Stream {
            name: "stream".to_owned(),
            shards: None,
        }
    );
    assert_eq!(pipeline.process().timeout, Duration::from_mins(1));
    assert_eq!(pipeline.process().memory_mib, 256);
    assert_eq!(
        pipeline.process().source,
        Source {
            batch_size: 500,
            maximum_batching_window_in_seconds: 1,
            parallelization_factor: 1,
            maximum_retry_attempts: 10,
            maximum_record_age_in_seconds: 86_400,
            bisect_batch_on_function_error: true,
        }
    );
    assert_eq!(pipeline.settings().filter, None);
    assert_eq!(pipeline.settings().object.on_collision, None);
    assert_eq!(pipeline.generate(), None);
}

#[test]
fn a_bucket_that_is_there_already_is_said_to_be() {
    assert!(!parse(MINIMAL).has_existing_bucket());
    let existing = MINIMAL.replace("object:", "existing_bucket: true\nobject:");
    assert!(parse(&existing).has_existing_bucket());
}

#[test]
fn an_empty_program_is_no_program() {
    let pipeline = parse(&MINIMAL.replace("object:", "  program: \"\"\n  filter: ' '\nobject:"));
    assert_eq!(pipeline.settings().program, None);
    assert!(pipeline.config().transform.is_none());
}

#[test]
fn every_problem_of_a_file_is_reported_at_once_in_its_order() {
    let source = "\
stream:
  name: my stream
  shards: 0
bucket: Bucket
process:
  function: my.function
  filter: '.age >= 21'
  program: |

    .first = 1
    .second = now()
  timeout_seconds: 901
  source:
    maximum_retry_attempts: -1
object:
  key: 'data/{{ id }}/{{ %arrival }}'
  timestamp: at
generate:
  template: ../elsewhere.tmpl
  partition_key: '{{ %shard_id }}'
";
    let problems = problems(source);
    let begins = [
        "test.yaml:2:9: stream.name: `my stream` holds ' ', and AWS takes letters,",
        "test.yaml:3:11: stream.shards: 0 is not from 1 to 20000; choose a number",
        "test.yaml:4:9: bucket: `Bucket` holds 'B', and AWS takes lower-case letters,",
        "test.yaml:6:13: process.function: `my.function` holds '.', and AWS takes letters,",
        "test.yaml:7:12: process.filter: unhandled error: expression can result in runtime error",
        "test.yaml:11:15: process.program: `now` reads the clock, so a replayed record would",
        "test.yaml:12:20: process.timeout_seconds: 901 is not from 1 to 900; choose a number",
        "test.yaml:14:29: process.source.maximum_retry_attempts: -1 is not from 0 to 10000;",
        "test.yaml:16:23: object.key: `%arrival` is not known of a record; use one of %seq",
        "test.yaml:19:13: generate.template: `../elsewhere.tmpl` leaves the folder of the",
        "test.yaml:20:19: generate.partition_key: `%shard_id` is known only once the stream",
    ];
    assert_eq!(problems.len(), begins.len(), "{problems:#?}");
    for (problem, begin) in problems.iter().zip(begins) {
        assert!(problem.starts_with(begin), "{problem}");
    }
}

#[test]
fn an_unknown_field_names_the_nearest_known_one() {
    assert_eq!(
        with("  name: stream", "  nam: stream"),
        ["test.yaml:2:3: stream.nam: is not a field of a pipeline file; did you mean `name`?"]
    );
    let source = "  function: function\n  source:\n    batchsize: 3\n";
    assert_eq!(
        with("  function: function\n", source),
        [
            "test.yaml:7:5: process.source.batchsize: is not a field of a pipeline file; \
             did you mean `batch_size`?"
        ]
    );
    let all = with("bucket: bucket", "qqqq: bucket");
    assert!(
        all[0].contains("use one of description, stream, bucket,"),
        "{all:?}"
    );
}

#[test]
fn a_field_that_is_missing_is_named_with_its_path() {
    assert_eq!(
        with("  name: stream", "  shards: 1"),
        [
            "test.yaml:2:3: stream.name: is missing; add it; pipelines/README.md tells of every field"
        ]
    );
    let problems = with("bucket: bucket\n", "");
    assert!(
        problems[0].contains(": bucket: is missing; add it"),
        "{problems:?}"
    );
}

#[test]
fn yaml_that_does_not_fit_says_where() {
    for (from, to, expected) in [
        (
            "  name: stream",
            "  name: stream\n  shards: many",
            "test.yaml:3:11: stream.shards: is not a whole number; write digits only",
        ),
        (
            "name: stream",
            "name:",
            "test.yaml:2:7: stream.name: has no value; write one, or remove the field",
        ),
        (
            "bucket: bucket",
            "bucket: a\nbucket: b",
            "test.yaml:4:1: a field appears twice; remove one of the two",
        ),
        (
            "object:",
            "object:\n  layout: files",
            "test.yaml:7:11: object.layout: `files` is not known; use one of record, batch",
        ),
        (
            "object:",
            "object:\n  on_collision: sufix",
            "test.yaml:7:17: object.on_collision: `sufix` is not known; did you mean `suffix`?",
        ),
        (
            "  name: stream",
            "\tname: stream",
            "test.yaml:2:2: tabs disallowed within this context (block indentation);",
        ),
    ] {
        let problems = with(from, to);
        assert!(problems[0].starts_with(expected), "{to}: {problems:?}");
    }
    assert_eq!(
        problems(""),
        ["test.yaml:1:1: the file is empty; pipelines/README.md tells of every field"]
    );
}

#[test]
fn a_problem_in_a_folded_program_is_placed_where_the_program_begins() {
    let program = "function\n  program: >\n    .a = 1;\n    .b = now()\n";
    let problems = with("function\n", program);
    assert!(
        problems[0].starts_with("test.yaml:7:5: process.program: `now`"),
        "{problems:?}"
    );
}

#[test]
fn a_timestamp_that_no_specifier_uses_is_refused() {
    let problems = with(".json'", ".json'\n  timestamp: at");
    assert!(
        problems[0].contains("object.timestamp: is not used"),
        "{problems:?}"
    );
    parse(&MINIMAL.replace("{{ id }}.json'", "%Y/{{ id }}.json'\n  timestamp: at"));
}

#[test]
fn a_pipeline_too_long_for_the_environment_is_refused_by_name() {
    let program = |length| {
        let comment = "#".repeat(length);
        MINIMAL.replace(
            "object:",
            &format!("  program: '.a = 1 {comment}'\nobject:"),
        )
    };
    parse(&program(3700));
    let problems = problems(&program(4100));
    assert!(
        problems[0].starts_with("test.yaml: process: the function's variables PIPELINE and BUCKET"),
        "{problems:?}"
    );
    assert!(
        problems[0].ends_with("and Lambda takes 4096; shorten process.program or process.schema")
    );
}

#[test]
fn the_name_of_the_file_has_to_be_a_name() {
    for name in ["Upper", "9lives", "-a", "a_b", "", &"a".repeat(65)] {
        let problems = Pipeline::parse(name, MINIMAL).unwrap_err().to_string();
        assert!(problems.contains("cannot name a pipeline"), "{problems}");
    }
    assert!(Pipeline::parse("a-9", MINIMAL).is_ok());
}

#[test]
fn a_template_has_to_lie_beside_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.yaml");
    let source = format!("{MINIMAL}generate:\n  template: test.tmpl\n");
    fs::write(&path, &source).unwrap();
    let problems = Pipeline::read(&path).unwrap_err().to_string();
    assert!(
        problems.starts_with(&path.display().to_string()),
        "{problems}"
    );
    assert!(
        problems.contains("there is no file `test.tmpl` beside"),
        "{problems}"
    );
    fs::write(folder.path().join("test.tmpl"), "{}").unwrap();
    let pipeline = Pipeline::read(&path).unwrap();
    assert_eq!(pipeline.name(), "test");
    let template = &pipeline.generate().unwrap().template;
    assert_eq!(template, Path::new("test.tmpl"));
}

#[test]
fn no_template_leaves_the_folder() {
    for template in ["/etc/passwd", "../x", "a/../../x", "''", "./x"] {
        let source = format!("{MINIMAL}generate:\n  template: {template}\n");
        let problems = problems(&source);
        assert!(problems[0].contains("leaves the folder"), "{problems:?}");
    }
    parse(&format!(
        "{MINIMAL}generate:\n  template: templates/x.tmpl\n"
    ));
}

#[test]
fn a_file_that_cannot_be_read_is_a_problem_of_its_own() {
    let problems = Pipeline::read(Path::new("nowhere/x.yaml")).unwrap_err();
    let problems = problems.to_string();
    assert!(
        problems.starts_with("nowhere/x.yaml: cannot be read: "),
        "{problems}"
    );
}

#[test]
fn a_description_that_aws_would_not_take_is_refused() {
    let described = |text: &str| format!("description: '{text}'\n{MINIMAL}");
    parse(&described(&"é".repeat(256)));
    for (text, wrong) in [
        ("a".repeat(257), "has 257 characters"),
        ("orders → lake".to_owned(), "has '→'"),
    ] {
        let problems = problems(&described(&text)).join("\n");
        assert!(
            problems.starts_with("test.yaml:1:14: description: "),
            "{problems}"
        );
        assert!(problems.contains(wrong), "{problems}");
    }
}

#[test]
fn columns_are_for_lines_and_have_types_of_athena() {
    let lines = MINIMAL.replace("key: '{{ id }}.json'", "layout: batch\n  key: 'a/'");
    let table = |kind: &str| format!("{lines}table:\n  columns:\n    id: {kind}\n");
    let pipeline = parse(&table("array<string>"));
    assert_eq!(pipeline.table().unwrap().columns["id"], "array<string>");
    assert_eq!(parse(&lines).table(), None);
    assert_eq!(
        problems(&table("text")),
        [
            "test.yaml:11:9: table.columns.id: `text` is not a type of Athena's; write one such as \
             string, bigint, double, boolean, timestamp, decimal(10,2), array<string> or \
             struct<id:bigint>"
        ]
    );
    for (one, other) in [("userId", "userid"), ("a-b", "a_b"), ("_id", "zone")] {
        let twice = format!("{lines}table:\n  columns:\n    {one}: string\n    {other}: string\n");
        let problems = problems(&twice).join("\n");
        assert!(problems.contains("for Athena, as `"), "{problems}");
    }
    let of_records = format!("{MINIMAL}table:\n  columns:\n    id: string\n");
    assert_eq!(
        problems(&of_records),
        [
            "test.yaml:10:9: table.columns.id: is for `layout: batch`; remove table, or choose that layout"
        ]
    );
}

#[test]
fn a_place_that_needs_the_member_of_every_line_is_refused() {
    let batch = |object: &str| {
        let key = "key: '{{ id }}.json'";
        with(key, &format!("layout: batch\n  {object}")).join(" ")
    };
    for object in [
        "key: 'a/{{ _id }}/'",
        "key: 'a/{{ _id.x }}/'",
        "key: 'a/{{ no }}/'\n  id: no",
    ] {
        let problems = batch(object);
        assert!(problems.contains("object.key: needs `"), "{problems}");
    }
    let problems = batch("key: 'a/%Y/'\n  timestamp: _id");
    assert!(
        problems.contains("object.timestamp: needs `_id`"),
        "{problems}"
    );
    let free = "layout: batch\n  key: 'a/{{ _id }}/'\n  id: ''";
    parse(&MINIMAL.replace("key: '{{ id }}.json'", free));
}

#[test]
fn a_schema_that_refuses_every_record_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.yaml");
    let schema = "function: function\n  schema: test.schema.json";
    fs::write(&path, MINIMAL.replace("function: function", schema)).unwrap();
    fs::write(folder.path().join("test.schema.json"), "false").unwrap();
    let problems = Pipeline::read(&path).unwrap_err().to_string();
    assert!(problems.contains("refuses every record"), "{problems}");
    fs::write(folder.path().join("test.schema.json"), "true").unwrap();
    Pipeline::read(&path).unwrap();
}
