use std::fs;
use std::path::Path;

use kdg_web::plan::{Field, Rate, Time};
use kdg_web::preview::{Times, preview};
use kdg_web::sendable::Sending;
use kdg_web::state::code::{code, grouped};
use kdg_web::state::form::{Form, KeyKind, RateKind};
use kdg_web::state::preset::PRESETS;
use kdg_web::state::sign_in::{PASSWORD_RULES, incomplete, mistyped};
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
fn mistakes_are_told_in_the_words_and_units_of_the_form() {
    let said = |form: Form, week: &Week| {
        let form = Form {
            name: "orders".into(),
            ..form
        };
        let errors = form.plan(TEMPLATE, week, never);
        let plan = match errors {
            Ok(plan) => plan.validate().unwrap_err(),
            Err(errors) => errors,
        };
        assert_eq!(plan.len(), 1, "{plan:?}");
        plan[0].message.clone()
    };
    let mut week = Week::default();
    week.set(0, 0, Part::Mean, "-5".into());
    let words = said(
        Form {
            rate: RateKind::Week,
            ..Form::default()
        },
        &week,
    );
    assert!(words.starts_with("Sunday 00:00, mean: \"-5\""), "{words}");

    let whole = Week::default();
    let words = said(
        Form {
            malformed: "-1".into(),
            ..Form::default()
        },
        &whole,
    );
    assert_eq!(
        words,
        "the share of malformed records is -1 %, write 0 to 100"
    );
    let two = Form {
        malformed: "60".into(),
        late: "60".into(),
        ..Form::default()
    };
    let words = said(two, &whole);
    assert!(words.contains("more than 100 %"), "{words}");

    let words = said(
        Form {
            stop_minutes: "1e300".into(),
            ..Form::default()
        },
        &whole,
    );
    assert!(
        words.len() < 100 && words.contains("write fewer"),
        "{words}"
    );
    let words = said(
        Form {
            stop_minutes: "0".into(),
            ..Form::default()
        },
        &whole,
    );
    assert!(words.contains("above 0"), "{words}");
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
fn samples_begin_at_the_simulated_time() {
    let times = Times {
        now_ms: 1_800_000_000_000,
        simulated_ms: Some(1_709_211_900_000),
        offset_minutes: 0,
    };
    let template = "{{date.simTime(\"YYYY-MM-DD\")}}";
    let made = preview(template, true, 1, 1, times, &Sending::default()).records;
    assert_eq!(made[0].text, "2024-02-29");
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

#[test]
fn the_rules_of_a_password_are_those_of_both_pools() {
    let local = local::cognito::PasswordPolicy::default();
    let (_, told) = PASSWORD_RULES.split_once("At least ").unwrap();
    assert!(told.starts_with(&format!("{} characters", local.fewest_characters)));
    assert!(local.every_kind);
    let deployed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../terraform/modules/kdg/main.tf");
    let deployed = fs::read_to_string(deployed).unwrap();
    let setting = |name: &str| {
        let line = deployed.lines().find(|line| line.trim().starts_with(name));
        line.and_then(|line| line.split_once("= "))
            .unwrap()
            .1
            .to_owned()
    };
    assert_eq!(
        setting("minimum_length"),
        local.fewest_characters.to_string()
    );
    for kind in ["lowercase", "uppercase", "numbers", "symbols"] {
        assert_eq!(setting(&format!("require_{kind}")), "true", "{kind}");
    }
}

#[test]
fn nobody_is_asked_without_a_name_and_a_password_or_for_a_mistyped_one() {
    assert!(
        incomplete(" ", "")
            .unwrap()
            .contains("the user name and the password")
    );
    assert!(incomplete("", "x").unwrap().contains("user name"));
    assert!(incomplete("ada", "").unwrap().contains("password"));
    assert_eq!(incomplete("ada", " "), None);
    assert!(mistyped("", "").is_some());
    assert!(mistyped("Correct-horse-9", "Correct-horse-8").is_some());
    assert_eq!(mistyped("Correct-horse-9", "Correct-horse-9"), None);
}

#[test]
fn shards_are_told_apart_by_their_numbers() {
    assert_eq!(words::shard("shardId-000000000000"), "shard 0");
    assert_eq!(words::shard("shardId-000000000120"), "shard 120");
    assert_eq!(words::shard("shardId-x"), "shardId-x");
}

#[test]
fn numbers_are_read_as_people_write_them_and_no_comma_is_taken_for_a_point() {
    let records = |text: &str| {
        let form = Form {
            name: "orders".into(),
            stop_records: text.into(),
            ..Form::default()
        };
        form.plan(TEMPLATE, &Week::default(), never)
            .map(|plan| plan.stop.records)
    };
    for text in [
        "1000000",
        "1e6",
        "1E6",
        "1,000,000",
        "1 000 000",
        "1_000_000",
    ] {
        assert_eq!(records(text).unwrap(), Some(1_000_000), "{text}");
    }
    for text in ["1,5", "1e", "e6", "1e99", "1.5", "-1"] {
        assert!(records(text).is_err(), "{text}");
    }
    let form = Form {
        name: "orders".into(),
        constant: "1,5".into(),
        ..Form::default()
    };
    let errors = form.plan(TEMPLATE, &Week::default(), never).unwrap_err();
    assert!(
        errors[0].message.contains("decimals with a point"),
        "{errors:?}"
    );
}

#[test]
fn a_key_is_a_code_to_scan_and_groups_to_type() {
    assert_eq!(grouped("ABCDEFGHIJ"), "ABCD EFGH IJ");
    let found = code("otpauth://totp/sluice:ada?secret=ABCDEFGH&issuer=sluice").unwrap();
    // The smallest that holds it has 33 modules, and four light ones on each side.
    assert_eq!(found.side, 33 + 8);
    // The upper left corner is dark, and white lies around it.
    assert!(
        found.path.starts_with("M4 4h1v1h-1z"),
        "{}",
        &found.path[..40]
    );
    assert_eq!(code(&"x".repeat(5_000)), None);
}
