use std::fs;
use std::path::Path;

use kdg_web::link::LinkError;
use kdg_web::plan::{Field, Rate, Time};
use kdg_web::state::form::{Form, KeyKind, RateKind};
use kdg_web::state::library::{ImportError, Library};
use kdg_web::state::preset::PRESETS;
use kdg_web::state::week::{Part, Week};
use kdg_web::state::words;
use pipeline::Pipeline;

const TEMPLATE: &str = "{{random.number(9)}}";

fn never(_: &str) -> Option<i64> {
    None
}

#[test]
fn the_form_as_it_comes_is_a_plan_once_it_has_a_stream() {
    let form = Form {
        name: " orders ".into(),
        ..Form::default()
    };
    let plan = form.plan(TEMPLATE, &Week::default(), never).unwrap();
    assert_eq!(plan.target.name(), "orders");
    assert_eq!(plan.rate, Rate::Constant { per_second: 100.0 });
    assert!(plan.validate().is_ok());
}

#[test]
fn fields_that_hold_no_number_and_other_mistakes_are_named_at_once() {
    let form = Form {
        constant: "fast".into(),
        seed: "-1".into(),
        stop_minutes: "soon".into(),
        late: "x".into(),
        simulated: true,
        ..Form::default()
    };
    let errors = form.plan(TEMPLATE, &Week::default(), never).unwrap_err();
    let fields: Vec<_> = errors.iter().map(|error| error.field).collect();
    assert_eq!(
        fields,
        [
            Field::Rate,
            Field::Time,
            Field::Faults,
            Field::Seed,
            Field::StopMinutes,
            Field::Target
        ]
    );
    assert_eq!(
        errors[0].message,
        "the rate is \"fast\", write a number such as 100 or 2.5"
    );
}

#[test]
fn a_share_is_written_in_percent_and_a_number_of_records_with_separators() {
    let form = Form {
        name: "orders".into(),
        malformed: "1.5".into(),
        stop_records: "1,000 000".into(),
        ..Form::default()
    };
    let plan = form.plan(TEMPLATE, &Week::default(), never).unwrap();
    assert!((plan.faults.malformed - 0.015).abs() < 1e-12);
    assert_eq!(plan.stop.records, Some(1_000_000));
}

#[test]
fn a_plan_of_compressed_records_names_no_line_feed() {
    let plan = |gzip| {
        let form = Form {
            name: "orders".into(),
            gzip,
            ..Form::default()
        };
        let plan = form.plan(TEMPLATE, &Week::default(), never).unwrap();
        (plan.gzip, plan.line_feed)
    };
    assert_eq!((plan(false), plan(true)), ((false, true), (true, false)));
}

#[test]
fn every_kind_of_rate_and_key_is_a_plan_that_can_run() {
    for rate in [
        RateKind::Constant,
        RateKind::Ramp,
        RateKind::Burst,
        RateKind::Week,
        RateKind::Unlimited,
    ] {
        for key in [KeyKind::Random, KeyKind::Even, KeyKind::Template] {
            let form = Form {
                name: "orders".into(),
                rate,
                key,
                key_template: "{{ id }}".into(),
                // A simulated time needs a rate.
                simulated: rate != RateKind::Unlimited,
                from: "2024-02-29T13:05".into(),
                ..Form::default()
            };
            let at = |text: &str| (!text.is_empty()).then_some(1_709_211_900_000);
            let plan = form
                .plan("{\"id\": {{random.number(9)}}}", &Week::default(), at)
                .unwrap();
            let simulated = Time::Simulated {
                from_ms: 1_709_211_900_000,
                until_ms: None,
                speed: Some(60.0),
            };
            let is_simulated = plan.time == simulated;
            assert_eq!(is_simulated, rate != RateKind::Unlimited);
            assert!(
                plan.validate().is_ok(),
                "{rate:?} {key:?}: {:?}",
                plan.validate().err()
            );
        }
    }
}

#[test]
fn the_week_is_kept_as_the_original_keeps_it() {
    let mut week = Week::default();
    let periods = serde_json::from_str("{\"#6-23-mu\": \"250\", \"#0-0-sig\": \"3\"}").unwrap();
    week.take(&periods).unwrap();
    assert_eq!(week.get(6, 23, Part::Mean), "250");
    assert_eq!(week.get(0, 0, Part::Sigma), "3");
    assert_eq!(week.get(0, 0, Part::Mean), "100");
    let kept = week.periods();
    assert_eq!((kept.len(), kept["#6-23-mu"].as_str()), (336, "250"));
    let unknown = serde_json::from_str("{\"#7-0-mu\": \"1\"}").unwrap();
    assert!(week.take(&unknown).unwrap_err().contains("#7-0-mu"));
}

#[test]
fn a_day_is_given_to_the_whole_week() {
    let mut week = Week::default();
    week.set(3, 9, Part::Mean, "7".into());
    week.spread(3);
    assert!((0..7).all(|day| week.get(day, 9, Part::Mean) == "7"));
}

#[test]
fn what_was_exported_is_imported_once() {
    let mut library = Library::default();
    library.add("orders", "{{random.uuid}}".into());
    let file = library.export();
    let mut other = Library::default();
    assert_eq!(other.import(&file).unwrap().names.len(), 2);
    assert_eq!(other.all(), library.all());
    other.import(&file).unwrap();
    assert_eq!(other.all().len(), 2);
}

#[test]
fn the_storage_of_the_original_is_imported_without_its_empty_places() {
    let templates = serde_json::to_string(&serde_json::json!([
        {"name": "Schema Discovery Payload", "template": "{{date.now}}"},
        {"name": "Template 2", "template": ""},
    ]))
    .unwrap();
    let storage = serde_json::json!({
        "cid": "x", "r": "us-east-1", "templates": templates, "periods": "{\"#0-0-mu\": \"5\"}",
    });
    let mut library = Library::default();
    let import = library.import(&storage.to_string()).unwrap();
    assert_eq!(import.names, ["Schema Discovery Payload"]);
    assert_eq!(import.periods.unwrap()["#0-0-mu"], "5");
    assert_eq!(library.current().template, "{{date.now}}");
}

#[test]
fn a_file_of_something_else_changes_nothing_and_says_what_is_needed() {
    let mut library = Library::default();
    assert!(matches!(
        library.import("template"),
        Err(ImportError::NoJson(_))
    ));
    assert_eq!(library.import("{\"a\": 1}"), Err(ImportError::Nothing));
    assert_eq!(library, Library::default());
}

#[test]
fn a_link_carries_a_template_with_every_character() {
    let mut library = Library::default();
    library.add("größe", "{\"ü\": \"<b>{{random.uuid}}</b>\"}\n".into());
    let fragment = library.fragment().unwrap();
    let mut other = Library::default();
    assert_eq!(
        other.follow(&format!("#{fragment}")).unwrap().as_deref(),
        Some("größe")
    );
    assert_eq!(other.current(), library.current());
    assert_eq!(other.follow("#elsewhere"), Ok(None));
    assert_eq!(other.follow("#template=%%"), Err(LinkError::Damaged));
}

#[test]
fn names_stay_different_and_one_template_always_remains() {
    let mut library = Library::default();
    let first = library.current().name;
    assert_eq!(library.add(&first, "x".into()), format!("{first} 2"));
    library.rename(&first);
    assert_eq!(library.current().name, format!("{first} 3"));
    library.remove();
    library.remove();
    assert_eq!(
        (library.all().len(), library.current().template.as_str()),
        (1, "")
    );
}

#[test]
fn what_was_kept_and_cannot_be_read_is_begun_anew() {
    assert_eq!(
        Library::kept(Some("{\"templates\":[],\"shown\":3}")),
        Library::default()
    );
    assert_eq!(Library::kept(Some("nonsense")), Library::default());
}

#[test]
fn the_presets_are_what_the_pipelines_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../pipelines");
    let mut described = Vec::new();
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "yaml") {
            let pipeline = Pipeline::read(&path).unwrap();
            let generate = pipeline.generate().unwrap();
            let template = fs::read_to_string(folder.join(&generate.template)).unwrap();
            let key = generate.partition_key.clone().unwrap_or_default();
            let (name, stream) = (pipeline.name(), pipeline.stream().name.as_str());
            described.push([name.to_owned(), stream.to_owned(), template, key]);
        }
    }
    let mut offered = PRESETS
        .map(|preset| [preset.name, preset.stream, preset.template, preset.key].map(str::to_owned));
    described.sort();
    offered.sort();
    assert_eq!(described, offered);
}

#[test]
fn numbers_are_read_at_a_glance() {
    assert_eq!(words::count(1_234_567), "1,234,567");
    assert_eq!(words::count(999), "999");
    assert_eq!(words::rate(0.0), "0");
    assert_eq!(words::rate(12.34), "12.3");
    assert_eq!(words::rate(12_345.0), "12.3 k");
    assert_eq!(words::bytes(1_234_567), "1.2 MB");
    assert_eq!(words::clock(3723.9), "1:02:03");
    assert_eq!(words::clock(63.0), "1:03");
}
