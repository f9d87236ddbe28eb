//! Records with known faults.

use std::collections::HashMap;

use kdg::{
    FaultKind, FaultMix, FaultyRecipe, HOT_KEY, MAX_RECORD_BYTES, Recipe, Record, Scene,
    SeededEntropy, Template,
};

use crate::template::LEAP_DAY;

fn records(mix: &str, template: &str, count: u64) -> Vec<(Record, Option<kdg::Fault>)> {
    let recipe = Recipe::new(Template::compile(template).unwrap());
    let mut recipe = FaultyRecipe::new(recipe, mix.parse().unwrap());
    let mut scene = Scene::new(SeededEntropy::new(5), LEAP_DAY);
    (0..count)
        .map(|tag| recipe.make(&mut scene, tag).unwrap())
        .collect()
}

#[test]
fn each_fault_has_its_share() {
    let mix = "malformed=0.1,duplicate=0.2,late=0.05,hot-key=0.3";
    let mut counts = HashMap::new();
    for (_, fault) in records(mix, "{{random.uuid}}", 20_000) {
        *counts.entry(fault.map(|fault| fault.kind)).or_insert(0_u32) += 1;
    }
    for (kind, expected) in [
        (Some(FaultKind::Malformed), 2_000_u32),
        (Some(FaultKind::Duplicate), 4_000),
        (Some(FaultKind::Late), 1_000),
        (Some(FaultKind::HotKey), 6_000),
        (None, 7_000),
    ] {
        let found = counts[&kind];
        assert!(found.abs_diff(expected) < 250, "{kind:?}: {found}");
    }
}

#[test]
fn records_without_a_fault_are_those_of_a_run_without_faults() {
    let template = r#"{"id": "{{random.uuid}}", "n": {{random.number}}}"#;
    let clean = records("late=0", template, 200);
    let mixed = records("malformed=0.2,duplicate=0.2,hot-key=0.2", template, 200);
    let mut same = 0;
    for ((clean, _), (mixed, fault)) in clean.iter().zip(&mixed) {
        if fault.is_none() {
            assert_eq!(clean, mixed);
            same += 1;
        }
    }
    assert!((50..150).contains(&same), "{same}");
}

#[test]
fn a_malformed_record_is_never_json() {
    for template in ["{{random.number}}", r#"{"a": "{{random.word}}"}"#, "\" \""] {
        for (record, _) in records("malformed=1", template, 500) {
            assert!(serde_json::from_slice::<serde_json::Value>(&record.data).is_err());
        }
    }
}

#[test]
fn a_duplicate_repeats_the_record_it_names() {
    let all = records("duplicate=0.5", "{{random.uuid}}", 1_000);
    let mut duplicates = 0;
    for (record, fault) in &all {
        if let Some(of) = fault.and_then(|fault| fault.of) {
            let original = &all[usize::try_from(of).unwrap()].0;
            assert_eq!(original.data, record.data);
            assert_eq!(original.partition_key, record.partition_key);
            assert_ne!(original.tag, record.tag);
            duplicates += 1;
        }
    }
    assert!(duplicates > 400);
    // A copy of a record with a fault would have two.
    let all = records("duplicate=0.5,malformed=0.4", "{{random.uuid}}", 500);
    for (_, fault) in &all {
        if let Some(of) = fault.and_then(|fault| fault.of) {
            assert_eq!(all[usize::try_from(of).unwrap()].1, None);
        }
    }
    // The first record has none before it, and is then no duplicate.
    assert!(records("duplicate=1", "x", 1)[0].1.is_none());
}

#[test]
fn a_late_record_is_an_hour_to_two_days_older() {
    for (record, fault) in records("late=0.5", "{{date.now(x)}}", 300) {
        let text = String::from_utf8(record.data).unwrap();
        let age = LEAP_DAY - text.trim().parse::<i64>().unwrap();
        match fault {
            Some(_) => assert!((3_600_000..=172_800_000).contains(&age), "{age}"),
            None => assert_eq!(age, 0),
        }
    }
}

#[test]
fn an_entity_that_begins_in_a_late_record_keeps_the_true_time() {
    let template = "{{entity device of 3 {now: date.now(x), sim: date.simTime(x), day: \
                    \"{{date.utc(x)}}\", long: random.alphaNumeric(5)} : a 1..2 -> b 0..3}}\
                    {{device.now}} {{device.sim}} {{device.day}} {{date.now(x)}} {{date.simTime(x)}}";
    let times = |record: &Record| -> Vec<i64> {
        let text = String::from_utf8(record.data.clone()).unwrap();
        text.split_whitespace()
            .map(|time| time.parse().unwrap())
            .collect()
    };
    for seed in 0..100 {
        let recipe = Recipe::new(Template::compile(template).unwrap());
        let mut recipe = FaultyRecipe::new(recipe, "late=0.3,duplicate=0.1".parse().unwrap());
        let mut scene = Scene::new(SeededEntropy::new(seed), LEAP_DAY);
        let mut late = 0;
        for tag in 0..100 {
            let second = i64::try_from(tag).unwrap() * 1_000;
            scene.set_now(LEAP_DAY + second);
            scene.set_simulated(Some(second));
            let (record, fault) = recipe.make(&mut scene, tag).unwrap();
            let [now, sim, day, its_now, its_sim] = times(&record)[..] else {
                panic!("five times");
            };
            // All that happened lies in the 100 seconds of the run.
            let in_run = |start: i64, time: i64| (start..start + 100_000).contains(&time);
            assert!(in_run(LEAP_DAY, now) && in_run(LEAP_DAY, day) && in_run(0, sim));
            let is_late = fault.is_some_and(|fault| fault.kind == FaultKind::Late);
            assert_eq!(in_run(LEAP_DAY, its_now), !is_late, "seed {seed}");
            assert_eq!(in_run(0, its_sim), !is_late, "seed {seed}");
            late += u32::from(is_late);
        }
        assert!((10..55).contains(&late), "{late}");
    }
}

#[test]
fn a_record_that_fails_while_an_entity_begins_leaves_the_clock_right() {
    let template = r#"{{let x = "0123456789abcdef"}}{{#repeat 11}}{{let x = "{{x}}{{x}}"}}{{/repeat}}{{#if chance 0.5}}{{entity e of 2 {text: "{{x}}{{x}}{{x}}"}}}{{/if}}{{date.now(x)}}"#;
    let recipe = Recipe::new(Template::compile(template).unwrap());
    let mut recipe = FaultyRecipe::new(recipe, "late=0.5".parse().unwrap());
    let mut scene = Scene::new(SeededEntropy::new(5), LEAP_DAY);
    let (mut failed, mut late) = (0, 0);
    for tag in 0..200 {
        let Ok((record, fault)) = recipe.make(&mut scene, tag) else {
            failed += 1;
            continue;
        };
        let text = String::from_utf8(record.data).unwrap();
        let is_old = text.trim().parse::<i64>().unwrap() < LEAP_DAY;
        assert_eq!(is_old, fault.is_some());
        late += u32::from(is_old);
    }
    assert!(failed > 50 && late > 20, "{failed} {late}");
}

#[test]
fn an_oversize_record_is_as_large_as_a_stream_takes_and_still_json() {
    for (record, _) in records("oversize=1", r#"{"a": {{random.number}}}"#, 3) {
        assert_eq!(record.size(), MAX_RECORD_BYTES);
        assert!(serde_json::from_slice::<serde_json::Value>(&record.data).is_ok());
    }
}

#[test]
fn a_hot_key_is_one_key() {
    let all = records("hot-key=1", "x", 10);
    assert!(
        all.iter()
            .all(|(record, _)| record.partition_key == HOT_KEY)
    );
}

#[test]
fn a_mix_that_cannot_be_is_refused_by_its_entry() {
    for (mix, part) in [
        ("malformd=0.1", "malformd=0.1"),
        ("late", "late"),
        ("late=2", "late=2"),
        ("late=x", "late=x"),
        ("late=0.6,malformed=0.6", "exceed 1"),
    ] {
        let error = mix.parse::<FaultMix>().unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn the_line_feed_of_a_record_stays_its_end() {
    for (record, fault) in records("malformed=0.5,oversize=0.01", "{{random.number}}", 300) {
        assert_eq!(record.data.last(), Some(&b'\n'), "{fault:?}");
        assert!(record.size() <= MAX_RECORD_BYTES);
    }
}

#[test]
fn a_hot_key_alone_decides_on_the_shard() {
    let mut recipe = Recipe::new(Template::compile("x").unwrap());
    recipe.partition_key = kdg::KeyRule::Even(vec![0..=9, 10..=19]);
    let mut recipe = FaultyRecipe::new(recipe, "hot-key=1".parse().unwrap());
    let mut scene = Scene::new(SeededEntropy::new(5), LEAP_DAY);
    let (record, _) = recipe.make(&mut scene, 0).unwrap();
    assert_eq!(record.explicit_hash_key, None);
}
