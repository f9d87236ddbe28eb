//! Which stream and key go with which template.

use kdg_web::state::fit;
use kdg_web::state::form::{Form, KeyKind, TargetKind};
use kdg_web::state::library::Named;
use kdg_web::state::preset::PRESETS;

fn named(name: &str) -> Named {
    let preset = PRESETS.iter().find(|preset| preset.name == name).unwrap();
    Named {
        name: name.into(),
        template: preset.template.into(),
    }
}

#[test]
fn going_back_to_another_pipelines_template_brings_its_key_and_stream_along() {
    let streams = [("page-views".to_owned(), "views-eu".to_owned())].into();
    let mut form = Form::default();
    let words = form.use_pipeline(&PRESETS[1], &streams);
    assert_eq!(
        (form.name.as_str(), form.key_template.as_str()),
        ("views-eu", "{{ visitor }}")
    );
    assert!(
        words.contains("views-eu") && words.contains("{{ visitor }}"),
        "{words}"
    );
    assert_eq!(form.show(&named("page-views"), &streams), None);

    let words = form.show(&named("user-activity"), &streams).unwrap();
    assert_eq!(form.name, "user-activity-stream");
    assert_eq!(form.key_template, "{{ user_id }}");
    assert!(
        words.contains("user-activity-stream") && words.contains("{{ user_id }}"),
        "{words}"
    );

    let own = Named {
        name: "own".into(),
        template: "{\"a\": 1}".into(),
    };
    let words = form.show(&own, &streams).unwrap();
    assert_eq!(
        (form.key, form.name.as_str()),
        (KeyKind::Random, "user-activity-stream")
    );
    assert!(words.contains("random"), "{words}");
}

#[test]
fn what_somebody_has_typed_and_fits_stays_when_another_template_is_shown() {
    let mut form = Form {
        name: "my-stream".into(),
        key: KeyKind::Template,
        key_template: "{{ user_id }}".into(),
        ..Form::default()
    };
    let before = form.clone();
    assert_eq!(form.show(&named("user-activity"), &[].into()), None);
    assert_eq!(form, before);
}

#[test]
fn a_stream_is_chosen_for_somebody_only_where_no_other_can_be_meant() {
    let shown = named("user-activity");
    let own = Named {
        name: "own".into(),
        template: "x".into(),
    };
    let two = [("call-events", "a"), ("user-activity", "b")];
    let two = two
        .map(|(pipeline, stream)| (pipeline.to_owned(), stream.to_owned()))
        .into();
    assert_eq!(fit::first_stream(&shown, &two).as_deref(), Some("b"));
    assert_eq!(fit::first_stream(&own, &two), None);
    let one = [("call-events".to_owned(), "a".to_owned())].into();
    assert_eq!(fit::first_stream(&own, &one).as_deref(), Some("a"));

    let listed = ["a".to_owned(), "b".to_owned()];
    let mut form = Form::default();
    assert_eq!(form.choose_listed(&own, &two, &listed), None);
    assert!(form.choose_listed(&shown, &two, &listed).is_some());
    assert_eq!(form.name, "b");
    form.target = TargetKind::Firehose;
    assert!(form.change_service().contains("no partition keys"));
    assert_eq!(form.choose_listed(&shown, &two, &listed), None);
    assert!(form.choose_listed(&shown, &two, &listed[..1]).is_some());
    assert_eq!(form.name, "a");
    assert_eq!(form.choose_listed(&shown, &two, &listed[1..]), None);
}

#[test]
fn the_bucket_that_is_watched_is_that_of_the_target() {
    let named = |pairs: &[(&str, &str)]| -> std::collections::BTreeMap<String, String> {
        let pairs = pairs.iter();
        pairs
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    };
    let streams = named(&[("page-views", "acme-views"), ("orders", "orders")]);
    let buckets = named(&[
        ("page-views", "acme-views-data"),
        ("user-activity", "activity"),
        ("clicks", "c"),
    ]);
    for (name, target, bucket) in [
        ("acme-views", TargetKind::Stream, Some("acme-views-data")),
        ("user-activity-stream", TargetKind::Stream, Some("activity")),
        // A stream whose pipeline has no bucket here, one that no pipeline reads, and none.
        ("orders", TargetKind::Stream, None),
        ("clicks", TargetKind::Stream, None),
        ("", TargetKind::Stream, None),
        ("clicks", TargetKind::Firehose, Some("c")),
    ] {
        let form = Form {
            name: name.into(),
            target,
            ..Form::default()
        };
        assert_eq!(
            fit::bucket(&form, &streams, &buckets).as_deref(),
            bucket,
            "{name}"
        );
    }
}
